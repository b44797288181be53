/* The sample and the rows that show it, in memory; and TAP. */
import { FIELDS, idOf } from '../../demo/checker.mjs';
import { choosePictures, pictureDocuments, shownAttachments } from '../../demo/pictures.mjs';
import { sampleDocuments, INTEGRATION_ID } from '../../demo/sample.mjs';

let number = 0;
export function check(name, holds, detail = '') {
	number++;
	process.stdout.write(`${holds ? 'ok' : 'not ok'} ${number} - ${name}\n`);
	if (!holds)
		process.stdout.write(`# ${JSON.stringify(detail)}\n`);
}
export function plan() {
	process.stdout.write(`1..${number}\n`);
}

const iso = (ms) => (ms === undefined ? undefined : new Date(ms).toISOString());
const AS_SHOWN = {
	thousandths: (value) => (value === undefined ? undefined : Math.round(value) / 1000),
	date: iso,
	time: iso,
	type: (value) => (value ?? 'item').split('_')
		.map((word) => (word === 'with' ? word : word[0].toUpperCase() + word.slice(1))).join(' '),
};

/* A row as Airtable would show it: empty cells are left out. */
export function rowOf(table, document, recordOf) {
	const fields = { ID: idOf(document) };
	for (const [field, kind, where] of FIELDS[table]) {
		const value = where.startsWith('.') ? document[where.slice(1)] : document.data[where];
		const cell = kind === 'link' ? value && [recordOf(value)] : (AS_SHOWN[kind] ?? ((plain) => plain))(value);
		if (cell !== undefined && cell !== '' && cell !== false && !(kind === 'natural' && cell === 0))
			fields[field] = cell;
	}
	return { id: recordOf(idOf(document)), fields };
}

/* The sample with its pictures, their bytes being words. */
export function samplePictured(options) {
	const documents = sampleDocuments(options), chosen = choosePictures(documents);
	const file = (words, type) => ({ bytes: Buffer.from(words), type });
	const drawn = new Map(chosen.flatMap(({ names }) => names).map((name) => {
		const type = name.endsWith('.png') ? 'image/png' : 'image/jpeg';
		return [name, { large: file(`large ${name}`, type), thumbnail: file(`small ${name}`, type) }];
	}));
	return [...documents, ...pictureDocuments(chosen, drawn)];
}

/* A document as CouchDB shows it: attachments by digest and length. */
export function withStubs(document) {
	const shown = shownAttachments(document);
	return Object.keys(shown).length === 0 ? document : { ...document, _attachments: Object.fromEntries(Object.entries(shown)
		.map(([name, { type, digest, length }]) => [name, { content_type: type, digest, length, stub: true }])) };
}

export function recordNames() {
	const records = new Map();
	return (id) => {
		if (!records.has(id))
			records.set(id, `rec${String(records.size).padStart(14, '0')}`);
		return records.get(id);
	};
}

export function sampleWorld(items) {
	const documents = structuredClone(sampleDocuments({ items, seed: 7 }));
	const recordOf = recordNames();
	const rows = {
		Collections: documents.filter((doc) => doc.type === 'collection').map((doc) => rowOf('Collections', doc, recordOf)),
		Items: documents.filter((doc) => doc.type === 'item').map((doc) => rowOf('Items', doc, recordOf)),
	};
	return { documents, rows, integrationId: INTEGRATION_ID };
}

/* The sample's pictures: which item has which, and the documents as the app would have saved them. Drawn by demo/draw.
 *
 * Of each thing one item has a picture of it, and a nearer one where there is one; of some a second item has the same one. A box shows
 * what lies in it as well. All other items have none. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { idOf } from './checker.mjs';
import { drawings, photographs } from './drawings.mjs';

const NAMES = { large: 'image-1440', thumbnail: 'thumbnail-128' };
/* What a box's pictures show as well. */
const INSIDE = { Box: ['Hammer, claw whole', 'Gas stove whole'] };
const SAVED_MS = Date.UTC(2024, 1, 1, 9, 0, 0, 456);

/* An id that follows from a name: as random as a UUID looks. */
function idFrom(name) {
	const digits = createHash('md5').update(`picture ${name}`).digest('hex');
	return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`;
}
const thingOf = (item) => /^(.*?)(?:, part)? \d+$/.exec(item.data.name)?.[1];

/* ---- who has what ---- */

/* Which of a thing's items have the picture: the first, the second, or both. */
const FIRST = [0], SECOND = [1], BOTH = [0, 1];
function holdersOf(at) {
	if (at % 5 === 4)
		return SECOND;
	return at % 4 === 1 ? BOTH : FIRST;
}

/* [{ item, names: […] }]: the items that have pictures, and the names of these, in order. */
export function choosePictures(documents, drawn = drawings()) {
	const named = new Map(drawn.map(({ thing, view, name }) => [`${thing} ${view}`, name]));
	const holders = new Map(drawn.filter(({ view }) => view === 'whole').map(({ thing }, at) => [thing, holdersOf(at)]));
	const seen = new Map();
	const chosen = [];
	for (const item of documents.filter((doc) => doc.type === 'item')) {
		const thing = thingOf(item), place = seen.get(thing) ?? 0;
		seen.set(thing, place + 1);
		const all = [`${thing} whole`, `${thing} detail`, ...(INSIDE[thing] ?? [])].map((view) => named.get(view))
			.filter((name) => name !== undefined);
		if (holders.get(thing)?.includes(place))
			chosen.push({ item, names: place === holders.get(thing)[0] ? all : all.slice(0, 1) });
	}
	return chosen;
}

/* ---- drawing ---- */

/* Makes the files of these names below 'folder' by the program 'draw'. Answers a Map: name → { large, thumbnail }, each { bytes, type }. */
export async function drawPictures(draw, folder, names) {
	const wanted = drawings().filter((drawing) => names.includes(drawing.name));
	if (wanted.length === 0)
		return new Map();
	mkdirSync(folder, { recursive: true });
	for (const { name, svg } of wanted)
		writeFileSync(path.join(folder, `${name}.svg`), svg);
	const { stdout } = await promisify(execFile)(draw, [folder, ...wanted.map((drawing) => drawing.name)]);
	return new Map(stdout.trimEnd().split('\n').map((line) => {
		const [name, large, thumbnail] = line.split(' ');
		const file = (which, type) => ({ type, bytes: readFileSync(path.join(folder, `${name}.${NAMES[which]}`)) });
		return [name, { large: file('large', large), thumbnail: file('thumbnail', thumbnail) }];
	}));
}

const PHOTO_TYPES = { webp: 'image/webp', heic: 'image/heic', jpg: 'image/jpeg' };

/* Makes the photographs that are to be attached in Airtable. Answers [{ name, type, bytes }]. */
export async function drawPhotos(draw, folder) {
	mkdirSync(folder, { recursive: true });
	const all = photographs();
	for (const { name, svg } of all)
		writeFileSync(path.join(folder, `${name}.svg`), svg);
	await promisify(execFile)(draw, ['--photos', folder, ...all.map(({ name }) => name)]);
	return all.map(({ name }) => ({ name, type: PHOTO_TYPES[name.split('.').at(-1)], bytes: readFileSync(path.join(folder, name)) }));
}

/* As CouchDB tells it. */
export const digestOf = (bytes) => `md5-${createHash('md5').update(bytes).digest('base64')}`;

/* ---- documents ---- */

function imageDocument(name, { large, thumbnail }, items) {
	const attachment = ({ bytes, type }) => ({ content_type: type, data: bytes.toString('base64') });
	return {
		_id: `zz20-image-${idFrom(name)}`,
		type: 'image',
		data: {
			filename: name,
			size: large.bytes.length + thumbnail.bytes.length,
			image_1440_digest: digestOf(large.bytes),
			_item_ids: items.map(idOf),
			_item_collection_ids: [...new Set(items.map((item) => item.data.collection_id))],
		},
		created_at: SAVED_MS,
		updated_at: SAVED_MS,
		_attachments: { [NAMES.thumbnail]: attachment(thumbnail), [NAMES.large]: attachment(large) },
	};
}

export function linkDocument(item, imageId, order) {
	return {
		_id: `item_image-${idOf(item)}-${imageId}`,
		type: 'item_image',
		data: { item_id: idOf(item), image_id: imageId, order, _item_collection_id: item.data.collection_id },
		created_at: SAVED_MS,
		updated_at: SAVED_MS,
	};
}

/* What CouchDB shows of the attachments of a document that was put with their bytes. */
export function shownAttachments({ _attachments: attachments = {} }) {
	return Object.fromEntries(Object.entries(attachments).map(([name, { content_type: type, data, digest, length }]) => {
		const bytes = data === undefined ? undefined : Buffer.from(data, 'base64');
		return [name, { type, digest: digest ?? digestOf(bytes), length: length ?? bytes.length }];
	}));
}

/* The images and the links of what was chosen, the images first. */
export function pictureDocuments(chosen, drawn) {
	const holders = new Map();
	for (const { item, names } of chosen)
		names.forEach((name) => holders.set(name, [...(holders.get(name) ?? []), item]));
	return [
		...[...holders].map(([name, items]) => imageDocument(name, drawn.get(name), items)),
		...chosen.flatMap(({ item, names }) => names.map((name, order) => linkDocument(item, idFrom(name), order))),
	];
}

/* The demo without a person: first sync, an edit on each side, a conflict, pictures each way, a delete each way. After each step both sides
 * must come to agree, by the checker's word, and hold what that step must lead to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { compare, idOf, readBoth, sentence } from './checker.mjs';
import { attachPhotos, editPictures, sameAttachments } from './once_pictures.mjs';
import { compareFiles } from './picture_checker.mjs';
import { shownAttachments } from './pictures.mjs';

const PACE = {
	lookMs: 300,
	stepMs: 60000,
	documentMs: 50, /* more for each document: a first sync takes its time */
	apartMs: 2500, /* between the edits of a conflict, so that clocks of whole seconds tell them apart as well */
	settledMs: 6000, /* what has settled stays so: several polls later nothing has moved */
};

const SAVE_TRIES = 5;

class Play {
	constructor(stage) {
		Object.assign(this, { ...stage, pace: stage.pace ?? PACE });
	}

	async both() {
		this.stopped();
		return readBoth({ couch: this.couch, sandbox: this.sandbox, database: this.database, pictures: true });
	}

	/* Until both sides agree and 'wanted' (a list of [sentence, holds(both)]: true, or false, or the culprit's name) is so;
	 * throws with what is still open. */
	async until(step, wanted = []) {
		const patienceMs = this.pace.stepMs + this.sample.length * this.pace.documentMs;
		const deadline = Date.now() + patienceMs;
		for (;;) {
			if (this.stopped())
				throw new Error('stopped');
			const both = await this.both();
			const result = compare(both);
			const open = wanted.map(([words, holds]) => [words, holds(both)]).filter(([, held]) => held !== true)
				.map(([words, held]) => (held === false ? words : `${words} (${held})`));
			if (result.differences.length === 0 && open.length === 0) {
				this.say(`${step}: both sides agree`);
				return result;
			}
			if (Date.now() > deadline) {
				throw new Error(`${step}: after ${patienceMs / 1000} s still ${result.differences.length} differences` +
					`${open.map((words) => `; not so: ${words}`).join('')}\n${result.differences.slice(0, 20).map(sentence).join('\n')}`);
			}
			await sleep(this.pace.lookMs);
		}
	}

	/* As the app saves: the whole document under its revision, with the time; once more when somebody was faster. */
	async saveDocument(id, key, value) {
		for (let tries = 1; ; tries++) {
			const document = await this.couch.get(this.database, `item-${id}`);
			document.data[key] = value;
			document.updated_at = Date.now();
			try {
				return await this.couch.put(this.database, document);
			} catch (error) {
				if (error.status !== 409 || tries === SAVE_TRIES)
					throw error;
			}
		}
	}

	/* As the app deletes: a bare tombstone, and where the document bore a mark, the note that it leaves behind. */
	async deleteDocument(id, integrationId) {
		const document = await this.couch.get(this.database, `item-${id}`);
		const mark = document.data.integrations?.[integrationId];
		await this.couch.remove(this.database, document);
		if (mark !== undefined) {
			const now = Date.now();
			await this.couch.put(this.database, { _id: `integration_deleted_data-item-${id}-${integrationId}`,
				type: 'integration_deleted_data', data: { integration_id: integrationId, type: 'item', id, data: mark },
				created_at: now, updated_at: now });
		}
	}

	async editRow(id, fields) {
		const { base, rows } = await this.both();
		await this.sandbox.edit(base, 'Items', rows.Items.find((row) => row.fields.ID === id).id, fields);
	}
}

/* What both sides say. */
const documentOf = (both, id) => both.documents.find((doc) => doc._id === `item-${id}`);
const rowOf = (both, id) => both.rows.Items.find((row) => row.fields.ID === id);
const shows = (id, key, field, value) => [`${key} and ${field} of ${id} are "${value}"`,
	(both) => documentOf(both, id)?.data[key] === value && rowOf(both, id)?.fields[field] === value];
const gone = (id) => [`${id} is gone on both sides`, (both) => !documentOf(both, id) && !rowOf(both, id)];
const losers = (both, id, value) => both.documents.filter((doc) => doc.type === '_history' && doc.data_id === id &&
	JSON.stringify([doc.original_data, doc.new_data]).includes(JSON.stringify(value)));
const kept = (id, value) => [`the history of ${id} keeps "${value}"`, (both) => losers(both, id, value).length > 0];

/* The documents that bring in an item's photographs: links, images and their history. */
function isOfPhotos({ _id: id, type, data, data_id: of }, item) {
	if (item === undefined)
		return false;
	if (type === '_history')
		return of.startsWith(item);
	return type === 'image' ? isDeepStrictEqual(data._item_ids, [item]) : id.startsWith(`item_image-${item}-`);
}

/* Sides that agree may have spoilt a value together: what nobody touched must be as it was put there, to the last key, but
 * for the mark. 'edited' maps ids to the key of data that was edited; 'deleted' is a list of ids; 'pictures': ids of documents that were edited; 'item': who
 * got photographs. */
function isAsItWas(both, document, edited) {
	const now = both.documents.find((doc) => doc._id === document._id);
	const plain = ({ data, ...rest }, key) => {
		const { integrations, [key]: _, ...others } = data ?? {};
		const { _rev, _attachments, updated_at: updatedAt, ...body } = rest;
		return { ...body, data: others, attachments: shownAttachments(rest), ...(key === '' ? { updatedAt } : {}) };
	};
	const key = edited[document.type === 'item' ? idOf(document) : ''] ?? '';
	return now !== undefined && isDeepStrictEqual(plain(now, key), plain(document, key));
}

function unspoilt(sample, edited, deleted, pictures = [], item = undefined) {
	const wanted = sample.filter((doc) => !pictures.includes(doc._id) && (doc.type !== 'item' || !deleted.includes(idOf(doc))));
	const known = new Set([...sample.map((doc) => doc._id), ...pictures]);
	const touched = new Set([...Object.keys(edited), ...deleted]);
	return [
		['each document is as it was but for what was edited', (both) => wanted.find((doc) => !isAsItWas(both, doc, edited))
			?._id ?? true],
		['the integration document was not written', (both) => both.documents.find((doc) => doc.type === 'integration')
			._rev.startsWith('1-')],
		['there are no items, collections and pictures that nobody made', (both) => both.documents.find((doc) => !known.has(doc._id) &&
			['item', 'collection', 'image', 'item_image'].includes(doc.type) && !isOfPhotos(doc, item))?._id ?? true],
		['there is no history of what nobody touched', (both) => both.documents.find((doc) => doc.type === '_history' &&
			!touched.has(doc.data_id) && !isOfPhotos(doc, item))?._id ?? true],
	];
}

/* Plain items that hold nothing: three to be edited, and two without pictures to be deleted. */
function players(both) {
	const holders = new Set(both.documents.map((doc) => doc.data?.container_id));
	const pictured = new Set(both.documents.filter((doc) => doc.type === 'item_image').map((doc) => doc.data.item_id));
	const plain = both.documents.filter((doc) => doc.type === 'item' && doc.data.item_type === undefined && !holders.has(idOf(doc)))
		.sort((a, b) => a.created_at - b.created_at).map(idOf);
	const deleted = plain.filter((id) => !pictured.has(id)).slice(0, 2);
	return [...plain.filter((id) => !deleted.includes(id)).slice(0, 3), ...deleted];
}

export async function runOnce(stage) {
	const play = new Play(stage);
	const { say, bridge, sample } = stage;
	let running = await bridge.start();
	const first = await play.until('first sync', unspoilt(sample, {}, []));
	const before = await play.both();
	const [inAirtable, inCouch, inBoth, tombstone, ticked] = players(before);

	say('editing a cell in Airtable, and another item\'s document in CouchDB');
	await play.editRow(inAirtable, { Notes: 'Edited in Airtable: 椅子 🪑' });
	await play.saveDocument(inCouch, 'model_name', 'Edited in CouchDB: "Ω-3", new');
	const edits = [shows(inAirtable, 'notes', 'Notes', 'Edited in Airtable: 椅子 🪑'),
		shows(inCouch, 'model_name', 'Model Name', 'Edited in CouchDB: "Ω-3", new')];
	const edited = { [inAirtable]: 'notes', [inCouch]: 'model_name' };
	await play.until('an edit on each side', [...edits, ...unspoilt(sample, edited, [])]);

	say('editing the same field on both sides while the bridge is off: first the document, then the cell');
	const left = await bridge.stop(running);
	if (left !== 0)
		throw new Error(`the bridge left with ${left}, 0 was expected`);
	await play.saveDocument(inBoth, 'purchased_from', 'The older edit, in CouchDB');
	await sleep(play.pace.apartMs);
	await play.editRow(inBoth, { 'Purchased From': 'The newer edit, in Airtable' });
	running = await bridge.start();
	const conflict = [shows(inBoth, 'purchased_from', 'Purchased From', 'The newer edit, in Airtable'),
		kept(inBoth, 'The older edit, in CouchDB')];
	edited[inBoth] = 'purchased_from';
	await play.until('a conflict', [...edits, ...conflict, ...unspoilt(sample, edited, [])]);

	say('turning the order of an item\'s pictures in CouchDB, adding one to another item, removing one of a third');
	const pictures = await editPictures(play, [inAirtable, inCouch, inBoth, tombstone, ticked]);
	await play.until('pictures', [...pictures.wanted, sameAttachments(before, pictures.items), ...unspoilt(sample, edited, [], pictures.touched)]);

	say(`attaching ${play.photos.map(({ name }) => name).join(', ')} to the row of an item in Airtable`);
	const photos = await attachPhotos(play, [inAirtable, inCouch, inBoth, tombstone, ticked, ...pictures.items]);
	const shown = [...pictures.wanted, ...photos.wanted, sameAttachments(before, [...pictures.items, photos.item])];
	await play.until('photographs', [...shown, ...unspoilt(sample, edited, [], pictures.touched, photos.item)]);

	say('deleting a document, and ticking the Delete box of another item\'s row');
	await play.deleteDocument(tombstone, before.integrationId);
	await play.editRow(ticked, { Delete: true });
	const everything = [...edits, ...conflict, ...shown, gone(tombstone), gone(ticked),
		...unspoilt(sample, edited, [tombstone, ticked], pictures.touched, photos.item)];
	await play.until('a delete each way', everything);

	await sleep(play.pace.settledMs);
	const last = await play.until('some polls later', everything);
	const end = await play.both();
	const files = await compareFiles(end, stage.sandbox.file);
	const leftAtLast = await bridge.stop(running);
	const counts = await stage.sandbox.counts();
	return {
		items: last.items, collections: last.collections, rows: last.rows, airtable_calls: counts.total,
		airtable_penalties: counts.penalties,
		first_sync_rows: first.rows, edits: 2, conflicts: 1, deletes: 2, pictures: files, picture_edits: 3, photos: play.photos.length,
		conflict_kept_as: [...new Set(losers(end, inBoth, 'The older edit, in CouchDB').map((doc) => doc.event_name))],
		seconds: Math.round((Date.now() - stage.began) / 1000),
		converged: last.rows === first.rows - 2 && leftAtLast === 0,
	};
}

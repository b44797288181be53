/* The history and its undoing: what the commands tell, what they put back, what they ask about, and that the rows follow. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { assetReference } from '../../demo/sample.mjs';
import { newCollection, newItem } from './lib/documents.mjs';
import { DAVENPORT, runToEnd } from './lib/programs.mjs';
import { note, playAll } from './lib/tap.mjs';
import { INTEGRATION_ID, idOf, inWorld, sampleDocuments } from './lib/world.mjs';

const BATCH_EDITS = 500;
const CREATED_BY = `integration-${INTEGRATION_ID}`;
const sample = sampleDocuments({ items: 4 });
const large = sampleDocuments({ items: BATCH_EDITS + 20 });

/* ---- the commands ---- */

async function command(world, words, { json = true, env = {} } = {}) {
	const { status, out, log } = await runToEnd(DAVENPORT, [...words, ...(json ? ['--json'] : [])],
		{ env: { ...world.environment(), ...env } });
	return { status, log, out, answer: json && out !== '' ? JSON.parse(out) : null };
}

const undo = (world, ...words) => command(world, ['revert', ...words]);
const batches = async (world) => (await command(world, ['history'])).answer.databases[0].batches;
const entries = async (world, ...words) => (await command(world, ['history', ...words])).answer.databases[0].entries;

/* ---- documents ---- */

/* A change as it is saved with a history: data with keys that are undefined removed; null deletes; of a new one all of it. */
class Past {
	constructor(world, batch, createdBy = CREATED_BY) {
		Object.assign(this, { world, batch, createdBy, number: 0 });
	}

	async record(type, id, original, changed, event = 'sync') {
		const at = this.batch + ++this.number;
		const entry = { _id: `zzd-history-${this.createdBy}-${this.batch}-${type}-${id}-${event}-${at}-0001`,
			created_by: this.createdBy, batch: this.batch, event_name: event, data_type: type, data_id: id, timestamp: at,
			original_data: original, new_data: changed, type: '_history' };
		await this.world.couch.putAll(this.world.database, [entry]);
		return entry._id;
	}

	async change(id, changes, type = 'item') {
		const { data } = await this.world.document(id, type);
		const keys = Object.keys(changes);
		const pick = (from) => Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
		const entry = await this.record(type, id, pick(data), pick(changes));
		await this.world.save(id, changes, { type });
		return entry;
	}

	async make(document) {
		await this.record(document.type, idOf(document), { __deleted: true }, document.data);
		await this.world.couch.putAll(this.world.database, [document]);
	}

	async remove(id, type = 'item') {
		const { data } = await this.world.document(id, type);
		await this.record(type, id, data, { __deleted: true });
		await this.world.remove(id, type);
	}
}

/* { _id: data } of collections and items, marks aside: they are no part of what is undone. */
async function picture(world) {
	const documents = [...await world.documents('collection'), ...await world.documents('item')];
	return Object.fromEntries(documents.map(({ _id: id, data: { integrations, ...data } }) => [id, data]));
}

const itemsOf = (documents) => documents.filter(({ type }) => type === 'item');

/* ---- the scenarios ---- */

/* Fields of several kinds, some of which are emptied. */
function editOf(number) {
	const cells = { Notes: `edited ${number}\nin the grid`, 'Model Name': number % 3 === 0 ? null : `M-${number}`,
		'Purchase Price': number + 0.25, 'Expiry Date': new Date(Date.UTC(2031, 0, 1 + number % 28)).toISOString(),
		'Icon Color': number % 2 === 0 ? 'red' : null };
	return Object.fromEntries(Object.entries(cells).filter((_, at) => (number + at) % 4 !== 0));
}

async function largeBatch(world, step) {
	await world.syncWell();
	const before = await picture(world);
	const rowsBefore = new Map((await world.rows()).map((row) => [row.fields.ID, row.fields]));
	const items = itemsOf(await world.documents()).slice(0, BATCH_EDITS).map(idOf);
	const historiesBefore = (await world.histories()).length;
	await world.editRows(items.map((id, number) => [id, editOf(number)]));
	await world.syncWell();
	const after = await picture(world);
	await step('the bridge has taken 500 edits into the documents, with a history of each, in one batch', async () => {
		assert.equal(items.filter((id) => after[`item-${id}`].notes !== before[`item-${id}`].notes ||
			after[`item-${id}`].purchase_price_x1000 !== before[`item-${id}`].purchase_price_x1000).length, BATCH_EDITS);
		assert.equal((await world.histories()).length - historiesBefore, BATCH_EDITS);
	});
	const [batch] = await batches(world);
	await step('history lists the batch, with its integration', () => {
		assert.deepEqual([batch.created_by, batch.entries], [CREATED_BY, BATCH_EDITS]);
		assert.ok(batch.integration);
	});
	const dry = await undo(world, '--batch', String(batch.batch), '--dry-run');
	await step('a dry run tells 500 documents, and writes nothing', async () => {
		assert.deepEqual([dry.status, dry.answer.undone, dry.answer.asks, dry.answer.refused], [0, BATCH_EDITS, 0, 0], dry.log);
		assert.deepEqual(await picture(world), after);
		assert.equal((await world.histories()).length - historiesBefore, BATCH_EDITS);
	});
	const began = Date.now();
	const done = await undo(world, '--batch', String(batch.batch));
	note(`500 documents undone in ${Date.now() - began} ms`);
	await step('revert undoes 500 documents', () =>
		assert.deepEqual([done.status, done.answer.undone, done.answer.asks, done.answer.refused], [0, BATCH_EDITS, 0, 0], done.log));
	await step('all documents are field by field as before', async () => assert.deepEqual(await picture(world), before));
	await world.syncWell();
	await step('after the next pass the rows are, too', async () => {
		await world.assertEqual();
		for (const row of await world.rows()) {
			const was = rowsBefore.get(row.fields.ID), ignored = { 'Updated At': undefined, 'Modified At': undefined };
			assert.deepEqual({ ...row.fields, ...ignored }, { ...was, ...ignored });
		}
	});
	await step('the history shows both', async () => {
		const [undoing, edits] = await batches(world);
		assert.deepEqual([undoing.created_by, undoing.batch, undoing.entries],
			['history_restore', done.answer.batch, BATCH_EDITS]);
		assert.deepEqual([edits.batch, edits.entries], [batch.batch, BATCH_EDITS]);
		const both = await entries(world, '--item', items[7]);
		assert.deepEqual(both.slice(0, 2).map((entry) => entry.batch), [undoing.batch, batch.batch]);
		const flip = ({ fields }) => Object.fromEntries(fields.map(({ key, was, new: left }) => [key, [was, left]]));
		const edit = flip(both[1]), back = flip(both[0]);
		assert.ok(Object.keys(edit).length > 0);
		assert.deepEqual(back, Object.fromEntries(Object.entries(edit).map(([key, [was, left]]) => [key, [left, was]])));
	});
	await undo(world, '--batch', String(done.answer.batch));
	await step('undoing the undoing brings the 500 edits again', async () => assert.deepEqual(await picture(world), after));
}

async function netEffect(world, step) {
	const before = await picture(world);
	const past = new Past(world, 1700000000000);
	const [first, second] = itemsOf(await world.documents()).map(idOf);
	await past.change(first, { notes: 'once', model_name: 'M' });
	await past.change(first, { notes: 'twice' });
	await past.make(newCollection(sample, 'new', { collection_reference_number: '0901' }));
	const saved = { collection_id: 'new', use_mixed_rfid_tag_access_password: false };
	await past.make(newItem(sample, 'box', { ...saved, item_type: 'container', _can_contain_items: true, _show_in_collection: true }));
	await past.make(newItem(sample, 'thing', { ...saved, container_id: 'box', _show_in_collection: false }));
	await past.change('thing', { notes: 'new and changed' });
	await past.remove(second);
	const after = await picture(world);
	await world.syncWell();
	const done = await undo(world, '--batch', '1700000000000');
	await step('an item twice, a collection with its items, a deleted item: all as before', async () => {
		assert.deepEqual([done.status, done.answer.undone], [0, 5], `${JSON.stringify(done.answer, null, 1)}\n${done.log}`);
		assert.deepEqual(await picture(world), before);
	});
	await world.syncWell();
	await step('the rows follow, and what the deletes left behind is gone', async () => {
		await world.assertEqual();
		assert.deepEqual(await world.documents('integration_deleted_data'), []);
	});
	const again = await undo(world, '--batch', '1700000000000');
	await step('once more there is nothing to do', () =>
		assert.deepEqual([again.status, again.answer.undone, again.answer.asks], [0, 0, 0]));
	const back = await undo(world, '--batch', String(done.answer.batch), '--integration', INTEGRATION_ID);
	await step('undoing the undoing leads to where it was', async () => {
		assert.deepEqual([back.status, back.answer.undone], [0, 5], back.log);
		assert.deepEqual(await picture(world), after);
	});
}

async function movedSince(world, step) {
	const past = new Past(world, 1700000000000);
	const [first] = itemsOf(await world.documents()).map(idOf);
	const { data: was } = await world.document(first);
	const entry = await past.change(first, { notes: 'of the batch', model_name: 'of the batch', icon_name: 'book' });
	await world.save(first, { notes: 'of a phone', icon_name: 'hammer' });
	const dataOf = async () => (await world.document(first)).data;

	const listed = await command(world, ['history', '--batch', '1700000000000']);
	const { short_id: short } = listed.answer.databases[0].entries.find(({ id }) => id === entry);
	const told = await command(world, ['history', '--batch', '1700000000000'], { json: false });
	await step('a change has a short name, which people see', () => {
		assert.match(short, /^[0-9a-hjkmnp-tv-z]{8}$/);
		assert.match(told.out, new RegExp(`  ${short}  `));
	});
	const none = await undo(world, '--entry', short === '00000000' ? '00000001' : '00000000');
	await step('a short name that no change has is refused', () => {
		assert.equal(none.status, 1);
		assert.match(none.log, /there is no change 0000000/);
	});
	const one = await undo(world, '--entry', short);
	await step('what has moved since is asked about, what has not goes back, and the command ends with 1', async () => {
		assert.deepEqual([one.status, one.answer.undone, one.answer.asks], [1, 1, 1], one.log);
		const asked = one.answer.documents[0].fields.filter(({ goes_back: goes }) => !goes);
		assert.deepEqual(asked.map(({ key, new: left, now }) => [key, left, now]).sort(),
			[['icon_name', 'book', 'hammer'], ['notes', 'of the batch', 'of a phone']]);
		assert.deepEqual(asked.map(({ name }) => name).sort(), ['Icon Name', 'Notes']);
		const { notes, model_name: model, icon_name: icon } = await dataOf();
		assert.deepEqual([notes, model, icon], ['of a phone', was.model_name, 'hammer']);
	});
	const words = await command(world, ['revert', '--entry', entry], { json: false });
	await step('people read which field, and what it shows', () =>
		assert.match(words.out, /Notes is left alone: it was edited since, from "of the batch" to "of a phone"/));
	const named = await undo(world, '--entry', entry, '--field', 'Notes');
	await step('a field that is named goes back all the same', async () => {
		assert.deepEqual([named.status, named.answer.undone, named.answer.asks], [1, 1, 1], named.log);
		const { notes, icon_name: icon } = await dataOf();
		assert.deepEqual([notes, icon], [was.notes, 'hammer']);
	});
	const forced = await undo(world, '--batch', '1700000000000', '--force');
	await step('--force takes the rest', async () => {
		assert.deepEqual([forced.status, forced.answer.undone, forced.answer.asks], [0, 1, 0], forced.log);
		const { integrations, ...data } = await dataOf();
		assert.deepEqual(data, Object.fromEntries(Object.entries(was).filter(([key]) => key !== 'integrations')));
	});
}

async function losersAndRefusals(world, step) {
	const past = new Past(world, 1700000000000);
	const [first] = itemsOf(await world.documents()).map(idOf);
	const loser = await past.record('item', first, { notes: 'the loser' }, { notes: 'the winner' }, 'sync_conflict');
	await past.record('item', first, { notes: 'cells' }, { __deleted: true }, 'sync_row_deleted');
	await world.save(first, { notes: 'the winner' });
	const batch = await undo(world, '--batch', '1700000000000');
	await step('losers of conflicts and rows that were deleted are no part of a batch', async () => {
		assert.deepEqual([batch.status, batch.answer.undone, batch.answer.conflicts, batch.answer.others], [0, 0, 1, 1], batch.log);
		assert.equal((await world.document(first)).data.notes, 'the winner');
	});
	const one = await undo(world, '--entry', loser);
	await step('a loser is put back by itself', async () => {
		assert.deepEqual([one.status, one.answer.undone], [0, 1], one.log);
		assert.equal((await world.document(first)).data.notes, 'the loser');
	});

	const refused = new Past(world, 1700000002000);
	await refused.make(newCollection(sample, 'held', { collection_reference_number: '0902' }));
	await world.couch.putAll(world.database, [newItem(sample, 'kept', { collection_id: 'held' })]);
	const held = await undo(world, '--batch', '1700000002000');
	await step('a collection that was made and holds items by now stays, with the reason', async () => {
		assert.deepEqual([held.status, held.answer.undone, held.answer.refused], [1, 0, 1], held.log);
		assert.match(held.answer.documents[0].why, /\S/);
		assert.notEqual(await world.document('held', 'collection'), null);
		assert.equal((await world.histories()).filter(({ data_id: id, created_by: by }) => id === 'held' && by ===
			'history_restore').length, 0);
	});

	const taken = new Past(world, 1700000003000);
	const [{ data: { collection_reference_number: number } }] = sample.filter(({ type }) => type === 'collection');
	const numbers = { item_reference_number: '77', serial: 3, ...assetReference(number, '77', 3) };
	await world.couch.putAll(world.database, [newItem(sample, 'before', numbers)]);
	await taken.change('before', Object.fromEntries(Object.keys(numbers).map((key) => [key, undefined])));
	await world.couch.putAll(world.database, [newItem(sample, '\ufffd since', numbers)]);
	const late = await undo(world, '--batch', '1700000003000');
	await step('a number that an item behind all others has by now is not given back, with the reason', async () => {
		assert.deepEqual([late.status, late.answer.undone, late.answer.refused], [1, 0, 1], late.log);
		assert.match(late.answer.documents[0].why, /"Item \ufffd since" has already/);
		assert.equal((await world.document('before')).data.item_reference_number, undefined);
	});
}

async function newest(world, step) {
	const earlier = new Past(world, 1700000000000), later = new Past(world, 1700000005000);
	const items = itemsOf(await world.documents()), [first, second] = items.map(idOf);
	const before = (await world.document(second)).data.notes;
	await later.change(second, { notes: 'of the newest batch' });
	await earlier.change(first, { notes: 'of the batch before' });
	const dry = await undo(world, '--last', '--dry-run');
	await step('--last with --dry-run asks nobody and changes nothing', async () => {
		assert.deepEqual([dry.status, dry.answer.undone], [0, 1], dry.log);
		assert.equal((await world.document(second)).data.notes, 'of the newest batch');
	});
	const done = await undo(world, '--last', '--yes');
	await step('--last undoes the newest batch and no other', async () => {
		assert.deepEqual([done.status, done.answer.undone], [0, 1], done.log);
		assert.equal((await world.document(second)).data.notes, before);
		assert.equal((await world.document(first)).data.notes, 'of the batch before');
	});
	const again = await undo(world, '--last', '--yes');
	await step('once more it undoes the undoing, which is the newest by then', async () => {
		assert.equal(again.status, 0, again.log);
		assert.equal((await world.document(second)).data.notes, 'of the newest batch');
	});

	const name = 'Only one is called so';
	await world.save(first, { name });
	const named = await command(world, ['history', '--item', name]);
	await step('history finds an item by its name', () => {
		const { entries } = named.answer.databases[0];
		assert.ok(entries.length > 0, named.log);
		assert.ok(entries.every(({ data_id: id }) => id === first));
	});
	const shouted = await command(world, ['history', '--item', name.toUpperCase()]);
	await step('capitals do not matter where nothing else is meant', () =>
		assert.deepEqual(shouted.answer.databases[0].entries, named.answer.databases[0].entries));
	await world.save(second, { name });
	const doubled = await command(world, ['history', '--item', name]);
	await step('of two with one name it says which there are', () => {
		assert.equal(doubled.status, 1);
		assert.match(doubled.log, /2 items are called '.*': say which by its ID: item-.*, item-/);
	});
}

async function usage(world, step) {
	const past = new Past(world, 1700000000000);
	const [first] = itemsOf(await world.documents()).map(idOf);
	const entry = await past.change(first, { notes: 'b' });
	for (const [words, expected, said] of [
		[['revert'], 2, /one of --entry ID, --batch N and --last/],
		[['revert', '--entry', entry, '--batch', '5'], 2, /one of --entry ID, --batch N and --last/],
		[['revert', '--last', '--batch', '5'], 2, /one of --entry ID, --batch N and --last/],
		[['revert', '--last'], 1, /--last asks before .* nobody sits at a terminal: add --yes/],
		[['revert', '--batch', 'x'], 2, /--batch/],
		[['revert', '--batch'], 2, /--batch/],
		[['revert', '--batch', '-5'], 2, /--batch/],
		[['history', '--force'], 2, /--force/],
		[['history', '--batch', '5', '--item', first], 2, /--batch or --item/],
		[['revert', '--batch', '1234'], 1, /there is no batch 1234/],
		[['revert', '--entry', 'zzd-history-none'], 1, /there is no change zzd-history-none/],
		[['revert', '--entry', `item-${first}`], 1, /there is no change item-/],
		[['revert', '--batch', '1700000000000', '--integration', 'another'], 1, /no Airtable integration with the ID another/],
	]) {
		const done = await command(world, words, { json: expected !== 2 });
		await step(`${words.join(' ').replace(entry, 'ENTRY').replaceAll(first, 'ITEM')} ends with ${expected}, and says why`, () => {
			assert.equal(done.status, expected, done.log);
			assert.match(done.log, said);
			assert.match(expected === 2 ? 'no output' : done.answer.error ?? '', expected === 2 ? /no output/ : said);
		});
	}
	for (const words of [['history'], ['revert', '--batch', '5']]) {
		const away = await command(world, words, { env: { COUCHDB_URL: 'http://127.0.0.1:9' } });
		await step(`${words[0]} ends with 3 when CouchDB is not there`, () => assert.equal(away.status, 3, away.log));
	}
	const { data: { name } } = await world.document(first);
	const listed = await command(world, ['history', '--batch', '1700000000000'], { json: false });
	await step('people read who changed what, from what to what', () => {
		assert.ok(listed.out.includes(`item ${first} "${name}": changed by integration 'Demo' (${INTEGRATION_ID}), sync\n`), listed.out);
		assert.match(listed.out, / {4}Notes: .* → "b"/);
		assert.ok(listed.out.includes(entry));
	});
	const odd = new Past(world, 1700000009000, 'some\u001b[2Jbody\nelse');
	const odder = await odd.record('item', first, { name: 'a\u001b[31mb' }, { name: 'c', 'd\u009be': 1 }, 'e\u001b[m');
	const [loud, louder] = [await command(world, ['history', '--batch', '1700000009000'], { json: false }),
		await command(world, ['history'], { json: false })];
	await step('what others have written moves no terminal and breaks no line', () => {
		assert.doesNotMatch(loud.out + louder.out, /[^\n\P{Cc}]/u);
		assert.equal(loud.out.trimEnd().split('\n').length, 4, loud.out);
		assert.match(louder.out, /by some\\x1b\[2Jbody\\nelse$/m);
	});
	const none = await command(world, ['history', '--batch', '77'], { json: false });
	await step('where nothing is recorded that is said', () =>
		assert.deepEqual([none.status, none.out], [0, 'nothing is recorded\n'], odder));
	const few = await command(world, ['history', '--batch', '1700000000000', '--limit', '1']);
	await past.change(first, { notes: 'c' });
	const more = await command(world, ['history', '--item', first, '--limit', '1']);
	await step('a limit cuts, and says so', () => {
		const [all, cut] = [few, more].map(({ answer: { databases: [one] } }) => one);
		assert.deepEqual([all.entries.length, all.more, cut.entries.length, cut.more], [1, false, 1, true]);
		assert.equal(cut.entries[0].fields[0].new, 'c');
	});
}

/* Before the server; of one document it says that it cannot tell what became of the write. */
async function serverInDoubt(target, fullId) {
	const inDoubt = (rows) => rows.map((row) => row.id === fullId ? { id: fullId, error: 'unknown_error', reason: 'it is not known' } : row);
	const dropped = ['host', 'connection', 'content-length', 'transfer-encoding', 'expect'];
	const server = http.createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request)
			chunks.push(chunk);
		const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !dropped.includes(name)));
		const body = ['POST', 'PUT'].includes(request.method) ? Buffer.concat(chunks) : undefined;
		const answer = await fetch(target + request.url, { method: request.method, headers, body });
		const text = await answer.text();
		response.writeHead(answer.status, { 'Content-Type': 'application/json' });
		response.end(request.url.endsWith('/_bulk_docs') ? JSON.stringify(inDoubt(JSON.parse(text))) : text);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const close = () => new Promise((resolve) => {
		server.closeAllConnections();
		server.close(resolve);
	});
	return { url: `http://127.0.0.1:${server.address().port}`, close };
}

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/* A picture that stands in a collection with its item. */
const pictureOf = (item, image, collection) => [
	{ _id: `zz20-image-${image}`, type: 'image', created_at: 1, updated_at: 1,
		data: { filename: `${image}.png`, _item_ids: [item], _item_collection_ids: [collection] },
		_attachments: Object.fromEntries(['thumbnail-128', 'image-1440'].map((name) => [name, { content_type: 'image/png', data: PIXEL }])) },
	{ _id: `item_image-${item}-${image}`, type: 'item_image', created_at: 1, updated_at: 1,
		data: { item_id: item, image_id: image, order: 0, _item_collection_id: collection } }];

async function interrupted(world, step) {
	const [first, second] = itemsOf(sample).map(idOf);
	const past = new Past(world, 1700000000000);
	const { data: { collection_id: from } } = await world.document(first);
	const to = sample.filter(({ type }) => type === 'collection').map(idOf).find((id) => id !== from);
	await world.couch.putAll(world.database, pictureOf(first, 'p1', to));
	await past.change(first, { collection_id: to });
	await past.change(second, { notes: 'of the batch' });
	const doubtful = await serverInDoubt(world.server.url, `item-${second}`);
	const broken = await command(world, ['revert', '--batch', '1700000000000'], { env: { COUCHDB_URL: doubtful.url } });
	await doubtful.close();
	await step('an undoing that is interrupted ends with 3, and tells what it has done', () => {
		assert.deepEqual([broken.status, broken.answer.undone], [3, 1], broken.log);
		assert.match(broken.answer.error, /undoing was interrupted, do it again to go on/);
		assert.deepEqual(broken.answer.documents.filter(({ undone }) => undone).map(({ data_id: id }) => id), [first]);
	});
	await step('what it has done is complete', async () => {
		assert.equal((await world.document(first)).data.collection_id, from);
		assert.equal((await world.document(`${first}-p1`, 'item_image')).data._item_collection_id, from);
		assert.deepEqual((await world.document('p1', 'zz20-image')).data._item_collection_ids, [from]);
	});
	const again = await undo(world, '--batch', '1700000000000');
	await step('done again there is nothing left to do', () =>
		assert.deepEqual([again.status, again.answer.undone, again.answer.asks], [0, 0, 0], again.log));
}

/* The bridge runs while documents are undone: what it wrote in between is met by a conflict, and decided anew. */
async function whileRunning(world, step) {
	await world.syncWell();
	const before = await picture(world);
	const past = new Past(world, 1700000000000);
	const items = itemsOf(await world.documents()).map(idOf);
	for (const id of items)
		await past.change(id, { notes: 'of the batch' });
	const bridge = await world.run();
	await world.untilEqual();
	const others = items.slice(0, 10);
	await world.editRows(others.map((id) => [id, { 'Model Name': `of the grid, ${id}` }]));
	const done = await undo(world, '--batch', '1700000000000');
	await world.until('edits of both are everywhere', async () => {
		const now = await picture(world);
		assert.deepEqual(items.filter((id) => now[`item-${id}`].notes !== before[`item-${id}`].notes), []);
		assert.deepEqual(others.filter((id) => now[`item-${id}`].model_name !== `of the grid, ${id}`), []);
		await world.assertEqual();
	});
	await bridge.stop();
	await step('both the undoing and the edits made meanwhile are on both sides', () =>
		assert.deepEqual([done.status, done.answer.undone, done.answer.asks], [0, items.length, 0], done.log));
	await step('there is one history for each undone document', async () =>
		assert.equal((await world.histories()).filter(({ created_by: by }) => by === 'history_restore').length, items.length));
}

await playAll([
	inWorld('a batch of 500 edits', { documents: large }, largeBatch),
	inWorld('the net effect of a batch', { documents: sample }, netEffect),
	inWorld('what has moved since', { documents: sample }, movedSince),
	inWorld('losers and refusals', { documents: sample }, losersAndRefusals),
	inWorld('an interruption', { documents: sample }, interrupted),
	inWorld('the newest', { items: 5 }, newest),
	inWorld('usage', { documents: sample }, usage),
	inWorld('while the bridge runs', { items: 60 }, whileRunning),
]);

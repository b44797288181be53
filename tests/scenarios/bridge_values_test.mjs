/* Values that one side cannot hold, ids of any form, numbers that are exchanged, and what somebody is typing. */
import assert from 'node:assert/strict';
import { assetReference } from '../../demo/sample.mjs';
import { newItem } from './lib/documents.mjs';
import { playAll } from './lib/tap.mjs';
import { inWorld, sampleDocuments } from './lib/world.mjs';

const ERROR_CELL = 'Synchronization Error Message';
const sample = sampleDocuments({ items: 5 });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const errorOf = async (world, id) => (await world.rowOf(id)).fields[ERROR_CELL];

/* ---- numbers that a document could not be read with ---- */

const large = [ /* id, what is typed, what replaces it, the key, its value then */
	['price', { 'Purchase Price': 1e17 }, { 'Purchase Price': 12.5 }, 'purchase_price_x1000', 12500],
	['stock', { Type: 'Consumable', 'Stock Quantity': 1e19 }, { 'Stock Quantity': 7 }, 'consumable_stock_quantity', 7],
	['level', { 'Min Stock Level': 9007199254740992 }, { 'Min Stock Level': 3 }, 'consumable_min_stock_level', 3],
	['days', { 'Expire Soon Prior Days': 1e16 }, { 'Expire Soon Prior Days': 3 }, 'expire_soon_prior_days', 3],
	['serial', { Serial: 1e17 }, { Serial: 4 }, 'serial', 4],
];

async function largeNumbers(world, step) {
	await world.syncWell();
	await world.editRows(large.map(([id, typed]) => [id, typed]));
	await world.sync();
	await step('a number that is too large is refused in the row', async () => {
		for (const [id, , , key] of large) {
			assert.match(await errorOf(world, id), /is too large to be kept digit by digit/, id);
			assert.equal((await world.document(id)).data[key], undefined, id);
		}
	});
	for (const [id] of large)
		await world.save(id, { model_name: 'from the phone' });
	await world.sync();
	await step('what a phone edits still flows', async () => {
		for (const [id] of large)
			assert.equal((await world.rowOf(id)).fields['Model Name'], 'from the phone', id);
	});
	await world.editRows(large.map(([id, , corrected]) => [id, corrected]));
	await world.syncWell();
	await step('a right one replaces it, and the message goes', async () => {
		for (const [id, , , key, value] of large) {
			assert.equal((await world.document(id)).data[key], value, id);
			assert.equal(await errorOf(world, id), undefined, id);
		}
	});
}

/* ---- documents' values that no cell can show ---- */

const hidden = [ /* id, the document's, the correction in the row, what the document has then */
	['choice', { purchase_price_currency: 'CHF' }, { PPC: 'EUR' }, { purchase_price_currency: 'EUR' }],
	['year', { purchase_date: Date.UTC(20024, 0, 1) }, { 'Purchase Date': '2024-01-01T00:00:00.000Z' }, { purchase_date: Date.UTC(2024, 0, 1) }],
	['text', { notes: 'x'.repeat(100001) }, { Notes: 'short' }, { notes: 'short' }],
	['digits', { purchase_price_x1000: 9007199254740992 }, { 'Purchase Price': 12.5 }, { purchase_price_x1000: 12500 }],
	['type', { item_type: 'flying_carpet' }, { Type: 'Container' }, { item_type: 'container' }],
];

async function isCorrected(world) {
	for (const [id, before, , after] of hidden) {
		const { data } = await world.document(id);
		const [key] = Object.keys(after);
		assert.equal(data[key], after[key], id);
		assert.equal(await errorOf(world, id), undefined, id);
		const kept = (await world.histories()).filter((doc) => doc.data_id === id && doc.event_name === 'sync_conflict');
		assert.deepEqual(kept.map((doc) => doc.original_data[key]), [before[key]], id);
	}
}

async function hiddenValues(world, step) {
	await world.sync();
	await step('the row says what it cannot show', async () => {
		for (const [id] of hidden)
			assert.ok(await errorOf(world, id), id);
	});
	await world.advance(3600000);
	await world.editRows(hidden.map(([id, , typed]) => [id, typed]));
	await world.syncWell();
	await step('a later edit of the cell corrects the document, and the history keeps what it had', () => isCorrected(world));
}

async function hiddenLater(world, step) {
	await world.syncWell();
	for (const [id, before] of hidden)
		await world.save(id, before);
	await world.sync();
	await world.advance(3600000);
	await world.editRows(hidden.map(([id, , typed]) => [id, typed]));
	await world.syncWell();
	await step('so it does where both had agreed before', () => isCorrected(world));
}

/* ---- ids ---- */

const odd = ['1/bis', 'a\tb', ' abc', 'abc ', 'x'.repeat(600), 'a\u0085b', "O'Neil \\ \"hi\"", 'é', 'e\u0301', 'AbC', 'abc', '50%'];
const shown = (id) => id.replace('\t', ' ');
const counts = async (world) => [(await world.documents()).length, (await world.rows()).length];

async function oddIds(world, step) {
	await world.syncWell();
	const before = await counts(world);
	await step('each document has one row', async () => {
		const rows = await world.rows();
		for (const id of odd)
			assert.equal(rows.filter((row) => row.fields.ID === shown(id) || row.fields.ID === id).length, 1, id);
	});
	await world.forgetState();
	const again = await world.sync({ full: true });
	await step('and no other when the state is lost', async () => {
		assert.deepEqual(await counts(world), before);
		assert.deepEqual([again.report.rows_created, again.report.documents_written, again.report.problems], [0, 0, 0]);
	});
	for (const row of (await world.rows()).filter((one) => odd.map(shown).includes(one.fields.ID))) {
		const { Name, ID, Collection } = row.fields;
		await world.edit({ action: 'delete', table: 'Items', record: row.id }, { action: 'create', table: 'Items', fields: { Name, ID, Collection, Notes: 'pasted' } });
	}
	await world.sync({ full: true });
	await world.advance(61000);
	await world.syncWell({ full: true });
	await step('nor when rows are cut and pasted, which are edited then', async () => {
		assert.deepEqual(await counts(world), before);
		for (const id of odd)
			assert.equal((await world.document(id)).data.notes, 'pasted', id);
	});
}

async function idsThatNoCellShows(world, step) {
	const done = await world.sync();
	await step('an id with a line break gets no row, and is named', async () => {
		assert.match(done.log, /the id "two lines" of this item has a line break/);
		assert.deepEqual((await world.rows()).filter((row) => row.fields.ID?.includes('lines')).map((row) => row.fields.Name), ['with a space']);
	});
}

/* ---- numbers that are exchanged ---- */

const collection = sample.find((doc) => doc.type === 'collection').data.collection_reference_number;
const numbered = (id, serial) => newItem(sample, id, { item_reference_number: '50', serial, ...assetReference(collection, '50', serial) });

async function exchanged(world, step) {
	await world.syncWell();
	const serials = async () => Promise.all(['a', 'b', 'c'].map(async (id) => (await world.document(id)).data.serial));
	await world.editRows([['a', { Serial: 2 }], ['b', { Serial: 3 }], ['c', { Serial: 1 }]]);
	await world.syncWell();
	await step('three rows pass their numbers round', async () => assert.deepEqual(await serials(), [2, 3, 1]));
	await world.editRow('a', { Serial: 1 });
	await world.sync();
	await world.editRow('c', { Serial: 2 });
	await world.syncWell();
	await step('and two exchange theirs, one after the other', async () => {
		assert.deepEqual(await serials(), [1, 3, 2]);
		assert.deepEqual([await errorOf(world, 'a'), await errorOf(world, 'c')], [undefined, undefined]);
	});
}

/* ---- documents that are nested too deeply ---- */

const deep = (levels) => (levels ? { in: deep(levels - 1) } : 1);

async function nested(world, step) {
	const first = await world.sync();
	await step('a document that is nested too deeply is named as that', async () => {
		assert.match(first.log, /item-deep is nested too deeply to be read/);
		assert.equal((await world.rows()).filter((row) => row.fields.ID === 'deep').length, 0);
	});
	await world.save('fine', { future: deep(250), notes: 'saved with it' });
	const second = await world.sync();
	await step('also when it has a row, which stays as it is', async () => {
		assert.match(second.log, /item-fine is nested too deeply to be read/);
		assert.doesNotMatch(second.log, /gone back in time/);
		assert.equal((await world.rowOf('fine')).fields.Notes, 'agreed');
	});
	await world.save('fine', { future: undefined });
	await world.sync();
	await step('put right, it is synced again', async () => assert.equal((await world.rowOf('fine')).fields.Notes, 'saved with it'));
}

/* ---- what somebody is typing ---- */

const SENTENCE = 'Best tents for two';

async function typing(world, step) {
	await world.syncWell();
	const bridge = await world.run({ pollSeconds: 1 });
	const { id: record } = await world.rowOf('typed');
	let cell = '';
	for (const letter of SENTENCE) {
		cell = ((await world.rowOf('typed')).fields['Model Name'] ?? '') + letter;
		await world.edit({ action: 'update', table: 'Items', record, fields: { 'Model Name': cell } });
		await sleep(500);
	}
	await world.until('the document has the sentence', async () => (await world.document('typed')).data.model_name === SENTENCE);
	await step('what is typed letter by letter, from what the cell shows, ends as typed', async () => {
		assert.equal(cell, SENTENCE);
		assert.equal((await world.rowOf('typed')).fields['Model Name'], SENTENCE);
	});
	await step('and is few entries of the history', async () => {
		const entries = (await world.histories()).filter((doc) => doc.data_id === 'typed');
		assert.ok(entries.length < SENTENCE.length / 2, `${entries.length} entries`);
	});
	await bridge.stop();
	await world.editRow('typed', { 'Model Name': 'and a space ' });
	await world.syncWell();
	await step('a space at the end is left for a while', async () => {
		assert.equal((await world.document('typed')).data.model_name, 'and a space');
		assert.equal((await world.rowOf('typed')).fields['Model Name'], 'and a space ');
	});
	await world.advance(61000);
	await world.syncWell();
	await step('and goes when nobody has typed there for a minute', async () =>
		assert.equal((await world.rowOf('typed')).fields['Model Name'], 'and a space'));
}

const items = (...documents) => ({ documents: [...sample, ...documents] });
await playAll([
	inWorld('large numbers', items(...large.map(([id]) => newItem(sample, id))), largeNumbers),
	inWorld('values that no cell shows', items(...hidden.map(([id, data]) => newItem(sample, id, data))), hiddenValues),
	inWorld('values that no cell shows any more', items(...hidden.map(([id]) => newItem(sample, id))), hiddenLater),
	inWorld('odd ids', items(...odd.map((id) => newItem(sample, id))), oddIds),
	inWorld('ids that no cell shows', items(newItem(sample, 'two\nlines'), newItem(sample, 'two lines', { name: 'with a space' })), idsThatNoCellShows),
	inWorld('exchanged numbers', items(numbered('a', 1), numbered('b', 2), numbered('c', 3)), exchanged),
	inWorld('nested documents', items(newItem(sample, 'deep', { future: deep(250) }), newItem(sample, 'fine', { notes: 'agreed' })), nested),
	inWorld('typing', items(newItem(sample, 'typed')), typing),
], { atOnce: 2 });

/* What is wrong on either side, or in between, is said: what, where, and what to do. It stops nothing else, loses nothing, and
 * when it is put right everything comes to agree. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare } from '../../demo/checker.mjs';
import { newItem } from './lib/documents.mjs';
import { Processes } from '../../demo/processes.mjs';
import { startCouch, startSandbox } from './lib/programs.mjs';
import { playAll } from './lib/tap.mjs';
import { BASE_ID, idOf, inWorld, sampleDocuments, sentence, TOKEN, World } from './lib/world.mjs';

const ERROR_CELL = 'Synchronization Error Message';
const WRITES = ['create', 'update', 'upsert', 'delete'];
const sample = sampleDocuments({ items: 10 });

async function assertWritesNothing(world) {
	const before = await world.contents();
	await world.resetCounts();
	await world.sync();
	const counts = await world.counts();
	for (const kind of WRITES)
		assert.equal(counts[kind], 0, `${counts[kind]} times ${kind}`);
	assert.deepEqual(await world.contents(), before);
}

/* ---- documents ---- */

const LONG = 'ein langer Text, '.repeat(12000).slice(0, 200000);
const LONGEST_SHOWN = 100000;
const LAST_MS = Date.UTC(9999, 11, 31);

/* [what is wrong, the document, what is said of it, the field alone that has no cell (or no row at all), how it is put right] */
const BAD_DOCUMENTS = [
	['an item without a name', newItem(sample, 'nameless', { name: undefined }), /item-nameless: Name \(data\.name\) is missing/,
		null, (doc) => { doc.data.name = 'Named at last'; }],
	['an item whose name is empty', newItem(sample, 'blank', { name: '' }), /item-blank: Name \(data\.name\) is empty/,
		null, (doc) => { doc.data.name = 'Named at last'; }],
	['an item without data', { ...newItem(sample, 'dataless'), data: undefined }, /item-dataless: data is missing/,
		null, (doc) => { doc.data = newItem(sample, 'dataless').data; }],
	['an item whose data is a list', { ...newItem(sample, 'list'), data: ['a', 'list'] }, /item-list: data is an array/,
		null, (doc) => { doc.data = newItem(sample, 'list').data; }],
	['an item whose data is a text', { ...newItem(sample, 'words'), data: 'words' }, /item-words: data is a string/,
		null, (doc) => { doc.data = newItem(sample, 'words').data; }],
	['an item whose data is null', { ...newItem(sample, 'null'), data: null }, /item-null: data is null/,
		null, (doc) => { doc.data = newItem(sample, 'null').data; }],
	['an item without a collection', newItem(sample, 'astray', { collection_id: undefined }),
		/item-astray: Collection \(data\.collection_id\) is missing/, null,
		(doc) => { doc.data.collection_id = newItem(sample, 'x').data.collection_id; }],
	['an item whose price is a text', newItem(sample, 'priced', { purchase_price_x1000: '12,50' }),
		/item-priced: Purchase Price \(data\.purchase_price_x1000\) is a string/, null,
		(doc) => { doc.data.purchase_price_x1000 = 12500; }],
	['an item with a number too large to be written back exactly', newItem(sample, 'counter', { future_counter: 1e20 }),
		/item-counter cannot be written back exactly: .*future_counter/, null, (doc) => { doc.data.future_counter = 100; }],
	['a note of 200,000 characters', newItem(sample, 'long', { notes: LONG, model_name: 'Long' }),
		/item-long \(Item long\): Notes.*200000 characters/, 'Notes', (doc) => { doc.data.notes = LONG.slice(0, LONGEST_SHOWN); }],
	['a currency that the select lacks', newItem(sample, 'francs', { purchase_price_currency: 'CHF',
		purchase_price_x1000: 12500 }), /item-francs \(Item francs\): PPC.*CHF.* is not among the column's choices/, 'PPC',
	(doc) => { doc.data.purchase_price_currency = 'EUR'; }],
	['a type that the select lacks', newItem(sample, 'typed', { item_type: 'flying_carpet' }),
		/item-typed \(Item typed\): Type.*Flying Carpet.* is not among the column's choices/, 'Type',
		(doc) => { doc.data.item_type = 'container'; doc.data._can_contain_items = true; }],
	['a date beyond the year 9999', newItem(sample, 'late', { expiry_date: 9e15 }), /item-late \(Item late\): Expiry Date/, 'Expiry Date',
		(doc) => { doc.data.expiry_date = Date.UTC(2031, 1, 1); }],
];

/* The checker's differences: of the documents that it can judge, since some here are no documents of the app's. */
async function differences(world) {
	const both = await world.both();
	both.documents = both.documents.filter((doc) => doc.type !== 'item' || (doc.data instanceof Object &&
		!(doc.data.expiry_date > LAST_MS)));
	return compare(both).differences;
}

async function badDocuments(world, step) {
	const first = await world.sync();
	const ids = BAD_DOCUMENTS.map(([, doc]) => idOf(doc));
	await step('the first sync ends with 1 and counts the problems', () => {
		assert.equal(first.status, 1, first.log);
		assert.equal(first.report.ok, true);
		assert.equal(first.report.problems, BAD_DOCUMENTS.length);
	});
	await step('all other items have their rows', async () =>
		assert.deepEqual((await differences(world)).filter(({ document, what }) => what !== 'no document' &&
			!ids.includes(document?.slice('item-'.length))).map(sentence), []));

	for (const [words, doc, said, field] of BAD_DOCUMENTS) {
		const id = idOf(doc);
		await step(`${words} is said, with its place`, () => assert.match(first.log, said));
		if (field === null) {
			await step(`${words} has no row`, async () => assert.equal(await world.rowOf(id), undefined));
			continue;
		}
		await step(`${words}: the row is made with its other cells`, async () => {
			const { fields } = await world.rowOf(id);
			assert.equal(fields.Name, `Item ${id}`);
			assert.equal(fields[field], undefined);
			assert.deepEqual((await differences(world)).filter(({ document, field: place }) => document === doc._id &&
				place !== field && place !== ERROR_CELL).map(sentence), []);
		});
		await step(`${words} is told in the row's error cell`, async () =>
			assert.match((await world.rowOf(id)).fields[ERROR_CELL] ?? '', new RegExp(`^${field}\\b`)));
	}

	await step('a further pass says nothing new and writes nothing', () => assertWritesNothing(world));

	const flowing = BAD_DOCUMENTS.filter(([, , , field]) => field !== null).map(([, doc]) => idOf(doc));
	await world.editRows(flowing.map((id) => [id, { 'Model Name': `Row of ${id}` }]));
	for (const id of flowing)
		await world.save(id, { purchased_from: `Document of ${id}` });
	await world.sync();
	for (const id of flowing) {
		/* A type that the app does not know either: it would not save the item. */
		const refused = id === 'typed';
		await step(`the other fields of ${id} flow ${refused ? 'to the row' : 'both ways'} meanwhile`, async () => {
			assert.equal((await world.document(id)).data.model_name, refused ? undefined : `Row of ${id}`);
			assert.equal((await world.rowOf(id)).fields['Purchased From'], `Document of ${id}`);
		});
	}

	for (const [, doc, , , repair] of BAD_DOCUMENTS) {
		const document = await world.document(idOf(doc));
		repair(document);
		document.updated_at = Date.now();
		await world.couch.put(world.database, document);
	}
	const last = await world.sync();
	await step('put right, all of them sync and nothing is complained of any more', () => {
		assert.equal(last.status, 0, last.log);
		assert.equal(last.report.problems, 0);
	});
	for (const [words, doc] of BAD_DOCUMENTS) {
		await step(`${words}: put right, it is in its row, and the error cell is empty`, async () => {
			assert.ok(await world.rowOf(idOf(doc)), 'it has no row');
			assert.deepEqual((await world.differences()).filter(({ document }) => document === doc._id).map(sentence), []);
		});
	}
	await step('in the end both sides agree', () => world.assertEqual());
}

/* ---- rows ---- */

/* [what a person types into which cell of an item's row, what is said, what is typed instead] */
const BAD_CELLS = [
	['a type that the app does not know', { Type: 'Flying Carpet' }, /Type.*Flying Carpet.*unknown to the app/,
		{ Type: 'Generic Container' }],
	['a name that is taken away', { Name: null }, /Name is empty/, { Name: 'A name again' }],
	['the collection and the container, taken away together', { Collection: [], Container: [] }, /Collection is empty/, null],
	['two collections', (rows) => ({ Collection: rows.Collections.slice(0, 2).map((row) => row.id) }),
		/Collection.*(several|two links)/, null],
	['a serial number that is negative', { Serial: -3 }, /Serial.*-3.*whole number/, { Serial: 3 }],
];

async function badCells(world, step) {
	await world.syncWell();
	const items = (await world.documents()).filter((doc) => doc.data.item_type === undefined).slice(0, BAD_CELLS.length);
	const before = await world.both();
	const rowOf = (doc) => before.rows.Items.find((row) => row.fields.ID === idOf(doc));
	const untouched = new Map(items.map((doc) => [doc._id, doc]));
	await world.editRows(BAD_CELLS.map(([, cells], at) =>
		[idOf(items[at]), { ...(typeof cells === 'function' ? cells(before.rows) : cells), Notes: 'typed with it' }]));
	const bad = await world.sync();
	await step('the pass ends with 1 and counts the problems', () => {
		assert.equal(bad.status, 1, bad.log);
		assert.equal(bad.report.problems, BAD_CELLS.length);
	});
	for (const [at, [words, , said]] of BAD_CELLS.entries()) {
		await step(`${words} is said in the log and in the row`, async () => {
			assert.match(bad.log.split('\n').find((line) => line.includes('level=warn') && line.includes(items[at]._id)) ?? '', said);
			assert.match((await world.rowOf(idOf(items[at]))).fields[ERROR_CELL] ?? '', said);
		});
		await step(`${words}: the document keeps what it had`, async () => {
			const { data } = await world.document(idOf(items[at]));
			const { data: expected } = untouched.get(items[at]._id);
			for (const key of ['name', 'item_type', 'collection_id', 'serial'])
				assert.equal(data[key], expected[key], key);
		});
		await step(`${words}: what was typed stands`, async () =>
			assert.equal((await world.rowOf(idOf(items[at]))).fields.Notes, 'typed with it'));
	}
	await step('a further pass says nothing new and writes nothing', () => assertWritesNothing(world));
	await world.editRows(BAD_CELLS.map(([, cells, , instead], at) => {
		const keys = Object.keys(typeof cells === 'function' ? cells(before.rows) : cells);
		return [idOf(items[at]), instead ?? Object.fromEntries(keys.map((key) => [key, rowOf(items[at]).fields[key]]))];
	}));
	const well = await world.sync();
	await step('put right, everything is saved, and the error cells are empty', async () => {
		assert.equal(well.status, 0, well.log);
		for (const doc of items)
			assert.equal((await world.document(idOf(doc))).data.notes, 'typed with it');
		await world.assertEqual();
	});
}

/* ---- the base ---- */

const problemsOf = async (world) => (await world.check()).problems.join('\n');

/* Every document as it was, but for the app's marks. */
async function contents(world) {
	return (await world.documents()).map(({ _id, data: { integrations, ...data } }) => ({ _id, data }));
}

/* A number column is made a text column, under the bridge's feet, and back. */
async function retyped(world, step) {
	await world.syncWell();
	const before = await contents(world);
	const [edited, other] = before.filter(({ data }) => data.purchase_price_x1000 !== undefined);
	const one = edited._id.slice('item-'.length), two = other._id.slice('item-'.length);
	await world.edit({ action: 'retypeField', table: 'Items', field: 'Purchase Price', type: 'singleLineText' });
	await world.save(one, { notes: 'edited meanwhile' });
	await world.editRow(two, { Notes: 'typed meanwhile' });
	const meanwhile = await world.sync();
	await step('the pass says which column it is, of what type, and what is needed', () =>
		assert.match(meanwhile.log, /Purchase Price.*(singleLineText|text).*number/));
	await step('other fields of the same items flow', async () => {
		assert.equal((await world.rowOf(one)).fields.Notes, 'edited meanwhile');
		assert.equal((await world.document(two)).data.notes, 'typed meanwhile');
	});
	await step('no document loses its price', async () => {
		for (const { _id, data } of await contents(world))
			assert.equal(data.purchase_price_x1000, before.find((doc) => doc._id === _id).data.purchase_price_x1000);
	});
	await step('check says it, with what to do', async () => {
		const { status, problems } = await world.check();
		assert.equal(status, 1);
		assert.match(problems.join('\n'), /"Purchase Price" of table "Items" does not flow: its type is singleLineText, number/);
	});
	await step('a further pass writes nothing', () => assertWritesNothing(world));
	await world.edit({ action: 'retypeField', table: 'Items', field: 'Purchase Price', type: 'number',
		options: { precision: 2 } });
	await world.sync({ full: true });
	await world.advance(61000);
	const last = await world.sync({ full: true });
	await step('made a number again, everything agrees', async () => {
		assert.equal(last.status, 0, last.log);
		await world.assertEqual();
		assert.equal(await problemsOf(world), '');
	});
}

/* Types that were wrong from the beginning. */
async function wronglyTyped(world, step) {
	await world.edit({ action: 'retypeField', table: 'Items', field: 'Purchase Price', type: 'singleLineText' },
		{ action: 'retypeField', table: 'Items', field: 'Expiry Date', type: 'date', options: { dateFormat: { name: 'iso',
			format: 'YYYY-MM-DD' } } },
		{ action: 'retypeField', table: 'Items', field: 'Will Not Restock', type: 'singleLineText' });
	const found = await world.check();
	await step('check names each column, its type, what is needed, and what to do', () => {
		const words = found.problems.join('\n');
		assert.equal(found.status, 1);
		assert.match(words, /"Purchase Price" of table "Items" does not flow: its type is singleLineText, number or currency is/);
		assert.match(words, /"Expiry Date" of table "Items" does not flow: its type is date, dateTime is needed.*Include time/);
		assert.match(words, /"Will Not Restock" of table "Items" does not flow: its type is singleLineText, checkbox is needed/);
	});
	const first = await world.sync();
	await step('the first sync says so too', () => {
		assert.match(first.log, /"Purchase Price".*does not flow/);
		assert.match(first.log, /"Expiry Date".*does not flow/);
	});
	const stopped = new Set(['Purchase Price', 'Expiry Date', 'Will Not Restock']);
	await step('all other cells are there', async () => {
		const differing = (await world.differences()).filter(({ field }) => !stopped.has(field));
		assert.deepEqual(differing.map(sentence), []);
	});
	await world.edit({ action: 'retypeField', table: 'Items', field: 'Purchase Price', type: 'number', options: { precision: 2 } },
		{ action: 'retypeField', table: 'Items', field: 'Expiry Date', type: 'dateTime', options: { dateFormat: { name: 'iso',
			format: 'YYYY-MM-DD' }, timeFormat: { name: '24hour', format: 'HH:mm' }, timeZone: 'client' } },
		{ action: 'retypeField', table: 'Items', field: 'Will Not Restock', type: 'checkbox', options: { icon: 'check',
			color: 'greenBright' } });
	const last = await world.sync({ full: true });
	await step('with the right types the cells are filled', async () => {
		assert.equal(last.status, 0, last.log);
		await world.assertEqual();
	});
}

/* A choice goes away that nobody has chosen yet; a document comes that needs it. */
async function goneChoice(world, step) {
	await world.syncWell();
	await world.edit({ action: 'deleteChoice', table: 'Items', field: 'PPC', choice: 'GBP' });
	await world.couch.putAll(world.database, [newItem(sample, 'pounds', { purchase_price_currency: 'GBP', notes: 'of the shop' }),
		newItem(sample, 'beside', { notes: 'in the same batch' })]);
	const first = await world.sync();
	await step('the row is made with its other cells, and so is the next one', async () => {
		const { fields } = await world.rowOf('pounds');
		assert.equal(fields.Notes, 'of the shop');
		assert.equal(fields.PPC, undefined);
		assert.equal((await world.rowOf('beside')).fields.Notes, 'in the same batch');
	});
	await step('the log and the row say which choice is missing where', async () => {
		assert.equal(first.status, 1, first.log);
		assert.match(first.log, /item-pounds \(Item pounds\): PPC.*GBP/);
		assert.match((await world.rowOf('pounds')).fields[ERROR_CELL] ?? '', /PPC.*GBP/);
		assert.equal((await world.rowOf('beside')).fields[ERROR_CELL], undefined);
	});
	/* Somebody chooses it in another row, which makes the choice. */
	const [id] = (await world.documents()).map(idOf).filter((one) => one !== 'pounds' && one !== 'beside');
	await world.editRow(id, { PPC: 'GBP' });
	await world.sync({ full: true });
	const last = await world.sync({ full: true });
	await step('when there is the choice again it is chosen, and the error cell is empty', async () => {
		assert.equal(last.status, 0, last.log);
		assert.equal((await world.rowOf('pounds')).fields.PPC, 'GBP');
		await world.assertEqual();
	});
}

async function goneColumn(world, step) {
	await world.syncWell();
	const before = await contents(world);
	const with_models = before.filter(({ data }) => data.model_name !== undefined);
	const [one, two] = with_models.map(({ _id }) => _id.slice('item-'.length));
	await world.edit({ action: 'deleteField', table: 'Items', field: 'Model Name' });
	await world.save(one, { notes: 'edited meanwhile', model_name: 'A model for no column' });
	await world.editRow(two, { Notes: 'typed meanwhile' });
	const meanwhile = await world.sync();
	await step('the pass goes on and says which column is gone from which table', () => {
		assert.match(meanwhile.log, /"Model Name" of table "Items" does not flow: it is no longer among the table's columns/);
		assert.ok(meanwhile.report.ok, meanwhile.log);
	});
	await step('other fields flow', async () => {
		assert.equal((await world.rowOf(one)).fields.Notes, 'edited meanwhile');
		assert.equal((await world.document(two)).data.notes, 'typed meanwhile');
	});
	await step('no document loses what the column held', async () => {
		for (const { _id, data } of (await contents(world)).filter((doc) => doc._id !== `item-${one}`))
			assert.equal(data.model_name, before.find((doc) => doc._id === _id).data.model_name);
		assert.equal((await world.document(one)).data.model_name, 'A model for no column');
	});
	await step('check says so, with what to do', async () =>
		assert.match(await problemsOf(world), /"Items" has no column "Model Name".*add it/));
	await world.edit({ action: 'addField', table: 'Items', name: 'Model Name', type: 'singleLineText' });
	await world.sync({ full: true });
	const last = await world.sync({ full: true });
	await step('made anew, the column is filled from the documents', async () => {
		assert.equal(last.status, 0, last.log);
		await world.assertEqual();
		assert.equal((await world.rowOf(one)).fields['Model Name'], 'A model for no column');
	});
}

/* Without ID no row can be found again. */
async function goneIds(world, step) {
	await world.syncWell();
	const before = await contents(world);
	const [one] = before.map(({ _id }) => _id.slice('item-'.length));
	const rows = (await world.rows()).length;
	await world.edit({ action: 'deleteField', table: 'Items', field: 'ID' });
	await world.save(one, { notes: 'edited meanwhile' });
	await world.resetCounts();
	const meanwhile = await world.sync();
	await step('the pass ends with 1 and says which column of which table is needed', () => {
		assert.equal(meanwhile.status, 1, meanwhile.log);
		assert.match(meanwhile.log, /table "Items".*"ID".*(removed|gone|no column).*add a column "ID" of type singleLineText/);
	});
	await step('nothing is written meanwhile', async () => {
		const counts = await world.counts();
		assert.equal(WRITES.reduce((sum, kind) => sum + counts[kind], 0), 0);
		assert.deepEqual((await contents(world)).filter(({ _id }) => _id !== `item-${one}`),
			before.filter(({ _id }) => _id !== `item-${one}`));
	});
	await step('check says the same', async () => {
		const { status, problems } = await world.check();
		assert.equal(status, 1);
		assert.match(problems.join('\n'), /table "Items" has no column "ID"; add one of type singleLineText/);
	});
	await world.edit({ action: 'addField', table: 'Items', name: 'ID', type: 'singleLineText' });
	await world.sync({ full: true });
	const last = await world.sync({ full: true });
	await step('made anew, the column is filled, and no row is made twice', async () => {
		assert.equal(last.status, 0, last.log);
		assert.equal((await world.rows()).length, rows);
		await world.assertEqual();
	});
}

async function noTable(world, step) {
	const whole = await world.control('GET', 'save');
	await world.edit({ action: 'deleteTable', table: 'Items' });
	const first = await world.sync();
	await step('the first sync ends with 1 and names base and table', () => {
		assert.equal(first.status, 1, first.log);
		assert.match(first.log, new RegExp(`base ${BASE_ID}.* no table named "Items".*template`));
	});
	await step('check says the same', async () => {
		const { status, problems } = await world.check();
		assert.equal(status, 1);
		assert.match(problems.join('\n'), new RegExp(`base ${BASE_ID}.* no table named "Items"; make one`));
	});
	await step('no row of the other table is written', async () => assert.deepEqual(await world.rows('Collections'), []));
	await world.control('POST', 'load', whole);
	await world.syncWell();
	await step('with the table everything syncs', () => world.assertEqual());

	const filled = await world.control('GET', 'save');
	const before = await contents(world);
	await world.edit({ action: 'deleteTable', table: 'Items' });
	const [one] = before.map(({ _id }) => _id.slice('item-'.length));
	await world.save(one, { notes: 'edited meanwhile' });
	const gone = await world.sync();
	await step('a table that goes away later stops the pass, which says so', () => {
		assert.equal(gone.status, 1, gone.log);
		assert.match(gone.log, /table "Items".*(gone|no longer).*bring it back/);
	});
	await step('no document is changed or deleted for it', async () =>
		assert.deepEqual((await contents(world)).filter(({ _id }) => _id !== `item-${one}`),
			before.filter(({ _id }) => _id !== `item-${one}`)));
	await world.control('POST', 'load', filled);
	const last = await world.sync();
	await step('brought back, everything agrees', async () => {
		assert.equal(last.status, 0, last.log);
		await world.assertEqual();
		assert.equal((await world.rowOf(one)).fields.Notes, 'edited meanwhile');
	});
}

/* Items that are to stand in collections are linked to items. */
async function linkedElsewhere(world, step) {
	const { bases: [{ tables }] } = await world.control('GET', 'bases');
	await world.edit({ action: 'renameField', table: 'Items', field: 'Collection', name: 'Aside' },
		{ action: 'addField', table: 'Items', name: 'Collection', type: 'multipleRecordLinks',
			options: { linkedTableId: tables.find((table) => table.name === 'Items').id } });
	const done = await world.sync();
	await step('the pass ends with 1 and says where the column must point to', () => {
		assert.equal(done.status, 1, done.log);
		assert.match(done.log, /table "Items".*"Collection".*must link to the table "Collections"/);
	});
	await step('check says the same', async () => {
		const { status, problems } = await world.check();
		assert.equal(status, 1);
		assert.match(problems.join('\n'), /"Collection".*must link to the table "Collections"/);
	});
	await step('nothing is written', async () => assert.deepEqual([await world.rows(), await world.rows('Collections')], [[], []]));
	await world.edit({ action: 'deleteField', table: 'Items', field: 'Collection' },
		{ action: 'renameField', table: 'Items', field: 'Aside', name: 'Collection' });
	await world.syncWell();
	await step('put right, everything syncs', () => world.assertEqual());
}

/* ---- tokens ---- */

const GOOD_TOKEN = TOKEN;
const STRANGER = 'patStranger000000.nobody';
const ELSEWHERE = 'patElsewhere00000.granted';

async function tokens(world, step) {
	const cases = [
		['a wrong token', { AIRTABLE_TOKEN: STRANGER }, /401|AUTHENTICATION_REQUIRED/],
		['a token without the base', { AIRTABLE_TOKEN: ELSEWHERE }, /403|INVALID_PERMISSIONS/],
		['a wrong token for this base beside a good one', { [`AIRTABLE_TOKEN_${BASE_ID}`]: STRANGER }, /401|AUTHENTICATION_REQUIRED/],
		['no token', { AIRTABLE_TOKEN: '' }, new RegExp(`no token for base ${BASE_ID}: set AIRTABLE_TOKEN`)],
	];
	for (const [words, env, said] of cases) {
		const done = await world.sync({ env });
		await step(`${words}: the pass ends with 1 and says why`, () => {
			assert.equal(done.status, 1, done.log);
			assert.match(done.log, said);
			assert.match(done.report.error, said);
		});
		const found = await world.check({ env });
		await step(`${words}: check ends with 1 and says what to do`, () => {
			assert.equal(found.status, 1);
			assert.match(found.problems.join('\n'), said);
			assert.match(found.problems.join('\n'), /(token needs|set AIRTABLE_TOKEN)/);
		});
		await step(`${words}: the token itself is shown nowhere`, () => {
			for (const token of [GOOD_TOKEN, STRANGER, ELSEWHERE])
				assert.ok(!JSON.stringify([done, found]).includes(token));
		});
	}
	await step('nothing was written', async () => assert.deepEqual(await world.rows(), []));
	await world.syncWell({ env: { AIRTABLE_TOKEN: STRANGER, [`AIRTABLE_TOKEN_${BASE_ID}`]: GOOD_TOKEN } });
	await step('with a good one of the base itself everything syncs', () => world.assertEqual());

	/* Taken away while it runs, and given back. */
	const bridge = await world.run();
	const [one] = (await world.documents()).map(idOf);
	await world.faults([{ fault: '401', every: 1, times: 1, type: 'AUTHENTICATION_REQUIRED', message: 'Authentication required' }]);
	await world.until('a refused token is said', () => /needs attention.*401/.test(bridge.log()));
	const status = await bridge.stop();
	await step('a running bridge says that it needs attention, and ends well', () => assert.equal(status, 0, bridge.log()));
	await world.dropFaults();
	await world.save(one, { notes: 'after that' });
	await world.syncWell();
	await step('and then goes on', () => world.assertEqual());
}

/* ---- settings ---- */

const BAD_SETTINGS = [
	['no COUCHDB_URL', { COUCHDB_URL: '' }, 2, /COUCHDB_URL/],
	['a COUCHDB_URL that is none', { COUCHDB_URL: 'not a url' }, 2, /COUCHDB_URL/],
	['a number that is none', { AIRTABLE_POLL_SECONDS: 'often' }, 2, /AIRTABLE_POLL_SECONDS.*often/],
	['a level that is none', { LOG_LEVEL: 'loud' }, 2, /LOG_LEVEL.*loud/],
	['a wrong password', { COUCHDB_USER: 'nobody', COUCHDB_PASSWORD: 'wrong-password' }, 1, /401|password/i],
	['a database that is not there', { COUCHDB_DATABASES: 'davenport-test-not-there' }, 1, /davenport-test-not-there/],
];

async function settings(world, step) {
	for (const [words, env, status, said] of BAD_SETTINGS) {
		const done = await world.sync({ env });
		await step(`${words}: sync ends with ${status} and says which setting`, () => {
			assert.equal(done.status, status, done.log);
			assert.match(done.log, said);
		});
		const found = await world.check({ env });
		await step(`${words}: and so does check`, () => {
			assert.equal(found.status, status, found.log);
			assert.match(found.problems.join('\n') + found.log, said);
		});
		await step(`${words}: no secret is shown`, () =>
			assert.ok(!JSON.stringify([done, found]).includes(world.server.password)));
	}
}

/* ---- integrations ---- */

const BAD_CONFIGS = [
	['no base', { airtable_base_id: undefined }, /airtable_base_id is missing/],
	['an empty base', { airtable_base_id: '' }, /airtable_base_id is ""/],
	['a base that is no base', { airtable_base_id: 'tblWrong' }, /airtable_base_id is "tblWrong", a base id looks like app/],
	['a base with its table', { airtable_base_id: 'appDemo0000000001/tblItems000000001' },
		/airtable_base_id is "appDemo0000000001\/tblItems000000001".*copy that part alone/],
	['a base with a line break', { airtable_base_id: 'appDemo0000000001\n' }, /airtable_base_id is "appDemo0000000001\\?n?\s*".*copy that part alone/],
	['a base that is a number', { airtable_base_id: 5 }, /airtable_base_id is a(n integer| number|n int)/],
	['an unknown kind of scope', { scope_type: 'galaxies' }, /scope_type is "galaxies", "collections" or "containers"/],
	['a scope that is a text', { collection_ids_to_sync: 'all' }, /collection_ids_to_sync is a (string|text)/],
	['a scope with something else in it', { collection_ids_to_sync: [7] }, /entry 1 of collection_ids_to_sync is a(n integer| number|n int)/],
];

async function badConfigs(world, step) {
	const other = await World.open({ items: 5, seed: 2, base: 'appOther000000001', beside: world });
	const env = { COUCHDB_DATABASES: `${world.database},${other.database}` };
	try {
		await world.syncWell({ env });
		const good = (await world.couch.get(world.database, `integration-${world.integrationId}`)).data.config;
		const [inOther] = (await other.documents()).map(idOf);
		for (const [words, changes, said] of BAD_CONFIGS) {
			await world.configure({ ...good, ...changes });
			await other.save(inOther, { notes: `While the other has ${words}` });
			const before = await world.revisions();
			const done = await world.sync({ env });
			await step(`${words}: the log says so, and names database and document`, () =>
				assert.match(done.log.split('\n').find((line) => said.test(line)) ?? done.log,
					new RegExp(`${world.database}.*integration-${world.integrationId}`)));
			await step(`${words}: check says so and ends with 1`, async () => {
				const found = await world.check({ env });
				assert.equal(found.status, 1);
				assert.match(found.problems.join('\n'), said);
			});
			await step(`${words}: nothing of it is touched, the other integration goes on`, async () => {
				assert.deepEqual(await world.revisions(), before);
				await other.assertEqual();
			});
		}
		await world.configure(good);
		await world.syncWell({ env });
		await step('set right again, everything agrees', () => world.assertEqual());

		await other.configure({ airtable_base_id: world.base });
		const both = await world.sync({ env });
		await step('of two integrations on one base only the first is synced, and that is said', async () => {
			assert.match(both.log, /names base .* which integration .* had first: only that one is synced/);
			await world.assertEqual();
			assert.equal((await world.rows()).length, 10);
		});
	} finally {
		await other.close();
	}
}

async function badConfigWhileRunning(world, step) {
	const bridge = await world.run();
	await world.untilEqual('the first sync');
	const good = (await world.couch.get(world.database, `integration-${world.integrationId}`)).data.config;
	const before = await contents(world);
	await world.configure({ scope_type: 'galaxies' });
	await world.until('it is said', () => /scope_type is .*galaxies/.test(bridge.log()));
	await step('a running bridge says what is wrong in the integration', () =>
		assert.match(bridge.log(), new RegExp(`integration-${world.integrationId}.*scope_type`)));
	await step('and changes nothing', async () => assert.deepEqual(await contents(world), before));
	const [one] = before.map(({ _id }) => _id.slice('item-'.length));
	await world.editRow(one, { Notes: 'typed meanwhile' });
	await world.configure(good);
	await world.untilEqual('put right, it goes on');
	await step('put right, it goes on by itself', async () =>
		assert.equal((await world.document(one)).data.notes, 'typed meanwhile'));
	await step('and ends with 0', async () => assert.equal(await bridge.stop(), 0));
}

async function goneIntegration(world, step) {
	const bridge = await world.run();
	await world.untilEqual('the first sync');
	const before = [await contents(world), (await world.rows()).map((row) => row.id)];
	const { _rev: revision, ...integration } = await world.couch.get(world.database, `integration-${world.integrationId}`);
	await world.couch.remove(world.database, { ...integration, _rev: revision });
	await world.until('the bridge has noticed', () => /no database holds an Airtable integration/.test(bridge.log()));
	await sleep(1500);
	await step('without its integration nothing is changed or deleted on either side', async () =>
		assert.deepEqual([await contents(world), (await world.rows()).map((row) => row.id)], before));
	await world.editRow(before[0][0]._id.slice('item-'.length), { Notes: 'typed meanwhile' });
	await world.couch.put(world.database, integration);
	await world.untilEqual('it is there again');
	await step('there again, it goes on where it was', async () => {
		assert.equal((await world.document(before[0][0]._id.slice('item-'.length))).data.notes, 'typed meanwhile');
		assert.deepEqual((await world.rows()).map((row) => row.id), before[1]);
	});
	await step('and ends with 0', async () => assert.equal(await bridge.stop(), 0));
}

async function emptyScope(world, step) {
	await world.syncWell();
	const { collection_ids_to_sync: ids } = (await world.couch.get(world.database,
		`integration-${world.integrationId}`)).data.config;
	const rows = await world.rows();
	await world.configure({ collection_ids_to_sync: [] });
	await world.sync();
	await world.advance(61000);
	await world.sync({ full: true });
	await step('no row is deleted', async () => assert.deepEqual((await world.rows()).map((row) => row.id),
		rows.map((row) => row.id)));
	await step('check says that nothing is in scope, and where to choose', async () => {
		const { status, problems } = await world.check();
		assert.equal(status, 1);
		assert.match(problems.join('\n'), /lists nothing to sync: choose collections or containers/);
	});
	await world.configure({ collection_ids_to_sync: ids });
	await world.advance(61000);
	await world.sync({ full: true });
	const last = await world.sync();
	await step('with its scope again everything agrees', async () => {
		assert.equal(last.status, 0, last.log);
		await world.assertEqual();
	});
}

/* ---- servers that are away ---- */

/* A scenario with a CouchDB of its own, which can go away and come back on the same port with the same folder. */
function withOwnCouch(title, play) {
	return { title, async play(step) {
		const folder = mkdtempSync(path.join(os.tmpdir(), 'davenport-own-couch-'));
		const processes = new Processes(path.join(folder, 'logs'), () => {});
		const couch = { folder: path.join(folder, 'data'), port: 0, program: null, server: null,
			async start() {
				const started = await startCouch(processes, { folder: couch.folder, port: couch.port });
				Object.assign(couch, { port: started.port, program: started.program, server: started.at });
			},
			stop: () => processes.stop(couch.program) };
		let world = null;
		try {
			await couch.start();
			world = await World.open({ items: 10, server: couch.server });
			await play(world, couch, step);
		} finally {
			await world?.close({ server: false });
			await processes.stopAll();
			rmSync(folder, { recursive: true, force: true });
		}
	} };
}

async function couchAway(world, couch, step) {
	await couch.stop();
	const done = await world.sync();
	await step('sync ends with 3 and names the server', () => {
		assert.equal(done.status, 3, done.log);
		assert.match(done.log, new RegExp(`127\\.0\\.0\\.1:?.*${couch.port}|onnect`));
	});
	const found = await world.check();
	await step('check ends with 3 and names the setting', () => {
		assert.equal(found.status, 3);
		assert.match(found.problems.join('\n'), /COUCHDB_URL/);
	});
	const bridge = await world.run();
	await world.until('it is said', () => bridge.lines.some((line) => /level=(error|warn)/.test(line)));
	await step('run says that it cannot connect, and goes on trying', () =>
		assert.match(bridge.log(), /(onnect|reach|refused)/));
	await couch.start();
	await world.untilEqual('the first sync, once CouchDB is there');
	await step('and syncs once it is there', () => world.assertEqual());

	/* In the middle: edits in Airtable, and later in CouchDB. */
	const [one, two] = (await world.documents()).map(idOf);
	const said = bridge.lines.length;
	await couch.stop();
	await world.editRow(one, { Notes: 'typed while CouchDB was away' });
	await world.until('it is said', () => bridge.lines.slice(said).some((line) => /level=(error|warn)/.test(line)));
	await sleep(1500);
	await couch.start();
	await world.save(two, { notes: 'saved after that' });
	await world.untilEqual('CouchDB is back');
	await step('gone in the middle and back, nothing is lost', async () => {
		assert.equal((await world.document(one)).data.notes, 'typed while CouchDB was away');
		assert.equal((await world.rowOf(two)).fields.Notes, 'saved after that');
		assert.equal((await world.rows()).length, 10);
	});
	const status = await bridge.stop();
	await step('and it ends with 0', () => assert.equal(status, 0, bridge.log()));
}

async function airtableAway(world, step) {
	const bridge = await world.run();
	await world.untilEqual('the first sync');
	const [one, two] = (await world.documents()).map(idOf);
	await world.editRow(two, { 'Model Name': 'typed just before' });
	await world.processes.stop(world.sandboxProgram);
	const said = bridge.lines.length;
	await world.save(one, { notes: 'saved while Airtable was away' }, { at: Date.now() });
	await sleep(2500);
	await startSandbox(world.processes, ['--port', String(world.sandboxPort), '--rate', 'off', '--load', world.saved]);
	await world.untilEqual('Airtable is back');
	await step('gone in the middle and back, nothing is lost', async () => {
		assert.equal((await world.rowOf(one)).fields.Notes, 'saved while Airtable was away');
		assert.equal((await world.document(two)).data.model_name, 'typed just before');
		assert.equal((await world.rows()).length, 10);
	});
	await step('what was away is said, and that it is back', () => {
		const lines = bridge.lines.slice(said).join('\n');
		if (/level=warn/.test(lines))
			assert.match(lines, /recovered after/);
	});
	const status = await bridge.stop();
	await step('and it ends with 0', () => assert.equal(status, 0, bridge.log()));

}

/* Nothing listens there. */
async function noAirtable(world, step) {
	await world.processes.stopAll();
	const [done, found] = await Promise.all([world.sync(), world.check()]);
	await step('sync ends with 3 and names Airtable', () => {
		assert.equal(done.status, 3, done.log);
		assert.match(done.log, /\/v0\//);
	});
	await step('that address is told as it is tried again and in the end, however often it is tried', () => {
		assert.ok((done.log.match(/retrying in \d+ s/g) ?? []).length > 2, done.log);
		assert.equal(done.log.match(/\/v0\//g).length, 2, done.log);
	});
	await step('and so does check', () => {
		assert.equal(found.status, 3);
		assert.match(found.problems.join('\n'), /Airtable does not answer: see that this machine reaches/);
	});
}

await playAll([
	inWorld('no Airtable', { items: 5 }, noAirtable),
	inWorld('Airtable is away', { items: 10, saving: true }, airtableAway),
	withOwnCouch('CouchDB is away', couchAway),
	inWorld('a bad integration while it runs', { items: 5 }, badConfigWhileRunning),
	inWorld('bad documents', { documents: [...sample, ...BAD_DOCUMENTS.map(([, doc]) => doc)] }, badDocuments),
	inWorld('bad cells', { items: 40 }, badCells),
	inWorld('a column of another type', { items: 20 }, retyped),
	inWorld('columns of wrong types', { items: 20 }, wronglyTyped),
	inWorld('a choice that is gone', { items: 5 }, goneChoice),
	inWorld('a column that is gone', { items: 20 }, goneColumn),
	inWorld('the ID column is gone', { items: 10 }, goneIds),
	inWorld('a table that is missing', { items: 10 }, noTable),
	inWorld('a Collection column that points elsewhere', { items: 5 }, linkedElsewhere),
	inWorld('settings', { items: 1 }, settings),
	inWorld('tokens', { items: 5, sandbox: ['--token', GOOD_TOKEN, '--token', `${ELSEWHERE}=appElsewhere000001`] }, tokens),
	inWorld('bad integrations', { items: 10, sandbox: ['--template', 'appOther000000001'] }, badConfigs),
	inWorld('an integration that is deleted', { items: 5 }, goneIntegration),
	inWorld('an empty scope', { items: 10 }, emptyScope),
], { atOnce: 6 });

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
	const revisions = await world.revisions();
	await world.resetCounts();
	await world.sync();
	const counts = await world.counts();
	for (const kind of WRITES)
		assert.equal(counts[kind], 0, `${counts[kind]} times ${kind}`);
	assert.deepEqual(await world.revisions(), revisions);
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
		/item-long: Notes.*200000 characters/, 'Notes', (doc) => { doc.data.notes = LONG.slice(0, LONGEST_SHOWN); }],
	['a currency that the select lacks', newItem(sample, 'francs', { purchase_price_currency: 'CHF',
		purchase_price_x1000: 12500 }), /item-francs: PPC.*CHF.* is not among the column's choices/, 'PPC',
	(doc) => { doc.data.purchase_price_currency = 'EUR'; }],
	['a type that the select lacks', newItem(sample, 'typed', { item_type: 'flying_carpet' }),
		/item-typed: Type.*Flying Carpet.* is not among the column's choices/, 'Type',
		(doc) => { doc.data.item_type = 'container'; doc.data._can_contain_items = true; }],
	['a date beyond the year 9999', newItem(sample, 'late', { expiry_date: 9e15 }), /item-late: Expiry Date/, 'Expiry Date',
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
		await step(`the other fields of ${id} flow both ways meanwhile`, async () => {
			assert.equal((await world.document(id)).data.model_name, `Row of ${id}`);
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

await playAll([
	inWorld('bad documents', { documents: [...sample, ...BAD_DOCUMENTS.map(([, doc]) => doc)] }, badDocuments),
]);

/* What an edit of a row makes of its document is what the app would have saved: what follows from it, what it refuses, its
 * history. */
import assert from 'node:assert/strict';
import { newItem } from './lib/documents.mjs';
import { playAll } from './lib/tap.mjs';
import { idOf, inWorld, sampleDocuments } from './lib/world.mjs';

const ERROR_CELL = 'Synchronization Error Message';
const sample = sampleDocuments({ items: 10 });
const collections = sample.filter((doc) => doc.type === 'collection').map(idOf);

const historiesOf = async (world, id) => (await world.histories()).filter((doc) => doc.data_id === id && doc.event_name === 'sync')
	.sort((a, b) => a.timestamp - b.timestamp);

async function references(world, step) {
	await world.couch.putAll(world.database, [newItem(sample, 'one'), newItem(sample, 'two'), newItem(sample, 'three')]);
	await world.syncWell();
	await world.editRow('one', { 'Ref. No.': '77', Serial: 3 });
	await world.syncWell();
	const { data, updated_at: updated } = await world.document('one');
	await step('a number in the row gives the document its reference and its tag', () => {
		assert.match(data.individual_asset_reference, /^[0-9]+\.77\.0003$/);
		assert.match(data.epc_tag_uri, /^urn:epc:tag:giai-96:0\./);
		assert.match(data.rfid_tag_epc_memory_bank_contents, /^34[0-9A-F]{22}$/);
		assert.equal(data._show_in_collection, true);
	});
	await step('and the row shows them', async () => {
		const { fields } = await world.rowOf('one');
		assert.equal(fields['Individual Asset Ref.'], data.individual_asset_reference);
		assert.equal(fields['RFID EPC Hex'], data.rfid_tag_epc_memory_bank_contents);
		assert.equal(Date.parse(fields['Updated At']), updated);
	});
	await step('the history has one entry for it, with what changed and nothing else', async () => {
		const [entry, ...more] = await historiesOf(world, 'one');
		assert.deepEqual(more, []);
		assert.equal(entry.created_by, `integration-${world.integrationId}`);
		assert.equal(entry.timestamp, updated);
		assert.equal(entry.new_data.item_reference_number, '77');
		assert.equal(entry.new_data.individual_asset_reference, data.individual_asset_reference);
		assert.equal(entry.original_data.item_reference_number, undefined);
		assert.ok(!('name' in entry.new_data) && !('integrations' in entry.new_data));
	});

	await world.editRow('two', { 'Ref. No.': '77', Serial: 3, Notes: 'refused with it' });
	const refused = await world.sync();
	await step('the same number again is refused as a whole, and the row says whose it is', async () => {
		const { data: two } = await world.document('two');
		assert.deepEqual([two.item_reference_number, two.notes], [undefined, undefined]);
		assert.match((await world.rowOf('two')).fields[ERROR_CELL], /Ref\. No\. and Serial .* "Item one" has already/);
		assert.match(refused.log, /item-two: Ref\. No\. and Serial/);
		assert.deepEqual(await historiesOf(world, 'two'), []);
	});
	await world.save('one', { item_reference_number: '78', individual_asset_reference: '0001.78.0003',
		rfid_tag_epc_memory_bank_contents: '34140000002386F4C3CDF570' });
	await world.sync();
	await world.syncWell();
	await step('when the other makes way, the edit is saved by itself and the message goes', async () => {
		const { data: two } = await world.document('two');
		assert.deepEqual([two.item_reference_number, two.notes], ['77', 'refused with it']);
		assert.equal((await world.rowOf('two')).fields[ERROR_CELL], undefined);
	});

	await world.editRows([['two', { 'Ref. No.': '90' }], ['three', { 'Ref. No.': '90', Serial: 3 }]]);
	await world.sync();
	await step('of two rows that are given the same number at once, one gets it', async () => {
		const given = await Promise.all(['two', 'three'].map(async (id) => (await world.document(id)).data.item_reference_number));
		assert.equal(given.filter((number) => number === '90').length, 1, JSON.stringify(given));
		const told = await Promise.all(['two', 'three'].map(async (id) => (await world.rowOf(id)).fields[ERROR_CELL]));
		assert.equal(told.filter((words) => /has already/.test(words ?? '')).length, 1, JSON.stringify(told));
	});
	const loser = (await world.document('two')).data.item_reference_number === '90' ? 'three' : 'two';
	await world.editRow(loser, { 'Ref. No.': '91' });
	await world.syncWell();
	await step('corrected, it is saved, and the message goes', async () => {
		assert.equal((await world.document(loser)).data.item_reference_number, '91');
		assert.equal((await world.rowOf(loser)).fields[ERROR_CELL], undefined);
	});
}

async function newRow(world, step) {
	await world.syncWell();
	const collection = await world.rowOf(collections[0], 'Collections');
	const [{ id: record }] = await world.edit({ action: 'create', table: 'Items', fields: { Name: '  A new box ', Type: 'Container',
		Collection: [collection.id], 'Ref. No.': '501', 'Expiry Date': '2030-03-10T00:00:00.000Z', 'Expire Soon Prior Days': 2 } });
	await world.sync();
	const { fields } = (await world.rows()).find((row) => row.id === record);
	const { data } = await world.document(fields.ID);
	await step('a new row becomes a document with everything that follows', () => {
		assert.equal(data.name, 'A new box');
		assert.deepEqual([data._can_contain_items, data._show_in_collection, data.use_mixed_rfid_tag_access_password], [true, true, false]);
		assert.equal(data._expire_soon_at, Date.UTC(2030, 2, 8));
		assert.match(data.rfid_tag_epc_memory_bank_contents, /^34[0-9A-F]{22}$/);
	});
	await step('and the row shows it', () => {
		assert.deepEqual([fields.Name, fields['Can Contain Items'], fields['RFID EPC Hex']],
			['A new box', true, data.rfid_tag_epc_memory_bank_contents]);
	});
	await step('the history says that it was made', async () => {
		const [entry, ...more] = await historiesOf(world, fields.ID);
		assert.deepEqual([entry.original_data, more], [{ __deleted: true }, []]);
		assert.equal(entry.new_data.name, 'A new box');
	});

	await world.editRow(fields.ID, { Type: 'Item' });
	await world.couch.putAll(world.database, [newItem(sample, 'inside', { container_id: fields.ID })]);
	await world.sync();
	await world.editRow(fields.ID, { Type: 'Consumable' });
	await world.sync();
	await step('what holds something stays a container: the row says why', async () => {
		assert.notEqual((await world.document(fields.ID)).data.item_type, 'consumable');
		assert.match((await world.rowOf(fields.ID)).fields[ERROR_CELL], /Type: it contains 1 item\b/);
	});
}

async function deletes(world, step) {
	await world.couch.putAll(world.database, [newItem(sample, 'plain', { notes: 'last words' })]);
	await world.syncWell();
	await world.editRow('plain', { Delete: true });
	await world.syncWell();
	await step('a document that goes by its row leaves one entry with all that it held', async () => {
		assert.equal(await world.document('plain'), null);
		const [entry, ...more] = await historiesOf(world, 'plain');
		assert.deepEqual([entry.new_data, more], [{ __deleted: true }, []]);
		assert.deepEqual([entry.original_data.notes, entry.created_by], ['last words', `integration-${world.integrationId}`]);
	});
}

await playAll([
	inWorld('references', { documents: sample }, references),
	inWorld('a new row', { documents: sample }, newRow),
	inWorld('deletes', { documents: sample }, deletes),
], { atOnce: 3 });

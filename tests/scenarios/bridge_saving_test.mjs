/* What an edit of a row makes of its document is what the app would have saved: what follows from it, what it refuses, its
 * history. */
import assert from 'node:assert/strict';
import { assetReference } from '../../demo/sample.mjs';
import { newCollection, newItem } from './lib/documents.mjs';
import { playAll } from './lib/tap.mjs';
import { idOf, inWorld, sampleDocuments } from './lib/world.mjs';

const ERROR_CELL = 'Synchronization Error Message';
const sample = sampleDocuments({ items: 10 });
const collections = sample.filter((doc) => doc.type === 'collection').map(idOf);
const firstNumber = sample.find((doc) => doc.type === 'collection').data.collection_reference_number;

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
		assert.match(refused.log, /item-two \([^)]+\): Ref\. No\. and Serial/);
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

/* Ids that stand behind U+FFF0, where many a walk over all documents ends. The first of a pair has what the second is given. */
const EPC = '34140000002386F4C3CDF571';
const LAST = {
	items: ['\ufffd has a number', '\u{1f527} takes it'],
	tags: ['\u{1f527} has a tag', '\ufffd takes it'],
	collections: ['\ufffd has a number', '\u{1f527} takes it'],
};
const lastDocuments = [
	newItem(sample, LAST.items[0], { item_reference_number: '77', serial: 3, ...assetReference(firstNumber, '77', 3) }),
	newItem(sample, LAST.items[1]),
	newItem(sample, LAST.tags[0], { rfid_tag_epc_memory_bank_contents: EPC, rfid_tag_epc_memory_bank_contents_manually_set: true }),
	newItem(sample, LAST.tags[1]),
	newCollection(sample, LAST.collections[0], { collection_reference_number: '0911' }),
	newCollection(sample, LAST.collections[1], { collection_reference_number: '0912' }),
];

async function lastIds(world, step) {
	await world.configure({ collection_ids_to_sync: [...collections, ...LAST.collections] });
	await world.syncWell();
	const refused = async (words, table, id, cells, key, said) => {
		const before = await world.document(id, table.type);
		await world.editRow(id, { ...cells, Name: 'refused with it' }, table.name);
		await world.sync();
		await step(words, async () => {
			assert.match((await world.rowOf(id, table.name)).fields[ERROR_CELL], said);
			const { data } = await world.document(id, table.type);
			assert.deepEqual([data[key], data.name], [before.data[key], before.data.name]);
			assert.deepEqual(await historiesOf(world, id), []);
		});
	};
	const items = { type: 'item', name: 'Items' }, groups = { type: 'collection', name: 'Collections' };
	await refused('a number that an item behind all others has is refused', items, LAST.items[1], { 'Ref. No.': '77', Serial: 3 },
		'item_reference_number', /Ref\. No\. and Serial .* "Item \ufffd has a number" has already/);
	await refused('and so is a tag', items, LAST.tags[1], { 'RFID EPC Hex': EPC, 'Manually Set RFID EPC Hex': true },
		'rfid_tag_epc_memory_bank_contents', /RFID EPC Hex "34140000002386F4C3CDF571" is that of "Item \u{1f527} has a tag" already/u);
	await refused("and a collection's number", groups, LAST.collections[1], { 'Ref. No.': '0911' },
		'collection_reference_number', /Ref\. No\. "0911" is that of the collection "Collection \ufffd has a number" already/);
}

async function newRow(world, step) {
	await world.syncWell();
	const collection = await world.rowOf(collections[0], 'Collections');
	const [{ id: record }] = await world.edit({ action: 'create', table: 'Items', fields: { Name: '  A new box ', Type: 'Container',
		Collection: [collection.id], 'Ref. No.': '501', 'Expiry Date': '2030-03-10T00:00:00.000Z', 'Expire Soon Prior Days': 2 } });
	await world.sync();
	await world.advance(61000); /* white space at the ends of a cell is left for a minute */
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

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const picture = (id, items, collections) => ({ _id: `zz20-image-${id}`, type: 'image', created_at: 1, updated_at: 1,
	data: { filename: `${id}.png`, _item_ids: items, _item_collection_ids: collections },
	_attachments: Object.fromEntries(['thumbnail-128', 'image-1440']
		.map((name) => [name, { content_type: 'image/png', data: PIXEL }])) });
const pictureLink = (item, image, collection, id = `${item}-${image}`) => ({ _id: `item_image-${id}`, type: 'item_image', created_at: 1,
	updated_at: 1, data: { item_id: item, image_id: image, order: 0, _item_collection_id: collection } });

/* An item with two pictures, of which one is also another's, and a third that another has under an id of its own. */
async function pictures(world, step) {
	const [from, to] = collections;
	const read = (fullId) => {
		const [type, ...id] = fullId.split('-');
		return world.document(id.join('-'), type);
	};
	const listsOf = async (image) => {
		const { data, _attachments: attachments } = await read(`zz20-image-${image}`);
		return [data._item_ids, data._item_collection_ids, Object.keys(attachments).sort()];
	};
	const names = ['image-1440', 'thumbnail-128'];
	await world.couch.putAll(world.database, [newItem(sample, 'shown', { collection_id: from }),
		newItem(sample, 'other', { collection_id: from }),
		picture('p1', ['shown'], [from]), picture('p2', ['other', 'shown'], [from]), picture('p3', ['other', 'shown'], [from]),
		pictureLink('shown', 'p1', from), pictureLink('shown', 'p2', from), pictureLink('shown', 'p3', from),
		pictureLink('other', 'p2', from), pictureLink('other', 'p3', from, 'an-id-of-its-own')]);
	await world.syncWell();
	const target = await world.rowOf(to, 'Collections');
	await world.editRow('shown', { Collection: [target.id] });
	await world.syncWell();
	await step('an item that moves takes its links to pictures along, and the pictures', async () => {
		assert.equal((await world.document('shown')).data.collection_id, to);
		for (const image of ['p1', 'p2', 'p3'])
			assert.equal((await read(`item_image-shown-${image}`)).data._item_collection_id, to);
		assert.deepEqual(await listsOf('p1'), [['shown'], [to], names]);
		assert.deepEqual(await listsOf('p2'), [['other', 'shown'], [from, to], names]);
	});
	await step('a picture that another has, by a link of any id, is of both collections; what is of the other stays', async () => {
		assert.deepEqual(await listsOf('p3'), [['other', 'shown'], [from, to], names]);
		for (const link of ['other-p2', 'an-id-of-its-own'])
			assert.equal((await read(`item_image-${link}`)).data._item_collection_id, from);
	});
	const links = await read('item_image-shown-p1');
	await world.editRow('shown', { Notes: 'no move' });
	await world.syncWell();
	await step('another edit writes none of them', async () => {
		assert.equal((await read('item_image-shown-p1'))._rev, links._rev);
	});
	const stored = await read('item-shown');
	stored.data.integrations = { ...stored.data.integrations, elsewhere: { id: 'recElsewhere', modified_at: 5 } };
	await world.couch.putAll(world.database, [stored]);
	await world.syncWell();
	await world.editRow('shown', { Delete: true });
	await world.syncWell();
	await step('one that goes by its box takes its links along; the pictures know', async () => {
		assert.equal(await world.document('shown'), null);
		for (const image of ['p1', 'p2', 'p3'])
			assert.equal(await read(`item_image-shown-${image}`), null);
		assert.deepEqual(await listsOf('p1'), [[], [], names]);
		assert.deepEqual(await listsOf('p2'), [['other'], [from], names]);
	});
	await step('another integration is told, ours is not', async () => {
		const told = await read('integration_deleted_data-item-shown-elsewhere');
		assert.deepEqual([told.data.id, told.data.data], ['shown', { id: 'recElsewhere', modified_at: 5 }]);
		assert.equal(await read(`integration_deleted_data-item-shown-${world.integrationId}`), null);
	});
}

await playAll([
	inWorld('references', { documents: sample }, references),
	inWorld('ids behind all others', { documents: [...sample, ...lastDocuments] }, lastIds),
	inWorld('a new row', { documents: sample }, newRow),
	inWorld('deletes', { documents: sample }, deletes),
	inWorld('pictures', { documents: sample }, pictures),
], { atOnce: 4 });

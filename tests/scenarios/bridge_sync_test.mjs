/* What flows, and what comes of it: every field both ways, edits of both sides at once, deletes, new rows, new names. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { newCollection, newItem } from './lib/documents.mjs';
import { playAll } from './lib/tap.mjs';
import { differencesOf, idOf, inWorld, sampleDocuments, sentence } from './lib/world.mjs';

const ERROR_CELL = 'Synchronization Error Message';
const UNSURE_MS = 61000; /* after this a row that was not shown twice is gone */
const sample = sampleDocuments({ items: 20 });
const collections = sample.filter((doc) => doc.type === 'collection').map(idOf);

async function assertWritesNothing(world, options) {
	const before = await world.contents();
	await world.resetCounts();
	await world.sync(options);
	const counts = await world.counts();
	for (const kind of ['create', 'update', 'upsert', 'delete'])
		assert.equal(counts[kind], 0, `${counts[kind]} times ${kind}`);
	assert.deepEqual(await world.contents(), before);
}

/* ---- field by field ---- */

const noon = (day) => Date.UTC(2025, 2, day, 12, 30, 15, 250);
const iso = (ms) => new Date(ms).toISOString();

/* Field of Items, key of the document, three values as [the document's, the cell's]; those of links are ids. */
const ITEM_FIELDS = [
	['Name', 'name', ['Hammer', 'Hammer'], ['Hammer, red', 'Hammer, red'], ['赤い金槌 🔨', '赤い金槌 🔨']],
	['Collection', 'collection_id', ...collections.slice(0, 3).map((id) => [id, { link: id, table: 'Collections' }])],
	['Container', 'container_id', ...['box-0', 'box-1', 'box-2'].map((id) => [id, { link: id, table: 'Items' }])],
	['Type', 'item_type', ['container', 'Container'], ['generic_container', 'Generic Container'],
		['item_with_parts', 'Item with Parts']],
	['Ref. No.', 'item_reference_number', ['41', '41'], ['042', '042'], ['43', '43']],
	['Serial', 'serial', [1, 1], [20, 20], [9999, 9999]],
	['Individual Asset Ref.', 'individual_asset_reference', ['0001.41.0001', '0001.41.0001'], ['0001.42.0000', '0001.42.0000'],
		['0001.43.0007', '0001.43.0007']],
	['Manually Set Individual Asset Ref.', 'individual_asset_reference_manually_set', [undefined, undefined], [true, true],
		[undefined, undefined]],
	['Notes', 'notes', ['one line', 'one line'], ['two\nlines', 'two\nlines'], ['Zoë "said":\n\n\t👩🏽‍🔧 \\o/ — עם קו',
		'Zoë "said":\n\n\t👩🏽‍🔧 \\o/ — עם קו']],
	['Model Name', 'model_name', ['M1', 'M1'], ['M2 "pro"', 'M2 "pro"'], ['=M3', '=M3']],
	['PPC', 'purchase_price_currency', ['USD', 'USD'], ['EUR', 'EUR'], ['TWD', 'TWD']],
	['Purchase Price', 'purchase_price_x1000', [2010, 2.01], [1234560, 1234.56], [99500, 99.5]],
	['Purchased From', 'purchased_from', ['Shop', 'Shop'], ['誠品書店', '誠品書店'], ["O'Neill & Sons", "O'Neill & Sons"]],
	['Purchase Date', 'purchase_date', ...[3, 4, 5].map((day) => [noon(day), iso(noon(day))])],
	['Expiry Date', 'expiry_date', ...[6, 7, 8].map((day) => [noon(day), iso(noon(day))])],
	['Expire Soon Prior Days', 'expire_soon_prior_days', [5, 5], [10, 10], [30, 30]],
	['Stock Quantity', 'consumable_stock_quantity', [3, 3], [0, 0], [250, 250]],
	['Stock Quantity Unit', 'consumable_stock_quantity_unit', ['pcs', 'pcs'], ['kg', 'kg'], ['шт.', 'шт.']],
	['Min Stock Level', 'consumable_min_stock_level', [2, 2], [4, 4], [6, 6]],
	['Will Not Restock', 'consumable_will_not_restock', [undefined, undefined], [true, true], [undefined, undefined]],
	['Icon Name', 'icon_name', ['cube', 'cube'], ['hammer', 'hammer'], ['book', 'book']],
	['Icon Color', 'icon_color', ['red', 'red'], ['green', 'green'], ['blue', 'blue']],
	['Use First Image as Icon', 'use_first_image_as_icon', [undefined, undefined], [true, true], [undefined, undefined]],
	['RFID EPC Hex', 'rfid_tag_epc_memory_bank_contents', ['34140000002386F4C3CDF570', '34140000002386F4C3CDF570'],
		['34140000002386F50D62EF0F', '34140000002386F50D62EF0F'], ['34140000002386F717DF30A5', '34140000002386F717DF30A5']],
	['Manually Set RFID EPC Hex', 'rfid_tag_epc_memory_bank_contents_manually_set', [undefined, undefined], [true, true],
		[undefined, undefined]],
];
const NEEDED = ['Name', 'Collection'];
const fieldItem = (at) => `field-${at}`;
const boxes = ['box-0', 'box-1', 'box-2'].map((id) => newItem(sample, id, { item_type: 'container', _can_contain_items: true }));
/* What the app keeps of these only beside another. */
const BESIDE = {
	individual_asset_reference: { individual_asset_reference_manually_set: true },
	rfid_tag_epc_memory_bank_contents: { rfid_tag_epc_memory_bank_contents_manually_set: true },
	consumable_stock_quantity: { item_type: 'consumable' },
	consumable_will_not_restock: { item_type: 'consumable', consumable_stock_quantity: 5 },
};
const fieldItems = ITEM_FIELDS.map(([, key, [value]], at) => newItem(sample, fieldItem(at), { ...BESIDE[key], [key]: value }));
/* A consumable without a quantity has one, as soon as the app or the bridge saves it. */
const WITHOUT = { 'Type': [undefined, 'Item'], 'Stock Quantity': [1, 1] };

async function everyField(world, step) {
	await world.syncWell();
	const both = await world.both();
	const cellOf = (shown) => (typeof shown !== 'object' ? shown :
		[both.rows[shown.table].find((row) => row.fields.ID === shown.link).id]);
	const all = (make) => ITEM_FIELDS.map((field, at) => [fieldItem(at), make(field), field]).filter(([, made]) => made !== null);

	const phase = async (words, side, make, expect) => {
		const edits = all(make);
		if (side === 'document') {
			for (const [id, changes] of edits)
				await world.save(id, changes);
		} else {
			/* Within the second of our own write an edit that puts a cell back is believed a minute later only. */
			await world.advance(2000);
			await world.editRows(edits);
		}
		const { report } = await world.syncWell();
		const documents = new Map((await world.documents()).map((doc) => [idOf(doc), doc]));
		const rows = new Map((await world.rows()).map((row) => [row.fields.ID, row]));
		for (const [id, , field] of edits) {
			await step(`${words}: ${field[0]}`, () => {
				const [value, shown] = expect(field);
				assert.deepEqual(documents.get(id).data[field[1]], value);
				assert.deepEqual(rows.get(id).fields[field[0]] || undefined, shown === undefined ? undefined : cellOf(shown) || undefined);
			});
		}
		await step(`${words}: nothing else has changed`, async () => {
			assert.equal(report.conflicts, 0);
			await world.assertEqual();
		});
		await step(`${words}: a further pass writes nothing`, () => assertWritesNothing(world));
	};

	await phase('an edited document shows in the row', 'document', ([, key, , [value]]) => ({ [key]: value }),
		([, , , second]) => second);
	await phase('an edited row is saved in the document', 'row', ([field, , , , [, cell]]) => ({ [field]: cellOf(cell) ?? null }),
		([, , , , third]) => third);
	await phase('what is taken out of the document is taken out of the row', 'document', ([field, key]) =>
		(NEEDED.includes(field) ? null : { [key]: undefined }), ([field]) => [undefined, field === 'Type' ? 'Item' : undefined]);
	await phase('the document is filled again', 'document', ([, key, , [value]]) => ({ [key]: value }), ([, , , second]) => second);
	await phase('what is taken out of the row is taken out of the document', 'row', ([field]) =>
		(NEEDED.includes(field) ? null : { [field]: field === 'Type' ? 'Item' : null }),
	([field]) => WITHOUT[field] ?? [undefined, undefined]);
	await phase('a row that was cleared is filled', 'row', ([field, , [, cell]]) => ({ [field]: cellOf(cell) ?? null }),
		([, , first]) => first);
}

/* What a row only shows. */
async function shownOnly(world, step) {
	const box = newItem(sample, 'shown', { item_type: 'container', _can_contain_items: true, notes: 'as it was' });
	await world.couch.putAll(world.database, [box]);
	await world.syncWell();
	const held = async () => (await world.contents())['item-shown'];
	const before = await held();
	const { id: record, fields } = await world.rowOf('shown');
	for (const [field, typed] of [['ID', 'something-else'], ['Can Contain Items', false], ['Created At', '2001-01-01T00:00:00.000Z'],
		['Updated At', '2001-01-01T00:00:00.000Z']]) {
		await world.edit({ action: 'update', table: 'Items', record, fields: { [field]: typed } });
		await world.syncWell();
		await step(`${field}: what is typed there is set back, and the document is not touched`, async () => {
			assert.equal((await world.rowOf('shown')).fields[field], fields[field]);
			assert.deepEqual(await held(), before);
			await world.assertEqual();
		});
	}
	await world.couch.put(world.database, { ...await world.document('shown'), created_at: noon(1), updated_at: noon(2) });
	await world.syncWell();
	await step('Created At and Updated At follow the document', async () => {
		const row = await world.rowOf('shown');
		assert.equal(row.fields['Created At'], iso(noon(1)));
		assert.equal(row.fields['Updated At'], iso(noon(2)));
	});

	const [collection] = collections;
	await world.save(collection, { name: 'Renamed in CouchDB', collection_reference_number: '0077' }, { type: 'collection' });
	await world.syncWell();
	await step('an edited collection shows in its row', async () => {
		const row = await world.rowOf(collection, 'Collections');
		assert.deepEqual([row.fields.Name, row.fields['Ref. No.']], ['Renamed in CouchDB', '0077']);
	});
	await world.editRow(collection, { Name: 'Renamed in Airtable', 'Ref. No.': '0078' }, 'Collections');
	await world.syncWell();
	await step('an edited row of a collection is saved in its document', async () => {
		const { data } = await world.document(collection, 'collection');
		assert.deepEqual([data.name, data.collection_reference_number], ['Renamed in Airtable', '0078']);
		await world.assertEqual();
	});
	await world.editRow(collection, { ID: 'wrong' }, 'Collections');
	await world.syncWell();
	await step('the ID of a collection is set back', () => world.assertEqual());
}

/* A row's edit changes one value of its document, and nothing else in it. */
async function onlyThat(world, step) {
	const odd = { ...newItem(sample, 'odd', { notes: 'before', item_type: 'consumable', consumable_stock_quantity: 2,
		consumable_will_not_restock: false, ignore_iar_prefix: false, use_mixed_rfid_tag_access_password: false,
		_show_in_collection: true, rfid_tag_access_password: '0a1b2c3d', use_first_image_as_icon: false, purchase_price_x1000: 2009.9999999999998,
		future_key: { list: [1, 2.5, 'three', null], nested: { yes: true } }, zero: 0, empty: '', contents_order: ['a', 'b'],
		'7': 'a key like a number' }), top_level: ['kept', { as: 'it is' }] };
	odd._attachments = { 'note.txt': { content_type: 'text/plain', data: Buffer.from('attached').toString('base64') } };
	await world.couch.putAll(world.database, [odd]);
	await world.syncWell();
	const before = await world.document('odd');
	await world.editRow('odd', { Notes: 'after' });
	await world.syncWell();
	const after = await world.document('odd');
	await step('an edit of one cell leaves every other key, flag and attachment as it was', () => {
		const { _rev: r1, updated_at: t1, data: { notes: n1, integrations: i1, ...data }, ...rest } = before;
		const { _rev: r2, updated_at: t2, data: { notes: n2, integrations: i2, ...dataAfter }, ...restAfter } = after;
		assert.deepEqual([n1, n2], ['before', 'after']);
		assert.deepEqual(dataAfter, data);
		assert.deepEqual(restAfter, rest);
		assert.ok(t2 > t1 && r1 !== r2);
		assert.equal(i1, undefined);
		assert.deepEqual(Object.keys(i2), [world.integrationId]);
	});
	await step('the document bears the mark of its row', async () =>
		assert.equal(after.data.integrations[world.integrationId].id, (await world.rowOf('odd')).id));
}

/* ---- both sides at once ---- */

const conflictsOf = async (world, id) => (await world.histories()).filter((doc) => doc.data_id === id &&
	doc.event_name === 'sync_conflict');

async function merges(world, step) {
	await world.syncWell();
	const plain = (await world.documents()).filter((doc) => doc.data.item_type === undefined).map(idOf);
	const [different, rowLast, documentLast, same, cleared, mixed, inBox] = plain;
	await world.save(cleared, { purchased_from: 'a shop' });
	await world.syncWell();

	await world.save(different, { notes: 'of the document' });
	await world.editRow(different, { 'Model Name': 'of the row' });
	await world.save(rowLast, { notes: 'the older, of the document' });
	await world.advance(5000);
	await world.editRow(rowLast, { Notes: 'the newer, of the row' });
	await world.editRow(documentLast, { Notes: 'the older, of the row' });
	await world.advance(5000);
	await world.save(documentLast, { notes: 'the newer, of the document' });
	await world.save(same, { notes: 'the same' });
	await world.editRow(same, { Notes: 'the same' });
	await world.save(cleared, { purchased_from: 'given up' });
	await world.advance(5000);
	await world.editRow(cleared, { 'Purchased From': null });
	await world.save(mixed, { notes: 'of the document', model_name: 'of the document', icon_name: 'cube' });
	await world.advance(5000);
	await world.editRow(mixed, { Notes: 'of the row', 'Icon Color': 'green', 'Purchased From': 'the row' });
	await world.advance(5000);
	await world.save(inBox, { purchase_price_x1000: 7770 });
	await world.editRow(inBox, { PPC: 'JPY' });
	const { report } = await world.syncWell();
	const [shown] = [async (id) => [(await world.document(id)).data, (await world.rowOf(id)).fields]];

	await step('different fields of one item are merged', async () => {
		const [data, fields] = await shown(different);
		assert.deepEqual([data.notes, data.model_name], ['of the document', 'of the row']);
		assert.deepEqual([fields.Notes, fields['Model Name']], ['of the document', 'of the row']);
		assert.deepEqual(await conflictsOf(world, different), []);
	});
	await step('the same field: the row was edited last and wins', async () => {
		const [data, fields] = await shown(rowLast);
		assert.deepEqual([data.notes, fields.Notes], ['the newer, of the row', 'the newer, of the row']);
	});
	await step('the same field: the document was edited last and wins', async () => {
		const [data, fields] = await shown(documentLast);
		assert.deepEqual([data.notes, fields.Notes], ['the newer, of the document', 'the newer, of the document']);
	});
	for (const [id, loser, winner] of [[rowLast, 'the older, of the document', 'the newer, of the row'],
		[documentLast, 'the older, of the row', 'the newer, of the document']]) {
		await step(`"${loser}" is kept in the history, as the app writes it`, async () => {
			const [history, ...others] = await conflictsOf(world, id);
			assert.deepEqual(others, []);
			assert.deepEqual([history.original_data, history.new_data], [{ notes: loser }, { notes: winner }]);
			assert.equal(history.created_by, `integration-${world.integrationId}`);
			assert.match(history._id, new RegExp(`^zzd-history-integration-${world.integrationId}-${history.batch}-item-${id}` +
				`-sync_conflict-${history.timestamp}-\\d{4}$`));
			assert.equal(history.data_type, 'item');
		});
	}
	await step('the same value on both sides is no conflict', async () => {
		assert.deepEqual(await conflictsOf(world, same), []);
		assert.equal((await world.document(same)).data.notes, 'the same');
	});
	await step('a cell that was cleared last wins over a value', async () => {
		const [data, fields] = await shown(cleared);
		assert.deepEqual([data.purchased_from, fields['Purchased From']], [undefined, undefined]);
		assert.deepEqual((await conflictsOf(world, cleared)).map((doc) => doc.original_data), [{ purchased_from: 'given up' }]);
	});
	await step('of several fields only the one that both changed is a conflict', async () => {
		const [data] = await shown(mixed);
		assert.deepEqual([data.notes, data.model_name, data.icon_name, data.icon_color, data.purchased_from],
			['of the row', 'of the document', 'cube', 'green', 'the row']);
		assert.deepEqual((await conflictsOf(world, mixed)).map((doc) => doc.original_data), [{ notes: 'of the document' }]);
	});
	await step('price and currency from either side', async () => {
		const [data, fields] = await shown(inBox);
		assert.deepEqual([data.purchase_price_x1000, data.purchase_price_currency], [7770, 'JPY']);
		assert.deepEqual([fields['Purchase Price'], fields.PPC], [7.77, 'JPY']);
	});
	await step('the conflicts are counted, and both sides agree', async () => {
		assert.equal(report.conflicts, 4);
		await world.assertEqual();
	});
	await step('a further pass writes nothing', () => assertWritesNothing(world));
}

/* ---- deletes ---- */

async function deletes(world, step) {
	await world.couch.putAll(world.database, [newItem(sample, 'box', { item_type: 'container', _can_contain_items: true }),
		newItem(sample, 'content', { container_id: 'box' }), newItem(sample, 'tombstoned', { notes: 'last words' }),
		newItem(sample, 'ticked', { notes: 'last words' }), newItem(sample, 'edited'), newItem(sample, 'unticked'),
		newItem(sample, 'by-hand', { notes: 'put me back', serial: 4 }), newItem(sample, 'both-gone'),
		newCollection(sample, 'empty'), newItem(sample, 'phone', { notes: 'before' })]);
	await world.configure({ collection_ids_to_sync: [...collections, 'empty'] });
	await world.syncWell();

	await world.remove('tombstoned');
	await world.editRows([['ticked', { Delete: true }], ['unticked', { Delete: true }]]);
	await world.editRow('unticked', { Delete: false });
	await world.syncWell();
	await step('a document that is deleted takes its row along', async () =>
		assert.equal(await world.rowOf('tombstoned'), undefined));
	await step('a ticked Delete box takes document and row along', async () => {
		assert.equal(await world.document('ticked'), null);
		assert.equal(await world.rowOf('ticked'), undefined);
	});
	await step('a box that was unticked again does nothing', async () => {
		assert.ok(await world.document('unticked'));
		assert.ok(await world.rowOf('unticked'));
	});
	await step('what the deleted document held is in the history', async () => {
		const found = (await world.histories()).filter((doc) => doc.data_id === 'ticked' && doc.new_data.__deleted);
		assert.ok(found.some((doc) => doc.original_data.notes === 'last words' && doc.original_data.name === 'Item ticked'));
	});
	await step('what the deleted row showed is in the history', async () => {
		const found = (await world.histories()).filter((doc) => doc.data_id === 'tombstoned');
		assert.ok(found.some((doc) => doc.original_data.notes === 'last words' && doc.new_data.__deleted));
	});
	await step('a further pass writes nothing', () => assertWritesNothing(world));

	/* Refused while it holds contents. */
	await world.editRows([['box', { Delete: true }]]);
	await world.editRow(collections[0], { Delete: true }, 'Collections');
	await world.editRow('empty', { Delete: true }, 'Collections');
	const refused = await world.sync();
	await step('an empty collection is deleted by its box', async () => {
		assert.equal(await world.document('empty', 'collection'), null);
		assert.equal(await world.rowOf('empty', 'Collections'), undefined);
	});
	for (const [words, id, type, table] of [['a container', 'box', 'item', 'Items'], ['a collection', collections[0],
		'collection', 'Collections']]) {
		await step(`${words} that holds something is not deleted: the box stays, and the row says why`, async () => {
			const { fields } = await world.rowOf(id, table);
			assert.ok(await world.document(id, type));
			assert.equal(fields.Delete, true);
			assert.match(fields[ERROR_CELL] ?? '', /holds contents/);
			assert.match(refused.log, new RegExp(`${type}-${id} \\(.+\\): .*holds contents`));
			assert.equal(refused.status, 1);
		});
	}
	await step('a pass after that writes nothing', () => assertWritesNothing(world));
	await world.editRow(collections[0], { Delete: false }, 'Collections');
	await world.sync();
	await step('with the box unticked the message goes', async () =>
		assert.equal((await world.rowOf(collections[0], 'Collections')).fields[ERROR_CELL], undefined));
	await world.remove('content');
	await world.sync();
	const obeyed = await world.sync();
	await step('without its contents the container is deleted after all', async () => {
		assert.equal(obeyed.status, 0, obeyed.log);
		assert.equal(await world.document('box'), null);
		assert.equal(await world.rowOf('box'), undefined);
		await world.assertEqual();
	});

	/* An edit that the deleter could not have seen. */
	await world.save('phone', { notes: 'edited on a phone' });
	await world.editRow('phone', { Delete: true });
	await world.sync();
	await step('a document that was edited meanwhile is not deleted: the row shows the edit and the box is cleared', async () => {
		assert.equal((await world.document('phone')).data.notes, 'edited on a phone');
		const { fields } = await world.rowOf('phone');
		assert.deepEqual([fields.Notes, fields.Delete], ['edited on a phone', undefined]);
	});
	await world.advance(2000); /* within a second of our clearing it could be an old picture of the row */
	await world.editRow('phone', { Delete: true });
	await world.sync();
	await step('ticked again, it is', async () => {
		assert.equal(await world.document('phone'), null);
		assert.equal(await world.rowOf('phone'), undefined);
	});

	/* Edited in the row, deleted in the app. */
	await world.editRow('edited', { Notes: 'typed before it was deleted' });
	await world.remove('edited');
	await world.sync();
	await step('a row that was edited before its document was deleted goes too, and the edit is in the history', async () => {
		assert.equal(await world.rowOf('edited'), undefined);
		assert.ok((await world.histories()).some((doc) => doc.data_id === 'edited' &&
			doc.original_data.notes === 'typed before it was deleted'));
	});

	/* Both at once. */
	await world.editRow('both-gone', { Delete: true });
	await world.remove('both-gone');
	const gone = await world.sync();
	await step('deleted on both sides is deleted', async () => {
		assert.equal(gone.status, 0, gone.log);
		assert.equal(await world.rowOf('both-gone'), undefined);
		await world.assertEqual();
	});
	await byHand(world, step);
}

async function byHand(world, step) {
	const before = await world.rowOf('by-hand');
	await world.edit({ action: 'delete', table: 'Items', record: before.id });
	await world.sync({ full: true });
	await step('a row that is missing once is not put back at once', async () =>
		assert.equal(await world.rowOf('by-hand'), undefined));
	await world.sync({ full: true });
	await step('and not by a second look a moment later', async () => assert.equal(await world.rowOf('by-hand'), undefined));
	await world.advance(UNSURE_MS);
	await world.sync({ full: true });
	await step('missing a minute later as well, it is put back with all its cells', async () => {
		const after = await world.rowOf('by-hand');
		assert.ok(after, 'it was not put back');
		assert.notEqual(after.id, before.id);
		assert.deepEqual([after.fields.Notes, after.fields.Serial], ['put me back', 4]);
		assert.ok(await world.document('by-hand'));
	});
	await world.advance(UNSURE_MS);
	await step('a further pass writes nothing', () => assertWritesNothing(world, { full: true }));
	/* Where the mark of the former row was written meanwhile, that of the new one follows after a quiet minute. */
	await world.until('both sides are equal', async () => {
		await world.syncWell();
		await world.assertEqual();
	});
	await step('both sides are equal, the mark of the new row too', () => world.assertEqual());
	await world.editRow('by-hand', { Notes: 'typed into the new one' });
	await world.sync();
	await step('and the row that was put back syncs', async () =>
		assert.equal((await world.document('by-hand')).data.notes, 'typed into the new one'));

	/* Undone before anybody was sure. */
	const again = await world.rowOf('by-hand');
	await world.edit({ action: 'delete', table: 'Items', record: again.id });
	await world.sync({ full: true });
	await world.edit({ action: 'restore', table: 'Items', record: again.id });
	await world.advance(UNSURE_MS);
	await world.sync({ full: true });
	await step('a row that comes back from the trash is the same row, without a twin', async () => {
		assert.equal((await world.rowOf('by-hand')).id, again.id);
		await world.assertEqual();
	});

	/* Cut and pasted: another record with the same ID. */
	const { ID, Name, Notes, Serial } = again.fields;
	await world.edit({ action: 'delete', table: 'Items', record: again.id }, { action: 'create', table: 'Items',
		fields: { ID, Name, Notes, Serial, Type: 'Item', Collection: [(await world.rowOf(collections[0], 'Collections')).id] } });
	await world.sync({ full: true });
	await world.advance(UNSURE_MS);
	await world.sync({ full: true });
	const last = await world.sync();
	await step('a row that was cut and pasted is paired again, without a twin', async () => {
		assert.equal(last.status, 0, last.log);
		assert.deepEqual((await world.differences()).filter(({ what }) => what !== 'mark').map(sentence), []);
	});
}

/* Airtable itself takes a deleted row out of every cell that linked to it. */
async function parentsByHand(world, step) {
	const box = newItem(sample, 'box', { item_type: 'container', _can_contain_items: true });
	const inBox = ['one', 'two', 'three', 'four'].map((id) => newItem(sample, id, { container_id: 'box' }));
	await world.couch.putAll(world.database, [box, ...inBox]);
	await world.syncWell();
	const before = new Map((await world.documents()).map((doc) => [doc._id, doc.data]));
	const assertUntouched = async () => {
		for (const { _id: id, data: { integrations, ...data } } of await world.documents()) {
			const { integrations: ignored, ...expected } = before.get(id);
			assert.deepEqual(data, expected, id);
		}
	};
	for (const [words, table, id] of [['a container', 'Items', 'box'], ['a collection', 'Collections', collections[0]]]) {
		await world.edit({ action: 'delete', table, record: (await world.rowOf(id, table)).id });
		await world.sync();
		await step(`${words} whose row is deleted by hand keeps its contents: no document changes by a poll`, assertUntouched);
		await world.sync({ full: true });
		await step(`${words}: nor by a list of all rows`, assertUntouched);
		await world.advance(UNSURE_MS);
		await world.sync({ full: true });
		await world.sync();
		await world.sync();
		await step(`${words}: its row is put back, and all that stood in it points to it again`, async () => {
			assert.ok(await world.rowOf(id, table));
			assert.deepEqual((await world.differences()).filter(({ what }) => what !== 'mark').map(sentence), []);
			await assertUntouched();
		});
	}
	await world.editRow('one', { Container: [] });
	await world.syncWell();
	await step('who takes something out of a container that is there, means it', async () => {
		assert.equal((await world.document('one')).data.container_id, undefined);
		assert.equal((await world.document('two')).data.container_id, 'box');
	});
}

/* A row of a deleted document comes back from the trash. */
async function fromTheTrash(world, step) {
	await world.couch.putAll(world.database, [newItem(sample, 'back', { notes: 'from the trash', model_name: 'M' })]);
	await world.syncWell();
	const { id: record } = await world.rowOf('back');
	await world.remove('back');
	await world.syncWell();
	await world.advance(UNSURE_MS);
	await world.edit({ action: 'restore', table: 'Items', record });
	await world.sync({ full: true });
	const last = await world.sync();
	await step('a row that is brought back brings its document back', async () => {
		assert.equal(last.status, 0, last.log);
		const { data } = await world.document('back');
		assert.deepEqual([data.name, data.notes, data.model_name], ['Item back', 'from the trash', 'M']);
		assert.equal((await world.rowOf('back')).id, record);
		await world.assertEqual();
	});
	await world.save('back', { notes: 'and it syncs again' });
	await world.syncWell();
	await step('and both sync again', async () =>
		assert.equal((await world.rowOf('back')).fields.Notes, 'and it syncs again'));
}

/* ---- new rows ---- */

async function newRows(world, step) {
	await world.syncWell();
	const { rows } = await world.both();
	const collection = rows.Collections.find((row) => row.fields.ID === collections[0]);
	const [{ id: complete }, { id: named }, { id: inNew }, { id: fresh }, { id: blank }, { id: boxed }, { id: box }] = await world.edit(
		{ action: 'create', table: 'Items', fields: { Name: 'Typed by a person', Collection: [collection.id], Notes: 'new',
			Type: 'Consumable', 'Purchase Price': 12.34, PPC: 'EUR', 'Expiry Date': '2030-01-02T03:04:05.000Z', 'Will Not Restock': true } },
		{ action: 'create', table: 'Items', fields: { Name: 'With an ID of its own', ID: 'own-id', Collection: [collection.id] } },
		{ action: 'create', table: 'Items', fields: { Name: 'In a new collection' } },
		{ action: 'create', table: 'Collections', fields: { Name: 'A new collection', 'Ref. No.': '0123' } },
		{ action: 'create', table: 'Items', fields: {} },
		{ action: 'create', table: 'Items', fields: { Name: 'In a new container' } },
		{ action: 'create', table: 'Items', fields: { Name: 'A new container', Type: 'Container', Collection: [collection.id] } });
	await world.edit({ action: 'update', table: 'Items', record: inNew, fields: { Collection: [fresh] } },
		{ action: 'update', table: 'Items', record: boxed, fields: { Container: [box], Collection: [collection.id] } });
	const first = await world.sync();
	const both = await world.both();
	const documentFor = (record, table = 'Items') => {
		const id = both.rows[table].find((row) => row.id === record).fields.ID;
		return both.documents.find((doc) => doc._id === `${table === 'Items' ? 'item' : 'collection'}-${id}`);
	};

	await step('a new row becomes a document with all its cells', () => {
		const { data, created_at: created, updated_at: updated, type } = documentFor(complete);
		assert.equal(type, 'item');
		assert.deepEqual([data.name, data.notes, data.item_type, data.purchase_price_x1000, data.purchase_price_currency,
			data.expiry_date, data.consumable_will_not_restock, data.collection_id],
		['Typed by a person', 'new', 'consumable', 12340, 'EUR', Date.parse('2030-01-02T03:04:05Z'), true, collections[0]]);
		assert.ok(created > 0 && updated >= created);
	});
	await step('its ID is filled in, it bears the app\'s settings and the mark of its row', () => {
		const { _id: id, data } = documentFor(complete);
		assert.match(id, /^item-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
		assert.equal(data.config_uuid, sample.find((doc) => doc.type === 'collection').data.config_uuid);
		assert.equal(data.integrations[world.integrationId].id, complete);
	});
	await step('a row with an ID of its own keeps it', () => assert.equal(documentFor(named)._id, 'item-own-id'));
	await step('a new collection becomes a document', () => {
		const { data } = documentFor(fresh, 'Collections');
		assert.deepEqual([data.name, data.collection_reference_number], ['A new collection', '0123']);
	});
	await step('and so does the item in it, which points to it', () =>
		assert.equal(`collection-${documentFor(inNew).data.collection_id}`, documentFor(fresh, 'Collections')._id));
	await step('and the item in a new container', () =>
		assert.equal(`item-${documentFor(boxed).data.container_id}`, documentFor(box)._id));
	await step('a blank row is left alone', () => {
		assert.deepEqual(both.rows.Items.find((row) => row.id === blank).fields.ID, undefined);
		assert.equal(first.report.problems, 0, first.log);
	});
	await world.edit({ action: 'delete', table: 'Items', record: blank });
	/* What was born as a row is in scope without being listed: the checker is told so. */
	const fullScope = async () => {
		const now = await world.both();
		const integration = now.documents.find((doc) => doc.type === 'integration');
		integration.data.config.collection_ids_to_sync.push(idOf(documentFor(fresh, 'Collections')));
		return differencesOf(now).map(sentence);
	};
	await step('both sides agree', async () => assert.deepEqual(await fullScope(), []));
	await step('a further pass writes nothing', () => assertWritesNothing(world));

	await world.edit({ action: 'update', table: 'Items', record: inNew, fields: { Notes: 'in the new collection' } });
	await world.save(idOf(documentFor(inNew)), { model_name: 'of the document' });
	await world.syncWell();
	await step('in a collection born as a row both sides sync', async () => {
		const document = await world.document(idOf(documentFor(inNew)));
		assert.equal(document.data.notes, 'in the new collection');
		assert.equal((await world.rows()).find((row) => row.id === inNew).fields['Model Name'], 'of the document');
		assert.deepEqual(await fullScope(), []);
	});
	await world.couch.putAll(world.database, [newItem(sample, 'later', { collection_id: idOf(documentFor(fresh, 'Collections')) })]);
	await world.syncWell();
	await step('and what the app puts into it gets a row', async () => assert.ok(await world.rowOf('later')));
	await copies(world, step, complete);
}

async function copies(world, step, original) {
	const { fields } = (await world.rows()).find((row) => row.id === original);
	const { 'Created At': made, 'Updated At': changed, '#': number, 'Record ID': record, 'Modified At': at, ...cells } = fields;
	delete cells['Container Record ID'];
	const [{ id: copy }] = await world.edit({ action: 'create', table: 'Items', fields: cells });
	const documents = (await world.documents()).length;
	const told = await world.sync();
	const rowOf = async (wanted) => (await world.rows()).find((row) => row.id === wanted);
	await step('a copied row is told what to do, and makes no document', async () => {
		assert.equal((await world.documents()).length, documents);
		assert.match((await rowOf(copy)).fields[ERROR_CELL] ?? '', /clear its ID/);
		assert.equal((await rowOf(original)).fields[ERROR_CELL], undefined);
		assert.equal(told.report.problems, 1);
	});
	await world.editRow(fields.ID, { Notes: 'of the original' });
	await world.sync();
	await step('the original syncs meanwhile', async () =>
		assert.equal((await world.document(fields.ID)).data.notes, 'of the original'));
	await world.edit({ action: 'update', table: 'Items', record: copy, fields: { ID: null, Name: 'A copy' } });
	await world.sync();
	const last = await world.sync();
	await step('with its ID cleared it becomes an item of its own', async () => {
		assert.equal(last.status, 0, last.log);
		assert.equal((await world.documents()).length, documents + 1);
		const { fields: { ID: id, [ERROR_CELL]: words } } = await rowOf(copy);
		assert.notEqual(id, fields.ID);
		assert.equal(words, undefined);
		assert.equal((await world.document(id)).data.name, 'A copy');
	});
}

/* Rows that lack something wait while somebody types, and are then told. */
async function incompleteRows(world, step) {
	await world.syncWell();
	const { rows } = await world.both();
	const bridge = await world.run();
	const [{ id: nameless }, { id: astray }, { id: slow }] = await world.edit(
		{ action: 'create', table: 'Items', fields: { Notes: 'no name yet', Collection: [rows.Collections[0].id] } },
		{ action: 'create', table: 'Items', fields: { Name: 'No collection' } },
		{ action: 'create', table: 'Items', fields: { Name: 'Typed slowly' } });
	await sleep(4000);
	const rowOf = async (record) => (await world.rows()).find((row) => row.id === record);
	await step('a row that lacks something is not complained of while it is being filled in', async () => {
		for (const record of [nameless, astray, slow])
			assert.equal((await rowOf(record)).fields[ERROR_CELL], undefined);
		assert.equal((await world.documents()).length, 20);
	});
	await world.edit({ action: 'update', table: 'Items', record: slow, fields: { Collection: [rows.Collections[1].id] } });
	await world.until('the row that was completed has a document', async () => (await rowOf(slow)).fields.ID !== undefined);
	await step('when it is complete it becomes a document', async () => {
		const { fields: { ID: id } } = await rowOf(slow);
		assert.equal((await world.document(id)).data.name, 'Typed slowly');
	});
	await world.until('the others are told', async () => (await rowOf(nameless)).fields[ERROR_CELL] !== undefined &&
		(await rowOf(astray)).fields[ERROR_CELL] !== undefined);
	await step('after a while the row says what is missing', async () => {
		assert.match((await rowOf(nameless)).fields[ERROR_CELL], /Name is empty/);
		assert.match((await rowOf(astray)).fields[ERROR_CELL], /Collection is empty/);
		assert.equal((await world.documents()).length, 21);
	});
	await world.edit({ action: 'update', table: 'Items', record: nameless, fields: { Name: 'Named' } },
		{ action: 'update', table: 'Items', record: astray, fields: { Collection: [rows.Collections[2].id] } });
	await world.untilEqual('all of them are documents');
	await step('completed, they become documents and the message goes', async () => {
		assert.equal((await world.documents()).length, 23);
		assert.equal((await rowOf(astray)).fields[ERROR_CELL], undefined);
	});
	await step('and it ends with 0', async () => assert.equal(await bridge.stop(), 0));
}

/* Containers that stand in each other. */
async function circles(world, step) {
	const standing = (id, container) => newItem(sample, id, { item_type: 'container', _can_contain_items: true,
		container_id: container });
	await world.couch.putAll(world.database, [standing('a', 'c'), standing('b', 'a'), standing('c', 'b'), standing('self', 'self'),
		newItem(sample, 'content', { container_id: 'b' }), newItem(sample, 'waiting', { container_id: 'not-yet' })]);
	const first = await world.sync();
	await step('containers that stand in each other get their rows and links', async () => {
		assert.equal(first.status, 1, first.log); /* for the one that waits */
		const differences = (await world.differences()).filter(({ document }) => document !== 'item-waiting');
		assert.deepEqual(differences.map(sentence), []);
	});
	await step('a container that is not there yet leaves the cell empty, says so, and leaves the document as it is', async () => {
		const { fields } = await world.rowOf('waiting');
		assert.equal(fields.Container, undefined);
		assert.match(fields[ERROR_CELL], /Container: the document names not-yet, which is deleted or not here yet/);
		assert.equal((await world.document('waiting')).data.container_id, 'not-yet');
	});
	await step('a further pass writes nothing', () => assertWritesNothing(world));
	await world.couch.putAll(world.database, [standing('not-yet')]);
	await world.syncWell();
	await step('when the container comes the link is set', () => world.assertEqual());

	const collection = (await world.rows('Collections'))[0].id;
	const [{ id: one }, { id: two }] = await world.edit(
		{ action: 'create', table: 'Items', fields: { Name: 'One', Type: 'Container', Collection: [collection] } },
		{ action: 'create', table: 'Items', fields: { Name: 'Two', Type: 'Container', Collection: [collection] } });
	await world.edit({ action: 'update', table: 'Items', record: one, fields: { Container: [two] } },
		{ action: 'update', table: 'Items', record: two, fields: { Container: [one] } });
	await world.sync();
	const last = await world.sync();
	await step('new rows that stand in each other become documents that do', async () => {
		assert.equal(last.status, 0, last.log);
		const rows = await world.rows();
		const [{ fields: first1 }, { fields: second }] = [one, two].map((id) => rows.find((row) => row.id === id));
		assert.ok(first1.ID && second.ID, 'they have no documents');
		assert.equal((await world.document(first1.ID)).data.container_id, second.ID);
		assert.equal((await world.document(second.ID)).data.container_id, first1.ID);
		await world.assertEqual();
	});
}

/* ---- names ---- */

async function renames(world, step) {
	await world.syncWell();
	const documents = await world.documents();
	const inEuro = idOf(documents.find((doc) => doc.data.purchase_price_currency === 'EUR'));
	const [one, two] = documents.map(idOf).filter((id) => id !== inEuro);
	await world.edit({ action: 'renameTable', table: 'Items', name: 'Things' },
		{ action: 'renameField', table: 'Things', field: 'Notes', name: 'Remarks' },
		{ action: 'renameField', table: 'Things', field: 'ID', name: 'Key' },
		{ action: 'renameField', table: 'Things', field: 'Collection', name: 'Group' },
		{ action: 'renameChoice', table: 'Things', field: 'PPC', choice: 'EUR', name: 'Euro' },
		{ action: 'renameChoice', table: 'Things', field: 'Type', choice: 'Container', name: 'Big box' },
		{ action: 'renameTable', table: 'Collections', name: 'Groups' });
	const revisions = await world.revisions();
	await world.resetCounts();
	const renamed = await world.sync();
	const full = await world.sync({ full: true });
	await step('new names of tables, fields and choices are no edits', async () => {
		assert.equal(renamed.status, 0, renamed.log);
		assert.equal(full.status, 0, full.log);
		const counts = await world.counts();
		for (const kind of ['create', 'update', 'upsert', 'delete'])
			assert.equal(counts[kind], 0, kind);
		assert.deepEqual(await world.revisions(), revisions);
	});

	const rowOf = async (id) => (await world.rows('Things')).find((row) => row.fields.Key === id);
	const [rowOne, rowTwo] = [await rowOf(one), await rowOf(two)];
	await world.save(one, { notes: 'under a new name', purchase_price_currency: 'EUR', item_type: 'container',
		_can_contain_items: true });
	await world.edit({ action: 'update', table: 'Things', record: rowTwo.id, fields: { Remarks: 'typed there', PPC: 'Euro',
		Type: 'Big box' } });
	await world.syncWell();
	await step('documents flow into what has a new name', async () => {
		const { id, fields } = await rowOf(one);
		assert.equal(id, rowOne.id);
		assert.deepEqual([fields.Remarks, fields.PPC, fields.Type], ['under a new name', 'Euro', 'Big box']);
	});
	await step('rows flow out of it, with the words that the documents had', async () => {
		const { data } = await world.document(two);
		assert.deepEqual([data.notes, data.purchase_price_currency, data.item_type], ['typed there', 'EUR', 'container']);
	});
	await world.couch.putAll(world.database, [newItem(sample, 'newcomer', { purchase_price_currency: 'EUR' })]);
	await world.syncWell();
	await step('a new document gets its row there', async () => assert.equal((await rowOf('newcomer')).fields.PPC, 'Euro'));
	await world.edit({ action: 'renameTable', table: 'Things', name: 'Items' },
		{ action: 'renameTable', table: 'Groups', name: 'Collections' },
		{ action: 'renameField', table: 'Items', field: 'Remarks', name: 'Notes' },
		{ action: 'renameField', table: 'Items', field: 'Key', name: 'ID' },
		{ action: 'renameField', table: 'Items', field: 'Group', name: 'Collection' },
		{ action: 'renameChoice', table: 'Items', field: 'PPC', choice: 'Euro', name: 'EUR' },
		{ action: 'renameChoice', table: 'Items', field: 'Type', choice: 'Big box', name: 'Container' });
	await world.syncWell({ full: true });
	await step('with the old names again both sides agree', () => world.assertEqual());
}

/* ---- the rest ---- */

/* The app's mark comes after a quiet minute, once, and is no edit. */
async function marks(world, step) {
	await world.advance(-600000); /* so that the base saw them long ago, by this machine's clock */
	await world.syncWell();
	const before = await world.documents();
	await world.resetCounts();
	const second = await world.syncWell();
	const after = await world.documents();
	await step('each document gets the mark of its row, and no other time', async () => {
		assert.equal(second.report.documents_written, 10 + 5);
		assert.deepEqual(after.map((doc) => doc.updated_at), before.map((doc) => doc.updated_at));
		assert.deepEqual(after.map(({ data: { integrations, ...data } }) => data), before.map((doc) => doc.data));
		await world.assertEqual({ marks: true });
	});
	await step('this costs no call', async () => assert.equal((await world.counts()).total, 2));
	await step('a further pass writes nothing', () => assertWritesNothing(world));

	const [one] = after.map(idOf);
	await world.edit({ action: 'delete', table: 'Items', record: (await world.rowOf(one)).id });
	await world.sync({ full: true });
	await world.advance(UNSURE_MS);
	await world.sync({ full: true });
	await world.sync();
	await step('the mark follows when the row is made again', async () => {
		assert.equal((await world.document(one)).data.integrations[world.integrationId].id, (await world.rowOf(one)).id);
		await world.assertEqual({ marks: true });
	});
}

async function scopeOfContainers(world, step) {
	const shelf = (await world.documents()).find((doc) => doc.data.name.startsWith('Shelf'));
	const inside = new Set([shelf._id]);
	for (let before = 0; before < inside.size;) {
		before = inside.size;
		(await world.documents()).filter((doc) => inside.has(`item-${doc.data.container_id}`)).forEach((doc) => inside.add(doc._id));
	}
	await world.configure({ scope_type: 'containers', collection_ids_to_sync: undefined, container_ids_to_sync: [idOf(shelf)] });
	await world.syncWell();
	await step('of a container there are rows for it and all that stands in it', async () =>
		assert.deepEqual((await world.rows()).map((row) => `item-${row.fields.ID}`).sort(), [...inside].sort()));
	await step('and for their collections', async () => {
		const needed = new Set((await world.documents()).filter((doc) => inside.has(doc._id)).map((doc) => doc.data.collection_id));
		assert.deepEqual((await world.rows('Collections')).map((row) => row.fields.ID).sort(), [...needed].sort());
	});
	const [inBox] = [...inside].filter((id) => id !== shelf._id).map((id) => id.slice('item-'.length));
	await world.save(inBox, { notes: 'in the container' });
	await world.editRow(idOf(shelf), { Notes: 'on the shelf' });
	await world.syncWell();
	await step('both ways', async () => {
		assert.equal((await world.rowOf(inBox)).fields.Notes, 'in the container');
		assert.equal((await world.document(idOf(shelf))).data.notes, 'on the shelf');
	});
	const outside = (await world.documents()).find((doc) => !inside.has(doc._id));
	await world.save(idOf(outside), { container_id: idOf(shelf) });
	await world.syncWell();
	await step('what is put into it gets a row', async () => assert.ok(await world.rowOf(idOf(outside))));
}

await playAll([
	inWorld('incomplete rows', { items: 20 }, incompleteRows),
	inWorld('field by field', { documents: [...sample, ...boxes, ...fieldItems] }, everyField),
	inWorld('shown only', { documents: sample }, shownOnly),
	inWorld('only that', { documents: sample }, onlyThat),
	inWorld('edits on both sides', { items: 40 }, merges),
	inWorld('deletes', { documents: sample }, deletes),
	inWorld('parents deleted by hand', { documents: sample }, parentsByHand),
	inWorld('from the trash', { documents: sample }, fromTheTrash),
	inWorld('new rows', { documents: sample }, newRows),
	inWorld('circles', { documents: sample }, circles),
	inWorld('new names', { items: 40 }, renames),
	inWorld('marks', { items: 10 }, marks),
	inWorld('a scope of containers', { items: 100 }, scopeOfContainers),
], { atOnce: 6 });

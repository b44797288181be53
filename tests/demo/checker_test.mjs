/* The demo's checker sees a difference wherever there can be one: two equal sides are made, then one thing is broken. */
import { compare, FIELDS, idOf } from '../../demo/checker.mjs';
import { sampleDocuments, assetReference } from '../../demo/sample.mjs';
import { check, plan, sampleWorld } from './world.mjs';

/* ---- a pair written by hand: what the app sends for this item, value by value ---- */

const HAND_DOCUMENTS = [
	{ _id: 'integration-int1', type: 'integration', data: { integration_type: 'airtable', name: 'x',
		config: { airtable_base_id: 'appHand0000000001', scope_type: 'collections', collection_ids_to_sync: ['col-1'] } } },
	{ _id: 'collection-col-1', type: 'collection', data: { name: 'A Collection', collection_reference_number: '0001',
		integrations: { int1: { id: 'recCol1' } } }, created_at: 1, updated_at: 1 },
	{ _id: 'item-i1', type: 'item', data: { name: 'Item 1', icon_name: 'cube', icon_color: 'red', collection_id: 'col-1',
		item_reference_number: '42', serial: 5, individual_asset_reference: '0001.42.0005',
		individual_asset_reference_manually_set: true, epc_tag_uri: 'urn:x',
		rfid_tag_epc_memory_bank_contents: '34140000002386F4C3CDF570', rfid_tag_epc_memory_bank_contents_manually_set: true,
		actual_rfid_tag_epc_memory_bank_contents: 'AA', use_mixed_rfid_tag_access_password: true, item_type: 'consumable',
		container_id: 'box', always_show_in_collection: true, _show_in_collection: true, notes: 'n\nm', model_name: 'M',
		purchase_price_x1000: 1234560, purchase_price_currency: 'USD', purchased_from: 'Shop',
		purchase_date: 1690000000000, expiry_date: 1800000000000, expire_soon_prior_days: 10, _expire_soon_at: 1,
		consumable_stock_quantity: 7, consumable_stock_quantity_unit: 'pcs', consumable_min_stock_level: 2,
		consumable_will_not_restock: true, use_first_image_as_icon: true, integrations: { int1: { id: 'recItem1' } } },
	created_at: 1600000000123, updated_at: 1600000001456 },
	{ _id: 'item-box', type: 'item', data: { name: 'Box', collection_id: 'col-1', item_type: 'item_with_parts',
		_can_contain_items: true, consumable_min_stock_level: 0, purchase_price_x1000: 2009.9999999999998,
		integrations: { int1: { id: 'recBox' } } }, created_at: 1600000000123, updated_at: 1600000001456 },
];
const HAND_ROWS = {
	Collections: [{ id: 'recCol1', fields: { Name: 'A Collection', ID: 'col-1', 'Ref. No.': '0001', Items: ['recItem1'] } }],
	Items: [
		{ id: 'recItem1', fields: { Name: 'Item 1', ID: 'i1', Collection: ['recCol1'], Container: ['recBox'],
			Type: 'Consumable', 'Ref. No.': '42', Serial: 5, 'Individual Asset Ref.': '0001.42.0005',
			'Manually Set Individual Asset Ref.': true, Notes: 'n\nm', 'Model Name': 'M', PPC: 'USD',
			'Purchase Price': 1234.56, 'Purchased From': 'Shop', 'Purchase Date': '2023-07-22T04:26:40.000Z',
			'Expiry Date': '2027-01-15T08:00:00.000Z', 'Expire Soon Prior Days': 10, 'Stock Quantity': 7,
			'Stock Quantity Unit': 'pcs', 'Min Stock Level': 2, 'Will Not Restock': true, 'Icon Name': 'cube',
			'Icon Color': 'red', 'Use First Image as Icon': true, 'RFID EPC Hex': '34140000002386F4C3CDF570',
			'Manually Set RFID EPC Hex': true, 'Updated At': '2020-09-13T12:26:41.456Z',
			'Created At': '2020-09-13T12:26:40.123Z', '#': 1, 'Record ID': 'recItem1' } },
		{ id: 'recBox', fields: { Name: 'Box', ID: 'box', Collection: ['recCol1'], Type: 'Item with Parts',
			'Can Contain Items': true, 'Purchase Price': 2.01, 'Updated At': '2020-09-13T12:26:41.456Z',
			'Created At': '2020-09-13T12:26:40.123Z', Notes: '', Delete: false, Container: [] } },
	],
};

function handWorld() {
	return structuredClone({ documents: HAND_DOCUMENTS, rows: HAND_ROWS, integrationId: 'int1', marks: true });
}

const document = (world, id) => world.documents.find((doc) => doc._id === id);
const row = (world, id) => world.rows.Items.find((candidate) => candidate.fields.ID === id);

/* Broken in one place, exactly this is seen. */
function sees(name, world, what, field) {
	const { differences } = compare(world);
	check(`seen: ${name}`, differences.length === 1 && differences[0].what === what && differences[0].field === field,
		differences);
}

check('the hand-written pair is equal', compare(handWorld()).differences.length === 0, compare(handWorld()).differences);
for (const items of [0, 33, 200, 500]) {
	const result = compare(sampleWorld(items));
	check(`a sample of ${items} items with its rows is equal`, result.differences.length === 0 && result.items === items &&
		result.collections === 5 && result.rows === items + 5, result);
}

const OTHER = { text: 'another', number: 8, natural: 8, thousandths: 1234.57, date: '2023-07-22T04:26:40.001Z',
	time: '2020-09-13T12:26:40.124Z', flag: false, type: 'Container', link: ['recItem1'], empty: true };
const WRONG = { text: 42, number: '5', natural: '10', thousandths: '1234.56', date: 1690000000000, time: 1600000000123,
	flag: 'true', type: ['Consumable'], link: 'recBox', empty: 'x' };
for (const [field, kind, where] of FIELDS.Items) {
	const ofBox = field === 'Can Contain Items' ? 'box' : 'i1';
	const changed = handWorld();
	row(changed, ofBox).fields[field] = OTHER[kind];
	sees(`${field}: another value in the row`, changed, 'value', field);

	const wrong = handWorld();
	row(wrong, ofBox).fields[field] = WRONG[kind];
	sees(`${field}: a wrong type in the row`, wrong, 'value', field);
	if (kind === 'empty')
		continue;

	const lost = handWorld();
	delete row(lost, ofBox).fields[field];
	sees(`${field}: a cell that is gone`, lost, 'value', field);

	if (field === 'Collection')
		continue; /* without it the document is out of scope: below */
	const cleared = handWorld();
	const holder = where.startsWith('.') ? document(cleared, `item-${ofBox}`) : document(cleared, `item-${ofBox}`).data;
	delete holder[where.replace('.', '')];
	sees(`${field}: gone from the document`, cleared, 'value', field);
}
for (const [field, kind] of FIELDS.Collections) {
	const changed = handWorld();
	changed.rows.Collections[0].fields[field] = OTHER[kind];
	sees(`collection ${field}: another value in the row`, changed, 'value', field);
}

/* Things about whole rows and documents. [name, what is done, what is seen] */
const BREAKS = [
	['a document without a row', (world) => { world.rows.Items.splice(0, 1); }, 'no row'],
	['a row without a document', (world) => { world.documents.splice(2, 1); }, 'no document'],
	['a row without an ID', (world) => { world.rows.Items.push({ id: 'recNew', fields: { Name: 'New' } }); }, 'no document'],
	['an empty row', (world) => { world.rows.Items.push({ id: 'recNew', fields: {} }); }, 'no document'],
	['two rows of one document', (world) => { world.rows.Items.push({ ...world.rows.Items[0], id: 'recTwin' }); },
		'several rows'],
	['a row whose document left the scope', (world) => { document(world, 'item-i1').data.collection_id = 'col-9'; },
		'no document'],
	['a mark that names another row', (world) => { document(world, 'item-i1').data.integrations.int1.id = 'recElse'; }, 'mark'],
	['a mark that is missing', (world) => { delete document(world, 'item-i1').data.integrations; }, 'mark'],
	['a link to a row that is not there', (world) => { row(world, 'i1').fields.Container = ['recGone']; }, 'value', 'Container'],
	['a second link', (world) => { row(world, 'i1').fields.Container.push('recItem1'); }, 'value', 'Container'],
	['a text with one space more', (world) => { row(world, 'i1').fields.Notes = 'n\nm '; }, 'value', 'Notes'],
	['a price off by a thousandth', (world) => { row(world, 'box').fields['Purchase Price'] = 2.011; }, 'value',
		'Purchase Price'],
	['a date off by a millisecond in the document', (world) => { document(world, 'item-i1').data.expiry_date += 1; }, 'value',
		'Expiry Date'],
	['a stock of 0 is a value', (world) => { document(world, 'item-i1').data.consumable_stock_quantity = 0; }, 'value',
		'Stock Quantity'],
];
for (const [name, breakIt, what, field] of BREAKS) {
	const world = handWorld();
	breakIt(world);
	const { differences } = compare(world);
	check(`seen: ${name}`, differences.some((difference) => difference.what === what && difference.field === field), differences);
}

const unmarked = handWorld();
unmarked.marks = false;
delete document(unmarked, 'item-i1').data.integrations;
check('without --marks a missing mark is no difference', compare(unmarked).differences.length === 0);

/* ---- pictures ---- */

/* Of item i1: two pictures, of which the first is a box's, too. */
const PICTURES = [
	{ _id: 'zz20-image-cat', type: 'image', data: {}, _attachments: { 'image-1440': { content_type: 'image/jpeg', length: 7, digest: 'md5-x' } } },
	{ _id: 'zz20-image-dog', type: 'image', data: {}, _attachments: { 'image-1440': { content_type: 'image/png', length: 9, digest: 'md5-y' } } },
	{ _id: 'item_image-i1-dog', type: 'item_image', data: { item_id: 'i1', image_id: 'dog', order: 1 } },
	{ _id: 'item_image-i1-cat', type: 'item_image', data: { item_id: 'i1', image_id: 'cat', order: 0 } },
	{ _id: 'item_image-box-cat', type: 'item_image', data: { item_id: 'box', image_id: 'cat', order: 0 } },
];
const CAT = { id: 'att1', filename: 'cat.jpg', type: 'image/jpeg', size: 7, url: 'u1' };
const DOG = { id: 'att2', filename: 'dog.png', type: 'image/png', size: 9, url: 'u2' };

function picturedWorld() {
	const world = { ...handWorld(), pictures: true };
	world.documents.push(...structuredClone(PICTURES));
	row(world, 'i1').fields.Images = [CAT, DOG];
	row(world, 'box').fields.Images = [CAT];
	return world;
}

check('pictures that are the same are equal', compare(picturedWorld()).differences.length === 0, compare(picturedWorld()).differences);
for (const [name, breakIt] of [
	['the other order', (cells) => [cells[1], cells[0]]],
	['one less', (cells) => cells.slice(0, 1)],
	['none', () => undefined],
	['one twice', (cells) => [...cells, cells[0]]],
	['one that is somebody else\'s', (cells) => [...cells, { ...CAT, filename: 'photo.jpg' }]],
	['another name', (cells) => [{ ...cells[0], filename: 'cat.png' }, cells[1]]],
	['another size', (cells) => [cells[0], { ...cells[1], size: 8 }]],
	['another type', (cells) => [{ ...cells[0], type: 'image/png' }, cells[1]]],
	['one that is not fetched yet', ([{ id, filename, url }, other]) => [{ id, filename, url }, other]],
]) {
	const world = picturedWorld();
	row(world, 'i1').fields.Images = breakIt(row(world, 'i1').fields.Images);
	sees(`pictures of a row: ${name}`, world, 'pictures', 'Images');
	world.pictures = false;
	check(`without --pictures it is no difference: ${name}`, compare(world).differences.length === 0);
}
const unlinked = picturedWorld();
unlinked.documents.splice(unlinked.documents.findIndex((doc) => doc._id === 'item_image-box-cat'), 1);
sees('a picture that left the item and not the row', unlinked, 'pictures', 'Images');
const imageless = picturedWorld();
imageless.documents.splice(imageless.documents.findIndex((doc) => doc._id === 'zz20-image-dog'), 1);
row(imageless, 'i1').fields.Images = [CAT];
check('a link whose image is gone shows nothing', compare(imageless).differences.length === 0);

/* One random cell of a big sample. */
const big = sampleWorld(200);
row(big, idOf(big.documents.find((doc) => doc.data?.notes?.includes('👨‍👩‍👧‍👦')))).fields.Notes =
	'Belongs to the family 👨👩👧👦 – please put it back.';
sees('joiners lost from an emoji, among 200 items', big, 'value', 'Notes');

/* ---- the sample itself ---- */

check('the same numbers give the same sample', JSON.stringify(sampleDocuments({ items: 90, seed: 3 })) ===
	JSON.stringify(sampleDocuments({ items: 90, seed: 3 })));
check('another seed gives another', JSON.stringify(sampleDocuments({ seed: 3 })) !== JSON.stringify(sampleDocuments({ seed: 4 })));
for (const [collection, reference, serial, hex] of [
	['0001', '1', 1, '34140000002386F4C3CD0B11'], ['0001', '123456', 9999, '34140000002386F50D62EF0F'],
	['0001', '7', 0, '34140000002386F4C3CDF570'], ['0002', '42', 5, '34140000002386F717DF30A5']]) {
	check(`the RFID code of ${collection}.${reference}.${serial} is the app's`,
		assetReference(collection, reference, serial).rfid_tag_epc_memory_bank_contents === hex);
}
const items = sampleDocuments().filter((doc) => doc.type === 'item');
const ids = new Set(sampleDocuments().map((doc) => doc._id));
const depth = (doc) => (doc.data.container_id ? 1 + depth(items.find((of) => idOf(of) === doc.data.container_id)) : 0);
check('ids are unique', ids.size === 207);
check('containers and collections are there', items.every((doc) => ids.has(`collection-${doc.data.collection_id}`) &&
	(!doc.data.container_id || ids.has(`item-${doc.data.container_id}`))));
check('things lie three containers deep', Math.max(...items.map(depth)) === 3);
check('what holds something can hold things', items.every((doc) => !doc.data.container_id ||
	items.find((of) => idOf(of) === doc.data.container_id).data._can_contain_items));
check('prices are in two currencies', new Set(items.map((doc) => doc.data.purchase_price_currency).filter(Boolean)).size === 2);
for (const [script, pattern] of Object.entries({ Latin: /\p{sc=Latin}/u, Cyrillic: /\p{sc=Cyrl}/u, Greek: /\p{sc=Grek}/u,
	Arabic: /\p{sc=Arab}/u, Hebrew: /\p{sc=Hebr}/u, Devanagari: /\p{sc=Deva}/u, Chinese: /\p{sc=Hani}/u,
	Japanese: /\p{sc=Hira}/u, Thai: /\p{sc=Thai}/u, 'joined emoji': /\u200d/u }))
	check(`notes are written in ${script}`, items.some((doc) => pattern.test(doc.data.notes ?? '')));
check('keys are in the schema\'s order, config_uuid last', items.every((doc) => Object.keys(doc.data).at(-1) === 'config_uuid' &&
	Object.keys(doc.data)[0] === 'name'));
plan();

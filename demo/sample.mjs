/* The sample inventory: documents as the Inventory app would have saved them, the same ones for the same numbers.
 *
 *     node demo/sample.mjs [--items 200] [--seed 1] [--base app…] [--into DATABASE]
 *
 * Five collections in one scope: containers in containers, items with parts, consumables, prices in two currencies,
 * dates, references with their RFID codes, notes in several scripts. With --into the documents are put into a database
 * that is made for it (COUCHDB_URL, COUCHDB_USER, COUCHDB_PASSWORD); otherwise they are printed as {"docs": […]}.
 * An item's key order, derived fields and defaults are the app's. */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { couchFromEnvironment } from './servers.mjs';

export const BASE_ID = 'appDemo0000000001';
export const INTEGRATION_ID = 'd3a0f1c2-5b64-4e0a-9c1d-2f6e8b7a4c10';
const CONFIG_UUID = 'c0f19000-0d3a-4a17-8e55-1b2c3d4e5f60';
const COMPANY_PREFIX = '0000000';
const ASSET_PREFIX = '100';
const DAY_MS = 86400000;
const BEGAN_MS = Date.UTC(2024, 0, 15, 8, 30, 0, 123);
const BULK_LIMIT = 500;

const COLLECTIONS = [
	{ name: 'Workshop', icon: 'toolbox', color: 'orange', nouns: ['Torque wrench', 'Hammer, claw', '3/8" socket set',
		'Cordless drill', 'Spirit level 60 cm', 'Schraubstock', 'Clé à molette', 'Ключ гаечный', 'かんな'] },
	{ name: 'Kitchen · 厨房', icon: 'pot-steam', color: 'red', nouns: ['炒锅', 'Espresso machine', 'Teapot "Brown Betty"',
		'Crêpière', 'Σαγανάκι', 'หม้อหุงข้าว', 'Rice cooker 1,8 l', '包丁', 'Кастрюля'] },
	{ name: 'Camping, outdoors', icon: 'tent', color: 'green', nouns: ['Tent, two persons', 'Sleeping bag −5 °C',
		'Head torch 🔦', 'אוהל', 'خيمة', 'टॉर्च', 'Gas stove', 'Карта Карпат', '登山靴'] },
	{ name: 'Библиотека / Βιβλιοθήκη', icon: 'bookshelf', color: 'blue', nouns: ['Война и мир', 'Οδύσσεια',
		'ألف ليلة وليلة', 'रामायण', '紅樓夢', 'Don Quijote', 'תנ״ך', 'สี่แผ่นดิน', '"Faust", erster Teil'] },
	{ name: "The Captain's office", icon: 'desk', color: 'gray', nouns: ['Label printer', 'Monitor 27"', 'Docking station',
		'Aktenvernichter', 'Chair, left arm loose', 'ヘッドセット', '键盘', 'Камера', 'Cable; USB-C, 2 m'] },
];

const NOTES = [
	'Checked by 👩🏽‍🔧, works.\nNext check in spring.',
	'Belongs to the family 👨‍👩‍👧‍👦 – please put it back.',
	'Проверено. Запасные части — в верхнем ящике.',
	'Το κλειδί είναι κάτω από το κουτί.',
	'هذا الصندوق للمطبخ فقط (رقم 12).',
	'לא להשאיל בלי רשות, בבקשה.',
	'हर महीने जाँच करें; बैटरी निकाल दें।',
	'每月检查一次。不要放在潮湿的地方。',
	'毎月点検すること。「壊れ物」注意 ⚠️',
	'ตรวจสอบทุกเดือน เก็บในที่แห้ง',
	'Größe 43, naïve façade, smörgåsbord — with a "quote", a comma, and a \\ backslash.',
	'Left: 🏳️‍🌈  Right: 🇹🇼🇺🇦  Middle: e\u0301 is e plus an accent, é is one letter.',
	'1. rinse\n2. dry\n\n\tthen oil it\n= not a formula, +49 30 1234',
];

const SHOPS = ['Baumarkt Müller', 'Ace Hardware, 5th Ave.', '誠品書店', 'Лавка "У моря"', 'O\'Neill & Sons'];
const MODELS = ['MK-2', 'A-1000/3', 'Σ7', 'X₂ "pro"', '型番 55'];
const ICON_NAMES = ['cube', 'hammer', 'book', 'silverware', 'flashlight'];
const ICON_COLORS = ['red', 'orange', 'green', 'blue', 'gray'];

/* The schema's order: what data is written in. */
const COLLECTION_KEYS = ['name', 'icon_name', 'icon_color', 'collection_reference_number', 'item_default_icon_name',
	'items_order', 'config_uuid'];
const ITEM_KEYS = ['name', 'icon_name', 'icon_color', 'collection_id', 'item_reference_number', 'serial',
	'individual_asset_reference', 'epc_tag_uri', 'rfid_tag_epc_memory_bank_contents',
	'use_mixed_rfid_tag_access_password', 'item_type', '_can_contain_items', 'container_id', 'always_show_in_collection',
	'_show_in_collection', 'notes', 'model_name', 'purchase_price_x1000', 'purchase_price_currency', 'purchased_from',
	'purchase_date', 'expiry_date', 'expire_soon_prior_days', '_expire_soon_at', 'consumable_stock_quantity',
	'consumable_stock_quantity_unit', 'consumable_min_stock_level', 'consumable_will_not_restock',
	'use_first_image_as_icon', 'contents_order', 'config_uuid'];

/* Numbers in [0, 1) that follow from the seed (mulberry32). */
function randomFrom(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

function uuid(random) {
	const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
	digits[12] = '4';
	digits[16] = '89ab'[Math.floor(random() * 4)];
	return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/* What the app derives from a collection's number, a reference and a serial: GIAI-96 under its default prefixes. */
export function assetReference(collectionNumber, reference, serial) {
	const asset = ASSET_PREFIX + collectionNumber + reference.padStart(6, '0') + String(serial).padStart(4, '0');
	const partition = BigInt(12 - COMPANY_PREFIX.length);
	const bits = (0x34n << 88n) | (partition << 82n) | (BigInt(COMPANY_PREFIX) << 58n) | BigInt(asset);
	return {
		individual_asset_reference: `${collectionNumber}.${reference}.${String(serial).padStart(4, '0')}`,
		epc_tag_uri: `urn:epc:tag:giai-96:0.${COMPANY_PREFIX}.${asset}`,
		rfid_tag_epc_memory_bank_contents: bits.toString(16).toUpperCase().padStart(24, '0'),
	};
}

function document(type, id, keys, data, savedMs) {
	const ordered = {};
	for (const key of keys) {
		if (data[key] !== undefined)
			ordered[key] = data[key];
	}
	const strays = Object.keys(data).filter((key) => !keys.includes(key));
	if (strays.length > 0)
		throw new Error(`no place for ${strays}`);
	return { _id: `${type}-${id}`, type, data: ordered, created_at: savedMs, updated_at: savedMs };
}

/* The twenty items of a group, by place: [what it is, in which place, further data]. A shelf holds a box holds a pouch. */
const SHELF = 0, BOX = 1, POUCH = 2, SET = 3;
const PLACES = [
	{ kind: 'container', word: 'Shelf' },
	{ kind: 'generic_container', word: 'Box', inside: SHELF },
	{ kind: 'container', word: 'Pouch', inside: BOX },
	{ kind: 'item_with_parts', inside: SHELF },
	{ inside: SET, part: true },
	{ inside: SET, part: true },
	{ inside: BOX },
	{ inside: BOX, dated: true },
	{ inside: POUCH },
	{ inside: POUCH, shown: true },
	{ kind: 'consumable' },
	{ kind: 'consumable', stocked: true },
	{ kind: 'consumable', stocked: true, inside: BOX, dated: true },
	{ referenced: true },
	{ referenced: true, dated: true },
	{ referenced: true, inside: SHELF },
	{ dated: true },
	{},
	{},
	{ abroad: true }, /* on a shelf of another collection */
];

function describe(place, at, random) {
	const pick = (list) => list[Math.floor(random() * list.length)];
	const data = {};
	if (random() < 0.4)
		data.icon_name = pick(ICON_NAMES);
	if (random() < 0.3)
		data.icon_color = pick(ICON_COLORS);
	if (place.word === undefined && random() < 0.7)
		data.notes = NOTES[at % NOTES.length];
	if (random() < 0.5)
		data.model_name = pick(MODELS);
	if (random() < 0.6) {
		data.purchase_price_currency = random() < 0.5 ? 'USD' : 'EUR';
		data.purchase_price_x1000 = Math.floor(random() * 250000) * 10;
		data.purchased_from = pick(SHOPS);
		data.purchase_date = BEGAN_MS - Math.floor(random() * 1500) * DAY_MS;
	}
	if (random() < 0.1)
		data.use_first_image_as_icon = random() < 0.5;
	return data;
}

function addKind(data, place, random) {
	data.item_type = place.kind;
	if (place.kind !== undefined && place.kind !== 'consumable')
		data._can_contain_items = true;
	if (place.kind === 'consumable') {
		data.consumable_stock_quantity = place.stocked ? Math.floor(random() * 40) : 1;
		data.consumable_will_not_restock = place.stocked ? random() < 0.3 : false;
	}
	if (place.stocked) {
		data.consumable_stock_quantity_unit = ['pcs', 'kg', '本', 'шт.'][Math.floor(random() * 4)];
		data.consumable_min_stock_level = 1 + Math.floor(random() * 5);
	}
	if (place.dated) {
		data.expiry_date = BEGAN_MS + Math.floor(200 + random() * 1500) * DAY_MS;
		if (random() < 0.5)
			data.expire_soon_prior_days = 1 + Math.floor(random() * 30);
		data._expire_soon_at = data.expiry_date - DAY_MS * (data.expire_soon_prior_days ?? 5);
	}
}

function item(at, ids, collections, random) {
	const of = at % COLLECTIONS.length;
	const turn = Math.floor(at / COLLECTIONS.length); /* within its collection */
	const place = PLACES[turn % PLACES.length];
	const group = turn - (turn % PLACES.length);
	const idAt = (collection, inGroup) => ids[(group + inGroup) * COLLECTIONS.length + collection];
	const noun = COLLECTIONS[of].nouns[turn % COLLECTIONS[of].nouns.length];

	const data = { name: `${place.word ?? noun}${place.part ? ', part' : ''} ${turn + 1}`, ...describe(place, at, random) };
	addKind(data, place, random);
	data.collection_id = collections[of].id;
	data.config_uuid = CONFIG_UUID;
	data.use_mixed_rfid_tag_access_password = false;
	if (place.inside !== undefined)
		data.container_id = idAt(of, place.inside);
	if (place.abroad)
		data.container_id = idAt((of + 1) % COLLECTIONS.length, SHELF);
	if (place.shown)
		data.always_show_in_collection = true;
	data._show_in_collection = place.inside === undefined || place.shown === true;
	if (place.referenced) {
		data.item_reference_number = String(100 + turn);
		data.serial = turn % 3 === 0 ? undefined : turn % 3;
		Object.assign(data, assetReference(collections[of].number, data.item_reference_number, data.serial ?? 0));
	}
	if (place.kind === 'container' && turn % PLACES.length === SHELF)
		data.contents_order = [idAt(of, SET), idAt(of, BOX)].filter((id) => id !== undefined);
	return document('item', ids[at], ITEM_KEYS, data, BEGAN_MS + (at + 10) * 61000);
}

export function sampleDocuments({ items = 200, seed = 1, base = BASE_ID } = {}) {
	const random = randomFrom(seed);
	const collections = COLLECTIONS.map((of, at) => ({ ...of, id: uuid(random), number: String(at + 1).padStart(4, '0') }));
	const ids = Array.from({ length: items }, () => uuid(random));
	const documents = [{
		_id: '0000-config',
		uuid: CONFIG_UUID,
		rfid_tag_company_prefix: COMPANY_PREFIX,
		rfid_tag_individual_asset_reference_prefix: ASSET_PREFIX,
		rfid_tag_access_password: '12345678',
		default_use_mixed_rfid_tag_access_password: false,
		rfid_tag_access_password_encoding: '082a4c6e',
		collections_order: collections.map((collection) => collection.id),
	}];
	collections.forEach((collection, at) => documents.push(document('collection', collection.id, COLLECTION_KEYS, {
		name: collection.name,
		icon_name: collection.icon,
		icon_color: collection.color,
		collection_reference_number: collection.number,
		item_default_icon_name: ICON_NAMES[at],
		items_order: ids.length > at ? [ids[at]] : undefined,
		config_uuid: CONFIG_UUID,
	}, BEGAN_MS + at * 60000)));
	ids.forEach((_, at) => documents.push(item(at, ids, collections, random)));
	documents.push(document('integration', INTEGRATION_ID, ['integration_type', 'name', 'config'], {
		integration_type: 'airtable',
		name: 'Demo',
		config: {
			airtable_base_id: base,
			scope_type: 'collections',
			collection_ids_to_sync: collections.map((collection) => collection.id),
		},
	}, BEGAN_MS));
	return documents;
}

export async function putSample(couch, database, documents) {
	await couch.makeDatabase(database);
	for (let from = 0; from < documents.length; from += BULK_LIMIT)
		await couch.putAll(database, documents.slice(from, from + BULK_LIMIT));
}

async function main() {
	const { values } = parseArgs({ options: {
		items: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' },
		base: { type: 'string', default: BASE_ID }, into: { type: 'string' },
	} });
	const documents = sampleDocuments({ items: Number(values.items), seed: Number(values.seed), base: values.base });
	if (values.into === undefined)
		process.stdout.write(`${JSON.stringify({ docs: documents })}\n`);
	else
		await putSample(couchFromEnvironment(), values.into, documents);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
	await main();

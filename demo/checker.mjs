/* Do both sides hold the same? Judged from the outside, with a field table of its own and no code of the bridge's.
 *
 *     node demo/checker.mjs --database DATABASE --sandbox URL [--marks] [--pictures]
 *
 * Reads every document of a database (COUCHDB_URL, COUCHDB_USER, COUCHDB_PASSWORD) and every row of the base that its
 * integration document names, from the sandbox. Each collection and item in scope must have exactly one row that shows
 * all its values, and each row such a document; the app's mark in a document must name its row, and must be there with
 * --marks; with --pictures an item's row must show its pictures. Every difference is a line on stderr; the summary is one line of JSON on
 * stdout; ends with 1 if they differ. */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { comparePictures } from './picture_checker.mjs';
import { couchFromEnvironment, sandboxAt } from './servers.mjs';

const TYPE_WORDS = { container: 'Container', generic_container: 'Generic Container', item_with_parts: 'Item with Parts',
	consumable: 'Consumable' };

/* What a document says, as the cell that shows it; null is the empty cell. */
const AS_CELL = {
	text: (value) => (typeof value === 'string' && value !== '' ? value : null),
	number: (value) => (typeof value === 'number' ? value : null),
	/* Of these the app takes 0 for nothing. */
	natural: (value) => (typeof value === 'number' && value !== 0 ? value : null),
	thousandths: (value) => (typeof value === 'number' ? value / 1000 : null),
	time: (value) => (typeof value === 'number' && value !== 0 ? new Date(value).toISOString() : null),
	date: (value) => (typeof value === 'number' ? new Date(value).toISOString() : null),
	flag: (value) => (value === true ? true : null),
	type: (value) => (value === undefined || value === '' ? 'Item' : TYPE_WORDS[value] ?? `(no word for ${value})`),
	link: (value) => (typeof value === 'string' && value !== '' ? value : null),
	empty: () => null,
};

/* Field, kind, where the document has it: a key of its data, or of the document itself after a dot. */
export const FIELDS = {
	Collections: [
		['Name', 'text', 'name'],
		['Ref. No.', 'text', 'collection_reference_number'],
		['Delete', 'empty', ''],
		['Synchronization Error Message', 'empty', ''],
	],
	Items: [
		['Name', 'text', 'name'],
		['Collection', 'link', 'collection_id', 'Collections'],
		['Container', 'link', 'container_id', 'Items'],
		['Type', 'type', 'item_type'],
		['Can Contain Items', 'flag', '_can_contain_items'],
		['Ref. No.', 'text', 'item_reference_number'],
		['Serial', 'number', 'serial'],
		['Individual Asset Ref.', 'text', 'individual_asset_reference'],
		['Manually Set Individual Asset Ref.', 'flag', 'individual_asset_reference_manually_set'],
		['Notes', 'text', 'notes'],
		['Model Name', 'text', 'model_name'],
		['PPC', 'text', 'purchase_price_currency'],
		['Purchase Price', 'thousandths', 'purchase_price_x1000'],
		['Purchased From', 'text', 'purchased_from'],
		['Purchase Date', 'date', 'purchase_date'],
		['Expiry Date', 'date', 'expiry_date'],
		['Expire Soon Prior Days', 'natural', 'expire_soon_prior_days'],
		['Stock Quantity', 'number', 'consumable_stock_quantity'],
		['Stock Quantity Unit', 'text', 'consumable_stock_quantity_unit'],
		['Min Stock Level', 'natural', 'consumable_min_stock_level'],
		['Will Not Restock', 'flag', 'consumable_will_not_restock'],
		['Icon Name', 'text', 'icon_name'],
		['Icon Color', 'text', 'icon_color'],
		['Use First Image as Icon', 'flag', 'use_first_image_as_icon'],
		['RFID EPC Hex', 'text', 'rfid_tag_epc_memory_bank_contents'],
		['Manually Set RFID EPC Hex', 'flag', 'rfid_tag_epc_memory_bank_contents_manually_set'],
		['Created At', 'time', '.created_at'],
		['Updated At', 'time', '.updated_at'],
		['Remove All Images', 'empty', ''],
		['Delete', 'empty', ''],
		['Synchronization Error Message', 'empty', ''],
	],
};

const TABLES = { collection: 'Collections', item: 'Items' };

export function idOf(document) {
	return document._id.slice(document.type.length + 1);
}

function valueAt(document, where) {
	return where.startsWith('.') ? document[where.slice(1)] : document.data[where];
}

/* A cell as read: what Airtable leaves out, and what it could as well, is null. */
function shown(cell) {
	const empty = cell === undefined || cell === null || cell === '' || cell === false ||
		(Array.isArray(cell) && cell.length === 0);
	return empty ? null : cell;
}

function sameCell(expected, cell) {
	if (typeof expected === 'number' && typeof cell === 'number')
		return Math.abs(expected - cell) <= 1e-9 * Math.max(1, Math.abs(expected));
	return expected === cell;
}

/* A link is compared by the ID that the row at its other end shows; what cannot be followed is shown as it is. */
function followLink(cell, idOfRow) {
	if (!Array.isArray(cell) || cell.length !== 1)
		return cell;
	return idOfRow.get(cell[0]) ?? `(no row ${cell[0]})`;
}

/* The integration's scope: what must have a row. */
function inScope(documents, integration) {
	const { scope_type: kind, collection_ids_to_sync: ids = [] } = integration.data.config;
	if (kind !== 'collections')
		throw new Error(`the checker knows the scope "collections" only, not "${kind}"`);
	const wanted = new Set(ids);
	return {
		Collections: documents.filter((doc) => doc.type === 'collection' && wanted.has(idOf(doc))),
		Items: documents.filter((doc) => doc.type === 'item' && wanted.has(doc.data.collection_id)),
	};
}

function compareMark(document, row, integrationId, marks, differ) {
	const mark = document.data.integrations?.[integrationId];
	if (mark === undefined ? marks : mark.id !== row.id)
		differ({ what: 'mark', document: document._id, couch: mark?.id ?? null, airtable: row.id });
}

function comparePair(document, row, fields, idOfRow, differ) {
	for (const [field, kind, where, target] of fields) {
		const expected = AS_CELL[kind](kind === 'empty' ? undefined : valueAt(document, where));
		const cell = shown(row.fields[field]);
		const comparable = kind === 'link' && cell !== null ? followLink(cell, idOfRow[target]) : cell;
		if (!sameCell(expected, comparable))
			differ({ what: 'value', document: document._id, row: row.id, field, couch: expected, airtable: comparable });
	}
}

/* documents: all of the database. rows: { Collections: [{ id, fields }], Items: [...] }, cells by their field's name.
 * Answers { collections, items, rows, differences: [...] }. */
export function compare({ documents, rows, integrationId, marks = false, pictures = false }) {
	const integration = documents.find((doc) => doc._id === `integration-${integrationId}`);
	if (!integration)
		throw new Error(`there is no integration-${integrationId}`);
	const differences = [];
	const differ = (difference) => differences.push(difference);
	const scope = inScope(documents, integration);
	const idOfRow = Object.fromEntries(Object.values(TABLES).map((table) =>
		[table, new Map(rows[table].map((row) => [row.id, row.fields.ID]))]));

	for (const table of Object.values(TABLES)) {
		const byId = new Map();
		for (const row of rows[table])
			byId.set(row.fields.ID ?? '', [...(byId.get(row.fields.ID ?? '') ?? []), row]);
		for (const document of scope[table]) {
			const found = byId.get(idOf(document)) ?? [];
			byId.delete(idOf(document));
			if (found.length !== 1) {
				differ({ what: found.length === 0 ? 'no row' : 'several rows', document: document._id, couch: document.data.name,
					airtable: found.map((row) => row.id).join(' ') || null });
				continue;
			}
			comparePair(document, found[0], FIELDS[table], idOfRow, differ);
			compareMark(document, found[0], integrationId, marks, differ);
		}
		for (const [id, strays] of byId)
			strays.forEach((row) => differ({ what: 'no document', table, row: row.id, couch: null, airtable: id || '(no ID)' }));
	}
	if (pictures)
		comparePictures(documents, rows.Items, differ);
	return { collections: scope.Collections.length, items: scope.Items.length,
		rows: rows.Collections.length + rows.Items.length, differences };
}

export function sentence(difference) {
	const { what, document, table, row, field, couch, airtable } = difference;
	const place = [document ?? table, row, field].filter(Boolean).join(' · ');
	return `${what}: ${place}: couch ${JSON.stringify(couch)}, airtable ${JSON.stringify(airtable)}`;
}

/* Both sides as they are now. */
export async function readBoth({ couch, sandbox, database, integrationId, marks, pictures }) {
	const documents = await couch.all(database);
	const integration = documents.find((doc) => doc.type === 'integration' &&
		(integrationId === undefined || doc._id === `integration-${integrationId}`));
	if (!integration)
		throw new Error(`${database}: there is no integration document`);
	const base = integration.data.config.airtable_base_id;
	const rows = { Collections: await sandbox.rows(base, 'Collections'), Items: await sandbox.rows(base, 'Items') };
	return { documents, rows, integrationId: idOf(integration), base, marks, pictures };
}

async function main() {
	const { values } = parseArgs({ options: {
		database: { type: 'string' }, sandbox: { type: 'string' }, marks: { type: 'boolean', default: false },
		pictures: { type: 'boolean', default: false },
	} });
	if (!values.database || !values.sandbox)
		throw new Error('usage: node demo/checker.mjs --database DATABASE --sandbox URL [--marks] [--pictures]');
	const both = await readBoth({ couch: couchFromEnvironment(), sandbox: sandboxAt(values.sandbox),
		database: values.database, marks: values.marks, pictures: values.pictures });
	const { differences, ...counts } = compare(both);
	differences.forEach((difference) => process.stderr.write(`${sentence(difference)}\n`));
	process.stdout.write(`${JSON.stringify({ ...counts, differences: differences.length, equal: differences.length === 0 })}\n`);
	process.exitCode = differences.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
	await main();

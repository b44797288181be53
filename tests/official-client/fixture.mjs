/* A base with a field of every kind that the client's tests write, and no rows. */

export const BASE = 'appClientTest0001';
export const THINGS = 'tblThings00000001';
export const BOXES = 'tblBoxes000000001';

const id = (prefix, words) => `${prefix}${words}`.padEnd(16, '0').slice(0, 16) + '1';
const field = (table, name, type, options) =>
	({ id: id('fld', `${table}${name.replace(/\W/g, '')}`), name, type, ...(options ? { options } : {}) });
const choices = (...names) => ({ choices: names.map((name) => ({ id: id('sel', name), name })) });
const formats = { dateFormat: { name: 'iso', format: 'YYYY-MM-DD' }, timeFormat: { name: '24hour', format: 'HH:mm' }, timeZone: 'utc' };

const THINGS_FIELDS = [
	field('Things', 'Name', 'singleLineText'),
	field('Things', 'Key', 'singleLineText'),
	field('Things', 'Notes', 'multilineText'),
	field('Things', 'Count', 'number', { precision: 0 }),
	field('Things', 'Price', 'number', { precision: 2 }),
	field('Things', 'Done', 'checkbox', { icon: 'check', color: 'greenBright' }),
	field('Things', 'Size', 'singleSelect', choices('Small', 'Medium', 'Large')),
	field('Things', 'Tags', 'multipleSelects', choices('red', 'green', 'blue')),
	field('Things', 'Due', 'date', { dateFormat: formats.dateFormat }),
	field('Things', 'When', 'dateTime', formats),
	field('Things', 'Files', 'multipleAttachments', { isReversed: false }),
	field('Things', 'Box', 'multipleRecordLinks', { linkedTableId: BOXES, inverseLinkFieldId: id('fld', 'BoxesThings') }),
	field('Things', 'Parent', 'multipleRecordLinks', { linkedTableId: THINGS }),
	field('Things', 'Number', 'autoNumber'),
	field('Things', 'Record ID', 'formula', { formula: 'RECORD_ID()', isValid: true }),
	field('Things', 'Changed', 'lastModifiedTime', { isValid: true, referencedFieldIds: [], result: { type: 'dateTime', options: formats } }),
];
const BOXES_FIELDS = [
	field('Boxes', 'Name', 'singleLineText'),
	field('Boxes', 'Things', 'multipleRecordLinks', { linkedTableId: THINGS, inverseLinkFieldId: id('fld', 'ThingsBox') }),
];

export function fixture() {
	return { bases: [{ id: BASE, name: 'Client tests', tables: [
		{ id: THINGS, name: 'Things', fields: THINGS_FIELDS, records: [] },
		{ id: BOXES, name: 'Boxes', fields: BOXES_FIELDS, records: [] },
		{ id: 'tblInOut000000001', name: 'In / out & about', fields: [field('InOut', 'Name', 'singleLineText')], records: [] },
	] }] };
}

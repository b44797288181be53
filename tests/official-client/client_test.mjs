/* Airtable's official client, as npm gives it, against the sandbox: what it sends is understood, what it gets it can
 * read, and its errors are those that it makes of Airtable's own. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import Airtable from 'airtable';
import { BASE, BOXES, fixture, THINGS } from './fixture.mjs';
import { startSandbox } from '../node/sandbox.mjs';
import { runAll, test } from '../node/tap.mjs';

const FETCH_LOOKS = 1000;
const TOKEN = 'patTest0000000000.0123456789abcdef';

let sandbox;

function clientWith(options = {}) {
	return new Airtable({ apiKey: TOKEN, endpointUrl: sandbox.url, ...options }).base(BASE);
}

/* The error that a call ends with, as { error, message, statusCode }. */
async function refused(promise) {
	try {
		await promise;
	} catch (error) {
		return { error: error.error, message: error.message, statusCode: error.statusCode };
	}
	throw new Error('the call was not refused');
}

const names = (records) => records.map((record) => record.get('Name'));
const numbered = (count, make = () => ({})) =>
	Array.from({ length: count }, (_, i) => ({ fields: { Name: `Thing ${String(i).padStart(4, '0')}`, Count: i, ...make(i) } }));

async function createMany(things, records) {
	const made = [];
	for (let i = 0; i < records.length; i += 10)
		made.push(...await things.create(records.slice(i, i + 10)));
	return made;
}

/* ---- creating ---- */

test('creates one record and gives it back', async ({ things }) => {
	const record = await things.create({ Name: 'Lamp', Count: 3, Price: 2.01, Done: true });
	assert.match(record.id, /^rec[0-9A-Za-z]{14}$/);
	assert.deepEqual([record.get('Name'), record.get('Count'), record.get('Price'), record.get('Done')], ['Lamp', 3, 2.01, true]);
});

test('a new record has a created time of whole seconds', async ({ things }) => {
	const record = await things.create({ Name: 'Lamp' });
	assert.match(record._rawJson.createdTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
});

test('creates ten records in the order given', async ({ things }) => {
	const records = await things.create(numbered(10));
	assert.deepEqual(names(records), numbered(10).map((each) => each.fields.Name));
	assert.equal(new Set(records.map((record) => record.id)).size, 10);
});

test('creates a record without cells', async ({ things }) => {
	const record = await things.create({});
	assert.equal(record.get('Name'), undefined);
});

test('creates records in a table named by its id', async ({ base }) => {
	const [record] = await base(THINGS).create([{ fields: { Name: 'By id' } }]);
	assert.equal((await base('Things').find(record.id)).get('Name'), 'By id');
});

test('creates with fields named by id', async ({ things }) => {
	const record = await things.create({ fldThingsName0001: 'By field id', fldThingsCount001: 7 });
	assert.deepEqual([record.get('Name'), record.get('Count')], ['By field id', 7]);
});

test('text of many scripts comes back as it was', async ({ things }) => {
	const words = 'Ä 日本語 العربية 😀👩‍👩‍👧 "quoted" back\\slash\ttab\nline';
	const { id } = await things.create({ Name: 'x', Notes: words });
	assert.equal((await things.find(id)).get('Notes'), words);
});

/* ---- empty cells ---- */

test('empty values are left out of the answer', async ({ things }) => {
	const record = await things.create({ Name: 'Empty', Notes: '', Done: false, Tags: [], Box: [], Files: [], Count: null });
	const { Number: _number, 'Record ID': _id, ...fields } = record.fields;
	delete fields.Changed;
	assert.deepEqual(fields, { Name: 'Empty' });
});

test('zero is no empty value', async ({ things }) => {
	const record = await things.create({ Name: 'Zero', Count: 0 });
	assert.equal(record.get('Count'), 0);
});

test('null clears a cell', async ({ things }) => {
	const { id } = await things.create({ Name: 'x', Count: 5, Size: 'Small', Due: '2026-01-02' });
	await things.update(id, { Count: null, Size: null, Due: null });
	const record = await things.find(id);
	assert.deepEqual([record.get('Count'), record.get('Size'), record.get('Due')], [undefined, undefined, undefined]);
});

/* ---- values by type ---- */

const VALUES = [
	['a number with a fraction', 'Price', 0.1, 0.1],
	['a large number', 'Count', 9007199254740991, 9007199254740991],
	['a checkbox', 'Done', true, true],
	['a select by its exact name', 'Size', 'Medium', 'Medium'],
	['several selects in the order given', 'Tags', ['blue', 'red'], ['blue', 'red']],
	['a date', 'Due', '2026-04-24', '2026-04-24'],
	['a time', 'When', '2026-04-24T07:00:00.123Z', '2026-04-24T07:00:00.123Z'],
	['a time with an offset as UTC', 'When', '2026-04-24T07:00:00+02:00', '2026-04-24T05:00:00.000Z'],
	['a day as a time, midnight UTC', 'When', '2026-04-24', '2026-04-24T00:00:00.000Z'],
];
for (const [sentence, field, sent, expected] of VALUES) {
	test(`keeps ${sentence}`, async ({ things }) => {
		const { id } = await things.create({ Name: 'x', [field]: sent });
		assert.deepEqual((await things.find(id)).get(field), expected);
	});
}

test('an attachment by address has id, address and name at once', async ({ things }) => {
	const record = await things.create({ Name: 'x', Files: [{ url: 'http://127.0.0.1:9/pictures/lamp.jpg', filename: 'lamp.jpg' }] });
	const [file] = record.get('Files');
	assert.match(file.id, /^att[0-9A-Za-z]{14}$/);
	assert.equal(file.filename, 'lamp.jpg');
	assert.ok(file.url);
});

test('attachments that are named by id stay, others go', async ({ things }) => {
	const url = 'http://127.0.0.1:9/a.jpg';
	const made = await things.create({ Name: 'x', Files: [{ url }, { url, filename: 'second.jpg' }] });
	const [, second] = made.get('Files');
	const record = await things.update(made.id, { Files: [{ id: second.id }] });
	assert.deepEqual(record.get('Files').map((file) => [file.id, file.filename]), [[second.id, 'second.jpg']]);
});

/* 832 × 605; only the header is true. */
const PICTURE = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452000003400000025d', 'hex'), Buffer.alloc(40)]);

/* A case whose files come from a server of its own. */
function fetching(name, run) {
	test(name, async (clients) => {
		const server = createServer((request, response) => (request.url === '/lamp.png'
			? response.writeHead(200, { 'Content-Type': 'image/png' }).end(PICTURE)
			: response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end('words')));
		await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
		await sandbox.control('POST', 'options', { fetch: true });
		try {
			await run({ ...clients, url: `http://127.0.0.1:${server.address().port}` });
		} finally {
			await sandbox.control('POST', 'options', { fetch: false });
			server.close();
		}
	});
}

/* The cell, once all of its files are there. */
async function fetched(things, id) {
	for (let look = 0; look < FETCH_LOOKS; look++) {
		const files = (await things.find(id)).get('Files');
		if (files.every((file) => file.size !== undefined))
			return files;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	throw new Error('the files were not fetched');
}

fetching('an attachment that was fetched has size, type, size in pixels and thumbnails', async ({ things, url }) => {
	const record = await things.create({ Name: 'x', Files: [{ url: `${url}/lamp.png` }, { url: `${url}/words` }] });
	assert.deepEqual(record.get('Files').map((file) => file.size), [undefined, undefined]);
	const [picture, words] = await fetched(things, record.id);
	assert.equal(picture.id, record.get('Files')[0].id);
	assert.deepEqual([picture.filename, picture.type, picture.size, picture.width, picture.height], ['lamp.png', 'image/png', PICTURE.length, 832, 605]);
	assert.deepEqual(Object.keys(picture.thumbnails), ['small', 'large', 'full']);
	assert.deepEqual([words.filename, words.type, words.size, words.thumbnails], ['words', 'text/plain', 5, undefined]);
	assert.deepEqual(Buffer.from(await (await fetch(picture.url)).arrayBuffer()), PICTURE);
	assert.notEqual((await things.find(record.id)).get('Files')[0].url, picture.url, 'an address is good for one read');
});

fetching('attachments are put in another order, and copied to another record by their address', async ({ things, url }) => {
	const { id } = await things.create({ Name: 'x', Files: [{ url: `${url}/lamp.png` }, { url: `${url}/words` }] });
	const [first, second] = await fetched(things, id);
	const turned = await things.update(id, { Files: [{ id: second.id }, { id: first.id }] });
	assert.deepEqual(turned.get('Files').map((file) => file.id), [second.id, first.id]);
	const copy = await things.create({ Name: 'y', Files: turned.get('Files').map(({ url: where, filename }) => ({ url: where, filename })) });
	const files = await fetched(things, copy.id);
	assert.deepEqual(files.map((file) => [file.filename, file.size]), [['words', 5], ['lamp.png', PICTURE.length]]);
	assert.ok(files.every((file) => ![first.id, second.id].includes(file.id)), 'a copy has an id of its own');
});

test('the client\'s makeRequest uploads an attachment', async ({ things, base }) => {
	const { id } = await things.create({ Name: 'x' });
	const { body } = await base.makeRequest({ method: 'POST', path: `/${id}/Files/uploadAttachment`,
		body: { contentType: 'text/plain', filename: 't.txt', file: 'SGVsbG8gV29ybGQ=' } });
	const [[file]] = Object.values(body.fields);
	assert.deepEqual([file.filename, file.size, file.type], ['t.txt', 11, 'text/plain']);
	assert.equal((await things.find(id)).get('Files')[0].id, file.id);
});

test('records are numbered', async ({ things }) => {
	const [first, second] = await things.create(numbered(2));
	assert.equal(second.get('Number'), first.get('Number') + 1);
});

test('a formula field shows the record id', async ({ things }) => {
	const record = await things.create({ Name: 'x' });
	assert.equal(record.get('Record ID'), record.id);
});

/* ---- updating ---- */

test('updates one record and leaves its other cells', async ({ things }) => {
	const { id } = await things.create({ Name: 'Lamp', Count: 3 });
	const record = await things.update(id, { Count: 4 });
	assert.deepEqual([record.get('Name'), record.get('Count')], ['Lamp', 4]);
});

test('updates ten records, answered in the order sent', async ({ things }) => {
	const made = await things.create(numbered(10));
	const sent = [...made].reverse().map((record, i) => ({ id: record.id, fields: { Count: 100 + i } }));
	const records = await things.update(sent);
	assert.deepEqual(records.map((record) => record.id), sent.map((each) => each.id));
	assert.deepEqual(records.map((record) => record.get('Count')), sent.map((each) => each.fields.Count));
	assert.ok(records.every((record) => record.get('Name')), 'whole records come back');
});

test('replace clears what is not named', async ({ things }) => {
	const { id } = await things.create({ Name: 'Lamp', Count: 3, Done: true });
	const record = await things.replace(id, { Name: 'Bulb' });
	assert.deepEqual([record.get('Name'), record.get('Count'), record.get('Done')], ['Bulb', undefined, undefined]);
});

test('replaces several', async ({ things }) => {
	const made = await things.create(numbered(3));
	const records = await things.replace(made.map((record) => ({ id: record.id, fields: { Name: 'Same' } })));
	assert.deepEqual(records.map((record) => [record.get('Name'), record.get('Count')]), Array(3).fill(['Same', undefined]));
});

/* save() sends all cells, so only a table without computed fields takes it. */
test("a record's own patchUpdate and save work", async ({ boxes }) => {
	const record = await boxes.create({ Name: 'Shelf' });
	await record.patchUpdate({ Name: 'Drawer' });
	assert.equal((await boxes.find(record.id)).get('Name'), 'Drawer');
	record.set('Name', 'Box');
	await record.save();
	assert.equal((await boxes.find(record.id)).get('Name'), 'Box');
});

test('an edit moves the modified time', async ({ things }) => {
	const made = await things.create({ Name: 'Lamp' });
	const before = (await things.find(made.id)).get('Changed') ?? '';
	await sandbox.control('POST', 'clock', { advance_ms: 5000 });
	await things.update(made.id, { Name: 'Lamp 2' });
	assert.ok((await things.find(made.id)).get('Changed') > before);
});

test('a modified time has whole seconds', async ({ things }) => {
	const made = await things.create({ Name: 'Lamp' });
	await sandbox.control('POST', 'clock', { advance_ms: 2345 });
	await things.update(made.id, { Name: 'Lamp 2' });
	assert.match((await things.find(made.id)).get('Changed'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
});

/* ---- upserts ---- */

const upsert = { performUpsert: { fieldsToMergeOn: ['Key'] } };

test('an upsert makes what is not there and updates what is', async ({ things }) => {
	const old = await things.create({ Name: 'Old', Key: 'a', Count: 1 });
	const records = await things.update([{ fields: { Key: 'a', Count: 2 } }, { fields: { Key: 'b', Name: 'New' } }], upsert);
	assert.equal(records[0].id, old.id);
	assert.deepEqual([records[0].get('Name'), records[0].get('Count')], ['Old', 2]);
	assert.equal(records[1].get('Name'), 'New');
	assert.equal((await things.select().all()).length, 2);
});

test('an upsert says which were created and which updated', async ({ base, things }) => {
	const old = await things.create({ Key: 'a' });
	const { body } = await base.makeRequest({ method: 'PATCH', path: '/Things',
		body: { ...upsert, records: [{ fields: { Key: 'a' } }, { fields: { Key: 'b' } }] } });
	assert.deepEqual(body.updatedRecords, [old.id]);
	assert.deepEqual(body.createdRecords, [body.records[1].id]);
});

test('an upsert sent twice makes one record', async ({ things }) => {
	const send = () => things.update([{ fields: { Key: 'once', Name: 'x' } }], upsert);
	const [[first], [second]] = [await send(), await send()];
	assert.equal(first.id, second.id);
});

test('an upsert that matches two records is refused as a whole', async ({ things }) => {
	await things.create([{ fields: { Key: 'a' } }, { fields: { Key: 'a' } }]);
	const error = await refused(things.update([{ fields: { Key: 'b' } }, { fields: { Key: 'a' } }], upsert));
	assert.equal(error.statusCode, 422);
	assert.match(error.message, /^Cannot update more than one record/);
	assert.equal((await things.select().all()).length, 2);
});

test('an upsert by PUT clears what it does not name', async ({ things }) => {
	await things.create({ Key: 'a', Name: 'Old', Count: 1 });
	const [record] = await things.replace([{ fields: { Key: 'a', Name: 'New' } }], upsert);
	assert.deepEqual([record.get('Name'), record.get('Count')], ['New', undefined]);
});

test('an upsert merges on two fields', async ({ things }) => {
	await things.create([{ fields: { Key: 'a', Count: 1, Name: 'one' } }, { fields: { Key: 'a', Count: 2, Name: 'two' } }]);
	const [record] = await things.update([{ fields: { Key: 'a', Count: 2, Name: 'found' } }],
		{ performUpsert: { fieldsToMergeOn: ['Key', 'Count'] } });
	assert.equal(record.get('Name'), 'found');
	assert.deepEqual(names(await things.select({ sort: [{ field: 'Count' }] }).all()), ['one', 'found']);
});

/* ---- deleting ---- */

test('deletes one record', async ({ things }) => {
	const { id } = await things.create({ Name: 'Lamp' });
	const gone = await things.destroy(id);
	assert.equal(gone.id, id);
	assert.deepEqual(await things.select().all(), []);
});

test('deletes ten records, answered in the order sent', async ({ things }) => {
	const made = await things.create(numbered(10));
	const ids = made.map((record) => record.id).reverse();
	const gone = await things.destroy(ids);
	assert.deepEqual(gone.map((record) => record.id), ids);
	assert.deepEqual(await things.select().all(), []);
});

test("a record's own destroy works", async ({ things }) => {
	const record = await things.create({ Name: 'Lamp' });
	await record.destroy();
	assert.deepEqual(await things.select().all(), []);
});

/* ---- listing ---- */

test('lists 250 records on three pages, each once', async ({ things }) => {
	await createMany(things, numbered(250));
	const sizes = [];
	const seen = [];
	await things.select().eachPage((records, next) => {
		sizes.push(records.length);
		seen.push(...names(records));
		next();
	});
	assert.deepEqual(sizes, [100, 100, 50]);
	assert.deepEqual(seen.sort(), numbered(250).map((each) => each.fields.Name));
});

test('lists 250 records by all()', async ({ things }) => {
	await createMany(things, numbered(250));
	assert.equal((await things.select().all()).length, 250);
});

test('pageSize makes pages of that size', async ({ things }) => {
	await createMany(things, numbered(25));
	const sizes = [];
	await things.select({ pageSize: 10 }).eachPage((records, next) => {
		sizes.push(records.length);
		next();
	});
	assert.deepEqual(sizes, [10, 10, 5]);
});

test('firstPage gives the first page only', async ({ things }) => {
	await createMany(things, numbered(12));
	assert.equal((await things.select({ pageSize: 5 }).firstPage()).length, 5);
});

test('maxRecords ends the listing over all pages', async ({ things }) => {
	await createMany(things, numbered(30));
	assert.equal((await things.select({ maxRecords: 15, pageSize: 10 }).all()).length, 15);
});

test('a page that ends exactly at the last record is the last', async ({ things }) => {
	await createMany(things, numbered(20));
	const sizes = [];
	await things.select({ pageSize: 10 }).eachPage((records, next) => {
		sizes.push(records.length);
		next();
	});
	assert.deepEqual(sizes, [10, 10]);
});

test('an empty table lists no record', async ({ things }) => {
	assert.deepEqual(await things.select().all(), []);
});

test('fields chooses what comes back', async ({ things }) => {
	await things.create({ Name: 'Lamp', Count: 1, Notes: 'n' });
	const [record] = await things.select({ fields: ['Name', 'Count'] }).all();
	assert.deepEqual(record.fields, { Name: 'Lamp', Count: 1 });
});

test('fields takes ids as well', async ({ things }) => {
	await things.create({ Name: 'Lamp', Count: 1 });
	const [record] = await things.select({ fields: ['fldThingsCount001'] }).all();
	assert.deepEqual(record.fields, { Count: 1 });
});

test('returnFieldsByFieldId names fields by id', async ({ things }) => {
	await things.create({ Name: 'Lamp', Count: 1 });
	const [record] = await things.select({ fields: ['Name', 'Count'], returnFieldsByFieldId: true }).all();
	assert.deepEqual(record.fields, { fldThingsName0001: 'Lamp', fldThingsCount001: 1 });
});

test('returnFieldsByFieldId also in the answer to a write', async ({ things }) => {
	const [record] = await things.create([{ fields: { Name: 'Lamp' } }], { returnFieldsByFieldId: true });
	assert.equal(record.get('fldThingsName0001'), 'Lamp');
	assert.equal(record.get('Name'), undefined);
});

test('finds one record', async ({ things }) => {
	const { id } = await things.create({ Name: 'Lamp', Count: 3 });
	const record = await things.find(id);
	assert.deepEqual([record.id, record.get('Name'), record.get('Count')], [id, 'Lamp', 3]);
});

test('finds a record of another table of the base', async ({ base, things }) => {
	const { id } = await base('Boxes').create({ Name: 'Shelf' });
	assert.equal((await things.find(id)).get('Name'), 'Shelf');
});

/* ---- sorting ---- */

test('sorts texts upwards, empty cells first', async ({ things }) => {
	await things.create([{ fields: { Name: 'b' } }, { fields: { Count: 1 } }, { fields: { Name: 'a' } }]);
	assert.deepEqual(names(await things.select({ sort: [{ field: 'Name' }] }).all()), [undefined, 'a', 'b']);
});

test('sorts numbers as numbers', async ({ things }) => {
	await things.create([10, 9, -1, 100].map((Count) => ({ fields: { Count } })));
	const records = await things.select({ sort: [{ field: 'Count' }] }).all();
	assert.deepEqual(records.map((record) => record.get('Count')), [-1, 9, 10, 100]);
});

test('sorts downwards, empty cells last', async ({ things }) => {
	await things.create([{ fields: { Count: 1 } }, { fields: { Name: 'x' } }, { fields: { Count: 2 } }]);
	const records = await things.select({ sort: [{ field: 'Count', direction: 'desc' }] }).all();
	assert.deepEqual(records.map((record) => record.get('Count')), [2, 1, undefined]);
});

test("sorts selects by their options' order", async ({ things }) => {
	await things.create(['Large', 'Small', 'Medium'].map((Size) => ({ fields: { Size } })));
	const records = await things.select({ sort: [{ field: 'Size' }] }).all();
	assert.deepEqual(records.map((record) => record.get('Size')), ['Small', 'Medium', 'Large']);
});

test('sorts by a second field within the first', async ({ things }) => {
	await things.create([['b', 1], ['a', 2], ['a', 1], ['b', 2]].map(([Name, Count]) => ({ fields: { Name, Count } })));
	const records = await things.select({ sort: [{ field: 'Name', direction: 'desc' }, { field: 'Count' }] }).all();
	assert.deepEqual(records.map((record) => [record.get('Name'), record.get('Count')]), [['b', 1], ['b', 2], ['a', 1], ['a', 2]]);
});

test('the order holds over pages', async ({ things }) => {
	await createMany(things, numbered(250));
	const records = await things.select({ sort: [{ field: 'Count', direction: 'desc' }] }).all();
	assert.deepEqual(records.map((record) => record.get('Count')), Array.from({ length: 250 }, (_, i) => 249 - i));
});

/* ---- formulas ---- */

const people = [
	{ Name: "O'Neil", Key: 'k1', Count: 1, Done: true, Size: 'Small', Tags: ['red', 'blue'], When: '2026-01-02T03:04:05.000Z' },
	{ Name: 'Anna', Key: 'k2', Count: 20, Size: 'Large', Tags: ['green'] },
	{ Name: 'Zoë', Count: 300, Notes: 'blue lamp' },
];
const FILTERS = [
	['an escaped quote', "{Name}='O\\'Neil'", ["O'Neil"]],
	['a comparison of numbers', 'AND({Count}>=20,{Count}<300)', ['Anna']],
	['a field id', "{fldThingsKey00001}='k2'", ['Anna']],
	['a checkbox', '{Done}', ["O'Neil"]],
	['a checkbox that is not ticked', 'NOT({Done})', ['Anna', 'Zoë']],
	['an empty cell', '{Key}=BLANK()', ['Zoë']],
	['a cell that is not empty', "{Key}!=''", ['Anna', "O'Neil"]],
	['a select', "{Size}='Large'", ['Anna']],
	['selects joined by commas', "{Tags}='red, blue'", ["O'Neil"]],
	['text inside, whatever its case', "SEARCH('LAMP',{Notes})", ['Zoë']],
	['text inside, case counts', "FIND('LAMP',{Notes})", []],
	['a time after', "IS_AFTER({When},'2026-01-01')", ["O'Neil"]],
	['a time exactly', "{When}=DATETIME_PARSE('2026-01-02T03:04:05.000Z')", ["O'Neil"]],
	['either of two', "OR({Name}='Anna',{Name}='Zoë')", ['Anna', 'Zoë']],
	['a calculation', 'MAX({Count},100)+1=301', ['Zoë']],
	['a link by the name of its row', "{Box}='Shelf'", ['Anna']],
];
for (const [sentence, filterByFormula, expected] of FILTERS) {
	test(`filters by ${sentence}`, async ({ base, things }) => {
		const shelf = await base('Boxes').create({ Name: 'Shelf' });
		await things.create(people.map((fields) => ({ fields: fields.Name === 'Anna' ? { ...fields, Box: [shelf.id] } : fields })));
		const records = await things.select({ filterByFormula, sort: [{ field: 'Name' }] }).all();
		assert.deepEqual(names(records).sort(), expected.sort());
	});
}

test('filters by record ids', async ({ things }) => {
	const made = await things.create(numbered(5));
	const wanted = [made[1].id, made[3].id];
	const filterByFormula = `OR(${wanted.map((id) => `RECORD_ID()='${id}'`).join(',')})`;
	assert.deepEqual((await things.select({ filterByFormula }).all()).map((record) => record.id).sort(), wanted.sort());
});

test('an id that is gone lists no record', async ({ things }) => {
	const { id } = await things.create({ Name: 'Lamp' });
	await things.destroy(id);
	assert.deepEqual(await things.select({ filterByFormula: `RECORD_ID()='${id}'` }).all(), []);
});

test('filters by created or modified since', async ({ things }) => {
	const [old, edited] = await things.create(numbered(2));
	const clock = await sandbox.control('POST', 'clock', { advance_ms: 3600_000 });
	assert.ok(clock);
	const since = new Date(Date.parse(old._rawJson.createdTime) + 1800_000).toISOString();
	await things.update(edited.id, { Count: 99 });
	const fresh = await things.create({ Name: 'Fresh' });
	const filterByFormula = `OR(IS_AFTER(CREATED_TIME(),DATETIME_PARSE('${since}')),IS_AFTER(LAST_MODIFIED_TIME(),DATETIME_PARSE('${since}')))`;
	const records = await things.select({ filterByFormula }).all();
	assert.deepEqual(records.map((record) => record.id).sort(), [edited.id, fresh.id].sort());
});

test('a query too long for an address goes by POST', async ({ things }) => {
	const made = await createMany(things, numbered(120));
	const filterByFormula = `OR(${Array.from({ length: 800 }, (_, i) => `RECORD_ID()='${made[i]?.id ?? `recNone${String(i).padStart(10, '0')}`}'`).join(',')})`;
	assert.ok(filterByFormula.length > 16000);
	const records = await things.select({ filterByFormula, sort: [{ field: 'Count' }], fields: ['Count'] }).all();
	assert.deepEqual(records.map((record) => record.get('Count')), Array.from({ length: 120 }, (_, i) => i));
});

test("method 'post' lists by POST, over pages and with a time zone", async ({ things }) => {
	await createMany(things, numbered(25));
	const records = await things.select({ method: 'post', pageSize: 10, timeZone: 'utc', userLocale: 'de' }).all();
	assert.equal(records.length, 25);
});

/* ---- links ---- */

test('a link shows on the other side', async ({ base, things }) => {
	const shelf = await base('Boxes').create({ Name: 'Shelf' });
	const thing = await things.create({ Name: 'Lamp', Box: [shelf.id] });
	assert.deepEqual(thing.get('Box'), [shelf.id]);
	assert.deepEqual((await base('Boxes').find(shelf.id)).get('Things'), [thing.id]);
});

test('a link made from the other side', async ({ base, things }) => {
	const [a, b] = await things.create(numbered(2));
	const shelf = await base('Boxes').create({ Name: 'Shelf', Things: [b.id, a.id] });
	assert.deepEqual(shelf.get('Things'), [b.id, a.id]);
	assert.deepEqual((await things.find(a.id)).get('Box'), [shelf.id]);
});

test('a link taken away goes on both sides', async ({ base, things }) => {
	const shelf = await base('Boxes').create({ Name: 'Shelf' });
	const thing = await things.create({ Name: 'Lamp', Box: [shelf.id] });
	await things.update(thing.id, { Box: [] });
	assert.equal((await base('Boxes').find(shelf.id)).get('Things'), undefined);
});

test('a deleted row is taken out of links', async ({ base, things }) => {
	const shelf = await base('Boxes').create({ Name: 'Shelf' });
	const thing = await things.create({ Name: 'Lamp', Box: [shelf.id] });
	await base('Boxes').destroy(shelf.id);
	assert.equal((await things.find(thing.id)).get('Box'), undefined);
});

test('a link to the own table has no other side', async ({ things }) => {
	const parent = await things.create({ Name: 'Box' });
	const child = await things.create({ Name: 'Lamp', Parent: [parent.id] });
	assert.deepEqual(child.get('Parent'), [parent.id]);
	const seen = await things.find(parent.id);
	assert.ok(!Object.values(seen.fields).some((value) => JSON.stringify(value).includes(child.id)));
});

test('a link in a circle is kept', async ({ things }) => {
	const [a, b] = await things.create(numbered(2));
	await things.update([{ id: a.id, fields: { Parent: [b.id] } }, { id: b.id, fields: { Parent: [a.id] } }]);
	assert.deepEqual((await things.find(b.id)).get('Parent'), [a.id]);
});

test('a changed link counts as a change of both rows', async ({ base, things }) => {
	const shelf = await base('Boxes').create({ Name: 'Shelf' });
	const thing = await things.create({ Name: 'Lamp' });
	await sandbox.control('POST', 'clock', { advance_ms: 3600_000 });
	const since = new Date(Date.parse(shelf._rawJson.createdTime) + 1800_000).toISOString();
	await things.update(thing.id, { Box: [shelf.id] });
	const filterByFormula = `LAST_MODIFIED_TIME()>='${since}'`;
	assert.deepEqual(names(await base('Boxes').select({ filterByFormula }).all()), ['Shelf']);
	assert.deepEqual(names(await things.select({ filterByFormula }).all()), ['Lamp']);
});

/* ---- typecast ---- */

test('typecast makes a new select option', async ({ things }) => {
	const [record] = await things.create([{ fields: { Name: 'x', Size: 'Huge' } }], { typecast: true });
	assert.equal(record.get('Size'), 'Huge');
	const again = await things.create({ Name: 'y', Size: 'Huge' });
	assert.equal(again.get('Size'), 'Huge');
});

test('typecast reads numbers and commas from texts', async ({ things }) => {
	const [record] = await things.create([{ fields: { Name: 'x', Count: '42', Tags: 'red,blue' } }], { typecast: true });
	assert.deepEqual([record.get('Count'), record.get('Tags')], [42, ['red', 'blue']]);
});

test('typecast finds a linked row by its name and makes a missing one', async ({ base, things }) => {
	const shelf = await base('Boxes').create({ Name: 'Shelf' });
	const [a, b] = await things.create([{ fields: { Name: 'a', Box: 'Shelf' } }, { fields: { Name: 'b', Box: ['Drawer'] } }], { typecast: true });
	assert.deepEqual(a.get('Box'), [shelf.id]);
	assert.equal((await base('Boxes').find(b.get('Box')[0])).get('Name'), 'Drawer');
});

test('typecast in an update', async ({ things }) => {
	const { id } = await things.create({ Name: 'x' });
	const record = await things.update(id, { Price: '2.50' }, { typecast: true });
	assert.equal(record.get('Price'), 2.5);
});

/* ---- what is refused ---- */

const FORBIDDEN = { error: 'NOT_AUTHORIZED', message: 'You are not authorized to perform this operation', statusCode: 403 };
const unprocessable = (error, message) => ({ error, message, statusCode: 422 });
const cannotAccept = (field) => unprocessable('INVALID_VALUE_FOR_COLUMN', `Field "${field}" cannot accept the provided value`);
const badFormula = (why) => unprocessable('INVALID_FILTER_BY_FORMULA', `The formula for filtering records is invalid: ${why}`);
const TEXT_INVALID = 'Invalid formula. Please check your formula text.';

const REFUSALS = [
	['a wrong token', () => clientWith({ apiKey: 'wrong' })('Things').select().all(),
		{ error: 'AUTHENTICATION_REQUIRED', message: 'You should provide valid api key to perform this operation', statusCode: 401 }],
	['an unknown base', () => new Airtable({ apiKey: TOKEN, endpointUrl: sandbox.url }).base('appNoSuchBase0000')('Things').select().all(), FORBIDDEN],
	['a malformed base id', () => new Airtable({ apiKey: TOKEN, endpointUrl: sandbox.url }).base('nonsense')('Things').select().all(),
		{ error: 'NOT_FOUND', message: 'Could not find what you are looking for', statusCode: 404 }],
	['an unknown table', ({ base }) => base('Nothings').select().all(), FORBIDDEN],
	['an unknown table id', ({ base }) => base('tblNoSuchTable000').select().all(), FORBIDDEN],
	['an unknown record', ({ things }) => things.find('recNoSuchRecord00'), FORBIDDEN],
	['a record that was deleted', async ({ things, lamp }) => { await things.destroy(lamp.id); return things.find(lamp.id); }, FORBIDDEN],
	['an unknown field in a create', ({ things }) => things.create({ Nonsense: 1 }), unprocessable('UNKNOWN_FIELD_NAME', 'Unknown field name: "Nonsense"')],
	['an unknown field in an update', ({ things, lamp }) => things.update(lamp.id, { Nonsense: 1 }), unprocessable('UNKNOWN_FIELD_NAME', 'Unknown field name: "Nonsense"')],
	['an unknown field to list', ({ things }) => things.select({ fields: ['Nonsense'] }).all(), unprocessable('UNKNOWN_FIELD_NAME', 'Unknown field name: "Nonsense"')],
	['an unknown field to sort by', ({ things }) => things.select({ sort: [{ field: 'Nonsense' }] }).all(), unprocessable('UNKNOWN_FIELD_NAME', 'Unknown field name: "Nonsense"')],
	['an unknown field to merge on', ({ things }) => things.update([{ fields: { Name: 'x' } }], { performUpsert: { fieldsToMergeOn: ['Nonsense'] } }),
		unprocessable('UNKNOWN_FIELD_NAME', 'Unknown field name: "Nonsense"')],
	['a text for a number', ({ things }) => things.create({ Count: '5' }), unprocessable('INVALID_VALUE_FOR_COLUMN', 'Cannot parse value "5" for field Count')],
	['a number for a text', ({ things }) => things.create({ Name: 5 }), cannotAccept('Name')],
	['a text for a checkbox', ({ things }) => things.create({ Done: 'yes' }), cannotAccept('Done')],
	['words for a date', ({ things }) => things.create({ Due: 'tomorrow' }), cannotAccept('Due')],
	['a text for links', ({ things }) => things.create({ Box: 'Shelf' }), unprocessable('INVALID_VALUE_FOR_COLUMN', 'Value is not an array of record IDs.')],
	['a link to an unknown row', ({ things }) => things.create({ Box: ['recNoSuchRecord00'] }),
		unprocessable('ROW_DOES_NOT_EXIST', 'Record ID recNoSuchRecord00 does not exist in this table')],
	['a value for a computed field', ({ things }) => things.create({ Number: 5 }),
		unprocessable('INVALID_VALUE_FOR_COLUMN', 'Field "Number" cannot accept a value because the field is computed')],
	['an unknown option', ({ things }) => things.create({ Size: 'Huge' }),
		unprocessable('INVALID_MULTIPLE_CHOICE_OPTIONS', 'Insufficient permissions to create new select option "\\"Huge\\""')],
	['an option in another case', ({ things }) => things.create({ Size: 'small' }),
		unprocessable('INVALID_MULTIPLE_CHOICE_OPTIONS', 'Insufficient permissions to create new select option "\\"small\\""')],
	['a new attachment by id', ({ things }) => things.create({ Files: [{ id: 'attNoSuchFile0000' }] }), { error: 'INVALID_ATTACHMENT_OBJECT', statusCode: 422 }],
	['an attachment as data', ({ things }) => things.create({ Files: [{ url: 'data:text/plain,x' }] }), { error: 'INVALID_ATTACHMENT_OBJECT', statusCode: 422 }],
	['eleven records to create', ({ things }) => things.create(numbered(11)),
		unprocessable('INVALID_RECORDS', 'A maximum of 10 records can be created per request but you have provided 11.')],
	['eleven records to update', ({ things, lamp }) => things.update(Array.from({ length: 11 }, () => ({ id: lamp.id, fields: { Count: 1 } }))),
		unprocessable('INVALID_RECORDS', 'You must provide an array of up to 10 record objects, each with an "id" ID field and a "fields" object for cell values.')],
	['an unknown record in a batch of updates', ({ things, lamp }) => things.update([{ id: lamp.id, fields: { Count: 9 } }, { id: 'recNoSuchRecord00', fields: { Count: 9 } }]),
		unprocessable('ROW_DOES_NOT_EXIST', 'Record ID recNoSuchRecord00 does not exist in this table')],
	['a record of another table in a batch of updates', async ({ base, things }) => {
		const shelf = await base('Boxes').create({ Name: 'Shelf' });
		return things.update([{ id: shelf.id, fields: { Name: 'x' } }]);
	}, { error: 'ROW_DOES_NOT_EXIST', statusCode: 422 }],
	['an unknown record in a batch of deletes', ({ things, lamp }) => things.destroy([lamp.id, 'recNoSuchRecord00']), { error: 'NOT_FOUND', statusCode: 404 }],
	['pages of 101', ({ things }) => things.select({ pageSize: 101 }).all(),
		unprocessable('INVALID_REQUEST_UNKNOWN', 'Invalid request: parameter validation failed. Check your request data.')],
	['a body with an unknown key', ({ things }) => things.create([{ fields: { Name: 'x' } }], { nonsense: true }),
		unprocessable('INVALID_REQUEST_UNKNOWN', 'Invalid request: parameter validation failed. Check your request data.')],
	['an unknown view', ({ things }) => things.select({ view: 'Kitchen' }).all(), unprocessable('VIEW_NAME_NOT_FOUND', 'View Kitchen not found')],
	['a formula that is none', ({ things }) => things.select({ filterByFormula: '{Name}=' }).all(), badFormula(TEXT_INVALID)],
	['a formula with an unknown field', ({ things }) => things.select({ filterByFormula: "{Foo}='x'" }).all(), badFormula('Unknown field names: foo')],
	['a formula with an unknown function', ({ things }) => things.select({ filterByFormula: 'FOO(1)' }).all(), badFormula(TEXT_INVALID)],
	['a bad formula sent by POST', ({ things }) => things.select({ filterByFormula: '((', method: 'post' }).all(), badFormula(TEXT_INVALID)],
];
for (const [sentence, run, expected] of REFUSALS) {
	test(`refuses ${sentence}`, async (given) => {
		const lamp = await given.things.create({ Name: 'Lamp', Count: 1 });
		const seen = await refused(run({ ...given, lamp }));
		assert.deepEqual(expected.message === undefined ? { error: seen.error, statusCode: seen.statusCode } : seen, expected);
	});
}

test('a refused create writes nothing of its batch', async ({ things }) => {
	await refused(things.create([{ fields: { Name: 'good' } }, { fields: { Count: 'bad' } }]));
	assert.deepEqual(await things.select().all(), []);
});

test('a refused update writes nothing of its batch', async ({ things }) => {
	const [a, b] = await things.create(numbered(2));
	await refused(things.update([{ id: a.id, fields: { Count: 50 } }, { id: b.id, fields: { Count: 'bad' } }]));
	assert.equal((await things.find(a.id)).get('Count'), 0);
});

test('a refused delete deletes nothing of its batch', async ({ things }) => {
	const { id } = await things.create({ Name: 'Lamp' });
	await refused(things.destroy([id, 'recNoSuchRecord00']));
	assert.equal((await things.find(id)).get('Name'), 'Lamp');
});

/* ---- trouble on the way ---- */

const TROUBLE = [
	['500', 'SERVER_ERROR', 500],
	['503', 'SERVICE_UNAVAILABLE', 503],
	['502', undefined, 502],
];
for (const [fault, error, statusCode] of TROUBLE) {
	test(`${fault} reaches the caller and writes nothing`, async ({ things }) => {
		await sandbox.control('POST', 'faults', [{ fault, kind: 'create' }]);
		const seen = await refused(things.create({ Name: 'Lamp' }));
		if (error)
			assert.deepEqual([seen.error, seen.statusCode], [error, statusCode]);
		assert.deepEqual(await things.select().all(), []);
	});
}

test('an answer that never comes is an error, the row is there', async ({ things }) => {
	await sandbox.control('POST', 'faults', [{ fault: 'applied-unanswered', kind: 'create' }]);
	await assert.rejects(things.create({ Name: 'Lamp' }));
	assert.deepEqual(names(await things.select().all()), ['Lamp']);
});

test('a listing that was forgotten ends in an error', async ({ things }) => {
	await createMany(things, numbered(25));
	let pages = 0;
	const error = await refused(new Promise((resolve, reject) => {
		things.select({ pageSize: 10 }).eachPage((records, next) => {
			pages++;
			sandbox.control('DELETE', 'iterators').then(next, reject);
		}, (problem) => (problem ? reject(problem) : resolve()));
	}));
	assert.equal(pages, 1);
	assert.deepEqual([error.error, error.statusCode], ['LIST_RECORDS_ITERATOR_NOT_AVAILABLE', 422]);
});

/* ---- 429: the client tries again by itself, with a delay of chance times 5 s and more; chance is made small ---- */

async function withLuck(luck, run) {
	const { random } = Math;
	Math.random = () => luck;
	try {
		return await run();
	} finally {
		Math.random = random;
	}
}

test('the client comes through a 429', async ({ things }) => {
	await sandbox.control('POST', 'faults', [{ fault: '429', penalty_ms: 1 }]);
	const record = await withLuck(0.01, () => things.create({ Name: 'Lamp' }));
	assert.equal(record.get('Name'), 'Lamp');
	assert.equal((await sandbox.control('GET', 'counts')).refused_429, 1);
	assert.equal((await things.select().all()).length, 1);
});

test('the client comes through the real limit: five in a second, then the penalty', async ({ things }) => {
	await sandbox.control('POST', 'options', { rate: 10 });
	const records = await withLuck(0.02, () => Promise.all(numbered(12).map(({ fields }) => things.create(fields))));
	assert.equal(new Set(records.map((record) => record.id)).size, 12);
	const counts = await sandbox.control('GET', 'counts');
	assert.ok(counts.penalties >= 1 && counts.refused_429 >= 7, JSON.stringify(counts));
	await sandbox.control('POST', 'options', { rate: 0 });
	assert.equal((await things.select().all()).length, 12);
});

test('a client that may not try again hears of the 429', async () => {
	await sandbox.control('POST', 'faults', [{ fault: '429', penalty_ms: 1 }]);
	const error = await refused(clientWith({ noRetryIfRateLimited: true })('Things').select().all());
	assert.deepEqual([error.error, error.statusCode], ['TOO_MANY_REQUESTS', 429]);
});

/* ---- raw requests of the client ---- */

test("the client's makeRequest reaches a listing", async ({ base, things }) => {
	await things.create({ Name: 'Lamp' });
	const { statusCode, body } = await base.makeRequest({ path: '/Things', qs: { maxRecords: 1 } });
	assert.equal(statusCode, 200);
	assert.equal(body.records[0].fields.Name, 'Lamp');
});

test('a table name with a slash and spaces', async ({ base }) => {
	const record = await base('In / out & about').create({ Name: 'x' });
	assert.equal((await base('In / out & about').find(record.id)).get('Name'), 'x');
});

sandbox = await startSandbox('--fetch', 'off'); /* most addresses here lead nowhere */
await runAll({
	async before() {
		await sandbox.fill(fixture());
		const base = clientWith();
		return { base, things: base('Things'), boxes: base(BOXES) };
	},
	after: () => sandbox.stop(),
});

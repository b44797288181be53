/* Attached files of the sandbox, as the real Airtable has them: given by an address that is fetched later, or uploaded. The files come
 * from a server in this test, with each failure that an address can have. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSandbox } from '../node/sandbox.mjs';
import { runAll, test } from '../node/tap.mjs';

const BASE = 'appPicturesTest01';
const TOKEN = 'patPictures0000000.x';
const WAIT_MS = 20_000;
const TWO_HOURS_MS = 7_200_000;
const UPLOAD_MOST = 5_000_000;

/* 832 × 605, the size of a recorded sample; only the header is true. */
const png = (width, height, size = 100) => {
	const bytes = Buffer.alloc(size);
	Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
	bytes.writeUInt32BE(width, 16);
	bytes.writeUInt32BE(height, 20);
	return bytes;
};
const PICTURE = png(832, 605);

/* ---- what the sandbox fetches from ---- */

const asked = [];
const held = [];
const ADDRESSES = {
	'/lamp.png': (response) => response.writeHead(200, { 'Content-Type': 'image/png' }).end(PICTURE),
	'/untyped': (response) => response.writeHead(200, { 'Content-Type': '' }).end(PICTURE),
	'/': (response) => response.writeHead(200, { 'Content-Type': 'image/png' }).end(PICTURE),
	'/words.txt': (response) => response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end('words'),
	'/login': (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<script>alert(1)</script>'),
	'/gone': (response) => response.writeHead(404).end('no'),
	'/broken': (response) => response.writeHead(500).end('no'),
	'/large': (response) => response.writeHead(200).end(Buffer.alloc(3000)),
	'/cut': (response) => { response.writeHead(200, { 'Content-Length': 1000 }).write('half'); setTimeout(() => response.destroy(), 20); },
	'/silent': () => undefined,
	'/held.png': (response) => held.push(response),
	'/hop/0': (response) => response.writeHead(302, { Location: '/lamp.png' }).end(),
	'/loop': (response) => response.writeHead(302, { Location: '/loop' }).end(),
	'/away': (response) => response.writeHead(302, { Location: 'ftp://127.0.0.1/x' }).end(),
	'/nowhere': (response) => response.writeHead(302).end(),
};
for (let hop = 1; hop <= 4; hop++)
	ADDRESSES[`/hop/${hop}`] = (response) => response.writeHead(302, { Location: `../hop/${hop - 1}` }).end();
const server = createServer((request, response) => {
	asked.push(request.url);
	(ADDRESSES[request.url.split('?')[0]] ?? ADDRESSES['/gone'])(response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const HERE = `http://127.0.0.1:${server.address().port}`;

/* ---- the sandbox ---- */

let sandbox;

async function api(method, where, body) {
	const response = await fetch(`${sandbox.url}/v0/${BASE}/${where}`, { method, body: body && JSON.stringify(body),
		headers: { Authorization: `Bearer ${TOKEN}`, ...(body ? { 'Content-Type': 'application/json' } : {}) } });
	return { status: response.status, ...await response.json() };
}

async function get(url) {
	const response = await fetch(url);
	return { status: response.status, type: response.headers.get('content-type'), headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

async function eventually(look) {
	const end = Date.now() + WAIT_MS;
	for (;;) {
		try {
			return await look();
		} catch (error) {
			if (Date.now() > end)
				throw error;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}
}

const create = (...images) => api('POST', 'Items', { fields: { Name: 'Lamp', Images: images } });
const imagesOf = async (id) => (await api('GET', `Items/${id}`)).fields.Images ?? [];
const fetched = (id) => eventually(async () => {
	const images = await imagesOf(id);
	assert.ok(images.length > 0 && images.every((image) => image.size !== undefined), JSON.stringify(images));
	return images;
});
const gone = (id, left = 0) => eventually(async () => assert.equal((await imagesOf(id)).length, left));
const faults = (...rules) => sandbox.control('POST', 'faults', rules);
const options = (changes) => sandbox.control('POST', 'options', changes);

/* ---- what arrives ---- */

test('the answer comes at once with the address as it was given, and the file later', async () => {
	await faults({ fault: 'fetch-hold' });
	const { id, fields, details } = await create({ url: `${HERE}/lamp.png`, filename: 'lamp one.png' });
	assert.match(fields.Images[0].id, /^att[0-9A-Za-z]{14}$/);
	assert.deepEqual(fields.Images, [{ id: fields.Images[0].id, url: `${HERE}/lamp.png`, filename: 'lamp one.png' }]);
	assert.equal(details, undefined);
	assert.deepEqual(await imagesOf(id), fields.Images);
	assert.deepEqual(asked, [], 'a fetch that is held has not begun');
	await sandbox.control('POST', 'faults/release');
	const [image] = await fetched(id);
	const url = image.url;
	assert.ok(url.startsWith(`${sandbox.url}/v3/u/`) && url.endsWith('/lamp%20one.png'), url);
	const thumbnail = (width, height) => ({ url: '', width, height });
	const shown = JSON.parse(JSON.stringify(image, (key, value) => (key === 'url' ? '' : value)));
	assert.deepEqual(shown, { id: fields.Images[0].id, width: 832, height: 605, url: '', filename: 'lamp one.png', size: PICTURE.length, type: 'image/png',
		thumbnails: { small: thumbnail(49, 36), large: thumbnail(704, 512), full: thumbnail(832, 605) } });
	for (const address of [url, ...Object.values(image.thumbnails).map((each) => each.url)]) {
		const { status, type, body } = await get(address);
		assert.equal(status, 200);
		assert.equal(type, 'image/png');
		assert.deepEqual(body, PICTURE);
	}
	assert.deepEqual(asked, ['/lamp.png']);
});

test('addresses differ from read to read and expire after two hours of the sandbox\'s clock', async () => {
	const { id } = await create({ url: `${HERE}/lamp.png` });
	const [{ url: first }] = await fetched(id);
	await sandbox.control('POST', 'clock', { advance_ms: TWO_HOURS_MS / 2 });
	const [{ url: second }] = await imagesOf(id);
	assert.notEqual(first, second);
	assert.equal((await get(first)).status, 200);
	await sandbox.control('POST', 'clock', { advance_ms: TWO_HOURS_MS / 2 });
	assert.equal((await get(first)).status, 410);
	assert.equal((await get(second)).status, 200);
	assert.equal((await get(second.replace(/\/u\/\d+/, `/u/${Date.now() + 9 * TWO_HOURS_MS}`))).status, 404, 'an address cannot be made to last longer');
});

test('an address is good although the file has left its cell', async () => {
	const { id } = await create({ url: `${HERE}/lamp.png` });
	const [{ url }] = await fetched(id);
	await api('PATCH', `Items/${id}`, { fields: { Images: [] } });
	assert.deepEqual(await imagesOf(id), []);
	assert.deepEqual((await get(url)).body, PICTURE);
});

const ARRIVALS = [
	['any file is taken, with the type that its server names', '/words.txt', { filename: 'words.txt', size: 5, type: 'text/plain' }],
	['a page is a file like any other', '/login', { filename: 'login', type: 'text/html' }],
	['a type that is not named follows from the bytes', '/untyped', { type: 'image/png', width: 832, filename: 'untyped' }],
	['a file without any name is called a, with the ending of its type', '/', { filename: 'a.png' }],
	['a fragment is not asked for', '/lamp.png#top', { filename: 'lamp.png' }],
	['three redirects are followed', '/hop/2', { type: 'image/png' }],
];
for (const [sentence, where, expected] of ARRIVALS) {
	test(sentence, async () => {
		const { id } = await create({ url: `${HERE}${where}` });
		const [image] = await fetched(id);
		assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, image[key]])), expected);
	});
}

test('what is no picture has neither size in pixels nor thumbnails, and runs nothing', async () => {
	const { id } = await create({ url: `${HERE}/login` });
	const [image] = await fetched(id);
	assert.deepEqual([image.width, image.height, image.thumbnails], [undefined, undefined, undefined]);
	const { headers } = await get(image.url);
	assert.match(headers.get('content-security-policy'), /^sandbox/);
	assert.equal(headers.get('access-control-allow-origin'), null);
});

/* ---- what fails ---- */

const FAILURES = [
	['an address that answers 404', '/gone'],
	['an address that answers 500', '/broken'],
	['a file that is larger than the limit', '/large'],
	['a file that ends too early', '/cut'],
	['an address that never answers', '/silent'],
	['a fourth redirect', '/hop/3'],
	['redirects without an end', '/loop'],
	['a redirect to another protocol', '/away'],
	['a redirect without an address', '/nowhere'],
	['a server that is not there', 'http://127.0.0.1:9/lamp.jpg'],
	['an address that is none', 'http://%'],
];
for (const [sentence, where] of FAILURES) {
	test(`the object leaves the cell: ${sentence}`, async () => {
		await options({ fetch_ms: 3000, fetch_limit: 2000 });
		const { id, status, fields } = await create({ url: `${HERE}/lamp.png` }, { url: where.startsWith('/') ? HERE + where : where, filename: 'x.png' });
		assert.equal(status, 200);
		assert.equal(fields.Images.length, 2);
		const [image] = await fetched(id);
		assert.deepEqual([image.filename, (await imagesOf(id)).length], ['lamp.png', 1], 'the other file stays');
		assert.equal((await api('GET', `Items/${id}`)).fields.Name, 'Lamp');
	});
}

test('after three failures of an address the write says so, and drops the object at once', async () => {
	const image = { url: `${HERE}/gone?again`, filename: 'x.png' };
	for (let failure = 0; failure < 3; failure++) {
		const { id, details } = await create(image);
		assert.equal(details, undefined);
		await gone(id);
	}
	const { status, fields, details } = await create(image, { url: `${HERE}/lamp.png` });
	assert.equal(status, 200);
	assert.deepEqual(details, { message: 'partialSuccess', reasons: ['attachmentsFailedUploading'] });
	assert.deepEqual(fields.Images.map(({ filename }) => filename), ['lamp.png']);
	const batch = await api('POST', 'Items', { records: [{ fields: { Images: [image] } }] });
	assert.deepEqual(batch.details.reasons, ['attachmentsFailedUploading']);
	assert.equal(batch.records[0].fields.Images, undefined);
	await sandbox.control('POST', 'clock', { advance_ms: 601_000 });
	assert.equal((await create(image)).details, undefined, 'ten minutes later it is tried again');
});

test('faults: refused with a reason, failed later, broken, lost after it was shown', async () => {
	await faults({ fault: 'fetch-refused', pathContains: 'refused', reason: 'attachmentUploadRateIsTooHigh' }, { fault: 'fetch-fails', pathContains: 'failing' },
		{ fault: 'fetch-broken', pathContains: 'breaking', status: 403 }, { fault: 'fetch-lost', pathContains: 'losing', ms: 300 });
	const refused = await create({ url: `${HERE}/lamp.png?refused` });
	assert.deepEqual(refused.details.reasons, ['attachmentUploadRateIsTooHigh']);
	assert.equal(refused.fields.Images, undefined);
	const failing = await create({ url: `${HERE}/lamp.png?failing` });
	assert.equal(failing.fields.Images.length, 1);
	await gone(failing.id);
	const breaking = await create({ url: `${HERE}/lamp.png?breaking` });
	const [{ id, url, size }] = await eventually(async () => {
		const images = await imagesOf(breaking.id);
		assert.ok(images[0].url.startsWith(sandbox.url));
		return images;
	});
	assert.equal(id, breaking.fields.Images[0].id);
	assert.equal(size, undefined);
	assert.equal((await get(url)).status, 403);
	assert.deepEqual(asked, [], 'none of these was fetched');
	const losing = await create({ url: `${HERE}/lamp.png?losing` });
	await fetched(losing.id);
	await gone(losing.id);
});

/* ---- switches ---- */

test('a file that is not fetched yet can be shown without its id, or not at all', async () => {
	await options({ fetch: false, unfetched: 'without-id' });
	const { id, fields } = await create({ url: `${HERE}/lamp.png` });
	assert.deepEqual(fields.Images, [{ url: `${HERE}/lamp.png`, filename: 'lamp.png' }]);
	await options({ unfetched: 'absent' });
	assert.deepEqual(await imagesOf(id), []);
	assert.deepEqual(asked, []);
	await options({ fetch: true });
	assert.equal((await fetched(id)).length, 1);
});

for (const [sentence, modifies] of [['is no modification of the row', false], ['is one when the switch says so', true]]) {
	test(`the end of a fetch ${sentence}`, async () => {
		await options({ fetch_modifies: modifies, times: 'exact' });
		await sandbox.control('POST', 'clock', { freeze: true, set: '2026-11-23T10:00:00.000Z' });
		await faults({ fault: 'fetch-hold' });
		const { id, fields } = await create({ url: `${HERE}/lamp.png` });
		assert.equal(fields['Modified At'], '2026-11-23T10:00:00.000Z', 'the write itself is one');
		await sandbox.control('POST', 'clock', { advance_ms: 5000 });
		await sandbox.control('POST', 'faults/release');
		await fetched(id);
		const modified = (await api('GET', `Items/${id}`)).fields['Modified At'];
		assert.equal(modified, modifies ? '2026-11-23T10:00:05.000Z' : '2026-11-23T10:00:00.000Z');
		await sandbox.control('POST', 'clock', { freeze: false });
	});
}

test('the API answers while a file is being fetched, and another state takes no file of the one before', async () => {
	const { id } = await create({ url: `${HERE}/held.png` });
	await eventually(() => assert.equal(held.length, 1));
	assert.equal((await imagesOf(id))[0].size, undefined);
	await sandbox.fill({ templates: [BASE] });
	const other = await create({ url: `${HERE}/lamp.png` });
	held.pop().writeHead(200, { 'Content-Type': 'image/gif' }).end('late');
	assert.equal((await fetched(other.id))[0].type, 'image/png');
});

/* ---- upload ---- */

const upload = (where, body) => api('POST', `${where}/uploadAttachment`, body);
const upNote = { contentType: 'text/plain', filename: 't.txt', file: 'SGVsbG8gV29ybGQ=' };

test('an upload appends, and answers the cell alone by its field\'s id', async () => {
	const { id } = await create({ url: `${HERE}/lamp.png` });
	await fetched(id);
	const answer = await upload(`${id}/Images`, upNote);
	const [[field, images], ...others] = Object.entries(answer.fields);
	assert.match(field, /^fld/);
	assert.deepEqual([answer.status, answer.id, others], [200, id, []]);
	assert.ok(answer.createdTime);
	assert.deepEqual(images.map(({ filename, size, type }) => [filename, size, type]), [['lamp.png', PICTURE.length, 'image/png'], ['t.txt', 11, 'text/plain']]);
	assert.equal((await get(images[1].url)).body.toString(), 'Hello World');
	const again = await upload(`${id}/${field}`, upNote);
	assert.equal(again.fields[field].length, 3, 'an upload that is sent again is a second file');
	const { upload: uploads } = await sandbox.control('GET', 'counts');
	assert.equal(uploads, 2);
});

test('an upload of 5 MB is taken, one byte more is refused', async () => {
	const { id } = await api('POST', 'Items', { fields: {} });
	const file = (size) => ({ ...upNote, file: png(10, 10, size).toString('base64') });
	const [image] = Object.values((await upload(`${id}/Images`, file(UPLOAD_MOST))).fields)[0];
	assert.deepEqual([image.size, image.width], [UPLOAD_MOST, 10]);
	assert.equal((await upload(`${id}/Images`, file(UPLOAD_MOST + 1))).status, 413);
	assert.equal((await imagesOf(id)).length, 1);
});

test('an upload counts against the rate', async () => {
	const { id } = await api('POST', 'Items', { fields: {} });
	await options({ rate: 1 });
	const statuses = await Promise.all(Array.from({ length: 7 }, async () => (await upload(`${id}/Images`, upNote)).status));
	assert.ok(statuses.includes(429));
	assert.equal((await sandbox.control('GET', 'rows?base=' + BASE + '&table=Items')).records[0].fields.Images.length, statuses.filter((status) => status === 200).length);
});

/* ---- keeping ---- */

test('a saved state has the files, and goes on with what was not fetched yet', async () => {
	await options({ fetch: false });
	const waiting = await create({ url: `${HERE}/lamp.png` });
	const uploaded = await upload(`${waiting.id}/Images`, upNote);
	const state = await sandbox.control('GET', 'save');
	await sandbox.fill(state);
	await options({ fetch: true });
	const images = await fetched(waiting.id);
	assert.deepEqual(images.map(({ id, filename }) => [id, filename]), Object.values(uploaded.fields)[0].map(({ id, filename }) => [id, filename]));
	assert.equal((await get(images[1].url)).body.toString(), 'Hello World');
});

test('the file of --save has the files', async () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'sandbox-pictures-'));
	const before = sandbox;
	try {
		const file = path.join(folder, 'state.json');
		sandbox = await startSandbox('--template', BASE, '--save', file);
		const { id } = await create({ url: `${HERE}/lamp.png` });
		await fetched(id);
		await sandbox.stop();
		sandbox = await startSandbox('--load', file, '--fetch', 'off');
		const [image] = await imagesOf(id);
		assert.deepEqual((await get(image.url)).body, PICTURE);
		await sandbox.stop();
	} finally {
		sandbox = before;
		rmSync(folder, { recursive: true });
	}
});

/* ---- ---- */

sandbox = await startSandbox();
try {
	await runAll({ async before() {
		await options({ fetch: true, fetch_ms: 30_000, fetch_limit: 1 << 20, unfetched: 'whole', fetch_modifies: false, times: 'rounded' });
		await sandbox.fill({ templates: [BASE] });
		asked.length = 0;
	} });
} finally {
	await sandbox.stop();
	server.closeAllConnections();
	server.close();
}

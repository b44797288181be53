/* What people attach in Airtable becomes pictures of CouchDB: real programs, a sandbox that takes files, and real decoders. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { BOMB_PHOTO, GIF_PHOTO, JPEG_PHOTO, PNG_PHOTO, TURNED_HEIC_PHOTO, TURNED_JPEG_PHOTO, WEBP_PHOTO } from './lib/photos.mjs';
import { withPictures } from './lib/pictures.mjs';
import { playAll } from './lib/tap.mjs';
import { idOf } from './lib/world.mjs';

const PAUSE_MS = 5 * 60000 + 1000; /* after a failure */
const FILE_MOST = 64 * 1024 * 1024; /* bytes of a file that the bridge fetches; Airtable takes larger ones */

/* ---- where people have their files ---- */

const FILES = {
	'plain.jpg': JPEG_PHOTO, 'turned.jpg': TURNED_JPEG_PHOTO, 'plain.png': PNG_PHOTO, 'plain.webp': WEBP_PHOTO,
	'plain.gif': GIF_PHOTO, 'turned.heic': TURNED_HEIC_PHOTO, 'bomb.png': BOMB_PHOTO, 'letter.txt': Buffer.from('Dear all,\n'),
	'cut.jpg': JPEG_PHOTO.subarray(0, JPEG_PHOTO.length / 2),
};
const files = createServer((request, response) => {
	const bytes = FILES[request.url.slice(1)];
	response.writeHead(bytes ? 200 : 404).end(bytes ?? 'no');
});
await new Promise((resolve) => { files.listen(0, '127.0.0.1', resolve); });
const HERE = `http://127.0.0.1:${files.address().port}`;

/* ---- both sides ---- */

const cellOf = async (world, item) => (await world.rowOf(item))?.fields.Images ?? [];
const errorOf = async (world, item) => (await world.rowOf(item)).fields['Synchronization Error Message'] ?? '';

/* A person adds files to what the row has. */
async function attach(world, item, ...names) {
	const kept = (await cellOf(world, item)).map(({ id }) => ({ id }));
	await world.editRow(item, { Images: [...kept, ...names.map((name) => ({ url: `${HERE}/${name}`, filename: name }))] });
}

/* The item's pictures, in order: { link, image }. */
async function picturesOf(world, item) {
	const links = (await world.documents('item_image')).filter(({ data }) => data.item_id === item)
		.sort((a, b) => a.data.order - b.data.order);
	return Promise.all(links.map(async (link) => ({ link, image: await world.couch.get(world.database, `zz20-image-${link.data.image_id}`) })));
}

const namesOf = async (world, item) => (await picturesOf(world, item)).map(({ image }) => image.data.filename);

async function untilNames(world, item, ...wanted) {
	await world.until(`${item} has the pictures ${wanted}`, async () =>
		JSON.stringify(await namesOf(world, item)) === JSON.stringify(wanted));
}

async function untilAgreed(world, item) {
	await world.until(`the pictures of ${item} are agreed on`, async () => (await world.couch.all(world.state))
		.some(({ _id, pictures }) => _id.endsWith(`-${item}`) && !pictures?.imports && pictures?.list?.length > 0 &&
			pictures.list.every(({ state }) => state === 'confirmed')));
}

async function attachment(world, image, name) {
	const { user, password } = world.server;
	const response = await fetch(`${world.server.url}/${world.database}/${image._id}/${name}`, {
		headers: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } });
	return { type: response.headers.get('content-type'), bytes: Buffer.from(await response.arrayBuffer()) };
}

/* As the app has stored it: both renditions, their size, the digest, and whose it is. */
async function assertWhole(world, item, { link, image }) {
	const { data, _attachments: stubs } = image;
	const large = await attachment(world, image, 'image-1440');
	assert.equal(link._id, `item_image-${item}-${image._id.slice('zz20-image-'.length)}`);
	assert.equal(data.size, stubs['image-1440'].length + stubs['thumbnail-128'].length);
	assert.equal(data.image_1440_digest, `md5-${createHash('md5').update(large.bytes).digest('base64')}`);
	assert.deepEqual(data._item_ids, [item]);
	assert.ok(data._item_collection_ids.length === 1 && link.data._item_collection_id === data._item_collection_ids[0]);
	assert.match(stubs['thumbnail-128'].content_type, /^image\/(jpeg|png)$/);
}

const jpegSize = (bytes) => {
	for (let at = 2; at < bytes.length;) {
		const length = bytes.readUInt16BE(at + 2), marker = bytes[at + 1];
		if (marker === 0xc0 || marker === 0xc2)
			return `${bytes.readUInt16BE(at + 7)}x${bytes.readUInt16BE(at + 5)}`;
		at += 2 + length;
	}
	return 'no JPEG';
};

/* ---- the plays ---- */

async function comeIn(pictures, step) {
	const { world } = pictures;
	const [one, other] = (await world.documents()).map((document) => idOf(document)).sort();
	let bridge = await pictures.run();
	await world.until('rows are there', async () =>
		(await world.rowOf(one)) !== undefined && (await world.rowOf(other)) !== undefined);

	await step('a JPEG and a PNG come in as they are, in order, with history', async () => {
		await attach(world, one, 'plain.jpg', 'plain.png');
		await untilNames(world, one, 'plain.jpg', 'plain.png');
		const both = await picturesOf(world, one);
		for (const picture of both)
			await assertWhole(world, one, picture);
		assert.deepEqual((await attachment(world, both[0].image, 'image-1440')), { type: 'image/jpeg', bytes: JPEG_PHOTO });
		assert.deepEqual((await attachment(world, both[1].image, 'image-1440')), { type: 'image/png', bytes: PNG_PHOTO });
		assert.deepEqual(both.map(({ link }) => link.data.order), [0, 1]);
		const told = (await world.histories()).filter(({ data_type: type, event_name: event }) => type === 'item_image' && event === 'sync');
		assert.equal(told.length, 2);
	});
	await step('the attachments stay where they are, and are sent to nobody', async () => {
		await untilAgreed(world, one);
		assert.deepEqual((await cellOf(world, one)).map(({ filename }) => filename), ['plain.jpg', 'plain.png']);
		assert.equal(await errorOf(world, one), '');
	});
	await step('a WebP, a GIF, and a HEIC and a JPEG that are turned become upright JPEGs', async () => {
		await attach(world, other, 'plain.webp', 'plain.gif', 'turned.heic', 'turned.jpg');
		await untilNames(world, other, 'plain.webp', 'plain.gif', 'turned.heic', 'turned.jpg');
		const sizes = [];
		for (const picture of await picturesOf(world, other)) {
			await assertWhole(world, other, picture);
			const { type, bytes } = await attachment(world, picture.image, 'image-1440');
			assert.equal(type, 'image/jpeg');
			assert.ok(!bytes.includes('Exif'), 'what the camera noted is gone');
			sizes.push(jpegSize(bytes));
		}
		assert.deepEqual(sizes, ['96x48', '96x48', '48x96', '48x96']);
	});
	await step('a photo in front of others is in front in the app', async () => {
		const [first, ...rest] = (await cellOf(world, other)).map(({ id }) => ({ id }));
		await world.editRow(other, { Images: [...rest, first] });
		await untilNames(world, other, 'plain.gif', 'turned.heic', 'turned.jpg', 'plain.webp');
	});
	await step('the same file once more leaves the row', async () => {
		await attach(world, one, 'plain.jpg');
		await world.until('it has left', async () => (await cellOf(world, one)).length === 2);
		assert.deepEqual(await namesOf(world, one), ['plain.jpg', 'plain.png']);
	});
	await step('a file that another item has is the same picture', async () => {
		await attach(world, other, 'plain.png');
		await untilNames(world, other, 'plain.gif', 'turned.heic', 'turned.jpg', 'plain.webp', 'plain.png');
		const [, shared] = await picturesOf(world, one), last = (await picturesOf(world, other)).at(-1);
		assert.equal(last.image._id, shared.image._id);
		assert.deepEqual([...last.image.data._item_ids].sort(), [one, other].sort());
	});
	await step('a picture that is removed in Airtable is removed in the app, with history', async () => {
		await untilAgreed(world, one);
		await world.advance(61000);
		await world.editRow(one, { Images: (await cellOf(world, one)).slice(1).map(({ id }) => ({ id })) });
		await untilNames(world, one, 'plain.png');
	});
	await step('with the state lost nothing is imported twice, and nothing sent', async () => {
		await untilAgreed(world, other);
		const before = await cellOf(world, other), images = (await world.documents('image')).length;
		await bridge.stop();
		await world.forgetState();
		bridge = await pictures.run();
		await untilAgreed(world, other);
		assert.equal((await world.documents('image')).length, images);
		assert.deepEqual((await cellOf(world, other)).map(({ id }) => id), before.map(({ id }) => id));
		await untilNames(world, other, 'plain.gif', 'turned.heic', 'turned.jpg', 'plain.webp', 'plain.png');
	});
	await step('a new row with photos becomes an item with pictures', async () => {
		const [collection] = (await world.rows('Collections')).map(({ id }) => id);
		await world.edit({ action: 'create', table: 'Items', fields: { Name: 'made in the grid', Collection: [collection],
			Images: [{ url: `${HERE}/plain.webp`, filename: 'new.webp' }, { url: `${HERE}/turned.jpg`, filename: 'new.jpg' }] } });
		let made = null;
		await world.until('its document is there', async () => {
			made = (await world.documents()).find(({ data }) => data.name === 'made in the grid');
			return made !== undefined;
		});
		await world.until('it has two pictures', async () => (await picturesOf(world, idOf(made))).length === 2);
		assert.equal(await errorOf(world, idOf(made)), '');
	});
	await step('no address of a file is in the log, nor in the state', async () => {
		assert.ok(!bridge.log().includes('/_sandbox/attachments'), bridge.log());
		assert.ok(!JSON.stringify(await world.couch.all(world.state)).includes(world.sandbox.url));
	});
}

async function areRefused(pictures, step) {
	const { world } = pictures;
	const [one] = (await world.documents()).map((document) => idOf(document)).sort();
	await pictures.run();
	await world.until('the row is there', async () => (await world.rowOf(one)) !== undefined);

	await step('a text, a cut photo and a bomb are named in the row, and hold up nothing', async () => {
		await attach(world, one, 'letter.txt', 'plain.jpg', 'bomb.png', 'cut.jpg');
		await world.editRow(one, { Notes: 'from the grid' });
		await untilNames(world, one, 'plain.jpg');
		await world.until('the row names them', async () => /letter\.txt.*bomb\.png.*cut\.jpg/.test(await errorOf(world, one)));
		const words = await errorOf(world, one);
		assert.match(words, /“letter.txt” could not be read as a picture: it is no JPEG/);
		assert.match(words, /“bomb.png” could not be read as a picture: it has more than 100 megapixels/);
		assert.match(words, /“cut.jpg” could not be read as a picture: the file ends too early/);
		assert.equal((await world.document(one)).data.notes, 'from the grid');
		assert.equal((await cellOf(world, one)).length, 4);
	});
	await step('they are not read again for as long as they are there', async () => {
		const before = (await world.counts()).attachments ?? 0;
		await world.advance(PAUSE_MS);
		await world.editRow(one, { Notes: 'once more' });
		await world.until('the edit is there', async () => (await world.document(one)).data.notes === 'once more');
		assert.equal((await world.counts()).attachments ?? 0, before);
	});
	await step('a file that is too large is named', async () => {
		await world.control('POST', 'options', { fetch_limit: 2 * FILE_MOST });
		FILES['large.jpg'] = Buffer.concat([JPEG_PHOTO, Buffer.alloc(FILE_MOST)]);
		await world.editRow(one, { Images: [{ url: `${HERE}/large.jpg`, filename: 'large.jpg' },
			...(await cellOf(world, one)).filter(({ filename }) => filename === 'plain.jpg').map(({ id }) => ({ id }))] });
		await world.until('the row names it', async () => /large\.jpg/.test(await errorOf(world, one)));
		delete FILES['large.jpg'];
	});
	await step('the row is well when they are gone', async () => {
		await world.editRow(one, { Images: (await cellOf(world, one)).filter(({ filename }) => filename === 'plain.jpg').map(({ id }) => ({ id })) });
		await world.until('it says nothing', async () => await errorOf(world, one) === '');
		assert.deepEqual(await namesOf(world, one), ['plain.jpg']);
	});
}

async function onDemand(pictures, step) {
	const { world } = pictures;
	const [one] = (await world.documents()).map((document) => idOf(document)).sort();
	const env = pictures.environment();

	await step('one sync brings in what was attached', async () => {
		await world.syncWell({ env });
		await attach(world, one, 'turned.jpg');
		await world.until('Airtable has it', async () => (await cellOf(world, one))[0]?.size > 0);
		await world.syncWell({ env });
		assert.deepEqual(await namesOf(world, one), ['turned.jpg']);
	});
}

try {
	await playAll([
		withPictures('what people attach comes in', comeIn),
		withPictures('what is no picture', areRefused),
		withPictures('one sync', onDemand),
	]);
} finally {
	files.close();
}

/* The demo's pictures: drawn as the app would have made them, the same bytes each time, and documents as the app saves them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { idOf } from '../../demo/checker.mjs';
import { drawings } from '../../demo/drawings.mjs';
import { choosePictures, drawPhotos, drawPictures, pictureDocuments } from '../../demo/pictures.mjs';
import { sampleDocuments } from '../../demo/sample.mjs';
import { runAll, test } from '../node/tap.mjs';

const ROOT = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const DRAW = process.env.DEMO_DRAW ?? path.join(ROOT, 'build/plain/demo/draw');
const KEPT_MOST = 1024, LARGE_MOST = 1440, THUMBNAIL_MOST = 128;
const folder = mkdtempSync(path.join(os.tmpdir(), 'davenport-drawn-'));

/* [width, height], of the header. */
function sizeOf({ type, bytes }) {
	if (type === 'image/png') {
		assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
		return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
	}
	let at = 2;
	while (bytes[at + 1] < 0xc0 || bytes[at + 1] > 0xc2)
		at += 2 + bytes.readUInt16BE(at + 2);
	return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
}

const drawnSize = ({ svg }) => [Number(/ width="(\d+)"/.exec(svg)[1]), Number(/ height="(\d+)"/.exec(svg)[1])];
const list = drawings();
const drawn = await drawPictures(DRAW, folder, list.map(({ name }) => name));
const documents = sampleDocuments();
const chosen = choosePictures(documents);
const made = pictureDocuments(chosen, drawn);
const images = made.filter((doc) => doc.type === 'image'), links = made.filter((doc) => doc.type === 'item_image');

test('there are 64 pictures, each with a name of its own, and each of something else', () => {
	assert.equal(drawn.size, 64);
	assert.equal(new Set(list.map(({ name }) => name)).size, 64);
	assert.equal(new Set([...drawn.values()].map(({ large }) => large.bytes.toString('base64'))).size, 64);
});

test('each is what the app makes of a file of its size and kind', () => {
	for (const drawing of list) {
		const [width, height] = drawnSize(drawing), longest = Math.max(width, height);
		const { large, thumbnail } = drawn.get(drawing.name);
		const kept = longest <= KEPT_MOST, png = kept && drawing.name.endsWith('.png');
		assert.deepEqual([large.type, thumbnail.type], Array(2).fill(png ? 'image/png' : 'image/jpeg'), drawing.name);
		const scale = longest > LARGE_MOST && !kept ? LARGE_MOST / longest : 1;
		assert.deepEqual(sizeOf(large), [Math.round(width * scale), Math.round(height * scale)], drawing.name);
		const small = Math.min(1, THUMBNAIL_MOST / longest);
		assert.deepEqual(sizeOf(thumbnail), png ? [Math.round(width * small), Math.round(height * small)]
			: [THUMBNAIL_MOST, THUMBNAIL_MOST], drawing.name);
	}
});

test('they lie and stand, large ones and small ones, JPEG and PNG', () => {
	const shapes = list.map((drawing) => [drawn.get(drawing.name).large.type, ...drawnSize(drawing)]);
	for (const [words, holds] of Object.entries({
		'lying': ([, width, height]) => width > height, 'standing': ([, width, height]) => width < height,
		'a large JPEG': ([type, width]) => type === 'image/jpeg' && width > LARGE_MOST, 'a small JPEG': ([type, width]) => type === 'image/jpeg' && width < KEPT_MOST,
		'a PNG': ([type]) => type === 'image/png', 'smaller than a thumbnail': ([, width]) => width < THUMBNAIL_MOST }))
		assert.ok(shapes.some(holds), words);
});

test('the same drawings give the same bytes', async () => {
	const names = list.slice(0, 10).map(({ name }) => name);
	for (const [name, { large, thumbnail }] of await drawPictures(DRAW, folder, names)) {
		assert.ok(large.bytes.equals(drawn.get(name).large.bytes), name);
		assert.ok(thumbnail.bytes.equals(drawn.get(name).thumbnail.bytes), name);
	}
});

test('photographs are what cameras give: a WebP, a HEIC, and a JPEG that lies on its side and says so', async () => {
	const [webp, heic, jpeg] = await drawPhotos(DRAW, folder);
	assert.deepEqual([webp, heic, jpeg].map(({ type }) => type), ['image/webp', 'image/heic', 'image/jpeg']);
	assert.equal(webp.bytes.subarray(8, 12).toString(), 'WEBP');
	assert.equal(heic.bytes.subarray(4, 12).toString(), 'ftypheic');
	assert.ok(jpeg.bytes.includes('Exif'));
	assert.deepEqual(sizeOf(jpeg), [1600, 1200]);
});

test('every item of the sample is a thing that is drawn', () => {
	const things = new Set(list.map(({ thing }) => thing));
	for (const { data } of documents.filter((doc) => doc.type === 'item'))
		assert.ok(things.has(data.name.replace(/(, part)? \d+$/, '')), data.name);
});

test('items have none, one, two and three pictures, and some share one', () => {
	const counts = new Set(chosen.map(({ names }) => names.length));
	assert.deepEqual([...counts].sort(), [1, 2, 3]);
	assert.ok(chosen.length > 50 && chosen.length < 100, String(chosen.length));
	assert.equal(new Set(chosen.map(({ item }) => item)).size, chosen.length);
	assert.ok(images.some((doc) => doc.data._item_ids.length === 2));
	assert.ok(images.length >= 40);
});

test('an image has the digest of its bytes, the size of both pictures and those who have it', () => {
	for (const { _id: id, data, _attachments: attachments } of images) {
		const [thumbnail, large] = ['thumbnail-128', 'image-1440'].map((name) => Buffer.from(attachments[name].data, 'base64'));
		assert.equal(data.image_1440_digest, `md5-${createHash('md5').update(large).digest('base64')}`);
		assert.equal(data.size, thumbnail.length + large.length);
		assert.deepEqual(Object.keys(data), ['filename', 'size', 'image_1440_digest', '_item_ids', '_item_collection_ids']);
		assert.deepEqual([...data._item_ids].sort(), links.filter((link) => `zz20-image-${link.data.image_id}` === id)
			.map((link) => link.data.item_id).sort());
	}
});

test('links have the ids that the app gives them, and the order begins with 0', () => {
	const items = new Map(documents.filter((doc) => doc.type === 'item').map((doc) => [idOf(doc), doc]));
	const ids = new Set(images.map((doc) => doc._id));
	for (const { _id: id, data } of links) {
		assert.equal(id, `item_image-${data.item_id}-${data.image_id}`);
		assert.equal(data._item_collection_id, items.get(data.item_id).data.collection_id);
		assert.ok(ids.has(`zz20-image-${data.image_id}`));
	}
	for (const { item, names } of chosen)
		assert.deepEqual(links.filter((link) => link.data.item_id === idOf(item)).map((link) => link.data.order), [...names.keys()]);
});

test('a drawing that cannot be read is named; with nothing to draw there is nothing', async () => {
	writeFileSync(path.join(folder, 'IMG_1.jpg.svg'), 'no drawing');
	await assert.rejects(promisify(execFile)(DRAW, [folder, 'IMG_1.jpg']), ({ code, stderr }) => code === 1 && /draw: IMG_1\.jpg: /.test(stderr));
	assert.equal((await drawPictures(DRAW, folder, [])).size, 0);
});

await runAll({ after: () => rmSync(folder, { recursive: true, force: true }) });

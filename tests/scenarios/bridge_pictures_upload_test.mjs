/* Pictures that are sent with their bytes: without a public address, and where links fail. Real programs, and a sandbox that takes
 * uploads. */
import assert from 'node:assert/strict';
import { images, link, move, shown, untilShown } from './lib/item_pictures.mjs';
import { JPEG, PNG, withPictures } from './lib/pictures.mjs';
import { playAll } from './lib/tap.mjs';
import { idOf } from './lib/world.mjs';

const LIMIT = 5000000; /* bytes that an upload takes */
const FETCHED_MS = 61000; /* by then Airtable has fetched, or never will */
const NOBODY = 'http://127.0.0.1:9'; /* where no port is open */

const uploads = async (world) => (await world.counts()).upload;
const errorOf = async (world, item) => (await world.rowOf(item)).fields['Synchronization Error Message'] ?? '';

async function bytesOf(world, item, place) {
	const { url } = (await images(world, item))[place];
	return Buffer.from(await (await fetch(url)).arrayBuffer());
}

async function withoutAddress(pictures, step) {
	const { world } = pictures;
	const [one, other] = (await world.documents()).map((document) => idOf(document)).sort();
	await link(world, one, 'cat', 0);
	await link(world, one, 'dog', 1);
	let bridge = await world.run();

	await step('a new row gets its pictures, byte for byte, by a call each', async () => {
		await untilShown(world, one, ['cat', 'dog']);
		assert.deepEqual(await bytesOf(world, one, 0), JPEG);
		assert.deepEqual(await bytesOf(world, one, 1), PNG);
		assert.equal(await uploads(world), 2);
		assert.match(bridge.log(), /PUBLIC_URL is empty: each picture is uploaded/);
	});
	await step('one in front of the others costs one more write, of the order', async () => {
		await pictures.put('owl', JPEG, 'image/jpeg');
		await world.resetCounts();
		await link(world, one, 'owl', -1);
		await untilShown(world, one, ['owl', 'cat', 'dog']);
		const { upload, update } = await world.counts();
		assert.deepEqual({ upload, update }, { upload: 1, update: 1 });
	});
	await step('another order in the app uploads nothing', async () => {
		await world.resetCounts();
		await move(world, one, 'owl', 7);
		await untilShown(world, one, ['cat', 'dog', 'owl']);
		assert.equal(await uploads(world), 0);
	});
	await step('an upload whose answer is lost is not made again', async () => {
		await world.resetCounts();
		await world.faults([{ kind: 'upload', fault: 'applied-unanswered' }]);
		await link(world, other, 'dog', 0);
		await untilShown(world, other, ['dog']);
		await world.until('it is confirmed', async () => (await world.couch.all(world.state))
			.some(({ pictures: kept }) => kept?.list?.length === 1 && kept.list[0].state === 'confirmed'));
		assert.equal(await uploads(world), 1);
		await world.dropFaults();
	});
	await step('a picture that is too large is named, and holds up no other', async () => {
		await pictures.put('whale', Buffer.concat([JPEG, Buffer.alloc(LIMIT)]), 'image/jpeg');
		await pictures.put('fox', Buffer.concat([JPEG, Buffer.alloc(LIMIT - JPEG.length)]), 'image/jpeg');
		await link(world, other, 'whale', 1);
		await link(world, other, 'fox', 2);
		await untilShown(world, other, ['dog', 'fox']);
		await world.until('the row says so', async () => /whale has more than 5 MB.*PUBLIC_URL/.test(await errorOf(world, other)));
	});
	await step('with the state lost nothing is uploaded again', async () => {
		const before = (await images(world, one)).map(({ id }) => id);
		await bridge.stop();
		await world.forgetState();
		await world.resetCounts();
		bridge = await world.run();
		await world.until('they are agreed on again', async () => (await world.couch.all(world.state).catch(() => []))
			.some(({ pictures: kept }) => kept?.list?.length === 3 && kept.list.every(({ state }) => state === 'confirmed')));
		assert.deepEqual((await images(world, one)).map(({ id }) => id), before);
		assert.equal(await uploads(world), 0);
	});
}

async function linksFail(pictures, step) {
	const { world } = pictures;
	const [one] = (await world.documents()).map((document) => idOf(document)).sort();
	await pictures.put('owl', JPEG, 'image/jpeg');
	for (const [order, image] of ['cat', 'dog', 'owl'].entries())
		await link(world, one, image, order);
	const bridge = await pictures.run({ PUBLIC_URL: NOBODY });

	await step('three links that give nothing are followed by three uploads', async () => {
		await world.until('they are sent', async () => (await world.couch.all(world.state))
			.some(({ pictures: kept }) => kept?.list?.length === 3));
		await untilShown(world, one, []);
		await world.advance(FETCHED_MS);
		await untilShown(world, one, ['cat', 'dog', 'owl']);
		assert.equal(await uploads(world), 3);
		assert.match(bridge.log(), /did not fetch 3 pictures in a row: for an hour pictures are uploaded/);
	});
	await step('the next picture is uploaded at once, and no problem is left', async () => {
		await pictures.put('fox', PNG, 'image/png');
		await link(world, one, 'fox', 3);
		await untilShown(world, one, ['cat', 'dog', 'owl', 'fox']);
		await world.until('all is well', async () => await errorOf(world, one) === '');
		assert.deepEqual(await shown(world, one), ['cat', 'dog', 'owl', 'fox']);
	});
}

await playAll([
	withPictures('pictures without a public address', withoutAddress),
	withPictures('pictures whose links fail', linksFail),
]);

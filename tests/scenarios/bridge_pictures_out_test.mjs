/* Pictures of CouchDB into the rows: real programs, and a sandbox that fetches them by the links that it is given. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { images, link, linkOf, linked, move, shown, unlink, untilShown } from './lib/item_pictures.mjs';
import { JPEG, withPictures } from './lib/pictures.mjs';
import { note, playAll } from './lib/tap.mjs';
import { idOf } from './lib/world.mjs';

const MANY = 500; /* items of a first sync */
const YOUNG_MS = 61000; /* for so long after a write a row may show what it was before */

function freePort() {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address();
			probe.close(() => resolve(port));
		});
	});
}

/* How often Airtable fetched a picture. */
const fetches = (bridge, words = '/images/') => bridge.log().split('\n')
	.filter((line) => line.includes('GET /') && line.includes(words)).length;

async function begin(pictures, env = {}) {
	const port = await freePort();
	pictures.address = { PUBLIC_URL: `http://127.0.0.1:${port}`, PUBLIC_LISTEN: `127.0.0.1:${port}` };
	return pictures.run({ ...pictures.address, ...env });
}

/* ---- the plays ---- */

async function goOut(pictures, step) {
	const { world } = pictures;
	const [one, other] = (await world.documents()).map((document) => idOf(document)).sort();
	await pictures.put('owl', JPEG, 'image/jpeg');
	for (const [order, image] of ['cat', 'dog', 'owl'].entries())
		await link(world, one, image, order);
	let bridge = await begin(pictures);

	await step('three pictures are sent, in order, and Airtable fetches each once', async () => {
		await untilShown(world, one, ['cat', 'dog', 'owl']);
		assert.equal(fetches(bridge), 3, bridge.log());
	});
	await step('another order in the app is the row\'s, and nothing is fetched again', async () => {
		await move(world, one, 'owl', -1);
		await untilShown(world, one, ['owl', 'cat', 'dog']);
		assert.equal(fetches(bridge), 3);
	});
	await step('a picture that the app removes leaves the row', async () => {
		await unlink(world, one, 'cat');
		await untilShown(world, one, ['owl', 'dog']);
	});
	await step('a picture of two items is in both rows', async () => {
		await link(world, other, 'dog', 0);
		await untilShown(world, other, ['dog']);
		await world.until('it is confirmed', async () => (await world.couch.all(world.state))
			.some(({ pictures: kept }) => kept?.list?.length === 1 && kept.list[0].state === 'confirmed'));
	});
	await step('Remove All Images of one of them removes it there, with history, and is cleared', async () => {
		await world.editRow(other, { 'Remove All Images': true });
		await untilShown(world, other, []);
		await world.until('the box is cleared', async () => !(await world.rowOf(other)).fields['Remove All Images']);
		assert.deepEqual(await linked(world, other), []);
		assert.deepEqual(await linked(world, one), ['owl', 'dog']);
		const told = (await world.couch.all(world.database)).filter(({ data_type: type, data_id: id }) =>
			type === 'item_image' && id === `${other}-dog`);
		assert.equal(told.length, 1);
	});
	await step('with the state lost nothing is sent twice', async () => {
		const before = (await images(world, one)).map(({ id }) => id);
		await bridge.stop();
		await world.forgetState();
		bridge = await pictures.run(pictures.address);
		await world.until('they are agreed on again', async () => (await world.couch.all(world.state).catch(() => []))
			.some(({ pictures: kept }) => kept?.list?.length === 2 && kept.list.every(({ state }) => state === 'confirmed')));
		assert.deepEqual((await images(world, one)).map(({ id }) => id), before);
		assert.equal(fetches(bridge), 0, bridge.log());
	});
	await step('an emptied cell is filled again, once', async () => {
		const confirmed = () => world.until('both are confirmed', async () => (await world.couch.all(world.state))
			.some(({ pictures: kept }) => kept?.list?.filter(({ state, gone }) => state === 'confirmed' && !gone).length === 2));
		await world.advance(YOUNG_MS);
		await world.editRow(one, { Images: null });
		await world.until('it is filled', async () => fetches(bridge) === 2);
		await untilShown(world, one, ['owl', 'dog']);
		await confirmed();
		await world.advance(YOUNG_MS);
		await world.editRow(one, { Images: null });
		await world.until('the row says why it stays empty', async () =>
			/Remove All Images/.test((await world.rowOf(one)).fields['Synchronization Error Message'] ?? ''));
		assert.deepEqual(await shown(world, one), []);
		assert.deepEqual(await linked(world, one), ['owl', 'dog']);
		assert.equal(fetches(bridge), 2);
	});
	await step('no link is in the log, nor in the state', async () => {
		assert.ok(!bridge.log().includes('&s='), bridge.log());
		assert.ok(!JSON.stringify(await world.couch.all(world.state)).includes(pictures.address.PUBLIC_URL));
	});
}

const LOOKS = 3; /* of a row, each of which reads it once, together with others */
const ASKED_ONCE = { AIRTABLE_POLL_SECONDS: '86400' };

/* Two pictures of each item, as they come from another server. */
function linkAll(world, items) {
	return world.replicate(items.flatMap((item) => ['cat', 'dog'].map((image, order) => ({
		_id: linkOf(idOf(item), image), _rev: `1-${'0'.repeat(31)}${order}`, type: 'item_image', created_at: 1, updated_at: 1,
		data: { item_id: idOf(item), image_id: image, order, _item_collection_id: item.data.collection_id } }))));
}

async function shownByAll(world, ids, wanted) {
	const rows = (await world.rows()).filter(({ fields }) => ids.includes(fields.ID));
	return rows.length === ids.length && rows.every(({ fields: { Images: files = [] } }) =>
		JSON.stringify(files.map(({ filename, size }) => (size === undefined ? '' : filename.split('.')[0]))) === JSON.stringify(wanted));
}

async function manyAtFirst(pictures, step) {
	const { world } = pictures;
	const items = await world.documents(), ids = items.map((document) => idOf(document));
	await linkAll(world, items);
	await world.resetCounts();
	const bridge = await begin(pictures, ASKED_ONCE);

	await step(`${ids.length} items get their two pictures each, sent once, by no calls but the looks`, async () => {
		await world.until('all rows show them', () => shownByAll(world, ids, ['cat', 'dog']));
		await world.until('all are confirmed', async () => (await world.couch.all(world.state))
			.filter(({ pictures: kept }) => kept?.list?.every(({ state }) => state === 'confirmed')).length === ids.length);
		const counts = await world.counts();
		note(`${ids.length} items with two pictures: ${JSON.stringify(counts)}`);
		assert.equal(counts.records_created, ids.length + (await world.documents('collection')).length);
		assert.equal(fetches(bridge), 2 * ids.length);
		assert.equal(counts.update, 0, 'their rows are made with them');
		assert.ok(counts.records_listed <= LOOKS * ids.length, `${counts.records_listed} rows were read`);
	});
	await step('a second pass compares all, and sends nothing', async () => {
		await bridge.stop();
		await world.resetCounts();
		await world.syncWell({ full: true, env: pictures.environment(pictures.address) });
		const { upsert, update, upload, records_listed: listed } = await world.counts();
		assert.deepEqual({ upsert, update, upload }, { upsert: 0, update: 0, upload: 0 });
		assert.ok(listed >= ids.length);
	});
}

await playAll([
	withPictures('pictures go out', goOut),
	withPictures('many pictures at a first sync', manyAtFirst, { items: MANY }),
]);

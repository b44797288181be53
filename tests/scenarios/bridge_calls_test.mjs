/* How many calls the bridge makes, counted by the sandbox: a first sync, passes without news, what its own writes make it
 * look at again, an edit on either side, a feed that is read again from its beginning. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { note, playAll } from './lib/tap.mjs';
import { idOf, inWorld } from './lib/world.mjs';

const ROWS_A_PAGE = 100;
const PAST_OVERLAP_MS = 120000;
const POLL = 2; /* a look at each table */
const WRITES = ['create', 'update', 'upsert', 'delete'];

const written = (counts) => WRITES.reduce((sum, kind) => sum + counts[kind], 0);

/* The longest chain of containers that something stands in. */
function containerLevels(documents) {
	const container = new Map(documents.map((doc) => [idOf(doc), doc.data.container_id]));
	const depth = (id) => (container.get(id) === undefined ? 0 : 1 + depth(container.get(id)));
	return Math.max(...documents.map((doc) => depth(idOf(doc))));
}

/* What the documents say; the app's marks may come a while after a row was made. */
async function contents(world) {
	return (await world.documents()).map(({ _id, updated_at: time, data: { integrations, ...data } }) => ({ _id, time, data }));
}

/* What 'play' costs. */
async function cost(world, play) {
	await world.resetCounts();
	const result = await play();
	return { ...await world.counts(), result };
}

async function passes(world, step, items) {
	const documents = await world.documents();
	const rows = documents.length + (await world.documents('collection')).length;
	const levels = containerLevels(documents);
	let counts = await cost(world, () => world.syncWell());
	note(`${items} items, ${levels} levels of containers: first sync ${counts.total} calls, ${counts.upsert} of them upserts`);

	await step('the first sync makes one row for each document', async () => {
		assert.equal(counts.result.report.rows_created, rows);
		assert.equal(counts.records_created, rows);
		await world.assertEqual();
	});
	await step(`the first sync takes at most ${items}/10 + 10 calls and one for each of ${levels} levels`, () =>
		assert.ok(counts.total <= items / 10 + 10 + levels, `${counts.total} calls`));

	/* A while later, but within the overlap: all that was just written is shown once. A table whose rows fit the call that is
	 * made anyway may show them again, which costs nothing. */
	const looks = [];
	for (let look = 0; look < 4; look++) {
		await world.advance(5000);
		looks.push(await cost(world, () => world.syncWell()));
	}
	note(`four passes within the overlap: ${looks.map((look) => `${look.total} calls, ${look.records_listed} rows`).join('; ')}`);
	await step('passes within the overlap make at most one more call for each 100 rows, in all', () => {
		const extra = looks.reduce((sum, look) => sum + look.total - POLL, 0);
		assert.ok(extra <= Math.ceil(rows / ROWS_A_PAGE), `${extra} more`);
	});
	await step('passes within the overlap are shown no item twice', () => {
		const shown = looks.reduce((sum, look) => sum + look.records_listed, 0);
		assert.ok(shown <= items + looks.length * (rows - items), `${shown} rows`);
	});
	await step('passes within the overlap write no row', () => looks.forEach((look) => assert.equal(written(look), 0)));

	await world.advance(PAST_OVERLAP_MS);
	counts = await cost(world, () => world.syncWell());
	await step('a pass without news is at most 2 calls', () => assert.ok(counts.total <= POLL, `${counts.total} calls`));
	await world.advance(PAST_OVERLAP_MS);
	counts = await cost(world, () => world.syncWell());
	await step('and so is the next, which is shown no row', () => {
		assert.ok(counts.total <= POLL, `${counts.total} calls`);
		assert.equal(counts.records_listed, 0);
	});

	await singleEdits(world, step, documents.map(idOf));
	await replays(world, step, rows);
}

async function singleEdits(world, step, ids) {
	const [inDocument, inRow, inBoth, named] = ids;
	const edits = [
		['one edit of a document', () => world.save(inDocument, { notes: 'Only in the document' }), inDocument, 'Notes',
			'Only in the document'],
		['one edit of a row', () => world.editRow(inRow, { Notes: 'Only in the row' }), inRow, 'Notes', 'Only in the row'],
		['an edit of another field on each side of one item', async () => {
			await world.save(inBoth, { model_name: 'Of the document' });
			await world.editRow(inBoth, { 'Purchased From': 'Of the row' });
		}, inBoth, 'Model Name', 'Of the document'],
		['a new name on each side, the same', async () => {
			await world.save(named, { name: 'As agreed' });
			await world.editRow(named, { Name: 'As agreed' });
		}, named, 'Name', 'As agreed'],
	];
	for (const [words, edit, id, field, value] of edits) {
		await edit();
		let counts = await cost(world, () => world.syncWell());
		note(`${words}: ${counts.total - POLL} calls beyond the look`);
		await step(`${words} costs at most 3 calls beyond the look`, async () => {
			assert.ok(counts.total - POLL <= 3, `${counts.total - POLL} calls`);
			assert.equal((await world.rowOf(id)).fields[field], value);
			await world.assertEqual();
		});
		const before = await contents(world);
		counts = await cost(world, () => world.syncWell());
		await step(`${words} is not written twice`, async () => {
			assert.equal(written(counts), 0);
			assert.deepEqual(await contents(world), before);
			assert.ok(counts.total - POLL <= 1, `${counts.total - POLL} calls beyond the look`);
		});
		await world.advance(PAST_OVERLAP_MS);
	}
}

async function replays(world, step, rows) {
	const before = await contents(world);
	await world.forgetCheckpoints();
	let counts = await cost(world, () => world.syncWell());
	const tables = Math.ceil(rows / ROWS_A_PAGE) + 1;
	note(`without a checkpoint: ${counts.total} calls, which list ${counts.records_listed} rows`);
	await step('reading everything again costs one list of the rows and nothing more', async () => {
		assert.ok(counts.total <= tables, `${counts.total} calls for ${rows} rows`);
		assert.equal(counts.list, counts.total);
		assert.deepEqual(await contents(world), before);
	});
	await world.advance(PAST_OVERLAP_MS);
	counts = await cost(world, () => world.syncWell());
	await step('and the pass after that is one without news', () => assert.ok(counts.total <= POLL, `${counts.total} calls`));
}

/* ---- running on ---- */

const POLL_SECONDS = 1;

/* The looks that a running bridge can have made in this time: at each table, and with every other one a call that shows which rows there
 * are, which lists the collections. */
const pollsWithin = (ms) => Math.floor(ms / (1000 * POLL_SECONDS)) + 2;
const looksWithin = (ms) => POLL * pollsWithin(ms) + Math.ceil(pollsWithin(ms) / 2);

async function runningOn(world, step) {
	const ids = (await world.documents()).map(idOf);
	const bridge = await world.run({ pollSeconds: POLL_SECONDS });
	await world.untilEqual('the first sync');
	await world.advance(PAST_OVERLAP_MS);
	await sleep(2500);

	const measure = async (edit, id, field, value) => {
		const began = Date.now();
		await world.resetCounts();
		await edit();
		await world.until('the edit is on both sides', async () => {
			assert.equal((await world.rowOf(id)).fields[field], value);
			await world.assertEqual();
		});
		await sleep(2500);
		const counts = await world.counts();
		return { ...counts, looks: looksWithin(Date.now() - began) };
	};
	const claims = (words, counts) => step(words, () => {
		note(`${words}: ${counts.total} calls, at most ${counts.looks} of them looks; ${written(counts)} writes, ` +
			`${counts.records_listed} rows listed`);
		assert.ok(counts.total <= counts.looks + 3, `${counts.total} calls`);
		assert.equal(written(counts), 1);
	});
	await claims('an edit of a document costs at most 3 calls beyond the looks, one of them a write', await measure(() =>
		world.save(ids[0], { notes: 'While it runs' }), ids[0], 'Notes', 'While it runs'));
	await world.advance(PAST_OVERLAP_MS);
	await sleep(2500);
	await claims('an edit of a row costs at most 3 calls beyond the looks, one of them a write', await measure(() =>
		world.editRow(ids[1], { Notes: 'While it runs, too' }), ids[1], 'Notes', 'While it runs, too'));

	await world.advance(PAST_OVERLAP_MS);
	await sleep(1500);
	const quiet = await cost(world, () => sleep(3500));
	const collections = (await world.rows('Collections')).length;
	await step('without edits there are looks and nothing else, and they list no item', () => {
		assert.equal(quiet.total, quiet.list);
		assert.ok(quiet.records_listed <= collections * Math.ceil(pollsWithin(3500) / 2), `${quiet.records_listed} rows`);
		assert.ok(quiet.total > 0 && quiet.total <= looksWithin(3500), `${quiet.total} calls`);
	});

	/* A row that is deleted by hand: no list of all rows shows it, and it is put back. */
	await world.resetCounts();
	const gone = (await world.rowOf(ids[2])).id;
	await world.edit({ action: 'delete', table: 'Items', record: gone });
	await world.until('it is noticed', () => /its row seems to be gone from the base/.test(bridge.log()));
	const noticed = await world.counts();
	await world.advance(61000);
	await world.until('it is put back', async () => (await world.rowOf(ids[2])) !== undefined, 90000);
	note(`a deleted row is noticed after ${noticed.total} calls`);
	await step('a row that is deleted by hand is noticed without a list of the items', () => {
		assert.ok(noticed.records_listed <= collections * noticed.total, `${noticed.records_listed} rows`);
		assert.notEqual(gone, undefined);
	});
	const status = await bridge.stop();
	await step('it ends with 0 when it is asked to', () => assert.equal(status, 0, bridge.log()));
}

/* A document's edit is heard through the feed, whatever the polls: with an hour between them nothing hides the count. */
async function edgeOfPolls(world, step) {
	const ids = (await world.documents()).map(idOf);
	const bridge = await world.run({ pollSeconds: 3600 });
	await world.untilEqual('the first sync');
	await sleep(1000);
	const counts = await cost(world, async () => {
		await world.save(ids[0], { notes: 'Heard at once' });
		await world.until('the edit is in the row', async () =>
			(await world.rowOf(ids[0])).fields.Notes === 'Heard at once');
		await sleep(500);
	});
	note(`an edit of a document between two looks: ${counts.total} calls`);
	await step('an edit of a document is carried over at once, by at most 3 calls', () =>
		assert.ok(counts.total <= 3, `${counts.total} calls`));
	await bridge.stop();
}

await playAll([
	inWorld('2,000 items', { items: 2000 }, (world, step) => passes(world, step, 2000)),
	inWorld('100 items', { items: 100 }, (world, step) => passes(world, step, 100)),
	inWorld('running on', { items: 30 }, runningOn),
	inWorld('between the looks', { items: 10 }, edgeOfPolls),
]);

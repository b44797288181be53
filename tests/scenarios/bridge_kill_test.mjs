/* kill -9 at 20 requests, during a first sync of 500 items and 100 edits on both sides, with a restart each time; and at some
 * more while things are made and deleted on both sides. In the end there is one row for each item, every edit is on both
 * sides, and a further pass has nothing to write.
 *
 *     KILL_SEED=n   other requests, other edits */
import assert from 'node:assert/strict';
import { newItem } from './lib/documents.mjs';
import { note, playAll } from './lib/tap.mjs';
import { idOf, inWorld, sampleDocuments } from './lib/world.mjs';

const SEED = Number(process.env.KILL_SEED ?? 1);
const ITEMS = 500;
const KILLS = 20;
const EDITS = 100;
const FIRST_SYNC_KILLS = 12; /* at the most: the others come after it */
const PAST_DEADLINE_MS = 61000; /* what was sent before the kill cannot be applied any more */
const SETTLING_PASSES = 6;

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

/* What an edit may change: [key of the document, field of the row, the value of edit number n]; the same on both sides. */
const CHANGES = [
	['notes', 'Notes', (n) => `Edit ${n}: a note`],
	['model_name', 'Model Name', (n) => `Model of edit ${n}`],
	['purchased_from', 'Purchased From', (n) => `Shop ${n} · 店`],
	['icon_name', 'Icon Name', (n) => `icon-${n}`],
];

/* Edits of a hundred different items, but for the last ones, where each side edits another field of the same item. */
class Edits {
	constructor(world, random) {
		this.world = world;
		this.random = random;
		this.done = [];
		this.used = new Set();
	}

	pick(list) {
		return list[Math.floor(this.random() * list.length)];
	}

	note(id, [key, field, value]) {
		const edit = { id, key, field, value: value(this.done.length + 1) };
		this.used.add(id);
		this.done.push(edit);
		return edit;
	}

	async inDocument(id, change) {
		const { key, value } = this.note(id, change);
		await this.world.save(id, { [key]: value });
	}

	async inRow(row, change) {
		const { field, value } = this.note(row.fields.ID, change);
		await this.world.edit({ action: 'update', table: 'Items', record: row.id, fields: { [field]: value } });
	}

	/* A document of any item, or a row where there are some. */
	async one(ids, rows) {
		const free = rows.filter((row) => !this.used.has(row.fields.ID));
		if (this.done.length % 2 === 1 && free.length > 0)
			await this.inRow(this.pick(free), this.pick(CHANGES));
		else
			await this.inDocument(this.pick(ids.filter((id) => !this.used.has(id))), this.pick(CHANGES));
	}

	/* Both sides of one item. */
	async two(rows) {
		const row = this.pick(rows.filter((candidate) => !this.used.has(candidate.fields.ID)));
		const first = Math.floor(this.random() * CHANGES.length);
		await this.inRow(row, CHANGES[first]);
		await this.inDocument(row.fields.ID, CHANGES[(first + 1) % CHANGES.length]);
	}

	async make(count, { pairs = 0 } = {}) {
		const ids = (await this.world.documents()).map(idOf);
		const rows = (await this.world.rows()).filter((row) => row.fields.ID);
		for (let made = 0; made < count && this.done.length < EDITS; made++) {
			if (made < pairs && this.done.length + 2 <= EDITS)
				await this.two(rows);
			else
				await this.one(ids, rows);
		}
	}
}

async function assertNoTwins(world) {
	const ids = (await world.rows()).map((row) => row.fields.ID).filter((id) => id !== undefined);
	assert.equal(new Set(ids).size, ids.length, 'an item has two rows');
}

async function campaign(world, step) {
	const random = randomFrom(SEED);
	const edits = new Edits(world, random);
	const points = ['before', 'applied', 'after'];
	const between = (from, to) => from + Math.floor(random() * (to - from + 1));
	let kills = 0;
	note(`seed ${SEED}`);

	const plan = async (pid, at, point) => {
		await world.dropFaults();
		await world.faults([{ fault: 'kill', pid, at, point }]);
	};
	const tell = (words, died) => step(`kill ${++kills} of ${KILLS}: ${words}`, async () => {
		assert.equal(died.how, 'SIGKILL', `it ended with ${died.how}\n${died.log}`);
		await assertNoTwins(world);
	});

	/* The first sync, again and again from where it was killed. */
	for (let over = false; kills < FIRST_SYNC_KILLS && !over;) {
		const at = between(1, 16), point = points[between(0, 2)];
		const { status, log } = await world.sync({ beforehand: (pid) => plan(pid, at, point) });
		over = status === 0;
		if (!over)
			await tell(`during the first sync, at request ${at}, ${point}`, { how: status, log });
		await world.advance(PAST_DEADLINE_MS);
		await edits.make(4);
	}
	note(`${(await world.rows()).length} of ${ITEMS} rows after ${kills} kills`);
	await world.dropFaults();
	if ((await world.rows()).length < ITEMS)
		await world.syncWell();

	/* Kept running on, with edits coming in. */
	while (kills < KILLS) {
		const share = Math.ceil((EDITS - edits.done.length) / (KILLS - kills + 1));
		await edits.make(Math.ceil(share / 2), { pairs: 1 });
		const at = between(1, 14), point = points[between(0, 2)];
		const bridge = world.runHeld((pid) => plan(pid, at, point));
		await edits.make(Math.floor(share / 2));
		const { status: how, log } = await bridge;
		await tell(`while it keeps running, at request ${at}, ${point}`, { how, log });
		await world.advance(PAST_DEADLINE_MS);
	}
	await world.dropFaults();
	await edits.make(EDITS);

	await theEnd(world, step, edits);
}

async function theEnd(world, step, edits) {
	let last = null;
	for (let pass = 1; pass <= SETTLING_PASSES && (last === null || last.report.waiting > 0); pass++) {
		last = await world.sync();
		note(`settling pass ${pass}: ${JSON.stringify(last.report)}`);
		await world.advance(PAST_DEADLINE_MS);
	}
	await step('nothing is open in the end', () => {
		assert.equal(last.status, 0, last.log);
		assert.equal(last.report.waiting, 0);
		assert.equal(last.report.problems, 0);
	});
	await step('there is one row for each item', async () => {
		await assertNoTwins(world);
		assert.equal((await world.rows()).length, ITEMS);
	});
	await step(`all of ${EDITS} edits are on both sides`, async () => {
		const both = await world.both();
		const documents = new Map(both.documents.map((doc) => [doc._id, doc]));
		const rows = new Map(both.rows.Items.map((row) => [row.fields.ID, row]));
		const lost = edits.done.filter(({ id, key, field, value }) =>
			documents.get(`item-${id}`)?.data[key] !== value || rows.get(id)?.fields[field] !== value);
		assert.equal(edits.done.length, EDITS);
		assert.deepEqual(lost.map((edit) => ({ ...edit, document: documents.get(`item-${edit.id}`)?.data[edit.key],
			row: rows.get(edit.id)?.fields[edit.field] })), []);
	});
	await step('every value is the same on both sides', () => world.assertEqual());

	const revisions = await world.revisions();
	await world.resetCounts();
	const { report } = await world.syncWell();
	const full = await world.syncWell({ full: true });
	await step('a further pass, and one that compares everything, write nothing', async () => {
		const counts = await world.counts();
		for (const kind of ['create', 'update', 'upsert', 'delete'])
			assert.equal(counts[kind], 0, kind);
		assert.equal(report.documents_written + full.report.documents_written, 0);
		assert.deepEqual(await world.revisions(), revisions);
	});
}

/* ---- new and deleted things ---- */

const ROUNDS = 8;

/* Things come and go on both sides; each has a name of its own. */
class ComingAndGoing {
	constructor(world, random) {
		Object.assign(this, { world, random, come: [], gone: [] });
	}

	take(ids) {
		const id = ids.splice(Math.floor(this.random() * ids.length), 1)[0];
		this.gone.push(id);
		return id;
	}

	/* Two new rows, two new documents, a tombstone, a ticked box. */
	async round(number) {
		const { world } = this;
		const taken = new Set(this.gone);
		const left = (await world.documents()).filter((doc) => doc.data.item_type === undefined && !taken.has(idOf(doc)) &&
			!this.come.includes(doc.data.name)).map(idOf);
		const [collection] = await world.rows('Collections');
		const documents = sampleDocuments({ items: 0, seed: SEED });
		for (const side of ['row 1', 'row 2', 'document 1', 'document 2'])
			this.come.push(`New ${side} of round ${number}`);
		await world.edit(...['row 1', 'row 2'].map((side) => ({ action: 'create', table: 'Items', fields: {
			Name: `New ${side} of round ${number}`, Collection: [collection.id], Notes: 'typed', Type: 'Item' } })));
		await world.couch.putAll(world.database, ['document 1', 'document 2'].map((side) => newItem(documents,
			`${side.replace(' ', '-')}-${number}`, { name: `New ${side} of round ${number}`, notes: 'saved' })));
		await world.remove(this.take(left));
		const rows = new Map((await world.rows()).map((row) => [row.fields.ID, row.id]));
		const ticked = this.take(left.filter((id) => rows.has(id)));
		await world.edit({ action: 'update', table: 'Items', record: rows.get(ticked), fields: { Delete: true } });
	}
}

async function comingAndGoing(world, step) {
	const random = randomFrom(SEED + 1000);
	const things = new ComingAndGoing(world, random);
	const points = ['before', 'applied', 'after'];
	const between = (from, to) => from + Math.floor(random() * (to - from + 1));
	await world.syncWell();
	for (let round = 1; round <= ROUNDS; round++) {
		const at = between(1, 14), point = points[between(0, 2)];
		if (round % 2 === 0)
			await things.round(round);
		const bridge = world.runHeld(async (pid) => {
			await world.dropFaults();
			await world.faults([{ fault: 'kill', pid, at, point }]);
		});
		if (round % 2 === 1)
			await things.round(round);
		const { status, log } = await bridge;
		await step(`kill ${round} of ${ROUNDS}: at request ${at}, ${point}`, async () => {
			assert.equal(status, 'SIGKILL', log);
			await assertNoTwins(world);
		});
		await world.advance(PAST_DEADLINE_MS);
	}
	await world.dropFaults();
	let last = null;
	for (let pass = 1; pass <= SETTLING_PASSES && (last === null || last.report.waiting > 0); pass++) {
		last = await world.sync();
		note(`settling pass ${pass}: ${JSON.stringify(last.report)}`);
		await world.advance(PAST_DEADLINE_MS);
	}
	const both = await world.both();
	await step('nothing is open in the end', () => assert.deepEqual([last.status, last.report.waiting], [0, 0], last.log));
	await step('what is new is there once on either side', () => {
		for (const name of things.come) {
			assert.equal(both.documents.filter((doc) => doc.data?.name === name).length, 1, name);
			assert.equal(both.rows.Items.filter((row) => row.fields.Name === name).length, 1, name);
		}
	});
	await step('what was deleted is gone from both sides', () => {
		for (const id of things.gone) {
			assert.ok(!both.documents.some((doc) => doc._id === `item-${id}`), id);
			assert.ok(!both.rows.Items.some((row) => row.fields.ID === id), id);
		}
	});
	await step('every value is the same on both sides', () => world.assertEqual());
	await world.resetCounts();
	await world.syncWell({ full: true });
	await step('a further pass that compares everything writes nothing', async () => {
		const counts = await world.counts();
		for (const kind of ['create', 'update', 'upsert', 'delete'])
			assert.equal(counts[kind], 0, kind);
	});
}

await playAll([
	inWorld('killed', { items: ITEMS, seed: SEED, sandbox: ['--allow-kill'] }, campaign),
	inWorld('killed while things come and go', { items: 100, seed: SEED, sandbox: ['--allow-kill'] }, comingAndGoing),
]);

/* What goes wrong on the way to Airtable: answers that are lost, writes that come late, edits that come in between, reads that show
 * what was before, rows that a list leaves out, a ledger that is lost, an end in the middle. However it goes: one row for each
 * item, no edit lost, nothing written twice. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { newItem } from './lib/documents.mjs';
import { playAll } from './lib/tap.mjs';
import { idOf, inWorld, sampleDocuments } from './lib/world.mjs';

const PAST_DEADLINE_MS = 61000; /* what was sent before cannot be applied any more */
const SETTLING_PASSES = 5;
const app = sampleDocuments({ items: 20 });
/* Items that nothing stands in. */
const ids = Array.from({ length: 8 }, (_, at) => `plain-${at}`);
const sample = [...app, ...ids.map((id) => newItem(app, id, { notes: `the notes of ${id}`, serial: 1 }))];

async function assertNoTwins(world) {
	for (const table of ['Collections', 'Items']) {
		const ids = (await world.rows(table)).map((row) => row.fields.ID);
		assert.equal(new Set(ids).size, ids.length, `two rows of ${table} have one ID`);
	}
}

/* Passes until nothing is open. */
async function settle(world) {
	for (let pass = 0; pass < SETTLING_PASSES; pass++) {
		await world.advance(PAST_DEADLINE_MS);
		const { status, report, log } = await world.sync();
		assert.equal(status, 0, log);
		if (report.waiting === 0)
			return;
	}
	throw new Error(`still open after ${SETTLING_PASSES} passes`);
}

async function assertWritesNothing(world) {
	const before = await world.contents();
	await world.resetCounts();
	await world.syncWell({ full: true });
	const counts = await world.counts();
	for (const kind of ['create', 'update', 'upsert', 'delete'])
		assert.equal(counts[kind], 0, `${counts[kind]} times ${kind}`);
	assert.deepEqual(await world.contents(), before);
}

/* ---- answers that are lost ---- */

const rows = sample.filter((doc) => doc.type === 'item' || doc.type === 'collection').length;

/* [which write, what is done first, what must be so in the end] */
const WRITES = [
	['upsert', async () => {}, async (world) => assert.equal((await world.counts()).records_created, rows)],
	['update', async (world) => {
		const [one, two, three] = ids;
		await world.save(one, { notes: 'of the document', serial: 7 });
		await world.save(two, { model_name: 'of the document' });
		await world.editRow(two, { Notes: 'of the row' });
		await world.save(three, { notes: undefined, purchased_from: 'here' });
	}, async (world) => {
		const [one, two] = ids;
		assert.deepEqual([(await world.rowOf(one)).fields.Notes, (await world.rowOf(one)).fields.Serial], ['of the document', 7]);
		assert.equal((await world.document(two)).data.notes, 'of the row');
		assert.equal((await world.rowOf(two)).fields['Model Name'], 'of the document');
	}],
	['delete', async (world) => {
		const [, , , four, five, six] = ids;
		await world.remove(four);
		await world.remove(five);
		await world.editRow(six, { Delete: true });
	}, async (world) => {
		for (const id of ids.slice(3, 6)) {
			assert.equal(await world.rowOf(id), undefined);
			assert.equal(await world.document(id), null);
		}
	}],
];

function losing(words, fault, writes = WRITES) {
	return inWorld(words, { documents: sample }, async (world, step) => {
		if (writes[0][0] !== 'upsert')
			await world.syncWell();
		for (const [kind, prepare, expect] of writes) {
			await prepare(world);
			await world.faults([{ ...fault, kind, nth: 1 }]);
			await world.sync();
			await step(`${kind}: no item has two rows after it`, async () => {
				assert.equal((await world.firedFaults()).at(-1)?.fault, fault.fault);
				await assertNoTwins(world);
			});
			await world.dropFaults();
			await settle(world);
			await step(`${kind}: in the end it was done, once`, async () => {
				await expect(world);
				await assertNoTwins(world);
				await world.assertEqual();
			});
			await step(`${kind}: a further pass writes nothing`, () => assertWritesNothing(world));
		}
	});
}

const LOST = [
	['done, without an answer', { fault: 'applied-unanswered' }],
	['an answer of 500', { fault: '500' }],
	['an answer of 502', { fault: '502' }],
	['an answer of 503', { fault: '503' }],
	['an answer cut short', { fault: 'cut' }],
	['cut short, and not done', { fault: 'cut', applied: false }],
	['done after the connection ended', { fault: 'applied-late', ms: 700 }],
];
const NO_ANSWER = { fault: 'timeout' }; /* until the bridge gives up: half a minute, so each write has a world of its own */

/* Reads are simply asked again. */
async function lostReads(world, step) {
	await world.syncWell();
	const [one] = ids;
	for (const [words, fault] of LOST.filter(([, { fault: name }]) => name !== 'applied-late')) {
		await world.save(one, { notes: words });
		await world.faults([{ ...fault, kind: 'list', nth: 1 }, { ...fault, kind: 'list', nth: 3 }]);
		const { status, log } = await world.sync();
		await step(`a list: ${words}`, async () => {
			assert.equal(status, 0, log);
			assert.equal((await world.rowOf(one)).fields.Notes, words);
			await world.assertEqual();
		});
		await world.dropFaults();
	}
	await world.forgetState();
	await world.faults([{ fault: '503', kind: 'schema', nth: 1 }]);
	const { status, log } = await world.sync();
	await step('the schema: an answer of 503', () => assert.equal(status, 0, log));
}

/* ---- while a write is in doubt ---- */

async function lateWrites(world, step) {
	await world.syncWell();
	const [one] = ids;
	await world.couch.putAll(world.database, [newItem(sample, 'late', { notes: 'late' })]);
	await world.save(one, { notes: 'late, too' });
	await world.faults([{ fault: 'applied-late', ms: 4000, kind: 'upsert', nth: 1 }, { fault: 'applied-late', ms: 4000,
		kind: 'update', nth: 1 }]);
	await world.resetCounts();
	await world.sync();
	const doubtful = await world.counts();
	await world.sync();
	await step('a write that is in doubt is not sent again before its deadline', async () => {
		const counts = await world.counts();
		assert.deepEqual([doubtful.upsert, doubtful.update], [1, 1]);
		assert.deepEqual([counts.upsert, counts.update], [1, 1]);
	});
	await world.until('both came', async () => (await world.rowOf('late')) !== undefined &&
		(await world.rowOf(one)).fields.Notes === 'late, too');
	await settle(world);
	await step('what came late was done once', async () => {
		const counts = await world.counts();
		assert.equal(counts.records_created, 1);
		await assertNoTwins(world);
		await world.assertEqual();
	});
}

/* The answer is lost, and a person puts the old value back. */
async function putBack(world, step) {
	const [one, two] = ids;
	await world.save(one, { notes: 'one' });
	await world.save(two, { notes: 'one' });
	await world.syncWell();
	await world.advance(PAST_DEADLINE_MS);
	await world.save(one, { notes: 'three' });
	await world.save(two, { notes: 'three' });
	await world.faults([{ fault: 'applied-unanswered', kind: 'update', nth: 1 }]);
	await world.sync();
	await world.advance(5000);
	await world.editRow(one, { Notes: 'one' });
	await world.editRow(two, { Notes: 'two' });
	await settle(world);
	await step('a cell that shows its old value because somebody put it back is not overwritten', async () => {
		assert.equal((await world.rowOf(one)).fields.Notes, 'one');
		assert.equal((await world.document(one)).data.notes, 'one');
	});
	await step('and neither is one that shows another', async () => {
		assert.equal((await world.rowOf(two)).fields.Notes, 'two');
		assert.equal((await world.document(two)).data.notes, 'two');
	});
	await step('both sides agree', () => world.assertEqual());

	/* The same where nothing was done: whoever typed has never seen the document's edit. */
	await world.dropFaults();
	await world.save(one, { notes: 'never shown' });
	await world.save(two, { notes: 'shown in the end' });
	await world.faults([{ fault: '500', kind: 'update', nth: 1 }]);
	await world.sync();
	await world.advance(5000);
	await world.editRow(one, { Notes: 'typed over what was never shown' });
	await settle(world);
	await step('an edit of a cell that our write never came to wins as the newer one', async () => {
		assert.equal((await world.document(one)).data.notes, 'typed over what was never shown');
		assert.equal((await world.rowOf(two)).fields.Notes, 'shown in the end');
		await world.assertEqual();
	});
	await step('and what lost is kept in the history', async () =>
		assert.ok((await world.histories()).some((doc) => doc.data_id === one && doc.event_name === 'sync_conflict' &&
			doc.original_data.notes === 'never shown')));
}

/* ---- in between ---- */

async function editsInBetween(world, step) {
	await world.syncWell();
	const [one, two] = ids;
	const edit = (id, fields) => ({ fault: 'edit', kind: 'update', nth: 1, table: 'Items', match: { ID: id }, fields });
	await world.save(one, { notes: 'of the document' });
	await world.faults([edit(one, { 'Model Name': 'typed in between', 'Purchased From': 'there' })]);
	await world.sync();
	const last = await world.sync();
	await step('an edit of other cells as our write comes in survives, and so does ours', async () => {
		assert.equal((await world.firedFaults()).at(-1)?.fault, 'edit');
		assert.equal(last.status, 0, last.log);
		const { data } = await world.document(one);
		assert.deepEqual([data.notes, data.model_name, data.purchased_from], ['of the document', 'typed in between', 'there']);
		assert.equal((await world.rowOf(one)).fields.Notes, 'of the document');
		await world.assertEqual();
	});
	await world.dropFaults();
	/* The same with the answer lost. */
	await world.save(two, { notes: 'of the document' });
	await world.faults([edit(two, { 'Model Name': 'typed in between' })]);
	await world.faults([{ fault: 'applied-unanswered', kind: 'update', nth: 2 }]);
	await world.save(one, { notes: 'again' });
	await world.sync();
	await settle(world);
	await step('and also beside other writes', async () => {
		assert.equal((await world.document(two)).data.model_name, 'typed in between');
		assert.equal((await world.rowOf(one)).fields.Notes, 'again');
		await world.assertEqual();
	});
	await world.dropFaults();
	/* A new row is edited while it is made. */
	await world.couch.putAll(world.database, [newItem(sample, 'newborn', { notes: 'of the document' })]);
	await world.faults([{ fault: 'hold', point: 'applied', kind: 'upsert', nth: 1, ms: 30000 }]);
	const syncing = world.sync();
	await world.until('the row is there', async () => (await world.rowOf('newborn')) !== undefined);
	await world.editRow('newborn', { 'Model Name': 'typed at once', Notes: 'typed over at once' });
	await world.control('POST', 'faults/release', {});
	await syncing;
	await settle(world);
	await step('a new row that is edited before our answer comes keeps its edits', async () => {
		const { data } = await world.document('newborn');
		assert.deepEqual([data.model_name, data.notes], ['typed at once', 'typed over at once']);
		await world.assertEqual();
	});
}

/* For two seconds after a write the base shows what was before it. */
async function staleReads(world, step) {
	await world.syncWell();
	await world.advance(PAST_DEADLINE_MS);
	await world.syncWell();
	const [one] = ids;
	const stale = (kind) => world.faults([{ fault: 'stale-read', ms: 3000, kind, nth: 1 }]);

	await world.save(one, { notes: 'newer than what is shown' });
	await stale('update');
	await world.sync();
	await world.save(one, { model_name: 'another edit' });
	await world.sync();
	await step('an old value that is shown after our write is no edit', async () => {
		assert.equal((await world.firedFaults()).at(-1)?.fault, 'stale-read');
		const { data } = await world.document(one);
		assert.deepEqual([data.notes, data.model_name], ['newer than what is shown', 'another edit']);
		assert.deepEqual((await world.histories()).filter((doc) => doc.data_id === one), []);
	});
	await sleep(3200);
	await settle(world);
	await step('and later both sides agree', async () => {
		assert.equal((await world.rowOf(one)).fields.Notes, 'newer than what is shown');
		await world.assertEqual();
	});

	await world.couch.putAll(world.database, [newItem(sample, 'unseen', { notes: 'not shown yet' })]);
	await stale('upsert');
	await world.sync();
	await world.save('unseen', { model_name: 'edited while it was not shown' });
	await world.sync();
	await world.sync({ full: true });
	await sleep(3200);
	await settle(world);
	await step('a new row that is not shown yet is not made twice', async () => {
		await assertNoTwins(world);
		assert.equal((await world.rowOf('unseen')).fields['Model Name'], 'edited while it was not shown');
		await world.assertEqual();
	});

	await world.remove('unseen');
	await stale('delete');
	await world.sync();
	await world.sync({ full: true });
	await sleep(3200);
	await settle(world);
	await step('a deleted row that is still shown does not bring its document back', async () => {
		assert.equal(await world.document('unseen'), null);
		assert.equal(await world.rowOf('unseen'), undefined);
		await world.assertEqual();
	});
}

async function skippedRows(world, step) {
	await world.syncWell();
	const before = await world.rows();
	for (const row of [1, 7, 20]) {
		await world.faults([{ fault: 'skip-row', row, kind: 'list', pathContains: 'tbl', nth: 2 }]);
		await world.resetCounts();
		const { status, log } = await world.sync({ full: true });
		await world.dropFaults();
		await world.advance(PAST_DEADLINE_MS);
		await world.syncWell({ full: true });
		await step(`row ${row} left out of a list: nothing is made, changed or deleted`, async () => {
			assert.equal(status, 0, log);
			const counts = await world.counts();
			for (const kind of ['create', 'update', 'upsert', 'delete'])
				assert.equal(counts[kind], 0, `${counts[kind]} times ${kind}`);
			assert.deepEqual((await world.rows()).map((one) => one.id), before.map((one) => one.id));
		});
	}
	await world.forgetState();
	await world.faults([{ fault: 'skip-row', row: 5, kind: 'list', nth: 2 }]);
	await world.sync();
	await settle(world);
	await step('left out when nothing is remembered: still no item has two rows', async () => {
		await assertNoTwins(world);
		assert.deepEqual((await world.rows()).map((one) => one.id), before.map((one) => one.id));
		await world.assertEqual();
	});
}

/* ---- a ledger that is lost ---- */

async function adoption(world, step) {
	await world.advance(-600000); /* so that the marks are written at once, by this machine's clock */
	await world.syncWell();
	await world.syncWell();
	await world.assertEqual({ marks: true });
	const revisions = await world.revisions();
	const before = await world.rows();
	await world.forgetState();
	await world.resetCounts();
	const { report } = await world.syncWell();
	await world.syncWell();
	await step('without its ledger the bridge adopts every row and writes nothing', async () => {
		assert.equal(report.pairs, rows);
		const counts = await world.counts();
		for (const kind of ['create', 'update', 'upsert', 'delete'])
			assert.equal(counts[kind], 0, `${counts[kind]} times ${kind}`);
		assert.deepEqual(await world.revisions(), revisions);
		assert.deepEqual(await world.rows(), before);
	});

	const [inRow, inDocument, deleted] = ids;
	await world.editRow(inRow, { Notes: 'typed before it was lost' });
	await world.advance(2000);
	await world.save(inDocument, { notes: 'saved before it was lost' });
	await world.remove(deleted);
	await world.forgetState();
	await world.sync();
	await world.sync();
	await step('an edit of a row made before that is taken, since its document was not edited', async () =>
		assert.equal((await world.document(inRow)).data.notes, 'typed before it was lost'));
	await step('and one of a document', async () =>
		assert.equal((await world.rowOf(inDocument)).fields.Notes, 'saved before it was lost'));
	await step('what the app left behind of a deleted document takes its row along, and no other', async () => {
		assert.equal(await world.document(deleted), null);
		assert.equal(await world.rowOf(deleted), undefined);
		assert.equal((await world.rows()).length, before.length - 1);
		await assertNoTwins(world);
	});

	const [, , , ticked] = ids;
	await world.editRow(ticked, { Delete: true });
	await world.advance(600000);
	await world.forgetState();
	await world.sync();
	await step('a box that was ticked before it was lost is obeyed', async () =>
		assert.deepEqual([await world.document(ticked), await world.rowOf(ticked)], [null, undefined]));

	/* Only one of the databases' notes of how far it came is lost. */
	await world.forgetCheckpoints();
	await world.save(inDocument, { notes: 'once more' });
	await world.syncWell();
	await step('and without its checkpoints it finds its way again', async () => {
		assert.equal((await world.rowOf(inDocument)).fields.Notes, 'once more');
		await world.assertEqual();
	});
}

/* ---- an end in the middle ---- */

async function ending(world, step) {
	const [one, two] = (await world.documents()).map(idOf);
	const bridge = await world.run();
	await world.until('the first rows are there', async () => (await world.rows()).length >= 20);
	const status = await bridge.stop();
	const made = (await world.rows()).length;
	await step('asked to end during its first sync it leaves in time, with 0', () => assert.equal(status, 0, bridge.log()));
	await step('in the middle of it', () => assert.ok(made < 300, `${made} rows`));
	const next = await world.sync();
	await step('nothing is in doubt: the next start waits for no deadline', () =>
		assert.deepEqual([next.status, next.report.waiting], [0, 0], next.log));
	await settle(world);
	await step('what it had sent it remembers: the rest is made, and nothing twice', async () => {
		assert.equal((await world.counts()).records_created, 300 + 5);
		await assertNoTwins(world);
		await world.assertEqual();
	});

	/* With a request under way that is not answered. */
	await world.save(one, { notes: 'under way' });
	await world.faults([{ fault: 'hold', point: 'before', kind: 'update', nth: 1, ms: 60000 }]);
	const second = await world.run();
	await world.until('the request is under way', async () => (await world.firedFaults()).length > 0);
	const left = await second.stop();
	await step('asked to end while an answer is missing it leaves in time, with 0', () => assert.equal(left, 0, second.log()));
	await world.control('POST', 'faults/release', {});
	await settle(world);
	await step('and what was under way is settled by the next', async () => {
		assert.equal((await world.rowOf(one)).fields.Notes, 'under way');
		await assertNoTwins(world);
		await world.assertEqual();
	});

	const third = await world.run();
	await world.save(two, { notes: 'while it idles' });
	await world.untilEqual('the edit');
	await step('asked to end while it waits for news it leaves in time, with 0', async () =>
		assert.equal(await third.stop(), 0, third.log()));
}

/* ---- many hands ---- */

async function manyHands(world, step) {
	const bridge = await world.run();
	await world.untilEqual('the first sync');
	for (let round = 1; round <= 4; round++) {
		for (const id of ids) {
			await world.save(id, { notes: `document, round ${round}`, serial: round });
			await world.editRow(id, { 'Model Name': `row, round ${round}`, 'Stock Quantity Unit': `unit ${round}` });
		}
		await sleep(700 * round % 1000);
	}
	await world.untilEqual('all edits are through');
	await step('of many edits on both sides of the same items the last of each is on both', async () => {
		for (const id of ids) {
			const { data } = await world.document(id);
			assert.deepEqual([data.notes, data.serial, data.model_name, data.consumable_stock_quantity_unit],
				['document, round 4', 4, 'row, round 4', 'unit 4']);
		}
		assert.deepEqual((await world.histories()).filter((doc) => doc.event_name === 'sync_conflict'), []);
	});
	await step('and it ends with 0', async () => assert.equal(await bridge.stop(), 0, bridge.log()));
	await assertNoTwins(world);
}

await playAll([
	...WRITES.map((write) => losing(`no answer to ${write[0]}`, NO_ANSWER, [write])),
	inWorld('the end', { items: 300 }, ending),
	inWorld('stale reads', { documents: sample }, staleReads),
	...LOST.map(([words, fault]) => losing(words, fault)),
	inWorld('reads', { documents: sample }, lostReads),
	inWorld('late writes', { documents: sample }, lateWrites),
	inWorld('put back', { documents: sample }, putBack),
	inWorld('in between', { documents: sample }, editsInBetween),
	inWorld('rows left out', { documents: sample }, skippedRows),
	inWorld('a lost ledger', { documents: sample }, adoption),
	inWorld('many hands', { documents: sample }, manyHands),
], { atOnce: 8 });

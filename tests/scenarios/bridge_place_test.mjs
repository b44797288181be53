/* The database is another one than it was: deleted and made anew, put back from a backup (alone, or with the state), or the
 * place that is remembered in its changes is none. No row gets anything older than it has, none is deleted, and what is new
 * flows. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { newItem } from './lib/documents.mjs';
import { RefusingProxy } from './lib/refusing_proxy.mjs';
import { playAll } from './lib/tap.mjs';
import { inWorld, sampleDocuments, testServer, World } from './lib/world.mjs';

const app = sampleDocuments({ items: 6 });
const ids = ['one', 'two', 'three'];
const sample = [...app, ...ids.map((id) => newItem(app, id, { notes: `the notes of ${id}` }))];
const ERROR_CELL = 'Synchronization Error Message';
/* What says when and how it was written. */
const OF_WRITES = [ERROR_CELL, 'Created At', 'Modified At', 'Updated At'];
const TOLD = /needs attention: database \S+ went back/;

/* For what follows of itself: a checkpoint, a second line. */
const calm = () => sleep(3000);

const rowsById = async (world) => new Map((await world.rows()).map((row) => [row.fields.ID, row.fields]));

/* Edits on both sides, a new item and an end, all in step. */
async function goOn(world) {
	await world.save('one', { notes: 'newer, by a phone' });
	await world.editRow('two', { Notes: 'newer, by a person' });
	await world.couch.putAll(world.database, [newItem(app, 'late', { notes: 'after the backup' })]);
	await world.syncWell();
}

async function assertKept(world, before) {
	const after = await rowsById(world);
	for (const [id, fields] of before)
		for (const [field, value] of Object.entries(fields))
			if (!OF_WRITES.includes(field))
				assert.deepEqual(after.get(id)?.[field], value, `${id}: ${field}`);
}

const backups = [
	inWorld('the database is put back from a backup', { documents: sample }, async (world, step) => {
		await world.syncWell();
		const backup = await world.backUp(world.database);
		await goOn(world);
		const before = await rowsById(world);
		await world.putBack(world.database, backup);
		await world.couch.putAll(world.database, [newItem(app, 'new', { notes: 'on the old files' })]);
		const { log } = await world.sync();
		await step('it is said', () => assert.match(log, TOLD));
		await step('no row lost anything that it had', () => assertKept(world, before));
		await step('such a row says so', async () => {
			assert.match((await world.rowOf('one')).fields[ERROR_CELL], /^Notes: the row has "newer, by a phone"/);
			assert.match((await world.rowOf('two')).fields[ERROR_CELL], /^Notes: the row has "newer, by a person"/);
		});
		await step('what is new has its row', async () => assert.notEqual(await world.rowOf('new'), undefined));
		await step('an edit decides', async () => {
			await world.editRow('one', { Notes: 'decided' });
			await world.save('two', { notes: 'decided by a phone' });
			await world.sync();
			assert.equal((await world.document('one')).data.notes, 'decided');
			assert.equal((await world.rowOf('one')).fields[ERROR_CELL], undefined);
			assert.equal((await world.rowOf('two')).fields.Notes, 'decided by a phone');
		});
		await step('a further pass says nothing of it, and writes nothing', async () => {
			const contents = await world.contents();
			const { log: later } = await world.sync({ full: true });
			assert.doesNotMatch(later, TOLD);
			assert.deepEqual(await world.contents(), contents);
		});
	}),

	...[['documents', 'the notes of one', 'the notes of two'], ['rows', 'newer, by a phone', 'newer, by a person']].map(
		([chosen, one, two]) => inWorld(`the database is put back, and the ${chosen} are chosen`, { documents: sample },
			async (world, step) => {
				await world.syncWell();
				const backup = await world.backUp(world.database);
				await goOn(world);
				await world.putBack(world.database, backup);
				await world.sync();
				await world.sync({ held: chosen });
				await step('their values are on both sides, and the rows say nothing', async () => {
					for (const [id, notes] of [['one', one], ['two', two]]) {
						assert.equal((await world.document(id)).data.notes, notes);
						assert.equal((await world.rowOf(id)).fields.Notes, notes);
						assert.equal((await world.rowOf(id)).fields[ERROR_CELL], undefined);
					}
				});
				await step('what gave way is in the history', async () => {
					const words = JSON.stringify(await world.histories());
					for (const notes of chosen === 'rows' ? ['the notes of one'] : ['newer, by a phone', 'newer, by a person'])
						assert.ok(words.includes(notes), notes);
				});
			})),

	inWorld('the database is put back, and the state thrown away', { documents: sample }, async (world, step) => {
		await world.syncWell();
		const backup = await world.backUp(world.database);
		await goOn(world);
		const before = await rowsById(world);
		await world.putBack(world.database, backup);
		await world.sync();
		await world.forgetState();
		await world.sync();
		await step('no row lost anything that it had', () => assertKept(world, before));
		await step('the documents have what the rows show', async () => {
			assert.equal((await world.document('one')).data.notes, 'newer, by a phone');
			assert.equal((await world.document('two')).data.notes, 'newer, by a person');
			await world.assertEqual();
		});
	}),

	inWorld('both databases are put back from a backup', { documents: sample }, async (world, step) => {
		await world.syncWell();
		const backup = await world.backUp(world.database), state = await world.backUp(world.state);
		await goOn(world);
		const before = await rowsById(world);
		await world.putBack(world.database, backup);
		await world.putBack(world.state, state);
		await world.couch.putAll(world.database, [newItem(app, 'new', {})]);
		await world.syncWell({ full: true });
		await step('no row lost anything that it had', () => assertKept(world, before));
		await step('the documents have again what the rows show', () => world.assertEqual());
		await step('what is new has its row', async () => assert.notEqual(await world.rowOf('new'), undefined));
	}),

	inWorld('the state database is put back from a backup', { documents: sample }, async (world, step) => {
		await world.syncWell();
		const state = await world.backUp(world.state);
		await goOn(world);
		const contents = await world.contents();
		await world.putBack(world.state, state);
		await world.syncWell({ full: true });
		await step('nothing is written', async () => assert.deepEqual(await world.contents(), contents));
	}),

	inWorld('the database is put back under a bridge that runs', { documents: sample }, async (world, step) => {
		const bridge = await world.run();
		await world.untilEqual();
		const backup = await world.backUp(world.database);
		await world.save('one', { notes: 'newer, by a phone' });
		await world.until('the row shows it', async () => (await world.rowOf('one')).fields.Notes === 'newer, by a phone');
		/* A row is written before the checkpoint is: until then the backup is no earlier state. */
		await world.until('it is remembered', async () =>
			(await world.checkpoint(world.database)).count > backup.checkpoint.count);
		await world.putBack(world.database, backup);
		await world.couch.putAll(world.database, [newItem(app, 'new', {})]);
		await world.until('what is new has its row', () => world.rowOf('new'));
		/* It may look between the deletion and the backup. */
		await step('it is said', () => world.until('a line', () =>
			bridge.lines.some((line) => /needs attention: database \S+ (went back|is not the one)/.test(line))));
		await step('the row keeps what it has', async () =>
			assert.equal((await world.rowOf('one')).fields.Notes, 'newer, by a phone'));
		await bridge.stop();
	}),
];

/* Made anew with other documents. */
async function remake(world) {
	await world.makeAnew(world.database);
	await world.couch.putAll(world.database, app.filter((doc) => doc.type !== 'item'));
	await world.couch.putAll(world.database, [newItem(app, 'new', {})]);
}

async function assertSaidOnce(world, bridge, words) {
	const times = () => bridge.lines.filter((line) => words.test(line)).length;
	await world.until('a line', () => times() > 0);
	await calm();
	assert.equal(times(), 1);
}

const others = [
	inWorld('the database is made anew under a bridge that runs', { documents: sample }, async (world, step) => {
		const bridge = await world.run();
		await world.untilEqual();
		const before = await rowsById(world);
		await remake(world);
		await world.until('what is new has its row', () => world.rowOf('new'));
		await step('it is said once', () => assertSaidOnce(world, bridge, /needs attention: database \S+ is not the one/));
		await step('the rows of what is missing stay', () => assertKept(world, before));
		await bridge.stop();
	}),

	/* Between the last look at the checkpoint and its being written: at each request that the bridge makes for it. */
	...['GET', 'PUT'].map((method) => ({
		title: `the database is made anew before a ${method} of its checkpoint`,
		async play(step) {
			let world = null, armed = 0;
			const proxy = await RefusingProxy.open(testServer().url, async (asked, path) => {
				if (asked === method && path.startsWith(`/${world.database}/_local/`) && --armed === 0)
					await remake(world);
			});
			world = await World.open({ documents: sample, env: { COUCHDB_URL: proxy.url } });
			try {
				const bridge = await world.run();
				await world.untilEqual();
				await calm();
				const before = await rowsById(world);
				armed = 1;
				await world.save('one', { notes: 'newer, by a phone' });
				await world.until('what is new has its row', () => world.rowOf('new'));
				await step('it is said once', () => assertSaidOnce(world, bridge, /needs attention: database \S+ is not the one/));
				await step('the rows of what is missing stay', async () => {
					before.get('one').Notes = (await world.rowOf('one')).fields.Notes;
					await assertKept(world, before);
				});
				await bridge.stop();
			} finally {
				await world.close();
				await proxy.close();
			}
		},
	})),

	inWorld('the app notes a sync of its own', { documents: sample }, async (world, step) => {
		const bridge = await world.run();
		await world.untilEqual();
		const document = await world.document(world.integrationId, 'integration');
		Object.assign(document.data, { last_push: Date.now(), last_synced_at: Date.now() });
		await world.couch.put(world.database, document);
		await world.save('one', { notes: 'after that' });
		await world.untilEqual();
		await step('nothing begins anew', () =>
			assert.equal(bridge.lines.some((line) => /begins anew|begin anew/.test(line)), false));
		await bridge.stop();
	}),

	...[['no place', { couch: 'not a place' }], ['an object', { couch: {} }], ['a count that is none', { count: 'many' }],
		['of a newer version', { v: 99 }]].map(([words, damage]) =>
		inWorld(`a damaged checkpoint: ${words}`, { documents: sample }, async (world, step) => {
			await world.syncWell();
			for (const database of [world.database, world.state])
				await world.changeCheckpoint(database, (checkpoint) => ({ ...checkpoint, ...damage }));
			await world.couch.putAll(world.database, [newItem(app, 'new', {})]);
			await world.save('one', { notes: 'newer' });
			const { log } = await world.syncWell();
			await step('it heals in the same pass', async () => {
				assert.doesNotMatch(log, /needs attention/);
				assert.notEqual(await world.rowOf('new'), undefined);
				await world.assertEqual();
			});
		})),
];

await playAll([...backups, ...others]);

/* State documents of earlier versions: a bridge of today goes on from what they left. recorded/record_state.mjs made
 * recorded/state_first.json with the first version: pairs in step, a gravestone, a row whose edit was refused, a write
 * without an answer, checkpoints and the schema. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { newItem } from './lib/documents.mjs';
import { playAll } from './lib/tap.mjs';
import { inWorld, sampleDocuments } from './lib/world.mjs';

const recorded = JSON.parse(readFileSync(new URL('recorded/state_first.json', import.meta.url), 'utf8'));
const app = sampleDocuments({ items: 3 });

/* As they were, but for the place in the changes, which is the server's own. */
async function load(world) {
	await world.couch.makeDatabase(world.state);
	await world.control('POST', 'load', recorded.base);
	for (const [database, backup] of [[world.database, recorded.source], [world.state, recorded.state]])
		await world.putBack(database, backup);
	const { update_seq: place } = await world.databaseInfo(world.database);
	for (const database of [world.database, world.state])
		await world.changeCheckpoint(database, (checkpoint) => ({ ...checkpoint, couch: JSON.stringify(place) }));
}

const WRITTEN = ['create', 'upsert', 'update', 'delete'];

await playAll([inWorld('the state of the first version', { documents: app }, async (world, step) => {
	await load(world);
	const contents = await world.contents(), rows = await world.rows();
	await world.resetCounts();
	const { log } = await world.sync({ full: true });
	await step('all of it is read', () => assert.doesNotMatch(log, /cannot be read|needs attention/));
	await step('no document and no row is written', async () => {
		assert.deepEqual(await world.contents(), contents);
		const counts = await world.counts();
		assert.deepEqual(WRITTEN.map((kind) => [kind, counts[kind]]), WRITTEN.map((kind) => [kind, 0]));
	});
	await world.advance(120000);
	await world.sync({ full: true });
	await world.sync({ full: true });
	await step('nothing is doubled, what was in doubt has landed', async () => {
		assert.deepEqual(await world.contents(), contents);
		assert.deepEqual((await world.rows()).map((row) => row.id).sort(), rows.map((row) => row.id).sort());
		assert.equal((await world.rowOf('in-doubt')).fields.Notes, 'sent without an answer');
		assert.equal(await world.rowOf('deleted'), undefined);
		assert.notEqual((await world.rowOf('parked')).fields['Synchronization Error Message'], undefined);
	});
	await step('edits go on', async () => {
		await world.save('in-step', { notes: 'of the document' });
		await world.editRow('parked', { Name: 'Parked', Serial: 5 });
		await world.couch.putAll(world.database, [newItem(app, 'new', {})]);
		await world.syncWell();
		assert.equal((await world.rowOf('in-step')).fields.Notes, 'of the document');
		assert.equal((await world.document('parked')).data.serial, 5);
		assert.notEqual(await world.rowOf('new'), undefined);
	});
})]);

/* State documents of earlier versions: a bridge of today goes on from what they left. recorded/record_state.mjs made
 * recorded/state_first.json with the first version: pairs in step, a gravestone, a row whose edit was refused, a write
 * without an answer, checkpoints and the schema. recorded/record_intents.mjs made the others with the last version that had no intents:
 * on the rows everything is in doubt, and on the documents it was killed when their histories, or they themselves, were taken. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { newItem } from './lib/documents.mjs';
import { playAll } from './lib/tap.mjs';
import { idOf, inWorld, sampleDocuments } from './lib/world.mjs';

const read = (name) => JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8'));
const app = sampleDocuments({ items: 3 });

/* What a tombstone was made of, as a server has it that was not compacted since. */
function parentOf({ _id, _revisions: { start, ids } }) {
	const revisions = { start: start - 1, ids: ids.slice(1) };
	return { _id, _rev: `${revisions.start}-${revisions.ids[0]}`, _revisions: revisions };
}

function withParents({ leaves, checkpoint }) {
	return { leaves: leaves.flatMap((leaf) => (leaf._deleted && leaf._revisions.start > 1 ? [parentOf(leaf), leaf] : [leaf])), checkpoint };
}

/* As they were, but for the place in the changes, which is the server's own. */
async function load(world, recorded) {
	await world.couch.makeDatabase(world.state);
	await world.control('POST', 'load', recorded.base);
	for (const [database, backup] of [[world.database, recorded.source], [world.state, recorded.state]])
		await world.putBack(database, withParents(backup));
	const { update_seq: place } = await world.databaseInfo(world.database);
	for (const database of [world.database, world.state])
		await world.changeCheckpoint(database, (checkpoint) => ({ ...checkpoint, couch: JSON.stringify(place) }));
}

/* What a person finds in the end, whatever was under way. */
async function allIsWell(world) {
	const rows = await world.rows(), documents = await world.documents(), histories = await world.histories();
	const notes = (id) => rows.find((row) => row.fields.ID === id)?.fields.Notes;
	assert.equal(notes('row-changed'), 'sent without an answer');
	assert.equal(notes('row-made'), 'made without an answer');
	assert.equal(notes('document-changed'), 'saved without an answer');
	for (const name of ['row-deleted', 'document-deleted'])
		assert.ok(!rows.some((row) => row.fields.ID === name) && !documents.some((document) => idOf(document) === name), name);
	for (const name of ['Item row-made', 'document-made']) {
		assert.equal(rows.filter((row) => row.fields.Name === name).length, 1, name);
		assert.equal(documents.filter((document) => document.data.name === name).length, 1, name);
	}
	const { _id: made } = documents.find((document) => document.data.name === 'document-made');
	for (const id of ['document-changed', 'document-deleted', made.slice('item-'.length)])
		assert.equal(histories.filter((history) => history.data_id === id && history.event_name === 'sync').length, 1, id);
	await world.assertEqual();
}

const inDoubt = (title, name) => inWorld(title, { documents: app }, async (world, step) => {
	await load(world, read(name));
	const { log } = await world.sync({ full: true });
	await step('all of it is read', () => assert.doesNotMatch(log, /cannot be read/));
	for (let pass = 0; pass < 3; pass++) {
		await world.advance(70000);
		await world.sync({ full: true });
	}
	await step('nothing is lost, doubled or left behind', () => allIsWell(world));
	await step('a further pass writes nothing', async () => {
		const contents = await world.contents();
		await world.resetCounts();
		await world.syncWell({ full: true });
		assert.deepEqual(await world.contents(), contents);
		const counts = await world.counts();
		assert.deepEqual(WRITTEN.map((kind) => [kind, counts[kind]]), WRITTEN.map((kind) => [kind, 0]));
	});
});

const WRITTEN = ['create', 'upsert', 'update', 'delete'];

await playAll([inWorld('the state of the first version', { documents: app }, async (world, step) => {
	await load(world, read('state_first'));
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
}),
inDoubt('killed when the histories were taken', 'state_second_histories'),
inDoubt('killed when the documents were taken', 'state_second_documents')]);

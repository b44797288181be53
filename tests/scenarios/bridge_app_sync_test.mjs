/* The app's own sync beside the bridge, on real servers: what it had synced and deleted before the first start, what it notes of
 * itself, and what it makes twice. */
import assert from 'node:assert/strict';
import { newItem } from './lib/documents.mjs';
import { playAll } from './lib/tap.mjs';
import { inWorld, sampleDocuments } from './lib/world.mjs';

const app = sampleDocuments({ items: 4 });
const sample = [...app, ...['one', 'two', 'three'].map((id) => newItem(app, id, { notes: `the notes of ${id}` }))];

/* As the app notes it when it has just made both alike. */
async function mark(world, id) {
	const row = await world.rowOf(id), document = await world.document(id);
	document.data.integrations = { [world.integrationId]: { id: row.id, modified_at: Date.parse(row.fields['Modified At']) } };
	await world.couch.put(world.database, document);
	return row.id;
}

async function noteSync(world) {
	const document = await world.document(world.integrationId, 'integration'), now = await world.now();
	document.data.data = { last_push: now, last_pull: now, last_synced_at: now };
	await world.couch.put(world.database, document);
}

const events = async (world, name) => (await world.histories()).filter(({ event_name: event }) => event === name);

await playAll([
	inWorld('a first start after the app', { documents: sample }, async (world, step) => {
		await world.syncWell();
		await mark(world, 'one');
		await mark(world, 'two');
		await world.advance(5000);
		await world.forgetState();
		await world.save('one', { name: 'renamed on the phone', notes: undefined });
		await world.remove('two');
		await world.sync();
		await step('what the phone edited counts', async () => {
			const { fields } = await world.rowOf('one');
			assert.equal(fields.Name, 'renamed on the phone');
			assert.equal(fields.Notes, undefined);
			assert.equal((await world.document('one')).data.notes, undefined);
		});
		await step('and is no conflict', async () => assert.deepEqual(await events(world, 'sync_conflict'), []));
		await step('the row of what was deleted goes, with its history', async () => {
			assert.equal(await world.rowOf('two'), undefined);
			assert.equal((await events(world, 'sync_row_deleted')).length, 1);
		});
	}),

	inWorld('the app syncs beside us', { documents: sample }, async (world, step) => {
		await world.syncWell();
		await noteSync(world);
		await world.couch.putAll(world.database, [newItem(app, 'new', {})]);
		await world.syncWell();
		await step('a mark goes with its row', async () => assert.equal(
			(await world.document('new')).data.integrations?.[world.integrationId]?.id, (await world.rowOf('new')).id));
		const record = (await world.rowOf('one')).id, rows = (await world.rows()).length;
		const twin = newItem(app, 'twin', { name: 'Item one', notes: 'the notes of one',
			integrations: { [world.integrationId]: { id: record, modified_at: 1 } } });
		await world.couch.putAll(world.database, [twin]);
		await world.edit({ action: 'update', table: 'Items', record, fields: { ID: 'twin' } });
		await world.sync();
		await step('what it makes of a row gets no row', async () => {
			assert.equal((await world.rows()).length, rows);
			assert.equal((await world.rowOf('one')).id, record);
		});
		await step('it is named', async () => assert.match((await world.problems({ json: false })).out, /twin.*of the row of item one/s));
		await world.sync({ removeTwins: true });
		await step('it is removed when a person says so', async () => {
			assert.equal(await world.document('twin'), null);
			assert.equal((await world.rows()).length, rows);
			assert.match((await world.problems({ json: false })).out, /: 0 problems/);
		});
	}),
]);

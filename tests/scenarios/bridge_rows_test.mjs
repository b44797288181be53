/* New rows that lack something: what they lack is taken from where the app takes it, or asked for; and later edits arrive. */
import assert from 'node:assert/strict';
import { playAll } from './lib/tap.mjs';
import { inWorld, sampleDocuments } from './lib/world.mjs';

const ERROR_CELL = 'Synchronization Error Message';
const sample = sampleDocuments({ items: 20 });

const recordOf = async (world, record, table = 'Items') => (await world.rows(table)).find((row) => row.id === record);
/* A row whose item can contain others, and which is in a collection. */
const containerOf = async (world) => (await world.rows()).find(({ fields }) => fields['Can Contain Items'] && fields.Collection);

/* What a row lacks is told after a quiet while; what is in a container needs no collection of its own. */
async function toldAfterAWhile(world, step) {
	await world.syncWell();
	const [{ id: collection }] = await world.rows('Collections');
	const container = await containerOf(world);
	const lacking = {
		'Name alone': [{ Name: 'Lonely' }, /^Collection is empty: choose one\.$/],
		'Collection alone': [{ Collection: [collection] }, /^Name is empty: fill it in\.$/],
		'Notes alone': [{ Notes: 'only notes' }, /^Name is empty: fill it in\. Collection is empty: choose one\.$/],
		'a box alone': [{ 'Will Not Restock': true }, /^Name is empty: fill it in\. Collection is empty: choose one\.$/],
		'a name of spaces': [{ Name: '   ', Collection: [collection] }, /^Name is empty: fill it in\.$/],
	};
	const bridge = await world.run();
	const make = async (fields, table = 'Items') => (await world.edit({ action: 'create', table, fields }))[0].id;
	const records = {};
	for (const [words, [fields]] of Object.entries(lacking))
		records[words] = await make(fields);
	const blank = await make({});
	const inside = await make({ Name: 'In a container', Container: [container.id] });
	const numberless = await make({ Name: 'No number' }, 'Collections');
	await world.until('the row in a container is a document', async () => (await recordOf(world, inside)).fields.ID !== undefined);
	await step('a row in a container gets the collection of the container, and says nothing', async () => {
		await world.until('the row shows it', async () => (await recordOf(world, inside)).fields.Collection !== undefined);
		const { fields } = await recordOf(world, inside);
		const { data } = await world.document(fields.ID);
		assert.equal(data.collection_id, (await world.document(container.fields.ID)).data.collection_id);
		assert.deepEqual(fields.Collection, container.fields.Collection);
		assert.equal(fields[ERROR_CELL], undefined);
	});
	await world.until('the others are told', async () => (await Promise.all(Object.values(records)
		.map((record) => recordOf(world, record)))).every(({ fields }) => fields[ERROR_CELL] !== undefined));
	await step('each of the others says what it lacks, and what to do', async () => {
		for (const [words, [, told]] of Object.entries(lacking))
			assert.match((await recordOf(world, records[words])).fields[ERROR_CELL], told, words);
	});
	await step('a blank row is left alone', async () => assert.equal((await recordOf(world, blank)).fields[ERROR_CELL], undefined));
	await world.until('the collection is told', async () =>
		(await recordOf(world, numberless, 'Collections')).fields[ERROR_CELL] !== undefined);
	await step('a collection says that it lacks its number', async () => {
		assert.equal((await recordOf(world, numberless, 'Collections')).fields[ERROR_CELL], 'Ref. No. is empty: fill it in.');
	});
	await step('and it ends with 0', async () => assert.equal(await bridge.stop(), 0));
}

/* The same in single passes, with what follows. */
async function inAContainer(world, step) {
	await world.syncWell();
	const container = await containerOf(world);
	const [{ id: record }] = await world.edit({ action: 'create', table: 'Items',
		fields: { Name: 'In a container', Container: [container.id] } });
	await world.syncWell();
	const { fields: { ID: id } } = await recordOf(world, record);
	await step('one pass makes the document and fills the cell', async () => {
		const { fields } = await recordOf(world, record);
		assert.deepEqual([fields.Collection, fields[ERROR_CELL]], [container.fields.Collection, undefined]);
		await world.assertEqual();
	});
	await world.editRow(id, { Notes: 'typed later' });
	await world.syncWell();
	await step('a later edit of the row arrives', async () => assert.equal((await world.document(id)).data.notes, 'typed later'));
	await world.save(id, { model_name: 'saved on the phone' });
	await world.syncWell();
	await step('one of the document too', async () =>
		assert.equal((await world.rowOf(id)).fields['Model Name'], 'saved on the phone'));
	await world.editRow(id, { Collection: [] });
	await world.syncWell();
	await step('the cell, emptied by hand, is filled again', async () => {
		const { fields } = await world.rowOf(id);
		assert.deepEqual([fields.Collection, fields[ERROR_CELL]], [container.fields.Collection, undefined]);
	});
	const before = await world.revisions();
	await world.resetCounts();
	for (let pass = 0; pass < 2; pass++) {
		await world.advance(61000);
		await world.syncWell({ full: true });
	}
	await step('then nothing is written any more', async () => {
		const { create = 0, update = 0, upsert = 0, delete: deleted = 0 } = await world.counts();
		assert.deepEqual([create, update, upsert, deleted], [0, 0, 0, 0]);
		assert.deepEqual(await world.revisions(), before);
	});
	const other = (await world.rows('Collections')).find((row) => row.id !== container.fields.Collection[0]);
	await world.editRow(id, { Collection: [other.id] });
	await world.syncWell();
	await step('a collection that is chosen by hand is the item\'s, and the cell that is emptied then shows the container\'s', async () => {
		assert.equal((await world.document(id)).data.collection_id, other.fields.ID);
		await world.editRow(id, { Collection: [] });
		await world.syncWell();
		assert.deepEqual((await world.rowOf(id)).fields.Collection, container.fields.Collection);
		await world.assertEqual();
	});
	await world.advance(61000); /* a cell that is emptied right after it was filled might be an old answer */
	await world.editRow(id, { Container: [], Collection: [] });
	const refused = await world.sync();
	await step('out of the container it needs one, and its row says so', async () => {
		assert.match((await world.rowOf(id)).fields[ERROR_CELL], /^Collection is empty/);
		assert.match(refused.log, /Collection is empty/);
		assert.equal((await world.document(id)).data.container_id, container.fields.ID);
	});
}

await playAll([
	inWorld('rows that lack something', { documents: sample }, toldAfterAWhile),
	inWorld('rows in a container', { documents: sample }, inAContainer),
], { atOnce: 2 });

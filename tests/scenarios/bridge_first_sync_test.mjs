/* A first contact with many items, at Airtable's rate: edits of what is made already, on either side, do not wait for the end of
 * it, and neither does what is made meanwhile. */
import assert from 'node:assert/strict';
import { note, playAll } from './lib/tap.mjs';
import { idOf, inWorld } from './lib/world.mjs';

const ITEMS = 1600; /* 32 s of Airtable's rate */
const PATIENCE_MS = 240000;

const cellOf = (row, name) => row?.fields[name];

async function editsInAFirstSync(world, step) {
	const documents = await world.documents();
	const bridge = await world.run();
	await world.until('the first rows', async () => (await world.rows()).length >= 50, PATIENCE_MS);
	const [first, second] = (await world.rows()).map((row) => row.fields.ID);
	await world.save(first, { notes: 'from a phone, meanwhile' });
	await world.editRow(second, { Notes: 'from the grid, meanwhile' });
	await world.couch.put(world.database, { ...documents[0], _id: 'item-zz-new', _rev: undefined,
		data: { ...documents[0].data, name: 'Made meanwhile', integrations: undefined } });

	/* How many rows there are when each has arrived. */
	const rowsAt = {};
	await world.until('all three', async () => {
		const rows = await world.rows(), row = (id) => rows.find((one) => one.fields.ID === id);
		const arrived = {
			phone: cellOf(row(first), 'Notes') === 'from a phone, meanwhile',
			grid: (await world.document(second)).data.notes === 'from the grid, meanwhile',
			made: row('zz-new') !== undefined,
		};
		for (const [what, is] of Object.entries(arrived))
			if (is)
				rowsAt[what] ??= rows.length;
		return Object.keys(rowsAt).length === 3;
	}, PATIENCE_MS);
	note(`rows when they arrived: ${JSON.stringify(rowsAt)}`);
	for (const [what, words] of [['phone', "a phone's edit"], ['grid', "a row's edit"], ['made', 'a new item']])
		await step(`${words} arrives before the last row is made`, () => assert.ok(rowsAt[what] < ITEMS, `${rowsAt[what]} rows`));
	await world.until('the end', async () => (await world.rows()).length === ITEMS + 1, PATIENCE_MS);
	await world.untilEqual('both sides are equal');
	await step('and in the end both sides are equal', () => world.assertEqual());
	await step('each item has one row', async () => {
		const ids = (await world.documents()).map(idOf), rows = (await world.rows()).map((row) => row.fields.ID);
		assert.deepEqual(rows.sort(), ids.sort());
	});
	assert.equal(await bridge.stop(), 0);
}

await playAll([
	inWorld('a first sync', { items: ITEMS, sandbox: ['--rate', 'on'] }, editsInAFirstSync),
]);

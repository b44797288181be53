/* What the base's owner keeps from the token's user stops only itself: a column, the making or the deleting of rows, a row. It is
 * named with what to permit, it is not tried again and again, and when it is permitted all is as it would have been. */
import assert from 'node:assert/strict';
import { newItem } from './lib/documents.mjs';
import { playAll } from './lib/tap.mjs';
import { inWorld, sampleDocuments } from './lib/world.mjs';

const ERROR_CELL = 'Synchronization Error Message';
const sample = sampleDocuments({ items: 12 });
const NEW = [newItem(sample, 'a', { notes: 'from the phone', model_name: 'M' }), newItem(sample, 'b', { model_name: 'M' }), newItem(sample, 'c')];

const limit = (world, what, words) => world.edit({ action: 'limit', table: 'Items', ...what, words });
const warnings = (log) => log.split('\n').filter((line) => /level=(warn|error)/.test(line)).join('\n');
const cells = async (world, id) => (await world.rowOf(id))?.fields ?? {};

async function writesNothing(world, step, words) {
	await world.resetCounts();
	const before = await world.contents();
	const { report } = await world.sync();
	const again = await world.sync();
	await step(`${words}: a further pass writes nothing`, async () => {
		assert.equal(report.ok, true);
		assert.equal(again.report.ok, true);
		const counts = await world.counts();
		assert.deepEqual([counts.records_created, counts.records_updated, counts.records_deleted], [0, 0, 0]);
		assert.deepEqual(await world.contents(), before);
	});
}

const COLUMN = /Notes: Airtable does not let the token's user edit this column\. Permit it in Airtable/;

function columnIsLimited(words) {
	return async (world, step) => {
		await limit(world, { field: 'Notes' }, words);
		const first = await world.sync();
		await step('all rows are made, without the cell', async () => {
			assert.equal(first.report.ok, true, first.log);
			assert.equal((await world.rows()).length, 15);
			assert.equal((await cells(world, 'a')).Notes, undefined);
			assert.equal((await cells(world, 'a'))['Model Name'], 'M');
		});
		await step('row and log say which column, and what to permit', async () => {
			assert.match((await cells(world, 'a'))[ERROR_CELL], COLUMN);
			assert.equal((await cells(world, 'b'))[ERROR_CELL], undefined);
			assert.match(warnings(first.log), /column "Notes" of table "Items" is not written/);
		});
		await world.advance(61000);
		await world.editRow('b', { 'Model Name': 'typed', Notes: 'typed' });
		await world.save('c', { notes: 'later', model_name: 'later' });
		await world.save('b', { purchased_from: 'shop' });
		await world.sync();
		await step('everything else flows, from the column too', async () => {
			const { data } = await world.document('b');
			assert.deepEqual([data.model_name, data.notes], ['typed', 'typed']);
			assert.equal((await cells(world, 'b'))['Purchased From'], 'shop');
			assert.equal((await cells(world, 'c'))['Model Name'], 'later');
			assert.equal((await cells(world, 'c')).Notes, undefined);
		});
		await writesNothing(world, step, 'limited');
		await limit(world, { field: 'Notes' }, '');
		const last = await world.sync();
		await step('permitted again, the cells are filled and nobody is told any more', async () => {
			assert.equal(last.status, 0, last.log);
			assert.equal((await cells(world, 'a')).Notes, 'from the phone');
			assert.equal((await cells(world, 'c')).Notes, 'later');
			await world.assertEqual();
		});
	};
}

async function errorCellIsLimited(world, step) {
	await world.syncWell();
	await limit(world, { field: ERROR_CELL }, 'bare');
	await world.advance(61000);
	await world.editRow('a', { Serial: -5 });
	await world.editRow('b', { 'Model Name': 'typed' });
	await world.save('b', { purchased_from: 'shop' });
	await world.save('c', { notes: 'later' });
	const done = await world.sync();
	await step('what cannot be told in the row is told in the log, and stops nothing', async () => {
		assert.equal(done.report.ok, true, done.log);
		assert.match(done.log, /item-a \([^)]+\): Serial: -5/);
		assert.match(done.log, /item-a \(Item a\): its row does not say what is wrong, since Airtable refuses its error cell/);
		assert.equal((await world.document('b')).data.model_name, 'typed');
		assert.equal((await cells(world, 'b'))['Purchased From'], 'shop');
		assert.equal((await cells(world, 'c')).Notes, 'later');
	});
	await writesNothing(world, step, 'limited');
}

async function makingIsLimited(world, step) {
	await limit(world, { what: 'create' }, 'named');
	await world.resetCounts();
	const first = await world.sync();
	await step('the other table is filled, and each item says why it has no row', async () => {
		assert.equal(first.report.ok, true, first.log);
		assert.equal((await world.rows()).length, 0);
		assert.equal((await world.rows('Collections')).length, 5);
		assert.equal(first.report.problems, 15);
		assert.match(first.log, /item-a \([^)]+\): The row cannot be made: Airtable does not let the token's user make rows \(table "Items"\)/);
	});
	await step('it takes few calls to find that out', async () => assert.ok((await world.counts()).upsert <= 4));
	await writesNothing(world, step, 'limited');
	await limit(world, { what: 'create' }, '');
	const last = await world.sync();
	await step('permitted again, all rows are made', async () => {
		assert.equal(last.status, 0, last.log);
		await world.assertEqual();
	});
}

const deletions = async (world) => (await world.histories()).filter((doc) => doc.event_name === 'sync_row_deleted');

async function deletingIsLimited(world, step) {
	await world.syncWell();
	await limit(world, { what: 'delete' }, 'bare');
	await world.advance(61000);
	await world.remove('a');
	for (let pass = 1; pass <= 4; pass++) {
		await world.sync();
		await world.advance(61000);
	}
	await step('the row is still there and says why', async () =>
		assert.match((await cells(world, 'a'))[ERROR_CELL], /The row cannot be deleted: Airtable does not let the token's user delete rows/));
	await step('the history does not tell of a deletion that did not happen', async () => assert.deepEqual(await deletions(world), []));
	await world.editRow('b', { Notes: 'typed' });
	await world.save('b', { model_name: 'saved' });
	const done = await world.sync();
	await step('others flow', async () => {
		assert.equal(done.report.ok, true, done.log);
		assert.equal((await world.document('b')).data.notes, 'typed');
		assert.equal((await cells(world, 'b'))['Model Name'], 'saved');
	});
	await limit(world, { what: 'delete' }, '');
	await world.sync();
	await step('permitted again, the row goes, and the history tells of it once', async () => {
		assert.equal(await world.rowOf('a'), undefined);
		assert.equal((await deletions(world)).length, 1);
	});
}

async function rowIsLimited(world, step) {
	await world.syncWell();
	await limit(world, { record: (await world.rowOf('a')).id }, 'bare');
	await world.advance(61000);
	for (const id of ['a', 'b', 'c'])
		await world.save(id, { notes: 'later' });
	const done = await world.sync();
	await step('the others are written, and the row is named in the log', async () => {
		assert.equal(done.report.ok, true, done.log);
		assert.equal((await cells(world, 'a')).Notes, 'from the phone');
		assert.equal((await cells(world, 'b')).Notes, 'later');
		assert.equal((await cells(world, 'c')).Notes, 'later');
		assert.match(done.log, /item-a \([^)]+\): .*Airtable does not let the token's user edit/);
	});
}

/* While the bridge goes on running: one column that is limited, edits of others, and how often it is tried. */
async function runningOn(world, step) {
	await world.syncWell();
	await limit(world, { field: 'Updated At' }, 'bare');
	const bridge = await world.run({ pollSeconds: 1 });
	try {
		await world.save('a', { model_name: 'saved' });
		await world.save('b', { purchased_from: 'shop' });
		await world.editRow('c', { 'Icon Name': 'typed' });
		await step('edits flow beside it, both ways', () => world.until('edits flow', async () => {
			assert.equal((await cells(world, 'a'))['Model Name'], 'saved');
			assert.equal((await cells(world, 'b'))['Purchased From'], 'shop');
			assert.equal((await world.document('c')).data.icon_name, 'typed');
		}));
	} finally {
		await bridge.stop();
	}
	await step('the log names the column once', () =>
		assert.equal(bridge.log().match(/column "Updated At" of table "Items" is not written/g).length, 1));
}

/* A base that lacks a column and a choice: check and sync say the same of it. */
async function saidAlike(world, step) {
	await world.edit({ action: 'deleteField', table: 'Items', field: 'Model Name' }, { action: 'deleteChoice', table: 'Items', field: 'Type', choice: 'Consumable' });
	const { problems } = await world.check();
	const first = await world.sync(), second = await world.sync();
	for (const words of ['table "Items" has no column "Model Name"', 'lacks the choice "Consumable"'])
		await step(`check and each sync say: ${words}`, () => {
			for (const log of [problems.join('\n'), first.log, second.log])
				assert.ok(log.includes(words), log);
		});
}

const worlds = { documents: [...sample, ...NEW] };
await playAll([
	inWorld('a column may not be written, and Airtable names it', worlds, columnIsLimited('named')),
	inWorld('a column may not be written, and Airtable quotes it', worlds, columnIsLimited('quoted')),
	inWorld('a column may not be written, and Airtable does not say which', worlds, columnIsLimited('bare')),
	inWorld('the error cell may not be written', worlds, errorCellIsLimited),
	inWorld('no rows may be made', worlds, makingIsLimited),
	inWorld('no rows may be deleted', worlds, deletingIsLimited),
	inWorld('a row may not be written', worlds, rowIsLimited),
	inWorld('a column may not be written while the bridge runs', worlds, runningOn),
	inWorld('a column and a choice are missing', worlds, saidAlike),
], { atOnce: 2 });

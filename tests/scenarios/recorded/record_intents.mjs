/* Records what a bridge leaves behind that has everything under way at once, in one file: both databases and the base. A row is changed,
 * one is made and one is deleted without an answer; then the bridge is killed when a document is changed, one is made and one is
 * deleted, and it does not know it yet. Run with the program of the version that is to be recorded:
 *
 *     DAVENPORT=… AIRTABLE_SANDBOX=… tests/with-couch node tests/scenarios/recorded/record_intents.mjs FILE NTH
 *
 * NTH: the write to CouchDB at which it is killed, as it takes the documents. */
import { writeFileSync } from 'node:fs';
import { CouchProxy } from '../lib/couch_proxy.mjs';
import { newItem } from '../lib/documents.mjs';
import { World, sampleDocuments } from '../lib/world.mjs';

const app = sampleDocuments({ items: 3 });
const ids = ['row-changed', 'row-deleted', 'document-changed', 'document-deleted'];
const world = await World.open({ documents: [...app, ...ids.map((id) => newItem(app, id, { notes: `the notes of ${id}` }))] });
const proxy = await CouchProxy.open(world.server.url);
try {
	await world.syncWell();
	await world.advance(62000);
	await world.sync();
	const workshop = (await world.rows('Collections'))[0];
	await world.save('row-changed', { notes: 'sent without an answer' });
	await world.remove('row-deleted');
	await world.couch.putAll(world.database, [newItem(app, 'row-made', { notes: 'made without an answer' })]);
	await world.faults(['update', 'upsert', 'delete'].map((kind) => ({ fault: 'applied-unanswered', kind, nth: 1 })));
	await world.sync();
	await world.dropFaults();
	await world.editRow('document-changed', { Notes: 'saved without an answer' });
	await world.editRow('document-deleted', { Delete: true });
	await world.edit({ action: 'create', table: 'Items', fields: { Name: 'document-made', Collection: [workshop.id] } });
	world.env.COUCHDB_URL = proxy.url;
	const { status } = await world.sync({ beforehand: (pid) => proxy.killAt({ pid, nth: Number(process.argv[3]), point: 'applied', write: true }) });
	console.log(status, proxy.killed);
	const state = await world.backUp(world.state);
	for (const leaf of state.leaves.filter(({ _id: id, intents, sent, saving }) => id.startsWith('pair-') && (intents ?? sent ?? saving)))
		console.log(leaf._id, JSON.stringify(leaf.intents ?? { sent: leaf.sent, saving: leaf.saving, taken: leaf.taken }).slice(0, 300));
	writeFileSync(process.argv[2], `${JSON.stringify({ source: await world.backUp(world.database), state, base: await world.control('GET', 'save') })}\n`);
} finally {
	await proxy.close();
	await world.close();
}

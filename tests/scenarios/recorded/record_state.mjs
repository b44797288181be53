/* Records what a bridge leaves behind in a small inventory: both databases and the base, in one file. Run with the program
 * of the version that is to be recorded:
 *
 *     DAVENPORT=… AIRTABLE_SANDBOX=… tests/with-couch node tests/scenarios/recorded/record_state.mjs FILE */
import { writeFileSync } from 'node:fs';
import { newItem } from '../lib/documents.mjs';
import { World, sampleDocuments } from '../lib/world.mjs';

const app = sampleDocuments({ items: 3 });
const ids = ['in-step', 'deleted', 'parked', 'in-doubt'];
const world = await World.open({ documents: [...app, ...ids.map((id) => newItem(app, id, { notes: `the notes of ${id}`, serial: 1 }))] });
try {
	await world.syncWell();
	await world.advance(62000);
	await world.sync();
	await world.remove('deleted');
	await world.editRow('parked', { Serial: -5, Name: '' });
	await world.sync();
	await world.save('in-doubt', { notes: 'sent without an answer' });
	await world.faults([{ fault: 'applied-unanswered', kind: 'update', nth: 1 }]);
	await world.sync();
	writeFileSync(process.argv[2], `${JSON.stringify({
		source: await world.backUp(world.database), state: await world.backUp(world.state),
		base: await world.control('GET', 'save'),
	}, null, '\t')}\n`);
} finally {
	await world.close();
}

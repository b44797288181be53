import assert from 'node:assert/strict';
import { CountingProxy } from './lib/counting_proxy.mjs';
import { newItem } from './lib/documents.mjs';
import { leafOf } from './lib/phone.mjs';
import { note, playAll } from './lib/tap.mjs';
import { inWorld, sampleDocuments } from './lib/world.mjs';
const sample = sampleDocuments({ items: 1 });
const MANY = Number(process.env.MANY ?? 100);
async function count(proxy, what, play) { proxy.reset(); await play(); const c = proxy.count(); note(`${what}: ${c.requests} ${JSON.stringify(c.paths)}`); }
async function plays(world, step) {
	const proxy = await CountingProxy.open(world.server.url);
	const env = { COUCHDB_URL: proxy.url };
	const sync = () => world.syncWell({ env });
	try {
		await count(proxy, 'first', sync);
		await count(proxy, 'quiet', sync);
		const documents = (await world.documents()).filter((doc) => doc._id.startsWith('item-many-'));
		if (process.env.FIRST_ONLY) return;
		await world.replicate(documents.map((doc) => leafOf(doc._rev, doc, { of_a_later_app: 1 }, { first: 'f' })));
		await count(proxy, 'unseen key', sync);
		const d2 = (await world.documents()).filter((doc) => doc._id.startsWith('item-many-'));
		await world.replicate(d2.map((doc) => leafOf(doc._rev, doc, { notes: 'edited' }, { first: 'f' })));
		await count(proxy, 'edited notes', sync);
		for (const doc of d2) await world.editRow(doc._id.slice(5), { Notes: 'of the grid' });
		await count(proxy, 'edited rows', sync);
	} finally { await proxy.close(); }
}
await playAll([inWorld('count', { documents: [...sample, ...Array.from({ length: MANY }, (_, at) => newItem(sample, `many-${at}`, { notes: 'as it was' }))] }, plays)]);

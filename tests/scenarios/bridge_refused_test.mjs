/* A CouchDB that does not take everything: a validation function, a limit on the size of documents, a proxy that has one of its own,
 * documents that cannot be read any more, a state database that is deleted. Each stops the one item that it is about, is said in its row,
 * leaves no history of what did not happen, and is over when the item is put right. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { newItem } from './lib/documents.mjs';
import { CUT, RefusingProxy, written } from './lib/refusing_proxy.mjs';
import { playAll } from './lib/tap.mjs';
import { inWorld, sampleDocuments, testServer } from './lib/world.mjs';

const ERROR_CELL = 'Synchronization Error Message';
const MINUTE_MS = 61000; /* the app's marks are written, and what was sent cannot be applied any more */
const sample = sampleDocuments({ items: 5 });
const documents = [...sample, newItem(sample, 'guarded', { model_name: 'M' }), newItem(sample, 'other', { model_name: 'M' })];
const historiesOf = async (world, id) => (await world.histories()).filter((doc) => doc.data_id === id);

async function guard(world, rule) {
	await world.couch.put(world.database, { _id: '_design/guard', language: 'javascript',
		validate_doc_update: `function (doc, old) { ${rule} }` });
}

async function assertOtherArrived(world) {
	assert.equal((await world.document('other')).data.notes, 'harmless');
	assert.equal((await world.rowOf('other')).fields[ERROR_CELL], undefined);
	assert.equal((await historiesOf(world, 'other')).length, 1);
}

/* ---- a validation function ---- */

/* [what it refuses, its rule, the row's edit, what its row says, how it is put right] */
const RULES = [
	['an item', "if (doc._id === 'item-guarded' && /secret/.test(doc.data.notes || '')) throw({ forbidden: 'Notes may not say that.' });",
		{ Notes: 'a secret' }, /forbidden: Notes may not say that\.$/, { Notes: 'open' }],
	['an item, as unauthorized', "if (doc._id === 'item-guarded' && /secret/.test(doc.data.notes || '')) throw({ unauthorized: 'You may not.' });",
		{ Notes: 'a secret' }, /unauthorized: You may not\.$/, { Notes: 'open' }],
	['an entry of the history', "if (doc.type === '_history' && /secret/.test(JSON.stringify(doc))) throw({ forbidden: 'No history of this.' });",
		{ Notes: 'a secret' }, /refused its history entry: forbidden: No history of this\.$/, { Notes: 'open' }],
	['a deletion', "if (doc._deleted && doc._id === 'item-guarded') throw({ forbidden: 'It stays.' });",
		{ Delete: true }, /refused to delete the document: forbidden: It stays\.$/, { Delete: null }],
	['a deletion, and that of its history', "if (doc._deleted) throw({ forbidden: 'Nothing goes.' });",
		{ Delete: true }, /refused to delete the document: forbidden: Nothing goes\. .*refused to remove the history entry/, { Delete: null }],
];

function refusing([what, rule, edit, words, right]) {
	return inWorld(`a validation function refuses ${what}`, { documents }, async (world, step) => {
		await world.syncWell();
		await guard(world, rule);
		await world.advance(MINUTE_MS);
		await world.editRows([['guarded', edit], ['other', { Notes: 'harmless' }]]);
		const { report, log } = await world.sync();
		await step('the other edit arrives', () => assertOtherArrived(world));
		await step('its row and the log say why it does not', async () => {
			assert.equal(report.problems, 1);
			assert.match((await world.rowOf('guarded')).fields[ERROR_CELL], words);
			assert.match(log, /item-guarded \(Item guarded\): /);
		});
		await step('nothing of it is written, and a further pass changes nothing', async () => {
			const before = await world.contents();
			assert.equal(before['item-guarded'].data.notes, undefined);
			await world.resetCounts();
			await world.sync({ full: true });
			assert.deepEqual(Object.keys(await world.contents()).sort(), Object.keys(before).sort());
			assert.equal((await world.counts()).update, 0);
		});
		await world.editRow('guarded', right);
		await world.sync();
		await step('put right, it is taken', async () => {
			assert.equal((await world.document('guarded')).data.notes, right.Notes);
			if (right.Notes)
				assert.equal((await world.rowOf('guarded')).fields[ERROR_CELL], undefined);
		});
	});
}

/* ---- limits on the size ---- */

const large = (doc, most) => Buffer.byteLength(JSON.stringify(doc)) > most;
const LONG = 'n'.repeat(60000);

/* [what, what the proxy refuses] */
const LIMITS = [
	['a document, by CouchDB', (path, doc) => doc._id === 'item-guarded' && large(doc, 50000),
		(doc) => ({ status: 413, body: JSON.stringify({ error: 'document_too_large', reason: doc._id }) })],
	['a document, by a proxy', (path, doc) => doc._id === 'item-guarded' && large(doc, 50000),
		() => ({ status: 413, type: 'text/html', body: '<html><h1>413 Request Entity Too Large</h1></html>' })],
	['its history', (path, doc) => doc.type === '_history' && large(doc, 50000),
		(doc) => ({ status: 413, body: JSON.stringify({ error: 'document_too_large', reason: doc._id }) })],
	['its entry in the ledger', (path, doc) => /-davenport\//.test(path) && large(doc, 50000),
		(doc) => ({ status: 413, body: JSON.stringify({ error: 'document_too_large', reason: doc._id }) })],
	['a document, with an error of the server', (path, doc) => doc._id === 'item-guarded' && large(doc, 50000),
		() => ({ status: 500, body: '{"error":"internal_server_error","reason":"badmatch"}' }), true],
	['its entry in the ledger, with a cut connection', (path, doc) => /-davenport\//.test(path) && large(doc, 50000), () => CUT, true],
];

function limited([what, isRefused, answer, isDoubted = false]) {
	return inWorld(`too large: ${what}`, { documents }, async (world, step) => {
		let limited = true;
		const proxy = await RefusingProxy.open(testServer().url, (method, path, body) => {
			const found = limited ? written(method, body).find((doc) => isRefused(path, doc)) : undefined;
			return found === undefined ? undefined : answer(found);
		});
		world.env.COUCHDB_URL = proxy.url;
		try {
			await world.syncWell();
			const bridge = await world.run();
			await world.editRows([['guarded', { Notes: LONG }], ['other', { Notes: 'harmless' }]]);
			await step('the other edit arrives', () => world.until('the other arrives', async () => assertOtherArrived(world)));
			if (isDoubted) { /* what may have been taken is told when it goes on so for minutes: the worlds in memory have that */
				assert.equal(await bridge.stop(), 0);
				return;
			}
			await step('its row says why it does not', () => world.until('the row says so', async () => {
				assert.match((await world.rowOf('guarded')).fields[ERROR_CELL], /CouchDB|state database/);
			}));
			await step('no history is left of what did not happen', () => world.until('it is gone', async () => {
				assert.deepEqual(await historiesOf(world, 'guarded'), []);
			}));
			await step('what is done to the document meanwhile goes to the row', async () => {
				if (what.includes('ledger'))
					return; /* without a note nothing is written */
				await world.save('guarded', { purchased_from: 'the phone' });
				await world.until('the phone arrives', async () =>
					(await world.rowOf('guarded')).fields['Purchased From'] === 'the phone');
			});
			limited = false;
			await step('when the limit is gone it is saved by itself', () => world.until('it is saved', async () => {
				assert.equal((await world.document('guarded')).data.notes, LONG);
				assert.equal((await world.rowOf('guarded')).fields[ERROR_CELL], undefined);
				assert.equal((await historiesOf(world, 'guarded')).length, 1);
			}));
			assert.equal(await bridge.stop(), 0);
		} finally {
			await proxy.close();
		}
	});
}

/* ---- documents that cannot be read any more ---- */

const SPOILT = {
	nul: (doc) => { doc.data.notes = 'a\u0000b'; },
	half: (doc) => { doc.data.notes = 'a\ud83d'; },
	huge: (doc) => { doc.data.future = 1e20; },
	nameless: (doc) => { delete doc.data.name; },
	price: (doc) => { doc.data.purchase_price_x1000 = '12,50'; },
	dataless: (doc) => { delete doc.data; },
	typeless: (doc) => { delete doc.type; },
	othertype: (doc) => { doc.type = 'collection'; },
	nowhere: (doc) => { delete doc.data.collection_id; },
};

/* Apache CouchDB takes no half of a character. */
async function takesHalves(world) {
	const document = { _id: 'half-of-a-character', text: 'a\ud83d' };
	return world.couch.put(world.database, document).then(() => true, () => false);
}

async function unreadable(world, step) {
	const halves = await takesHalves(world);
	const ids = Object.keys(SPOILT).filter((id) => id !== 'half' || halves);
	const good = {};
	await world.couch.putAll(world.database, ids.map((id) => newItem(sample, id, { notes: 'agreed' })));
	await world.syncWell();
	for (const id of ids) {
		const doc = await world.couch.get(world.database, `item-${id}`);
		good[id] = structuredClone(doc);
		SPOILT[id](doc);
		await world.couch.put(world.database, doc);
	}
	await world.editRows([...ids.map((id) => [id, { 'Purchased From': 'typed', Delete: true }]), ['other', { Notes: 'harmless' }]]);
	await world.sync();
	await step('other edits arrive', () => assertOtherArrived(world));
	for (const id of ids)
		await step(`${id}: its row says so, and what of it is not taken`, async () => {
			const words = (await world.rowOf(id)).fields[ERROR_CELL] ?? '';
			assert.match(words, /Nothing flows .* Edits of this row wait: Purchased From\. Delete is not obeyed\.$/);
			assert.ok(await world.document(id));
		});
	for (const id of ids)
		await world.couch.put(world.database, { ...good[id], _rev: (await world.couch.get(world.database, `item-${id}`))._rev });
	await world.editRows(ids.map((id) => [id, { Delete: null }]));
	await world.syncWell();
	await step('put right, the edits are taken', async () => {
		for (const id of ids) {
			assert.equal((await world.document(id)).data.purchased_from, 'typed');
			assert.equal((await world.rowOf(id)).fields[ERROR_CELL], undefined);
		}
	});
}

/* ---- the state ---- */

const deletes = (world) => world.forgetState();
/* As another integration of the same database makes it again. */
const makesAnew = (world) => world.makeAnew(world.state);

/* Whoever misses it first: right before such a request goes on, once, it happens. */
const FIRSTS = [
	['a renewal of the lease', deletes, (method, path) => method === 'PUT' && path.includes('/lease-')],
	['a renewal of the lease, by somebody else', makesAnew, (method, path) => method === 'PUT' && path.includes('/lease-')],
	['an entry is read', deletes, (method, path) => method === 'POST' && path.endsWith('-davenport/_all_docs?include_docs=true&conflicts=true')],
	['an entry is written', deletes, (method, path) => method === 'POST' && path.endsWith('-davenport/_bulk_docs')],
	['an entry is written, by somebody else', makesAnew, (method, path) => method === 'POST' && path.endsWith('-davenport/_bulk_docs')],
	['the checkpoint is read', deletes, (method, path) => method === 'GET' && path.includes('-davenport/_local/')],
	['the checkpoint is written', deletes, (method, path) => method === 'PUT' && path.includes('-davenport/_local/')],
	['the checkpoint is written, by somebody else', makesAnew, (method, path) => method === 'PUT' && path.includes('-davenport/_local/')],
];
const CALM_MS = 12000; /* a renewal of the lease, and what follows of it */

function stateIsDeleted([first, happens, isIt]) {
	return inWorld(`the state database is deleted before ${first}`, { documents }, async (world, step) => {
		let armed = false;
		const proxy = await RefusingProxy.open(testServer().url, async (method, path) => {
			if (!armed || !isIt(method, path))
				return;
			armed = false;
			await happens(world);
		});
		world.env.COUCHDB_URL = proxy.url;
		try {
			const bridge = await world.run();
			await world.untilEqual();
			await sleep(CALM_MS / 4);
			armed = true;
			await world.save('guarded', { notes: 'of the phone' });
			await world.editRow('other', { Notes: 'harmless' });
			await step('both edits arrive', () => world.until('they arrive', async () => {
				assert.equal(armed, false);
				assert.equal((await world.rowOf('guarded')).fields.Notes, 'of the phone');
				await assertOtherArrived(world);
			}));
			await step('and are no conflict', async () => {
				assert.deepEqual((await world.histories()).filter((doc) => doc.event_name === 'sync_conflict'), []);
			});
			await sleep(CALM_MS);
			await world.until('all is compared and remembered', async () => {
				const checkpoint = await world.couch.get(world.state, `_local/checkpoint-${world.integrationId}`);
				assert.ok(checkpoint.couch);
			});
			await world.untilEqual('in step again');
			assert.equal(await bridge.stop(), 0);
			await step('it is said once', () => {
				const said = bridge.lines.filter((line) => /what was remembered .* is lost/.test(line));
				assert.equal(said.length, 1, bridge.log());
			});
			await step('everything is known again', async () => {
				const { log } = await world.syncWell();
				assert.doesNotMatch(log, /conflict|is lost/);
				await world.assertEqual();
			});
		} finally {
			await proxy.close();
		}
	});
}

async function entryIsDamaged(world, step) {
	await world.syncWell();
	const url = `pair-${world.integrationId}-item-guarded`;
	const entry = await world.couch.get(world.state, url);
	await world.couch.put(world.state, { ...entry, state: 'x' });
	await world.editRows([['guarded', { Notes: 'typed' }], ['other', { Notes: 'harmless' }]]);
	const { log } = await world.syncWell();
	await step('it is named, and counts as absent', () => {
		assert.match(log, /state document pair-.*-item-guarded cannot be read: unknown state "x"/);
	});
	await step('its edit arrives, as that of the other', async () => {
		assert.equal((await world.document('guarded')).data.notes, 'typed');
		await assertOtherArrived(world);
		await world.assertEqual();
	});
}

await playAll([
	...RULES.map(refusing),
	...LIMITS.map(limited),
	inWorld('documents that cannot be read any more', { documents }, unreadable),
	...FIRSTS.map(stateIsDeleted),
	inWorld('an entry of the ledger is damaged', { documents }, entryIsDamaged),
]);

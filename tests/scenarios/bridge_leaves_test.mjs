/* What devices wrote apart from each other, as it comes to a real server: revisions that are replicated beside the present one. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { CountingProxy } from './lib/counting_proxy.mjs';
import { newItem } from './lib/documents.mjs';
import { leafOf, Phone } from './lib/phone.mjs';
import { RefusingProxy } from './lib/refusing_proxy.mjs';
import { note, playAll } from './lib/tap.mjs';
import { idOf, inWorld, sampleDocuments, sentence, World } from './lib/world.mjs';

const ERROR_CELL = 'Synchronization Error Message';
const QUIET_MINUTE_MS = 62000; /* after this a mark is written */
const sample = sampleDocuments({ items: 1 });
const SHOWN = { notes: 'Notes', model_name: 'Model Name', purchased_from: 'Purchased From', name: 'Name' };

/* ---- one document each ---- */

/* What happens at the server while a phone is offline ('meanwhile', if anything), what the phone then brings, made of the document
 * as it was before; and what comes of it: keys of the data, or null where it is gone; what is in the history as lost. */
const CASES = {
	'another field': {
		meanwhile: (world, id) => world.save(id, { model_name: 'of the shop' }),
		brings: (doc) => [leafOf(doc._rev, doc, { notes: 'from the plane' })],
		becomes: { notes: 'from the plane', model_name: 'of the shop' } },
	'another field, in the leaf that is shown': {
		meanwhile: (world, id) => world.save(id, { model_name: 'of the shop' }),
		brings: (doc) => [leafOf(doc._rev, doc, { notes: 'from the plane' }, { first: 'f', edits: 3 })],
		becomes: { notes: 'from the plane', model_name: 'of the shop' } },
	'the same field, edited later': {
		meanwhile: (world, id) => world.save(id, { notes: 'of the shop' }),
		brings: (doc, now) => [leafOf(doc._rev, doc, { notes: 'from the plane' }, { at: now + 60000 })],
		becomes: { notes: 'from the plane' }, lost: { notes: 'of the shop' }, told: true },
	'the same field, edited before': {
		meanwhile: (world, id) => world.save(id, { notes: 'of the shop' }),
		brings: (doc) => [leafOf(doc._rev, doc, { notes: 'from the plane' }, { first: 'f', edits: 2 })],
		becomes: { notes: 'of the shop' }, lost: { notes: 'from the plane' }, told: true },
	'an emptied field': {
		meanwhile: (world, id) => world.save(id, { model_name: 'of the shop' }),
		brings: (doc) => [leafOf(doc._rev, doc, { notes: undefined })],
		becomes: { notes: undefined, model_name: 'of the shop' } },
	'three leaves': {
		meanwhile: (world, id) => world.save(id, { model_name: 'of the shop' }),
		brings: (doc) => [leafOf(doc._rev, doc, { notes: 'from the plane' }),
			leafOf(doc._rev, doc, { purchased_from: 'from the cellar' }, { first: 'f', edits: 2 })],
		becomes: { notes: 'from the plane', model_name: 'of the shop', purchased_from: 'from the cellar' } },
	'a row that was edited meanwhile': {
		meanwhile: (world, id) => world.editRow(id, { 'Model Name': 'of the grid' }),
		brings: (doc) => [leafOf(doc._rev, doc, { notes: 'from the plane' })],
		becomes: { notes: 'from the plane', model_name: 'of the grid' } },
	'a key that no column shows': {
		meanwhile: (world, id) => world.save(id, { notes: 'of the shop' }),
		brings: (doc) => [leafOf(doc._rev, doc, { of_a_later_app: [1, 2] })],
		becomes: { notes: 'of the shop', of_a_later_app: [1, 2] } },
	'a leaf that only has a mark': {
		meanwhile: (world, id) => world.save(id, { notes: 'of the shop' }),
		brings: (doc) => [leafOf(doc._rev, doc, { integrations: { another: { id: 'recAnother0000001', modified_at: 5 } } })],
		becomes: { notes: 'of the shop', 'integrations.another.id': 'recAnother0000001' } },
	'an attachment': {
		meanwhile: (world, id) => world.save(id, { notes: 'of the shop' }),
		brings: (doc) => [leafOf(doc._rev, doc, {}, { attachments: {
			'photo.txt': { content_type: 'text/plain', data: Buffer.from('of the plane').toString('base64') } } })],
		becomes: { notes: 'of the shop' }, attachment: ['photo.txt', 'of the plane'] },
	'an edit of what was deleted': {
		meanwhile: (world, id) => world.remove(id),
		brings: (doc) => [leafOf(doc._rev, doc, { notes: 'from the plane' })],
		becomes: { notes: 'from the plane' } },
	'a deletion of what was edited': {
		meanwhile: (world, id) => world.save(id, { notes: 'of the shop' }),
		brings: (doc) => [leafOf(doc._rev, doc, null)],
		becomes: { notes: 'of the shop' } },
	'a deletion of what was marked': {
		meanwhile: async (world, id) => {
			const { id: row } = await world.rowOf(id), document = await world.document(id);
			document.data.integrations = { [world.integrationId]: { id: row, modified_at: await world.now() } };
			await world.couch.put(world.database, document);
		},
		brings: (doc) => [leafOf(doc._rev, doc, null)],
		becomes: null },
};
const slug = (name) => name.replaceAll(/[^a-z]+/g, '-');
const valueAt = (data, path) => path.split('.').reduce((inside, key) => inside?.[key], data);

async function leavesOf(world) {
	const rows = await world.openLeaves();
	return rows.filter(({ doc }) => doc?._conflicts).map(({ id }) => id);
}

async function attachmentOf(world, id, name) {
	const { user, password, url } = world.server;
	const response = await fetch(`${url}/${world.database}/item-${id}/${name}`,
		{ headers: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } });
	return response.ok ? response.text() : `HTTP ${response.status}`;
}

async function judge(world, id, { becomes, lost = null, told = false, attachment = null }, histories) {
	const document = await world.document(id), row = await world.rowOf(id);
	if (becomes === null) {
		assert.equal(document, null);
		assert.equal(row, undefined);
		return;
	}
	assert.ok(document && row, `there is ${document ? 'a document' : 'no document'} and ${row ? 'a row' : 'no row'}`);
	for (const [key, value] of Object.entries(becomes)) {
		assert.deepEqual(valueAt(document.data, key), value, `the document's ${key}`);
		if (SHOWN[key])
			assert.equal(row.fields[SHOWN[key]], value, `the row's ${SHOWN[key]}`);
	}
	const losers = histories.filter((doc) => doc.data_id === id && doc.event_name === 'sync_conflict');
	assert.deepEqual(losers.map((doc) => doc.original_data), lost === null ? [] : [lost]);
	assert.match(row.fields[ERROR_CELL] ?? '', told ? /^Edited in several places at once: Notes: / : /^$/);
	if (attachment !== null)
		assert.equal(await attachmentOf(world, id, attachment[0]), attachment[1]);
}

async function leaves(world, step) {
	const items = Object.keys(CASES).map((name) => [name, slug(name)]);
	await world.syncWell();
	const before = new Map((await world.documents()).map((doc) => [idOf(doc), doc]));
	for (const [name, id] of items)
		await CASES[name].meanwhile(world, id);
	return { items, before };
}

async function landAndJudge(world, step, { items, before }) {
	const now = await world.now();
	for (const [name, id] of items)
		await world.replicate(CASES[name].brings(before.get(id), now));
	await world.syncWell();
	await world.syncWell();
	const histories = await world.histories();
	for (const [name, id] of items)
		await step(name, () => judge(world, id, CASES[name], histories));
	await step('no leaf is left beside another', async () => assert.deepEqual(await leavesOf(world), []));
	await step('both sides agree', async () => {
		const differences = (await world.differences()).filter(({ field }) => field !== ERROR_CELL);
		assert.deepEqual(differences.map(sentence), []);
	});
	await step('a further pass writes nothing', async () => {
		const revisions = await world.revisions();
		await world.resetCounts();
		await world.syncWell({ full: true });
		const counts = await world.counts();
		assert.deepEqual([counts.create, counts.update, counts.upsert, counts.delete], [0, 0, 0, 0]);
		assert.deepEqual(await world.revisions(), revisions);
	});
}

async function atOnce(world, step) {
	await landAndJudge(world, step, await leaves(world, step));
}

async function afterCompaction(world, step) {
	const made = await leaves(world, step);
	await world.syncWell();
	await world.compact();
	await landAndJudge(world, step, made);
}

/* ---- a collection ---- */

async function collectionApart(world, step) {
	await world.syncWell();
	const [before] = await world.documents('collection'), id = idOf(before);
	await world.save(id, { items_order: [] }, { type: 'collection' });
	await world.syncWell();
	await world.editRow(id, { Name: 'of the grid' }, 'Collections');
	await world.replicate([leafOf(before._rev, before, { collection_reference_number: '0901' })]);
	await world.syncWell();
	await world.syncWell();
	await step('it has all edits, on both sides', async () => {
		const { data } = await world.document(id, 'collection');
		assert.deepEqual([data.name, data.collection_reference_number, data.items_order], ['of the grid', '0901', []]);
		await world.assertEqual();
	});
	await step('no leaf is left', async () => assert.deepEqual(await leavesOf(world), []));
}

/* ---- what cannot be merged ---- */

const deep = (levels) => (levels === 0 ? 1 : [deep(levels - 1)]);

async function unmergeable(world, step) {
	const [told, lost, other] = ['told', 'lost', 'other'];
	await world.syncWell();
	const before = new Map((await world.documents()).map((doc) => [idOf(doc), doc]));
	for (const id of [told, lost])
		await world.save(id, { notes: 'of the shop' });
	await world.replicate([leafOf(before.get(told)._rev, before.get(told), { of_a_later_app: deep(250) }),
		leafOf(before.get(lost)._rev, before.get(lost), { notes: 'from the plane' })]);
	await world.save(other, { notes: 'of the shop' });
	const { status } = await world.sync();
	await step('it is a problem of its pair, and the others are synced', async () => {
		assert.equal(status, 1);
		assert.equal((await world.rowOf(other)).fields.Notes, 'of the shop');
		assert.equal((await world.rowOf(told)).fields.Notes, 'as it was');
		assert.match((await world.rowOf(told)).fields[ERROR_CELL],
			/was edited in several places at once, and the edits cannot be made one: revision .* cannot be written back exactly/);
	});
	const found = await world.problems();
	await step('problems lists it, with its reason and its next try; what a merge cost is past', () => {
		assert.equal(found.status, 1);
		const [{ problems }] = found.answer.integrations;
		assert.deepEqual(problems.map(({ document, name, past }) => [document, name, past]).sort(),
			[['item-lost', 'Item lost', true], ['item-told', 'Item told', false]]);
		const one = problems.find(({ past }) => !past);
		assert.match(one.words, /cannot be made one: revision 2-\w+ cannot be written back exactly: .*nested too deeply/);
		assert.ok(Date.parse(one.next_try) > Date.now());
		assert.match(one.row, /^rec/);
	});
	await step('and so it is for people', async () => {
		const { out } = await world.problems({ json: false });
		assert.match(out, /^integration 'Demo' of database \S+: 1 problem$/m);
		assert.match(out, /^item-told \(Item told\), row rec\w+: document item-told was edited .* \(next try \S+Z\)$/m);
		assert.match(out, /^item-lost \(Item lost\), row rec\w+, nothing to be done: Edited in several places at once: Notes: /m);
	});
	/* A later app takes it out again. */
	const { _rev: leaf } = (await world.openLeaves()).find(({ doc }) => doc?._conflicts)?.doc ?? {};
	assert.ok(leaf);
	const [losing] = (await world.allLeaves('item-told')).filter((doc) => doc.data?.of_a_later_app);
	await world.endLeaf(losing);
	await world.syncWell();
	await step('when the leaf is gone it flows again', async () => {
		assert.equal((await world.rowOf(told)).fields.Notes, 'of the shop');
		assert.equal((await world.rowOf(told)).fields[ERROR_CELL] ?? '', '');
		const { status: after, answer } = await world.problems();
		assert.equal(after, 0);
		assert.deepEqual(answer.integrations[0].problems.map(({ past }) => past), [true]);
	});
}

/* A proxy that lets a question pass only later. Merging is given up as long, and nothing else. */
async function forbiddenQuestion(world, step) {
	const refusals = { 405: 'method_not_allowed', 403: 'forbidden', 413: 'too_large' };
	let status = null;
	const proxy = await RefusingProxy.open(world.server.url, (method, path) => (status !== null && path.includes('/_bulk_get') ?
		{ status, body: JSON.stringify({ error: refusals[status], reason: 'not through here' }) } : undefined));
	world.env.COUCHDB_URL = proxy.url;
	try {
		await world.syncWell();
		const before = await world.document('apart');
		await world.save('apart', { model_name: 'of the shop' });
		await world.replicate([leafOf(before._rev, before, { notes: 'from the plane' })]);
		for (status of [405, 403, 413].values()) {
			await world.save('beside', { notes: `while it says ${status}` });
			const done = await world.sync();
			await step(`a server that answers ${status} when leaves are asked for stops that document alone`, async () => {
				assert.equal(done.status, 1);
				assert.equal((await world.rowOf('beside')).fields.Notes, `while it says ${status}`);
				const { answer } = await world.problems();
				assert.deepEqual(answer.integrations[0].problems.map(({ document }) => document), ['item-apart']);
				assert.match(answer.integrations[0].problems[0].words, /the edits cannot be made one: .*not through here/);
			});
		}
		status = null;
		await world.save('apart', { purchased_from: 'the shop' });
		await world.syncWell();
		await step('and when it answers the document is merged', async () => {
			const { data } = await world.document('apart');
			assert.deepEqual([data.notes, data.model_name, data.purchased_from], ['from the plane', 'of the shop', 'the shop']);
			assert.deepEqual(await leavesOf(world), []);
			await world.assertEqual();
		});
	} finally {
		await proxy.close();
	}
}

/* ---- two servers that replicate ---- */

async function twoBridges(world, step) {
	const one = 'two-bridges';
	const other = await World.open({ documents: sample });
	try {
		const ends = [world, other], before = await world.document(one);
		await other.replicate(await world.allLeaves(`item-${one}`));
		for (const end of ends)
			await end.syncWell();
		await world.save(one, { model_name: 'of the shop', notes: 'of the shop' });
		await world.replicate([leafOf(before._rev, before, { notes: 'from the plane', purchased_from: 'the cellar' },
			{ at: await world.now() + 60000 })]);
		const copies = await world.allLeaves(`item-${one}`);
		await other.replicate(copies);
		for (const end of ends)
			await end.syncWell();
		const [ours, theirs] = await Promise.all(ends.map((end) => end.document(one)));
		await step('bridges at two servers make the same revision of the same leaves', () => {
			assert.equal(ours._rev, theirs._rev);
			assert.deepEqual(ours, theirs);
			assert.deepEqual([ours.data.notes, ours.data.model_name, ours.data.purchased_from],
				['from the plane', 'of the shop', 'the cellar']);
		});
		await world.replicate(await other.allLeaves(`item-${one}`));
		await other.replicate(await world.allLeaves(`item-${one}`));
		await step('which are one when they meet', async () => {
			for (const end of ends)
				assert.deepEqual(await leavesOf(end), []);
		});
		await step('and both keep the same loser', async () => {
			const [first, second] = await Promise.all(ends.map(async (end) =>
				(await end.histories()).filter((doc) => doc.event_name === 'sync_conflict').map(({ _rev, ...doc }) => doc)));
			assert.equal(first.length, 1);
			assert.deepEqual(first, second);
		});
	} finally {
		await other.close();
	}
}

/* ---- a phone in a cellar ---- */

const EDITED = 30, OF_GRID = 10, DELETED = 20;

async function untilIdle(world, what) {
	await world.until(what, async () => {
		await world.assertEqual({ marks: true });
		assert.deepEqual(await leavesOf(world), []);
	}, 180000);
}

async function phoneInTheCellar(world, step) {
	const items = await world.documents();
	/* Those with contents come last: what still holds something is not deleted. */
	const holding = new Set(items.map((doc) => doc.data.container_id));
	const ids = items.map(idOf).sort((a, b) => holding.has(a) - holding.has(b));
	const phone = await Phone.open(world);
	try {
		const bridge = await world.run();
		await world.untilEqual('the first sync');
		for (const id of ids.slice(0, EDITED))
			await phone.save(id, { notes: `of the cellar ${id}` });
		await world.editRows(ids.slice(0, OF_GRID).map((id) => [id, { 'Model Name': `of the grid ${id}` }]));
		await world.until('the edits of the grid are saved', async () =>
			assert.equal((await world.document(ids[0])).data.model_name, `of the grid ${ids[0]}`));
		await sleep(QUIET_MINUTE_MS);
		await world.until('the marks are written', () => world.assertEqual({ marks: true }), 120000);
		assert.ok(await phone.push() > 0);
		await untilIdle(world, 'what the phone brought is merged');
		const both = async () => [new Map((await world.documents()).map((doc) => [idOf(doc), doc.data])),
			new Map((await world.rows()).map(({ fields }) => [fields.ID, fields]))];
		const [documents, rows] = await both();
		await step(`${EDITED} of ${EDITED} edits of the phone are on both sides`, () => {
			for (const id of ids.slice(0, EDITED))
				assert.deepEqual([documents.get(id).notes, rows.get(id).Notes], Array(2).fill(`of the cellar ${id}`));
		});
		await step(`${OF_GRID} of ${OF_GRID} edits of the grid are on both sides`, () => {
			for (const id of ids.slice(0, OF_GRID))
				assert.deepEqual([documents.get(id).model_name, rows.get(id)['Model Name']], Array(2).fill(`of the grid ${id}`));
		});
		await step('no leaf is hidden, all marks are there, nobody lost anything', async () => {
			await world.assertEqual({ marks: true });
			assert.deepEqual(await leavesOf(world), []);
			assert.deepEqual((await world.histories()).filter((doc) => doc.event_name === 'sync_conflict'), []);
		});
		await deletions(world, step, phone, ids);
		await step('and it ends with 0', async () => assert.equal(await bridge.stop(), 0));
	} finally {
		await phone.close();
	}
}

/* By the box, by a phone that is online, and by one that is not, and whose revisions are older than marks and merges. */
async function deletions(world, step, phone, ids) {
	const gone = ids.slice(0, DELETED), [boxes, online, offline] = [gone.slice(0, 8), gone.slice(8, 14), gone.slice(14)];
	await world.editRows(boxes.map((id) => [id, { Delete: true }]));
	for (const id of online)
		await world.remove(id);
	for (const id of offline)
		await phone.remove(id);
	await phone.push();
	const areGone = async () => {
		const documents = new Set((await world.documents()).map(idOf));
		const rows = new Set((await world.rows()).map(({ fields }) => fields.ID));
		assert.deepEqual(gone.filter((id) => documents.has(id) || rows.has(id)), []);
	};
	await world.until('what was deleted is gone', areGone);
	await phone.pull();
	await phone.push();
	await sleep(5000);
	await untilIdle(world, 'all that is left agrees');
	await step(`of ${DELETED} that were deleted by box and by phone none comes back`, areGone);
	await step('the others are all there', async () =>
		assert.deepEqual((await world.documents()).map(idOf).sort(), ids.slice(DELETED).sort()));
}

/* ---- many ---- */

const MANY = 1000;

/* What a pass asks of CouchDB for documents, and what it writes into the data's own database. What is asked by the clock (leases) and
 * once a process does not count. */
async function requestsOf(world, proxy, play) {
	proxy.reset();
	await play();
	const { paths, documents } = proxy.count();
	note(JSON.stringify(paths));
	const requests = Object.entries(paths).filter(([path]) => /\/_(all_docs|bulk_docs|changes)/.test(path)).reduce((sum, [, times]) => sum + times, 0);
	return { requests, documents };
}

async function manyConflicts(world, step) {
	const proxy = await CountingProxy.open(world.server.url);
	const env = { COUCHDB_URL: proxy.url };
	const sync = () => world.syncWell({ env });
	try {
		const first = await requestsOf(world, proxy, sync);
		await step(`a first sync of ${MANY} documents writes none, and asks CouchDB for documents at most 100 times`, () => {
			assert.equal(first.documents, 0);
			assert.ok(first.requests <= 100, `${first.requests} requests`);
		});
		const documents = (await world.documents()).filter((doc) => doc._id.startsWith('item-many-'));
		const plain = documents.map((doc) => leafOf(doc._rev, doc, { of_a_later_app: 1 }, { first: 'f' }));
		await world.replicate(plain);
		const edited = await requestsOf(world, proxy, sync);
		await world.replicate(documents.map((doc) => leafOf(doc._rev, doc, { of_another_app: 2 })));
		assert.equal((await leavesOf(world)).length, MANY);
		const merged = await requestsOf(world, proxy, sync);
		const most = 3 * MANY / 100;
		note(`${MANY} documents: first sync ${first.requests} requests, edited ${edited.requests}, in conflict ${merged.requests}`);
		await step('all are merged', async () => {
			assert.deepEqual(await leavesOf(world), []);
			for (const { _id, data } of (await world.documents()).filter((doc) => doc._id.startsWith('item-many-')))
				assert.deepEqual([_id, data.of_a_later_app, data.of_another_app], [_id, 1, 2]);
		});
		await step(`merging takes at most ${most} requests more than ${MANY} plain edits`, () =>
			assert.ok(merged.requests - edited.requests <= most, `${merged.requests - edited.requests} more`));
	} finally {
		await proxy.close();
	}
}

const own = (ids) => [...sample, ...ids.map((id) => newItem(sample, id, { notes: 'as it was', model_name: 'as it was' }))];
const ofCases = own(Object.keys(CASES).map(slug));

await playAll([
	inWorld('a phone in a cellar', { items: EDITED + OF_GRID }, phoneInTheCellar),
	inWorld('many conflicts', { documents: own(Array.from({ length: MANY }, (_, at) => `many-${at}`)) }, manyConflicts),
	inWorld('leaves', { documents: ofCases }, atOnce),
	inWorld('leaves of what was compacted', { documents: ofCases }, afterCompaction),
	inWorld('a collection', { items: 1 }, collectionApart),
	inWorld('what cannot be merged', { documents: own(['told', 'lost', 'other']) }, unmergeable),
	inWorld('a question that is not let through', { documents: own(['apart', 'beside']) }, forbiddenQuestion),
	inWorld('two bridges', { documents: own(['two-bridges']) }, twoBridges),
], { atOnce: 3 });

/* Two bridges on one integration: one keeps it in step, the other one says who does, and waits until that one ends, is killed, or is
 * frozen for too long. Whoever wakes from that writes nothing more. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { CouchProxy } from './lib/couch_proxy.mjs';
import { note, playAll } from './lib/tap.mjs';
import { idOf, inWorld } from './lib/world.mjs';

const WRITES = ['create', 'update', 'upsert', 'delete'];
const TAKEN_OVER_MS = 90000; /* it takes 45 s; the machine may be busy */
const PAST_DEADLINE_MS = 66000; /* what was sent before cannot be applied any more */
const EQUAL_MS = 150000; /* what a busy machine reads only after the clock was moved waits for the deadline */
const HELD = 'keeps this integration in step';

const written = (counts) => WRITES.reduce((sum, kind) => sum + counts[kind], 0);
const times = (log, words) => log.split(words).length - 1;

/* As if another process had written it. */
async function changeLease(world, change) {
	await world.couch.put(world.state, { ...await world.lease(), ...change });
}

/* What check says of who keeps the integration in step. */
async function keeper(world) {
	const { findings } = await world.check();
	return findings.map(({ words }) => words).find((words) => words.includes('in step'));
}

function assertOneRowEach(rows) {
	const ids = rows.map((row) => row.fields.ID);
	assert.equal(new Set(ids).size, ids.length, 'an item has two rows');
}

/* Both started, and which of them has the lease. */
async function two(world) {
	const bridges = [await world.run(), await world.run()];
	await world.until('one of them waits', () => bridges.some((bridge) => bridge.log().includes(HELD)));
	const waits = bridges.findIndex((bridge) => bridge.log().includes(HELD));
	return { holder: bridges[1 - waits], other: bridges[waits] };
}

async function assertFlows(world, id, words) {
	await world.save(id, { notes: words });
	await world.until(`"${words}" is in the row`, async () => (await world.rowOf(id)).fields.Notes === words);
}

async function freshDatabase(world, step) {
	const { holder, other } = await two(world);
	await world.untilEqual();
	const counts = await world.counts();
	await step('all rows are made, each once', async () => {
		const rows = await world.rows();
		assertOneRowEach(rows);
		assert.equal(counts.records_created, rows.length + (await world.rows('Collections')).length);
	});
	await step('nobody is penalised for too many requests', () => assert.equal(counts.refused_429, 0));
	await step('the other one says once who it is that keeps the integration in step', () => {
		assert.equal(times(other.log(), HELD), 1, other.log());
		assert.match(other.log(), new RegExp(`process ${holder.pid} on \\S+ \\(davenport run, since 20\\d\\d-`));
		assert.equal(times(holder.log(), HELD), 0);
	});
	await step('check says who it is, since when and until when', async () => {
		assert.match(await keeper(world), new RegExp(`^integration 'Demo' is kept in step by process ${holder.pid} on \\S+ ` +
			'\\(davenport run, since 20\\S+Z\\)\\. Its lease lasts until 20\\S+Z, and is renewed'));
	});
	await step('sync beside it is done by the one that has it', async () => {
		const { status, report, log } = await world.sync();
		assert.equal(status, 0, log);
		assert.equal(report.ok, true);
		assert.match(log, new RegExp(`process ${holder.pid} on .* keeps it in step, and is asked for it`));
	});
	await step('the other one writes nothing', async () => {
		const [id] = (await world.documents()).map(idOf);
		await assertFlows(world, id, 'from the one that has it');
		assert.equal(times(other.log(), 'wrote'), 0, other.log());
	});
	await step('after SIGTERM it is given back, and taken at once', async () => {
		assert.equal(await holder.stop(), 0);
		const [, id] = (await world.documents()).map(idOf);
		await assertFlows(world, id, 'from the other one');
		assert.equal((await world.lease()).pid, other.pid);
		assert.doesNotMatch(other.log(), /takes over/);
	});
	await world.assertEqual();
}

async function killed(world, step) {
	const { holder, other } = await two(world);
	await world.until('some rows are made', async () => (await world.rows()).length > 20);
	holder.program.child.kill('SIGKILL');
	await holder.ended;
	await world.until('it is taken over', () => other.log().includes('takes over from'), TAKEN_OVER_MS);
	await world.advance(PAST_DEADLINE_MS);
	await world.untilEqual('both sides agree', EQUAL_MS);
	await step('the other one takes over from one that was killed', async () => {
		assertOneRowEach(await world.rows());
		assert.match(other.log(), new RegExp(`takes over from process ${holder.pid} .*, which ended without giving it back`));
	});
}

/* As if on another machine, where nobody sees that it has ended. */
async function killedElsewhere(world, step) {
	const { holder, other } = await two(world);
	await world.until('some rows are made', async () => (await world.rows()).length > 20);
	process.kill(holder.pid, 'SIGSTOP');
	await changeLease(world, { place: 'elsewhere' });
	holder.program.child.kill('SIGKILL');
	await holder.ended;
	const began = Date.now();
	await world.until('it is taken over', () => other.log().includes('takes over from'), TAKEN_OVER_MS);
	await world.advance(PAST_DEADLINE_MS);
	note(`taken over after ${((Date.now() - began) / 1000).toFixed(1)} s`);
	await world.untilEqual('both sides agree', EQUAL_MS);
	await step('the other one takes over from one of another machine that gives no sign of life', async () => {
		assertOneRowEach(await world.rows());
		assert.match(other.log(), new RegExp(`takes over from process ${holder.pid} .*, which gave no sign of life`));
	});
}

async function frozen(world, step) {
	const { holder, other } = await two(world);
	await world.until('some rows are made', async () => (await world.rows()).length > 30);
	const made = (await world.rows()).length;
	process.kill(holder.pid, 'SIGSTOP');
	note(`frozen with ${made} rows made`);
	await step('it is frozen with rows still to be made', async () => assert.ok(made < (await world.documents()).length));
	await world.until('it is taken over', () => other.log().includes('takes over from'), TAKEN_OVER_MS);
	await world.advance(PAST_DEADLINE_MS);
	await world.untilEqual('both sides agree', EQUAL_MS);
	const ids = (await world.documents()).map(idOf).slice(0, 10);
	for (const id of ids)
		await world.save(id, { notes: `newer, ${id}` });
	await world.untilEqual('the newer edits are in the rows');
	await sleep(2000); /* what follows from them is written, too */
	const before = await world.counts(), documents = await world.contents(); /* the other one may write its marks */
	process.kill(holder.pid, 'SIGCONT');
	await world.until('it notices', () => /the lease was taken by process/.test(holder.log()));
	await sleep(3000);
	await step('it wakes and writes nothing, to either side', async () => {
		assert.equal(written(await world.counts()), written(before), holder.log());
		assert.deepEqual(await world.contents(), documents);
	});
	await step('it says who has it by now, and waits again', async () => {
		assert.match(holder.log(), new RegExp(`the lease was taken by process ${other.pid} `));
		await world.until('it waits', () => times(holder.log(), HELD) >= 1);
	});
	await step('one row for each item, and the newer edits on both sides', async () => {
		assertOneRowEach(await world.rows());
		await world.assertEqual();
		for (const id of ids)
			assert.equal((await world.rowOf(id)).fields.Notes, `newer, ${id}`);
	});
	await step('it takes over again when the other one ends', async () => {
		await other.stop();
		await assertFlows(world, ids[0], 'from the one that was frozen');
	});
}

/* Short of that it goes on by itself. */
async function frozenShortly(world, step) {
	const bridge = await world.run();
	await world.untilEqual();
	process.kill(bridge.pid, 'SIGSTOP');
	await sleep(8000);
	process.kill(bridge.pid, 'SIGCONT');
	const [id] = (await world.documents()).map(idOf);
	await step('a bridge that was frozen for some seconds goes on', () => assertFlows(world, id, 'after a while'));
	await step('and has lost nothing', () => assert.doesNotMatch(bridge.log(), /the lease was/));
}

/* Only the lease's document is refused. */
async function refused(world, step) {
	const proxy = await CouchProxy.open(world.server.url);
	let refuses = true;
	const pass = proxy.pass.bind(proxy);
	proxy.pass = (request, response) => {
		if (!refuses || request.method !== 'PUT' || !request.url.includes('/lease-'))
			return pass(request, response);
		request.resume();
		response.writeHead(403, { 'Content-Type': 'application/json' });
		response.end('{"error":"forbidden","reason":"no leases here"}');
		return undefined;
	};
	world.env.COUCHDB_URL = proxy.url;
	try {
		const bridge = await world.run();
		await world.until('it says so', () => /claiming the lease/.test(bridge.log()));
		await step('a lease that may not be written is named, with what was refused', () => {
			assert.match(bridge.log(), /claiming the lease: PUT .*lease-.*: HTTP 403, forbidden: no leases here/);
			assert.equal(times(bridge.log(), 'claiming the lease'), 1);
		});
		await step('and nothing is written', async () => {
			assert.equal(written(await world.counts()), 0);
			const { status, report } = await world.sync();
			assert.equal(status, 1);
			assert.match(report.error, /claiming the lease/);
		});
		refuses = false;
		await step('a pass works as soon as it may', () => bridge.stop().then(() => world.syncWell()));
		await world.assertEqual();
	} finally {
		await proxy.close();
	}
}

async function told(world, step) {
	await step('check: before the first start there is nothing to say', async () =>
		assert.equal(await keeper(world), undefined));
	await world.syncWell();
	await step('check: a lease that was given back', async () =>
		assert.match(await keeper(world), /^nobody keeps integration 'Demo' in step now; the last to do so was process \d+ on .* \(davenport sync, since \S+\)/));
	const bridge = await world.run();
	await world.until('it has the lease', async () => (await world.lease())?.pid === bridge.pid);
	bridge.program.child.kill('SIGKILL');
	await bridge.ended;
	await step('check: one whose process has ended', async () =>
		assert.match(await keeper(world), new RegExp(`by process ${bridge.pid} .*has ended without giving it back`)));
	await changeLease(world, { place: 'elsewhere', renewed: Date.now() - 120000 });
	await step('check: one of another machine that gives no sign of life', async () =>
		assert.match(await keeper(world), new RegExp(`by process ${bridge.pid} .*ran out at 20\\S+Z: another process takes over`)));
	await changeLease(world, { v: 99 });
	await step('check: one of another version', async () =>
		assert.match(await keeper(world), /by a process that this version cannot name$/));
}

/* It goes with the state database, and is claimed anew with it. */
async function stateDeleted(world, step) {
	const bridge = await world.run();
	await world.untilEqual();
	await world.forgetState();
	const [id] = (await world.documents()).map(idOf);
	await step('a state database that is deleted is made again, and so is the lease', async () => {
		await assertFlows(world, id, 'after the state was lost');
		await world.until('there is a lease again', async () => (await world.lease())?.pid === bridge.pid);
		assertOneRowEach(await world.rows());
	});
}

await playAll([
	inWorld('frozen', { items: 120, sandbox: ['--rate', 'on'] }, frozen),
	inWorld('killed elsewhere', { items: 60, sandbox: ['--rate', 'on'] }, killedElsewhere),
	inWorld('a fresh database', { items: 60, sandbox: ['--rate', 'on'] }, freshDatabase),
	inWorld('killed', { items: 60, sandbox: ['--rate', 'on'] }, killed),
	inWorld('frozen shortly', { items: 5 }, frozenShortly),
	inWorld('refused', { items: 5 }, refused),
	inWorld('told', { items: 5 }, told),
	inWorld('the state is deleted', { items: 5 }, stateDeleted),
]);

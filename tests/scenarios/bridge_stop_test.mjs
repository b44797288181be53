/* SIGTERM ends the bridge within 10 s, whatever the servers do: a CouchDB or an Airtable that takes connections and never answers,
 * both, answers that drip a byte a second, a TLS handshake that stalls, a name that is looked up for ever; at the start and while
 * it runs.
 *
 * How long it takes is shown. What fails is an end that the bridge did not come to by itself: then the test kills it, after the 10 s
 * and what a loaded machine may add. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDripping, startSilent, startSpoilable } from './lib/hostile.mjs';
import { ROOT } from './lib/programs.mjs';
import { note, playAll, skip } from './lib/tap.mjs';
import { idOf, inWorld } from './lib/world.mjs';

const PROMISE_S = 10;
const KILL_MS = 30000; /* far beyond what was promised: only an end that does not come fails here */
const PAST_DEADLINE_MS = 66000; /* what was sent before cannot be applied any more */
const INTO_IT_MS = 3000; /* of hanging, before the signal */

/* { status, seconds } of an end by SIGTERM. */
async function endOf(bridge) {
	bridge.program.leaving = true;
	const began = Date.now();
	bridge.program.child.kill('SIGTERM');
	const force = setTimeout(() => bridge.program.child.kill('SIGKILL'), KILL_MS);
	const status = await bridge.ended;
	clearTimeout(force);
	return { status, seconds: (Date.now() - began) / 1000 };
}

async function judge(step, words, bridge) {
	const { status, seconds } = await endOf(bridge);
	note(`${words}: ${seconds.toFixed(1)} s`);
	await step('SIGTERM ends it, well, without its being killed', () => assert.equal(status, 0, bridge.log()));
	await step(`it did not have to give up waiting before ${PROMISE_S} s were over`, () =>
		assert.doesNotMatch(bridge.log(), /without waiting any longer/));
}

/* Which of both servers is bad, from the start on. */
const AT_START = [
	['at the start, CouchDB is silent', { couch: startSilent }],
	['at the start, Airtable is silent', { airtable: startSilent }],
	['at the start, both are silent', { couch: startSilent, airtable: startSilent }],
	['at the start, both drip', { couch: startDripping, airtable: startDripping }],
	['at the start, the TLS handshake with both stalls', { couch: startSilent, airtable: startSilent, scheme: 'https' }],
];

async function atStart(world, step, words, { couch, airtable, scheme = 'http' }) {
	const servers = { couch: await couch?.(), airtable: await airtable?.() };
	const url = (server) => `${scheme}://127.0.0.1:${server.port}`;
	try {
		const bridge = await world.run({ env: {
			...(servers.couch ? { COUCHDB_URL: url(servers.couch) } : {}),
			...(servers.airtable ? { AIRTABLE_ENDPOINT_URL: url(servers.airtable) } : {}),
		} });
		await sleep(INTO_IT_MS);
		await judge(step, words, bridge);
	} finally {
		await servers.couch?.close();
		await servers.airtable?.close();
	}
}

/* The resolver's call is the C library's, and is put in front of by one that takes a minute. Not with sanitizers, which want to be
 * loaded first. */
async function hangingResolver(world, step) {
	const library = path.join(world.folder, 'hanging_resolver.so');
	const source = path.join(ROOT, 'tests/scenarios/lib/hanging_resolver.c');
	const built = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source], { encoding: 'utf8' });
	if (built.status !== 0 || process.env.ASAN_OPTIONS || process.env.TSAN_OPTIONS) {
		skip('a name that is looked up for ever', built.status === 0 ? 'sanitizers are loaded first' : 'there is no compiler');
		return;
	}
	const bridge = await world.run({ env: { LD_PRELOAD: library, COUCHDB_URL: 'http://couchdb.invalid:5984' } });
	await sleep(INTO_IT_MS);
	await judge(step, 'at the start, a name is looked up for ever', bridge);
}

const WHILE_RUNNING = [
	['while it runs, CouchDB falls silent', ['couch'], 'silent'],
	['while it runs, Airtable falls silent', ['airtable'], 'silent'],
	['while it runs, both fall silent', ['couch', 'airtable'], 'silent'],
	['while it runs, both begin to drip', ['couch', 'airtable'], 'drip'],
];

async function whileRunning(world, step, words, spoilt, how) {
	const proxies = { couch: await startSpoilable(world.server.url), airtable: await startSpoilable(world.sandbox.url) };
	try {
		const bridge = await world.run({ env: { COUCHDB_URL: proxies.couch.url, AIRTABLE_ENDPOINT_URL: proxies.airtable.url } });
		await world.untilEqual('the first sync');
		for (const side of spoilt)
			proxies[side].spoil(how);
		const [document] = await world.documents();
		await world.save(idOf(document), { notes: 'saved while a server hangs' });
		await sleep(INTO_IT_MS);
		await judge(step, words, bridge);
	} finally {
		await proxies.couch.close();
		await proxies.airtable.close();
	}
	await world.syncWell();
	await step('the next start brings everything in step', () => world.assertEqual());
}

/* What is lost least willingly: a write that has left, whose answer does not come. It is waited for, but not for ever. */
async function writeUnanswered(world, step) {
	const bridge = await world.run();
	await world.untilEqual('the first sync');
	await world.faults([{ fault: 'timeout', write: true, nth: 1 }]);
	const [document] = await world.documents();
	await world.save(idOf(document), { notes: 'its write is not answered' });
	await sleep(INTO_IT_MS);
	await judge(step, 'while a write is not answered', bridge);
	await world.dropFaults();
	await world.advance(PAST_DEADLINE_MS);
	await world.syncWell();
	await step('the next start brings everything in step', () => world.assertEqual());
}

await playAll([
	inWorld('a hanging resolver', { items: 1 }, hangingResolver),
	inWorld('while a write is not answered', { items: 5 }, writeUnanswered),
	...AT_START.map(([words, bad]) => inWorld(words, { items: 5 }, (world, step) => atStart(world, step, words, bad))),
	...WHILE_RUNNING.map(([words, spoilt, how]) => inWorld(words, { items: 5 }, (world, step) =>
		whileRunning(world, step, words, spoilt, how))),
]);

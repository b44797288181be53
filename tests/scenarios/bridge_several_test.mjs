/* Several integrations in one process: one whose Airtable hangs slows no other, and what is added or removed in the app is taken up while
 * it runs. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { silent } from './lib/hostile_answers.mjs';
import { HostileProxy } from './lib/hostile_proxy.mjs';
import { note, playAll } from './lib/tap.mjs';
import { idOf, inWorld, World } from './lib/world.mjs';

const OTHER_BASE = 'appOther000000001';
const WINDOW_MS = 12000;
const SLOWER_MOST = 0.4, FASTER_MOST = 2.5; /* calls in a window, beside one that hangs and beside one that does not: a poll may fall into one window alone; tests/bench/isolation.mjs counts by change */
const ADDED_MS = 20000; /* a search every 3 s, and a first sync of 5 items */

/* Two worlds and a process for both. */
async function withOther(world, play) {
	const other = await World.open({ items: 5, seed: 2, base: OTHER_BASE, beside: world });
	try {
		await play(other, { COUCHDB_DATABASES: `${world.database},${other.database}` });
	} finally {
		await other.close();
	}
}

/* { calls, ms }: what the other base is asked in a while, in which one edit goes to it. */
async function watch(proxy, other, fault, words) {
	const [one] = (await other.documents()).map(idOf), began = Date.now();
	proxy.begin(fault);
	await other.save(one, { notes: words });
	await other.until(words, async () => (await other.rowOf(one)).fields.Notes === words);
	const ms = Date.now() - began;
	await sleep(Math.max(0, WINDOW_MS - ms));
	const calls = proxy.paths.filter((path) => path.includes(OTHER_BASE)).length;
	proxy.end();
	return { calls, ms };
}

async function isolation(world, step) {
	const proxy = await HostileProxy.open(world.sandbox.url);
	try {
		await withOther(world, async (other, env) => {
			const bridge = await world.run({ env: { ...env, AIRTABLE_ENDPOINT_URL: proxy.url } });
			await Promise.all([world.untilEqual('the first sync'), other.untilEqual('the other first sync')]);
			const calm = await watch(proxy, other, { at: /^NOTHING/, ...silent }, 'while all is well');
			const beside = await watch(proxy, other, { at: new RegExp(world.base), ...silent }, 'while the other one hangs');
			const ratio = beside.calls / calm.calls, lag = beside.ms / calm.ms;
			note(`isolation: calls_ratio ${ratio.toFixed(2)}, lag_ratio ${lag.toFixed(2)}`);
			await step('beside one that hangs an integration is asked and written as before', () =>
				assert.ok(ratio >= SLOWER_MOST && ratio <= FASTER_MOST, `${beside.calls} calls, ${calm.calls} before`));
			const [one] = (await world.documents()).map(idOf);
			await world.save(one, { notes: 'after it hung' });
			await step('the one that hung goes on when it is answered again', () => world.untilEqual('its edit'));
			assert.equal(await bridge.stop(), 0, bridge.log());
		});
	} finally {
		await proxy.close();
	}
}

async function comesAndGoes(world, step) {
	await withOther(world, async (other, env) => {
		const { _rev: revision, ...document } = await other.couch.get(other.database, `integration-${other.integrationId}`);
		await other.couch.remove(other.database, { ...document, _rev: revision });
		const bridge = await world.run({ env });
		await world.untilEqual('the first sync');
		assert.equal((await other.rows()).length, 0);
		await other.couch.put(other.database, document);
		await step('an integration that is added in the app is synced within seconds', () =>
			other.untilEqual('the added one', ADDED_MS));
		await other.couch.remove(other.database, await other.couch.get(other.database, document._id));
		await other.until('its lease is given back', async () => (await other.lease()).free === true, ADDED_MS);
		const [one] = (await other.documents()).map(idOf);
		await other.save(one, { notes: 'nobody listens any more' });
		const [mine] = (await world.documents()).map(idOf);
		await world.save(mine, { notes: 'here somebody does' });
		await world.untilEqual('the one that stays');
		await step('one that is removed is synced no more, and the other one is', async () =>
			assert.notEqual((await other.rowOf(one)).fields.Notes, 'nobody listens any more'));
		assert.equal(await bridge.stop(), 0, bridge.log());
	});
}

const both = { items: 5, sandbox: ['--template', OTHER_BASE] };
await playAll([
	inWorld('isolation', both, isolation),
	inWorld('comes and goes', both, comesAndGoes),
], { atOnce: 2 });

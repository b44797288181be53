/* Whether one integration feels what another one, or the admin pages, have to bear: two in one process, each with its base.
 *
 *     ROUNDS=n   changes for each way, 8 by default
 *
 * Of each round one change of B is measured: the calls that its base is asked from then on until some time after it arrived, and how long
 * that took. Rounds while all is well and rounds with the burden take turns, so that whatever else the machine does is in both;
 * polls are an hour apart, so that calls are those of the change. 'hanging': A's Airtable takes every request and answers none.
 * 'people': 500 ask for the overview, each from an address of its own, every 5 s as the page's script does. */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdminPages } from '../scenarios/lib/admin_pages.mjs';
import { silent } from '../scenarios/lib/hostile_answers.mjs';
import { HostileProxy } from '../scenarios/lib/hostile_proxy.mjs';
import { idOf, World } from '../scenarios/lib/world.mjs';
import { bench } from './lib/passes.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 8);
const OTHER_BASE = 'appOther000000001';
const PEOPLE = 500, ASKS_EACH_MS = 5000;
const LOOK_MS = 10, AFTER_MS = 4000;
const HOUR_S = 3600;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

/* People who look at the page until they are sent home; counts the answers. */
function people(port) {
	const seen = { answered: 0, refused: 0 };
	const timers = Array.from({ length: PEOPLE }, (_, one) => {
		const look = () => http.get({ host: '127.0.0.1', port, path: '/', agent: false, localAddress: `127.2.${one >> 8}.${one & 255}` }, (response) => {
			seen[response.statusCode === 200 ? 'answered' : 'refused']++;
			response.resume();
		}).on('error', () => { seen.refused++; });
		setTimeout(look, (ASKS_EACH_MS * one) / PEOPLE);
		return setInterval(look, ASKS_EACH_MS);
	});
	return { seen, leave: () => timers.forEach(clearInterval) };
}

async function measure(proxy, other, fault, words) {
	const [one] = (await other.documents()).map(idOf);
	proxy.begin(fault);
	const began = performance.now();
	await other.save(one, { notes: words });
	while ((await other.rowOf(one)).fields.Notes !== words)
		await sleep(LOOK_MS);
	const ms = performance.now() - began;
	await sleep(AFTER_MS);
	const calls = proxy.paths.filter((path) => path.includes(OTHER_BASE)).length;
	proxy.end();
	return { calls, ms };
}

const ratios = (calm, burdened) => ({
	calls_ratio: sum(burdened.map(({ calls }) => calls)) / sum(calm.map(({ calls }) => calls)),
	lag_ratio: median(burdened.map(({ ms }) => ms)) / median(calm.map(({ ms }) => ms)),
	calls_for_a_change: sum(burdened.map(({ calls }) => calls)) / burdened.length,
	lag_ms: median(burdened.map(({ ms }) => ms)), lag_ms_while_well: median(calm.map(({ ms }) => ms)),
});

await bench('isolation', { items: 5, sandbox: ['--template', OTHER_BASE] }, async (world) => {
	const proxy = await HostileProxy.open(world.sandbox.url);
	const other = await World.open({ items: 5, seed: 2, base: OTHER_BASE, beside: world });
	try {
		const bridge = await world.run({ pollSeconds: HOUR_S,
			env: { COUCHDB_DATABASES: `${world.database},${other.database}`, AIRTABLE_ENDPOINT_URL: proxy.url } });
		await Promise.all([world.untilEqual('the first sync'), other.untilEqual('the other first sync')]);
		const { port } = await AdminPages.of(world, bridge);
		const nothing = { at: /^NOTHING/, ...silent }, hanging = { at: new RegExp(world.base), ...silent };
		const well = [[], []], burdened = [[], []];
		await measure(proxy, other, nothing, 'the first one opens connections');
		for (let round = 0; round < ROUNDS; round++) {
			well[0].push(await measure(proxy, other, nothing, `well ${round}`));
			burdened[0].push(await measure(proxy, other, hanging, `beside one that hangs ${round}`));
		}
		let answered = 0, refused = 0;
		for (let round = 0; round < ROUNDS; round++) {
			well[1].push(await measure(proxy, other, nothing, `well again ${round}`));
			const crowd = people(port);
			await sleep(ASKS_EACH_MS);
			burdened[1].push(await measure(proxy, other, nothing, `beside people ${round}`));
			crowd.leave();
			answered += crowd.seen.answered;
			refused += crowd.seen.refused;
		}
		await bridge.stop();
		return { rounds: ROUNDS, hanging: ratios(well[0], burdened[0]),
			people: { ...ratios(well[1], burdened[1]), people: PEOPLE, pages_answered: answered, pages_refused: refused } };
	} finally {
		await other.close();
		await proxy.close();
	}
});

/* A hostile server before a running bridge: for each case a fault is on for a few seconds, an edit is made on either side
 * meanwhile, and when it is off both have to arrive. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleDocuments } from '../../../demo/sample.mjs';
import { DAVENPORT } from './programs.mjs';
import { HostileProxy } from './hostile_proxy.mjs';
import { note } from './tap.mjs';
import { idOf, testServer, TOKEN, World } from './world.mjs';

const POLL_S = 2;
const FAULT_MS = 3000;
const ARRIVE_MS = 200000;
const CALM_MS = 3000;
const MEET_MS = 120000;
const CUT_AGAIN_MS = 5000;
const MINUTE_MS = 60000;
const SPOILT_MOST = 90; /* requests that meet the fault, in any begun minute of it: up to about 66 in the first, of which a quarter looks for integrations */
const REQUESTS_MOST = 260; /* with those that are answered well meanwhile: what the edits are worth, and looks at what people ask for */
const MEMORY_MOST_KB = 128 << 10;
const SANITIZED = !DAVENPORT.includes('/plain/'); /* they take memory of their own */
const sample = sampleDocuments({ items: 10 });
const [docEdited, rowEdited] = sample.filter(({ type }) => type === 'item').map(idOf);
const worst = { memory: 0, spoilt: 0, memoryOf: '', spoiltOf: '' };

async function open() {
	const couch = await HostileProxy.open(testServer().url);
	const world = await World.open({ documents: sample, env: { COUCHDB_URL: couch.url, LOG_LEVEL: 'debug' } });
	const airtable = await HostileProxy.open(world.sandbox.url);
	world.env.AIRTABLE_ENDPOINT_URL = airtable.url;
	return { world, proxies: { couch, airtable } };
}

/* KB, at most since it was last asked. */
function peakMemory(pid) {
	const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
	writeFileSync(`/proc/${pid}/clear_refs`, '5');
	return peak;
}

function noteWorst(name, { memory, spoilt }) {
	if (memory > worst.memory)
		Object.assign(worst, { memory, memoryOf: name });
	if (spoilt > worst.spoilt)
		Object.assign(worst, { spoilt, spoiltOf: name });
}

async function assertNothingLost(world, before) {
	await world.assertEqual();
	const ids = (await world.rows()).map((row) => row.fields.ID);
	assert.equal(new Set(ids).size, ids.length, 'an item has two rows');
	const documents = await world.documents();
	assert.deepEqual(documents.map(({ _id }) => _id).sort(), before, 'documents came or went');
}

function assertNoSecret(world, text) {
	const basic = Buffer.from(`${world.server.user}:${world.server.password}`).toString('base64');
	for (const secret of [TOKEN, world.server.password, basic])
		assert.ok(!text.includes(secret), 'a secret is in the log');
}

/* The fault is on until it was met, and some seconds longer, while somebody edits on either side. Gives the requests of a minute. */
async function under(proxy, life, { at, ms = FAULT_MS, start = false, ...fault }, edit) {
	const { world } = life;
	if (start)
		assert.equal(await life.bridge.stop(), 0);
	proxy.begin({ at, ...fault });
	if (start)
		life.bridge = await world.run({ pollSeconds: POLL_S });
	life.bridge.lines.length = 0;
	peakMemory(life.bridge.pid);
	await edit();
	const began = Date.now();
	let cut = began;
	await world.until('the fault is met', () => {
		if (Date.now() - cut > CUT_AGAIN_MS) { /* a feed was being opened when the first cut came */
			proxy.cut();
			cut = Date.now();
		}
		return proxy.spoilt > 0;
	}, MEET_MS);
	await sleep(ms);
	const minutes = Math.ceil((Date.now() - began) / MINUTE_MS);
	proxy.end();
	return { asked: proxy.asked / minutes, spoilt: proxy.spoilt / minutes };
}

async function playCase(life, side, fault, round) {
	const { world, before } = life, { name } = fault, proxy = life.proxies[side];
	const mark = `${name}, ${round}`;
	const { asked, spoilt } = await under(proxy, life, fault, async () => {
		await world.save(docEdited, { notes: mark });
		await world.editRow(rowEdited, { Notes: mark });
	});
	const { bridge } = life, began = Date.now();
	const said = () => bridge.log().split('\n').slice(-25).join('\n');
	try {
		await world.until('both edits arrive, and nothing is lost', async () => {
			assert.equal((await world.rowOf(docEdited)).fields.Notes, mark, 'the document\'s edit');
			assert.equal((await world.document(rowEdited)).data.notes, mark, 'the row\'s edit');
			await assertNothingLost(world, before);
		}, ARRIVE_MS);
	} catch (error) {
		throw new Error(`${error.message}\n${said()}`);
	}
	assert.ok(bridge.program.child.exitCode === null && bridge.program.child.signalCode === null, `it ended\n${said()}`);
	const memory = peakMemory(bridge.pid);
	assertNoSecret(world, bridge.log());
	noteWorst(name, { memory, spoilt });
	note(`${name}: ${spoilt} of ${asked} spoilt, ${memory >> 10} MB, ` +
		`arrived after ${((Date.now() - began) / 1000).toFixed(1)} s`);
	assert.ok(spoilt <= SPOILT_MOST && asked <= REQUESTS_MOST, `${spoilt} of ${asked} requests a minute, most of them: ${proxy.mostAsked()}`);
	assert.ok(SANITIZED || memory <= MEMORY_MOST_KB, `${memory >> 10} MB`);
}

/* A bridge that lives through some of the cases, one after another. */
function playSome(side, cases) {
	return async (step) => {
		const { world, proxies } = await open();
		try {
			const life = { world, proxies, bridge: await world.run({ pollSeconds: POLL_S }) };
			await world.untilEqual('the first sync');
			await sleep(CALM_MS); /* it is noted how far it came */
			life.before = (await world.documents()).map(({ _id }) => _id).sort();
			for (const [index, one] of cases.entries())
				await step(one.name, () => playCase(life, side, one, index));
			await step('it ends well', async () => assert.equal(await life.bridge.stop(), 0, life.bridge.log()));
		} finally {
			await world.close();
			await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
		}
	};
}

/* Scenarios for playAll(): 'lives' bridges share the cases. CASE, a regular expression, chooses some; LIVES=1 plays them in one
 * life. */
export function hostileScenarios(side, cases, most) {
	const only = new RegExp(process.env.CASE ?? ''), lives = Number(process.env.LIVES ?? most);
	/* The long ones first, each in a life of its own. */
	const chosen = cases.filter(({ name }) => only.test(name))
		.sort((one, other) => (other.ms ?? 0) - (one.ms ?? 0));
	const shares = Array.from({ length: Math.min(lives, chosen.length) }, (_, life) =>
		chosen.filter((__, index) => index % lives === life));
	return shares.map((share, life) => ({ title: `hostile ${side} ${life + 1}`, play: playSome(side, share) }));
}

export function noteFigures(side, count) {
	note(`hostile ${side}: ${count} cases; most memory ${worst.memory >> 10} MB (${worst.memoryOf}); ` +
		`most spoilt requests a minute ${worst.spoilt} (${worst.spoiltOf})`);
}

/* A first sync and the edits that follow, with the bridge killed (-9) again and again: at requests to Airtable, which the sandbox
 * chooses, and at requests to CouchDB, which a proxy chooses; before they are done, when they are done and not answered, and
 * after the answer. In the end there is one row for each item, every edit is on both sides, and a further pass writes nothing. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { CouchProxy } from './couch_proxy.mjs';
import { People } from './people.mjs';
import { Random } from './random.mjs';
import { note } from './tap.mjs';
import { inWorld, sampleDocuments } from './world.mjs';

const PAST_DEADLINE_MS = 66000; /* what was sent before the kill cannot be applied any more */
const LATE_MS = 1000; /* really waited for where answers are made late or old: those of the sandbox are so in real time */
const SETTLING_PASSES = 12;
const SIDES = ['airtable', 'couch'];

/* 3 in 10 are done and not answered on each side; only writes are so worth a kill. */
function dealKills(count, random) {
	const kills = [];
	for (const side of SIDES) {
		const own = Math.floor(count / 2), applied = Math.ceil(count * 0.3);
		for (let at = 0; at < own; at++) {
			const point = at < applied ? 'applied' : ['before', 'after'][at % 2];
			kills.push({ side, point, write: point === 'applied' || random.chance(0.6) });
		}
	}
	return random.shuffle(kills);
}

/* What goes wrong on the way to Airtable beside the kill: [fault, how likely in one life of the bridge]. The two that take half a minute
 * of real time each are rare. */
const FAULTS = [
	[{ fault: '429' }, 0.06],
	[{ fault: '503' }, 0.4],
	[{ fault: 'cut' }, 0.4],
	[{ fault: 'timeout' }, 0.06],
	[{ fault: 'applied-unanswered', write: true }, 0.4],
	[{ fault: 'applied-late', write: true, ms: LATE_MS }, 0.3],
	[{ fault: 'stale-read', write: true, ms: LATE_MS }, 0.3],
	[{ fault: 'skip-row', kind: 'list' }, 0.3],
];

function dealFaults(random) {
	return FAULTS.filter(([, likely]) => random.chance(likely)).map(([fault]) => ({ ...fault,
		nth: random.between(1, fault.write ? 6 : 20), ...(fault.kind === 'list' ? { row: random.between(1, 100) } : {}) }));
}

class Campaign {
	constructor(world, step, { kills, edits, faults, seed, documents }) {
		Object.assign(this, { world, step, edits, faults });
		this.random = new Random(seed);
		this.kills = dealKills(kills, this.random);
		this.people = new People(world, this.random, documents);
		this.logs = []; /* of each life */
		this.told = {}; /* how many kills of which kind */
		this.fired = {}; /* how many faults of which kind */
	}

	async plan(kill, pid) {
		const { world, random, proxy } = this;
		/* Later ones during the first sync, so that it is over when half of the kills are. */
		const growing = this.people.rows.size < this.people.items * 0.9;
		const nth = random.between(1, growing ? { airtable: 24, couch: 12 }[kill.side] : kill.write ? 9 : 16);
		const rules = this.faults ? dealFaults(random) : [];
		await world.dropFaults();
		if (kill.side === 'couch')
			proxy.killAt({ pid, nth, point: kill.point, write: kill.write });
		else
			rules.unshift({ fault: 'kill', pid, nth, point: kill.point, ...(kill.write ? { write: true } : {}) });
		await world.faults(rules);
		return nth;
	}

	/* People go on until it dies, and then some more if it lives on for want of what it could write. */
	async editUntil(isOver, quota) {
		for (let edit = 0; !isOver(); edit++) {
			if (edit < quota || edit % 8 === 0)
				await this.people.act();
			await sleep(100);
		}
	}

	async live(number, kill) {
		const { world, people } = this;
		const quota = Math.ceil((this.edits - people.count) / (this.kills.length - number + 1));
		let over = false, nth = 0;
		await people.several(Math.ceil(quota / 2));
		const before = this.proxy.killed.length;
		const ended = world.runHeld(async (pid) => { nth = await this.plan(kill, pid); });
		ended.finally(() => { over = true; });
		await this.editUntil(() => over, Math.floor(quota / 2));
		const { status, log } = await ended;
		this.logs.push(log);
		const fired = (await world.firedFaults()).map(({ fault }) => fault);
		const name = `${kill.side}, ${kill.point}${kill.write ? ', a write' : ''}`;
		const struck = kill.side === 'couch' ? this.proxy.killed.length - before : fired.filter((fault) => fault === 'kill').length;
		this.told[name] = (this.told[name] ?? 0) + struck;
		for (const fault of fired.filter((one) => one !== 'kill'))
			this.fired[fault] = (this.fired[fault] ?? 0) + 1;
		this.proxy.forget();
		if (this.faults)
			await sleep(LATE_MS + 200);
		await world.advance(PAST_DEADLINE_MS);
		const rows = await people.look();
		await this.step(`kill ${number} of ${this.kills.length}: ${name}, number ${nth}; ${rows.length} rows`, () => {
			assert.deepEqual([status, struck], ['SIGKILL', 1], log);
			assertNoTwins(rows);
		});
	}

	async run() {
		this.proxy = await CouchProxy.open(this.world.server.url);
		this.world.env.COUCHDB_URL = this.proxy.url;
		try {
			for (const [at, kill] of this.kills.entries())
				await this.live(at + 1, kill);
			await this.world.dropFaults();
			await this.people.several(this.edits - this.people.count);
			note(`${this.people.count} edits: ${this.people.told()}`);
			note(`kills: ${Object.entries(this.told).sort().map(([name, count]) => `${count} ${name}`).join('; ')}`);
			if (this.faults)
				note(`faults: ${Object.entries(this.fired).map(([name, count]) => `${count} ${name}`).join(', ')}`);
			await this.end();
		} finally {
			await this.proxy.close();
		}
	}

	/* Passes until nothing is open; they list all rows, or those that were deleted would be missed on the next day only. */
	async settle() {
		let last = null;
		for (let pass = 1; pass <= SETTLING_PASSES && !(last?.status === 0 && last.report.waiting === 0); pass++) {
			last = await this.world.sync({ full: true });
			note(`settling pass ${pass}: ${last.status}, ${JSON.stringify(last.report)}`);
			this.logs.push(last.log);
			await this.world.advance(PAST_DEADLINE_MS);
		}
		return last;
	}

	async end() {
		const { world, step, people } = this;
		const last = await this.settle();
		await step('nothing is open in the end', () =>
			assert.deepEqual([last.status, last.report.waiting, last.report.problems], [0, 0, 0], last.log));
		const both = await world.both();
		await step('there is one row for each item', () => {
			assertNoTwins(both.rows.Items);
			assert.equal(both.rows.Items.length, people.items);
		});
		const missing = people.missing(both);
		for (const { id } of missing)
			note(this.logs.flatMap((log, life) => log.split('\n').filter((line) => line.includes(id)).map((line) =>
				`life ${life + 1}: ${line}`)).join('\n'));
		await step(`all of ${people.count} edits are on both sides`, () =>
			assert.deepEqual(missing.map(({ words }) => words), []));
		await step('every value is the same on both sides', () => world.assertEqual());

		const before = await world.contents();
		await world.resetCounts();
		await world.syncWell();
		await world.syncWell({ full: true });
		await step('a further pass, and one that compares everything, write nothing but the marks that are due', async () => {
			const counts = await world.counts();
			assert.deepEqual(['create', 'update', 'upsert', 'delete'].filter((kind) => counts[kind] > 0), []);
			assert.deepEqual(await world.contents(), before);
		});
	}
}

/* Two bridges are there all the time. The one that keeps the integration in step is killed, the other one takes over, and a new one
 * waits. */
class Relay extends Campaign {
	async relieve() {
		const { world } = this;
		this.holder = this.other ?? await world.run();
		await world.until('somebody has the lease', async () => (await world.lease())?.pid === this.holder.pid);
		this.other = await world.run();
	}

	async live(number, kill) {
		const { world, people, proxy } = this;
		const quota = Math.ceil((this.edits - people.count) / (this.kills.length - number + 1));
		if (this.holder === undefined)
			await this.relieve();
		const killed = this.holder;
		let over = false;
		killed.ended.finally(() => { over = true; });
		await people.several(Math.ceil(quota / 2));
		const nth = await this.plan(kill, killed.pid);
		await this.editUntil(() => over, Math.floor(quota / 2));
		const status = await killed.ended;
		this.logs.push(killed.log());
		const name = `${kill.side}, ${kill.point}${kill.write ? ', a write' : ''}`;
		this.told[name] = (this.told[name] ?? 0) + 1;
		proxy.forget();
		await world.dropFaults();
		await world.advance(PAST_DEADLINE_MS);
		await this.relieve();
		const rows = await people.look();
		await this.step(`kill ${number} of ${this.kills.length}: ${name}, number ${nth}; ${rows.length} rows; process ${
			this.holder.pid} has taken over`, () => {
			assert.equal(status, 'SIGKILL', killed.log());
			assert.match(this.holder.log(), new RegExp(`takes over from process ${killed.pid} `));
			assertNoTwins(rows);
		});
	}

	async end() {
		for (const bridge of [this.other, this.holder]) {
			await bridge.stop();
			this.logs.push(bridge.log());
		}
		await super.end();
	}
}

function assertNoTwins(rows) {
	const ids = rows.map((row) => row.fields.ID).filter((id) => id !== undefined);
	assert.equal(new Set(ids).size, ids.length, 'an item has two rows');
}

/* A scenario: so many kills in a first sync of so many items and in so many edits; of one bridge that is begun again, or of 'two' that
 * take over from each other. */
export function killing(title, { items, kills, edits, faults = false, two = false, seed }) {
	const documents = sampleDocuments({ items, seed });
	return inWorld(`${title}, seed ${seed}`, { documents, sandbox: ['--allow-kill'] }, (world, step) =>
		new (two ? Relay : Campaign)(world, step, { kills, edits, faults, seed, documents }).run());
}

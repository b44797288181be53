/* What the log of a running daemon tells of daily life: every edit, delete, create, conflict and refusal in one line, with names
 * and values; a first sync in counts. Lines are counted, never seconds. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './lib/programs.mjs';
import { RefusingProxy } from './lib/refusing_proxy.mjs';
import { playAll, skip } from './lib/tap.mjs';
import { idOf, inWorld } from './lib/world.mjs';

const messages = (bridge) => bridge.log().split('\n').map((line) => line.match(/ msg="(.*)"$/)?.[1]).filter(Boolean);
const about = (bridge, id) => messages(bridge).filter((line) => line.startsWith(`item-${id}`));
const edits = (bridge) => messages(bridge).filter((line) => /: to (Airtable|CouchDB): |: conflict in /.test(line));

/* Items in which nothing stands. */
async function contents(world) {
	const items = await world.documents();
	const holders = new Set(items.map((doc) => doc.data.container_id));
	return items.filter((doc) => !holders.has(idOf(doc)));
}

/* What is new about this record since the last time. */
function follower(bridge) {
	const seen = new Map();
	return (id) => {
		const lines = about(bridge, id), from = seen.get(id) ?? 0;
		seen.set(id, lines.length);
		return lines.slice(from);
	};
}

async function edited(world, step) {
	const bridge = await world.run();
	await world.untilEqual('the first sync');
	await step('a first sync is counted, not told row by row', () => assert.deepEqual(edits(bridge), []));
	const news = follower(bridge);
	const [one, two, three, four] = await contents(world);
	await world.save(idOf(one), { notes: 'from the phone' });
	await world.untilEqual('an edit of a document');
	await step('an edit of a document', () => assert.deepEqual(news(idOf(one)),
		[`item-${idOf(one)} (${one.data.name}): to Airtable: Notes: empty → "from the phone"`]));
	await world.editRow(idOf(two), { Name: 'Renamed', Notes: 'from the grid' });
	await world.untilEqual('an edit of a row');
	await step('an edit of a row, with both of its fields', () => assert.deepEqual(news(idOf(two)),
		[`item-${idOf(two)} (Renamed): to CouchDB: Name: "${two.data.name}" → "Renamed"; Notes: empty → "from the grid"`]));
	await world.remove(idOf(three));
	await world.untilEqual('a document that is deleted');
	await step('a document that is deleted', () => {
		const [line, ...more] = news(idOf(three));
		assert.match(line, /^item-\S+ \(.+\): to Airtable: row rec\w+ is deleted: the document was deleted$/);
		assert.deepEqual(more, []);
		assert.ok(line.includes(`(${three.data.name})`), line);
	});
	const [collection] = await world.rows('Collections');
	const [made] = await world.edit({ action: 'create', table: 'Items', fields: { Name: 'By hand', Collection: [collection.id] } });
	await world.untilEqual('a new row');
	const row = (await world.rows()).find(({ fields }) => fields.Name === 'By hand');
	await step('a row that a person made', () => assert.deepEqual(news(row.fields.ID),
		[`item-${row.fields.ID} (By hand): to CouchDB: the document is made of row ${row.id}`], JSON.stringify(made)));
	await world.editRow(idOf(four), { Collection: [(await world.rows('Collections'))[1].id], Container: null });
	await world.untilEqual('a move');
	await step('a link has the name of where it leads', () =>
		assert.match(news(idOf(four)).join('\n'), /: to CouchDB: Collection: \S+ \([^)]+\) → \S+ \([^)]+\)/));
	assert.equal(await bridge.stop(), 0);
}

async function conflict(world, step) {
	await world.syncWell();
	const [one] = await contents(world);
	await world.editRow(idOf(one), { Notes: 'from the "grid"' });
	await world.advance(5000);
	await world.save(idOf(one), { notes: 'from the phone' });
	const done = await world.syncWell();
	await step('a conflict has both values, quoted once, and the direction', () => {
		const lines = done.log.split('\n').filter((line) => line.includes('conflict in'));
		assert.equal(lines.length, 1, done.log);
		assert.ok(lines[0].includes(`item-${idOf(one)} (${one.data.name}): conflict in Notes: `), lines[0]);
		assert.match(lines[0], /: "from the "grid"" gave way to "from the phone" \(to Airtable\)"$/);
	});
}

async function refused(world, step) {
	await world.syncWell();
	const bridge = await world.run();
	const [one] = await contents(world);
	await world.save(idOf(one), { purchase_price_currency: 'CHF', purchase_price_x1000: 1000 });
	const told = () => about(bridge, idOf(one)).filter((line) => /PPC/.test(line));
	await world.until('the problem is told', async () => told().length > 0);
	await step('a value that the column refuses is told once, by name', () => {
		assert.equal(told().length, 1, told().join('\n'));
		assert.ok(told()[0].startsWith(`item-${idOf(one)} (${one.data.name}): PPC: `), told()[0]);
	});
	await world.save(idOf(one), { purchase_price_currency: 'EUR' });
	await world.until('it has recovered', async () => about(bridge, idOf(one)).some((line) => line.endsWith(': recovered')));
	await step('and that it has recovered', () => assert.equal(about(bridge, idOf(one)).filter((line) => line.endsWith(': recovered')).length, 1));
	assert.equal(await bridge.stop(), 0);
}

/* At Airtable's own rate a first sync of so many takes longer than ten seconds. */
async function longSync(world, step) {
	const bridge = await world.run();
	const records = (await world.documents()).length + (await world.documents('collection')).length;
	await world.untilEqual('the first sync');
	const told = () => messages(bridge).filter((line) => line.startsWith('progress: '));
	await world.until('its end is told', async () => / in \d+ s$/.test(told().at(-1) ?? ''));
	await step('the first sync says how far it is, and when it is through', () => {
		const [end, ...before] = told().reverse();
		assert.ok(before.length >= 1, bridge.log());
		assert.match(end, new RegExp(`^progress: ${records} of ${records} documents and rows in \\d+ s$`));
		let last = records;
		for (const line of before) {
			if (/^progress: \d+ documents and rows are read$/.test(line))
				continue; /* reading takes as long where the machine is busy */
			const [, done, all, rate] = line.match(/^progress: (\d+) of (\d+) documents and rows(, [\d.]+ a second, about \d+ (?:s|min) left)?$/) ?? [];
			assert.ok(Number(done) <= last && Number(all) === records && (rate !== undefined) === (Number(done) > 0), line);
			last = Number(done);
		}
	});
	await world.until('what was made is told', async () => messages(bridge).some((line) => / rows?, changed /.test(line)));
	await step('and its rows are told in one line', () => {
		assert.deepEqual(edits(bridge), []);
		assert.deepEqual(messages(bridge).filter((line) => / rows?, changed /.test(line)),
			[`wrote 0 documents; made ${records} rows, changed 0, deleted 0`]);
	});
	const links = () => messages(bridge).filter((line) => / app links? /.test(line));
	await world.until('the app links are told', async () => links().length > 0, 120000);
	await sleep(1500);
	await step('the app links are told in one line, too, however many cycles wrote them', () =>
		assert.deepEqual(links(), [`${records} app links are written: the app's own screens know these rows now`]));
	await step('and nothing else is said of the documents that have them', () =>
		assert.deepEqual(messages(bridge).slice(-1), links(), bridge.log()));
	assert.equal(await bridge.stop(), 0);
}

/* A daemon whose clock that only goes forward jumps, as when a machine sleeps: { jumpTo(seconds), env }; null where that cannot be, as
 * with sanitizers, which want to be loaded first. A request that waits meanwhile may fail, which is told. */
function jumpingClock(world, title) {
	const library = path.join(world.folder, 'jumping_clock.so'), ahead = path.join(world.folder, 'ahead');
	const source = path.join(ROOT, 'tests/scenarios/lib/jumping_clock.c');
	const built = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source], { encoding: 'utf8' });
	if (built.status !== 0 || process.env.ASAN_OPTIONS || process.env.TSAN_OPTIONS) {
		skip(title, built.status === 0 ? 'sanitizers are loaded first' : 'there is no compiler');
		return null;
	}
	const jumpTo = (seconds) => {
		writeFileSync(`${ahead}.new`, String(seconds));
		renameSync(`${ahead}.new`, ahead);
	};
	jumpTo(0);
	return { jumpTo, env: { LD_PRELOAD: library, CLOCK_AHEAD: ahead } };
}

async function quiet(world, step) {
	const clock = jumpingClock(world, 'a quiet hour');
	if (clock === null)
		return;
	await world.syncWell();
	const bridge = await world.run({ env: clock.env });
	const beats = () => messages(bridge).filter((line) => line.startsWith('in step since '));
	await world.until('it runs', async () => messages(bridge).some((line) => line.startsWith('knows ')));
	await sleep(3000);
	await step('before an hour is over there is no sign of life', () => assert.deepEqual(beats(), []));
	let jumps = 0;
	for (; beats().length === 0 && jumps < 8; jumps++) {
		clock.jumpTo(3700 * (jumps + 1));
		await sleep(4000);
	}
	const pairs = (await world.documents()).length + (await world.documents('collection')).length;
	await step('an hour without another line has one that says how it stands', () => {
		const said = new RegExp('^in step since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ: ' +
			`${pairs} pairs, 0 problems, 0 waiting, \\d+ Airtable calls since the start$`);
		assert.ok(beats().length >= 1 && beats().length <= jumps, bridge.log());
		assert.match(beats()[0], said);
	});
	assert.equal(await bridge.stop(), 0);
}

/* CouchDB takes everything but the app links. They are tried again and again. */
async function appLinksRefused(world, step) {
	const clock = jumpingClock(world, 'app links that are refused');
	if (clock === null)
		return;
	const proxy = await RefusingProxy.open(world.server.url, (method, url, body) => {
		if (method !== 'POST' || !url.startsWith(`/${world.database}/_bulk_docs`))
			return undefined;
		const { docs } = JSON.parse(body);
		return docs.some((doc) => doc.data?.integrations) && { status: 201,
			body: JSON.stringify(docs.map(({ _id: id }) => ({ id, error: 'forbidden', reason: 'no links here' }))) } || undefined;
	});
	try {
		const bridge = await world.run({ env: { ...clock.env, COUCHDB_URL: proxy.url } });
		await world.untilEqual('the first sync');
		for (let tries = 0, jumps = 1; tries < 3 && jumps < 12; jumps++) {
			const before = proxy.refused;
			clock.jumpTo(250 * jumps);
			await sleep(4000);
			tries += proxy.refused > before;
		}
		await step('what is refused again and again is told once for each record', () => {
			const lines = messages(bridge).filter((line) => /the app link in the document/.test(line));
			const records = new Set(lines.map((line) => line.split(' ')[0]));
			assert.ok(proxy.refused >= 3, `${proxy.refused} tries`);
			assert.ok(lines.length >= 1 && lines.length === records.size, lines.join('\n'));
			assert.match(lines[0], /^(item|collection)-\S+ \(.+\): CouchDB refused the app link in the document: forbidden: no links here\.$/);
		});
		assert.equal(await bridge.stop(), 0);
	} finally {
		await proxy.close();
	}
}

await playAll([
	inWorld('app links that are refused', { items: 3 }, appLinksRefused),
	inWorld('a quiet hour', { items: 6 }, quiet),
	inWorld('long work', { items: 700, sandbox: ['--rate', 'on'] }, longSync),
	inWorld('edits', { items: 12 }, edited),
	inWorld('conflicts', { items: 4 }, conflict),
	inWorld('refusals', { items: 4 }, refused),
]);

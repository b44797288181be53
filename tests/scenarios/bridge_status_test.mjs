/* What `davenport status` says beside a process that runs and without one; what the figures cost; pause, resume and a sync that the running
 * process is asked for. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdminPages } from './lib/admin_pages.mjs';
import { MemberProxy } from './lib/member_proxy.mjs';
import { DAVENPORT, runToEnd } from './lib/programs.mjs';
import { note, playAll } from './lib/tap.mjs';
import { idOf, inWorld, TOKEN } from './lib/world.mjs';

const SAVED_WRITES = 3, MINUTE_MS = 60000; /* as bridge/report/write_pace.h has them */
const QUIET_MS = 12000;
const LONGER_THAN_A_LOOK_MS = 6000; /* at what people ask: every 2 s, between cycles of 5 s at most */

const revisions = (document) => Number(document._rev.split('-')[0]);
const untilState = (world, state) => world.until(`it is ${state}`, async () =>
	assert.equal((await world.ask('status')).first.state, state));

async function besideAndWithout(world, step) {
	const before = await world.ask('status');
	await step('before anything ran it says so', () => {
		assert.equal(before.status, 1, before.log);
		assert.equal(before.first.state, 'not_running');
		assert.match(before.first.words, /never ran yet/);
	});
	const bridge = await world.run();
	await world.untilEqual('the first sync');
	await untilState(world, 'in_sync');
	const items = (await world.documents()).length, collections = (await world.documents('collection')).length;
	await world.until('the figures are those of the base', async () => {
		const { first } = await world.ask('status');
		assert.deepEqual([first.items, first.item_rows, first.collections, first.collection_rows, first.problems],
			[items, items, collections, collections, 0]);
	}, 2 * MINUTE_MS);
	await step('it has counted what it wrote, and when', async () => {
		const { status, first, log } = await world.ask('status');
		assert.equal(status, 0, log);
		assert.equal(first.counted.to_airtable.last_24_hours, items + collections);
		assert.ok(Date.now() - Date.parse(first.to_airtable.at) < 3 * MINUTE_MS, first.to_airtable.at);
		assert.equal(first.holder.running, true);
		assert.equal(first.holder.pid, bridge.pid);
		assert.match(first.couchdb_version, /./);
		assert.ok(first.couchdb_latency_ms >= 0 && first.airtable_latency_ms >= 0);
	});
	await step('a person reads the same', async () => {
		const { status, out } = await world.tell('status');
		assert.equal(status, 0, out);
		assert.match(out, /^ {2}state +in sync since 20\d\d-/m);
		assert.match(out, new RegExp(`^  holds +${items} items \\(${items} rows\\)`, 'm'));
		assert.match(out, /^ {2}calls +today \d+, this month \d+: /m);
	});
	const pages = await AdminPages.of(world, bridge);
	await step('the figures for Prometheus are those of the base', () => world.until('they are', async () => {
		const { text } = await pages.get('/metrics'), { total, upsert } = await world.counts();
		const sum = (name) => text.split('\n').filter((line) => line.startsWith(`davenport_${name}{`))
			.reduce((so_far, line) => so_far + Number(line.split(' ').at(-1)), 0);
		assert.equal(sum('airtable_calls_total'), total);
		assert.equal(sum('airtable_month_calls'), total);
		assert.match(text, new RegExp(`purpose="create"\\} ${upsert}\n`));
		assert.match(text, new RegExp(`how="created"\\} ${items + collections}\n`));
		assert.ok(sum('documents_written_total') >= sum('app_links_written_total'));
		assert.ok(sum('feed_position') > 0, 'the feed has a position');
		assert.match(text, /davenport_airtable_calls_total\{[^}]*purpose="news"\} [1-9]/, 'the base was polled');
	}));
	await step('of an integration that is not there it says what there is', async () => {
		const { status, log } = await world.ask('status', '--integration=nobody');
		assert.equal(status, 1);
		assert.match(log, /no Airtable integration with the ID nobody; there is '/);
	});
	assert.equal(await bridge.stop(), 0, bridge.log());
	const counts = await world.counts(), after = await world.ask('status');
	await step('when it has ended every call is counted that the base has seen', () => {
		const cut = after.first.calls.this_month - counts.total; /* one that was on its way when the process was ended */
		assert.ok(cut === 0 || cut === 1, `${after.first.calls.this_month} counted, ${counts.total} seen`);
		assert.equal(after.first.calls.today, after.first.calls.this_month);
		const { create, update, news } = after.first.calls.this_month_by_purpose;
		assert.equal(create, counts.upsert);
		assert.equal(update, counts.update);
		assert.ok(news > 0);
	});
	await step('without a process it says since when, and how it stood', () => {
		assert.equal(after.status, 1);
		assert.match(after.first.words, /^not running since 20.*; it was then: in sync since 20/);
		assert.equal(after.first.items, items);
	});
	const again = await world.run();
	await untilState(world, 'in_sync');
	assert.equal(await again.stop(), 0);
	await step('the next process goes on counting', async () => {
		const { first } = await world.ask('status');
		assert.equal(first.calls.this_month, (await world.counts()).total);
		assert.equal(first.counted.to_airtable.last_24_hours, items + collections);
	});
	const killed = await world.run();
	await untilState(world, 'in_sync');
	process.kill(killed.pid, 'SIGKILL');
	await killed.ended;
	await step('one that was killed is known to be gone', async () =>
		assert.match((await world.ask('status')).first.words, /^not running since/));
}

/* Written are two documents in one request, so the revision of one tells how often. */
async function cost(world, step) {
	const began = Date.now(), bridge = await world.run();
	await world.untilEqual('the first sync');
	await untilState(world, 'in_sync');
	const written = await world.stateDocument(`status-${world.integrationId}`);
	const [one] = (await world.documents()).map(idOf);
	for (let edit = 0; edit < 4; edit++) {
		await world.save(one, { notes: `edit ${edit}` });
		await world.untilEqual('the edit');
	}
	await sleep(QUIET_MS);
	const now = await world.stateDocument(`status-${world.integrationId}`), ms = Date.now() - began;
	note(`${revisions(now)} writes of the figures in ${(ms / 1000).toFixed(1)} s, ${revisions(written)} of them until in sync`);
	await step('the figures cost at most a write a minute, and what was saved up', () =>
		assert.ok(revisions(now) <= SAVED_WRITES + Math.ceil(ms / MINUTE_MS), `${revisions(now)} in ${ms} ms`));
	assert.equal(await bridge.stop(), 0, bridge.log());
	await world.resetCounts();
	for (let looks = 0; looks < 5; looks++)
		await world.ask('status');
	await step('to ask for them costs no call to Airtable', async () => assert.equal((await world.counts()).total, 0));
}

/* ---- states ---- */

/* Somebody who is notified: what was posted, and how it is answered. */
async function startListener() {
	const posts = [];
	const server = http.createServer(async (request, response) => {
		let body = '';
		for await (const piece of request.setEncoding('utf8'))
			body += piece;
		posts.push({ method: request.method, url: request.url, title: request.headers.title, type: request.headers['content-type'], body });
		response.writeHead(posts.length === 1 ? 500 : 200).end();
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	return { posts, url: `http://127.0.0.1:${server.address().port}/topic-nobody-knows`, close: () => server.close() };
}

async function needsAttention(world, step) {
	const listener = await startListener();
	await world.configure({ airtable_base_id: 'appMistyped000000' });
	const bridge = await world.run({ env: { NOTIFY_URL: listener.url } });
	await untilState(world, 'needs_attention');
	await step('what needs a person is in the status, with its reason', async () => {
		const { status, first } = await world.ask('status');
		assert.equal(status, 1);
		assert.match(first.words, /^needs attention since 20.*appMistyped000000/);
		assert.equal(first.wants_attention, true);
	});
	await world.configure({ airtable_base_id: world.base });
	await untilState(world, 'in_sync');
	await step('corrected in the app it is in sync without a restart', async () => {
		await world.assertEqual();
		assert.equal((await world.ask('status')).first.reason, undefined);
	});
	await world.until('both notices are there', () => listener.posts.length >= 2);
	await step('somebody is notified once that it needs attention, and once that it has recovered', () => {
		assert.deepEqual(listener.posts.map(({ method, url, title }) => [method, url, title]), [
			['POST', '/topic-nobody-knows', 'Davenport needs attention'],
			['POST', '/topic-nobody-knows', 'Davenport has recovered']]);
		assert.match(listener.posts[0].body, /^integration 'Demo' needs attention: .*appMistyped000000/);
		assert.match(listener.posts[1].body, /^integration 'Demo' has recovered/);
	});
	await step('that a notice was refused is said once, without the address', () => {
		assert.equal(bridge.log().split('\n').filter((line) => /nobody could be notified at NOTIFY_URL: HTTP 500/.test(line)).length, 1);
		assert.ok(!bridge.log().includes('topic-nobody-knows'));
	});
	await step('no secret is in what was posted', () => {
		for (const secret of [world.token, world.server.password])
			assert.ok(listener.posts.every(({ body }) => !body.includes(secret)));
	});
	assert.equal(await bridge.stop(), 0);
	listener.close();
	const { out, status } = await world.tell('status');
	await step('and no secret is in it', () => {
		assert.equal(status, 1);
		for (const secret of [world.token, world.server.password])
			assert.ok(!out.includes(secret));
	});
}

/* ---- settings that are read again ---- */

/* The password and the token change under a process that runs, as somebody rotates them. */
async function secretsAgain(world, step) {
	const proxy = await MemberProxy.open(world.server, { databases: [world.database, `${world.database}-davenport`] });
	const file = (name, words) => {
		const path = `${world.folder}/${name}`;
		writeFileSync(path, `${words}\n`);
		return path;
	};
	try {
		await world.syncWell(); /* makes the state database, which a member may not */
		const env = { COUCHDB_URL: proxy.url, COUCHDB_USER: proxy.user, COUCHDB_PASSWORD: '', AIRTABLE_TOKEN: '', ADMIN_TOKEN: '',
			COUCHDB_PASSWORD_FILE: file('password', proxy.password), AIRTABLE_TOKEN_FILE: file('token', 'patWrong000000000.nobody') };
		const bridge = await world.run({ env });
		await untilState(world, 'needs_attention');
		const hangUp = () => process.kill(bridge.pid, 'SIGHUP');
		const said = (words) => world.until(`it says ${words}`, () => words.test(bridge.log()));
		file('token', world.token);
		hangUp();
		await untilState(world, 'in_sync');
		await step('a token that was put right counts from SIGHUP on', () =>
			said(/SIGHUP: the settings were read again; from now on it counts what they say of AIRTABLE_TOKEN"?$/m));
		proxy.password = 'another-one-of-some-databases';
		proxy.server.closeAllConnections();
		await said(/CouchDB refuses the user 'member'/);
		file('password', proxy.password);
		hangUp();
		const [one] = (await world.documents()).map(idOf);
		await world.save(one, { notes: 'with the new password' });
		await step('so does another password', async () => {
			await world.untilEqual('the edit');
			assert.equal((await world.rowOf(one)).fields.Notes, 'with the new password');
			await said(/it counts what they say of COUCHDB_PASSWORD/);
		});
		hangUp();
		await step('where nothing differs nothing is done anew', () => said(/the settings were read again; they say what they said/));
		for (const secret of [world.token, proxy.password])
			assert.ok(!bridge.log().includes(secret), 'a secret is in the log');
		assert.equal(await bridge.stop(), 0, bridge.log());
	} finally {
		await proxy.close();
	}
}

/* The same as JSON, of a process that lacks a token; which tells the status so, though it makes no call. */
async function withoutToken(world, step) {
	const listener = await startListener();
	const bridge = await world.run({ env: { AIRTABLE_TOKEN: '', NOTIFY_URL: listener.url, NOTIFY_FORMAT: 'json' } });
	await untilState(world, 'needs_attention');
	await step('a process without a token runs, and says what it lacks', async () => {
		const { status, first } = await world.ask('status');
		assert.equal(status, 1);
		assert.match(first.words, /^needs attention since 20.*no token for base .*: set AIRTABLE_TOKEN/);
		assert.equal(first.holder.running, true);
		assert.equal((await world.counts()).total, 0);
	});
	await world.until('a notice is there', () => listener.posts.length >= 1);
	await step('the notice is one JSON object', () => {
		const [{ type, body, title }] = listener.posts, notice = JSON.parse(body);
		assert.deepEqual([type, title], ['application/json', undefined]);
		assert.deepEqual([notice.state, notice.integration, notice.database, notice.base],
			['needs_attention', world.integrationId, world.database, world.base]);
		assert.match(notice.message, /needs attention: no token for base/);
	});
	assert.equal(await bridge.stop(), 0);
	listener.close();
	const next = await world.run();
	await untilState(world, 'in_sync');
	await step('whoever asks without a token hears of one that runs with it what it says', async () => {
		const { status, out } = await runToEnd(DAVENPORT, ['status', '--json'], { env: { ...world.environment(), AIRTABLE_TOKEN: '' } });
		assert.equal(status, 0, out);
		assert.equal(JSON.parse(out).integrations[0].state, 'in_sync');
	});
	assert.equal(await next.stop(), 0, next.log());
}

async function olderFormats(world, step) {
	await world.syncWell();
	const document = await world.stateDocument(`status-${world.integrationId}`);
	await world.putState({ _id: document._id, _rev: document._rev, v: 1, state: 'in_sync', counted: 'nonsense' });
	const calls = await world.stateDocument(`calls-${world.base}-${new Date().toISOString().slice(0, 7)}`);
	await world.putState({ _id: `calls-${world.base}-2020-01`, v: 1, total: 5, calls: { news: 5 } });
	await step('what cannot be read of it counts as never counted', async () => {
		const { first } = await world.ask('status');
		assert.equal(first.counted.calls.last_31_days, 0);
		assert.equal(first.calls.this_month, calls.total);
	});
	await world.syncWell();
	await step('the next process writes it whole, and deletes the calls of years ago', async () => {
		assert.ok((await world.ask('status')).first.counted.calls.last_31_days > 0);
		assert.equal(await world.stateDocument(`calls-${world.base}-2020-01`), null);
	});
	await world.putState({ ...await world.stateDocument(document._id), state: 'dancing' });
	await step('a state that nobody knows stops neither', async () => {
		assert.match((await world.ask('status')).first.words, /not running/);
		await world.syncWell();
	});
}

/* ---- pause ---- */

async function pauses(world, step) {
	const alone = await world.ask('pause');
	await step('without a process pause says that none runs', () => {
		assert.equal(alone.status, 0, alone.log);
		assert.match(alone.first.words, /^paused; no process keeps it in step now, and the next one that starts stays paused/);
	});
	const bridge = await world.run();
	await untilState(world, 'paused');
	await step('a process that starts paused makes not one call', async () => {
		await sleep(LONGER_THAN_A_LOOK_MS);
		assert.equal((await world.counts()).total, 0);
		assert.match(bridge.log(), /paused since 20.* by .* on .*: edits of both sides wait until 'davenport resume'/);
	});
	const refused = await world.sync();
	await step('a sync is refused meanwhile, with what to do', () => {
		assert.equal(refused.status, 1);
		assert.match(refused.log, /paused since .*'davenport resume'/);
	});
	const resumed = await world.ask('resume');
	await world.untilEqual('the first sync');
	await step('resumed it goes on', () => {
		assert.match(resumed.first.words, /^resumed: process \d+ on .* has heard it/);
		assert.match(bridge.log(), /resumed by /);
	});

	const paused = await world.ask('pause');
	await step('a running process hears of it', () => assert.match(paused.first.words, /^paused: process \d+ on .* has heard it/));
	const [one, other] = (await world.documents()).map(idOf);
	await world.resetCounts();
	await world.save(one, { notes: 'while it is paused' });
	await world.editRow(other, { Notes: 'in the row meanwhile' });
	await sleep(LONGER_THAN_A_LOOK_MS);
	await step('nothing is asked or written then', async () => {
		assert.equal((await world.counts()).total, 0);
		assert.notEqual((await world.document(other)).data.notes, 'in the row meanwhile');
	});
	assert.equal(await bridge.stop(), 0);
	const next = await world.run();
	await untilState(world, 'paused');
	await step('a restart does not end it', async () => {
		assert.equal((await world.counts()).total, 0);
		assert.equal((await world.ask('status')).status, 0);
	});
	await world.ask('resume');
	await world.untilEqual('both edits');
	await step('both edits arrive afterwards', async () => {
		assert.equal((await world.rowOf(one)).fields.Notes, 'while it is paused');
		assert.equal((await world.document(other)).data.notes, 'in the row meanwhile');
	});
	assert.equal(await next.stop(), 0, next.log());
	await world.ask('pause');
	const alonePaused = await world.sync();
	await step('nor does a sync without a running process write while it is paused', () => {
		assert.equal(alonePaused.status, 1);
		assert.match(alonePaused.log, /paused since/);
	});
	await world.ask('resume');
	await world.syncWell();
}

/* ---- a sync that somebody else does ---- */

async function asked(world, step) {
	const bridge = await world.run({ pollSeconds: 3600 });
	await world.untilEqual('the first sync');
	await untilState(world, 'in_sync');
	const [one] = (await world.documents()).map(idOf);
	await world.editRow(one, { Notes: 'long before the next poll' });
	const done = await world.sync();
	await step('a sync beside a running process is done by it', async () => {
		assert.equal(done.status, 0, done.log);
		assert.match(done.log, new RegExp(`process ${bridge.pid} on .* keeps it in step, and is asked for it`));
		assert.equal(done.report.ok, true);
		assert.equal(done.report.documents_written, 1);
		assert.equal((await world.document(one)).data.notes, 'long before the next poll');
	});
	await world.resetCounts();
	const full = await world.sync({ full: true });
	await step('--full lists every row', async () => {
		assert.equal(full.status, 0, full.log);
		assert.ok((await world.counts()).records_listed >= (await world.documents()).length);
	});
	for (let time = 0; time < 5; time++)
		await world.syncWell();
	await step('many in a row are each answered', () => assert.equal(bridge.program.child.exitCode, null));
	assert.equal(await bridge.stop(), 0, bridge.log());
	const again = await world.run({ pollSeconds: 3600 });
	await untilState(world, 'in_sync');
	await step('what was wished is not done again after a restart', () => assert.doesNotMatch(again.log(), /asked/));
	assert.equal(await again.stop(), 0);
}

await playAll([
	inWorld('pause', { items: 5 }, pauses),
	inWorld('status', { items: 5 }, besideAndWithout),
	inWorld('cost', { items: 5 }, cost),
	inWorld('attention', { items: 3 }, needsAttention),
	inWorld('token', { items: 3 }, withoutToken),
	inWorld('secrets', { items: 3, sandbox: ['--token', TOKEN] }, secretsAgain),
	inWorld('asked', { items: 5 }, asked),
	inWorld('formats', { items: 3 }, olderFormats),
], { atOnce: 3 });

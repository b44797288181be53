/* What a daemon lives through: databases and integrations that cannot be used and are put right, a user with few rights, a
 * CouchDB that goes and comes. Each is named once, stops nothing else, and is taken up again by itself. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Processes } from '../../demo/processes.mjs';
import { MemberProxy } from './lib/member_proxy.mjs';
import { DAVENPORT, plainEnvironment, startCouch } from './lib/programs.mjs';
import { note, playAll } from './lib/tap.mjs';
import { idOf, inWorld, World } from './lib/world.mjs';

const ERROR_CELL = 'Synchronization Error Message';
const SEVERAL_SEARCHES_MS = 9000; /* while none runs there is one every 2 s */

const linesWith = (bridge, words) => bridge.log().split('\n').filter((line) => words.test(line));

/* ---- databases ---- */

async function missingDatabase(world, step) {
	const missing = `${world.database}-typo`;
	const env = { COUCHDB_DATABASES: `${missing},${world.database}` };
	const bridge = await world.run({ env });
	await world.untilEqual('the first sync');
	await step('a database that is missing does not keep the other from being synced', () => world.assertEqual());
	await sleep(1000);
	await step('it is named once, with what to do', () => {
		const lines = linesWith(bridge, /level=error/);
		assert.equal(lines.length, 1, bridge.log());
		assert.match(lines[0], new RegExp(`there is no database '${missing}' .*check its name in COUCHDB_DATABASES`));
	});
	assert.equal(await bridge.stop(), 0);
	const done = await world.sync({ env });
	await step('sync does the other, and ends with 1', () => {
		assert.equal(done.status, 1, done.log);
		assert.equal(done.report.ok, true);
		assert.match(done.log, /there is no database/);
	});
	const found = await world.check({ env });
	await step('check names it and looks at the other', () => {
		assert.equal(found.status, 1);
		assert.match(found.problems.join('\n'), /there is no database/);
		assert.equal(found.problems.length, 1, found.problems.join('\n'));
	});
}

async function forbiddenDatabase(world, step) {
	const forbidden = `${world.database}-of-others`;
	const proxy = await MemberProxy.open(world.server, { databases: [world.database, world.state] });
	await world.syncWell(); /* makes the state database */
	try {
		const env = { ...proxy.env, COUCHDB_DATABASES: `${forbidden},${world.database}` };
		const bridge = await world.run({ env });
		const [one] = (await world.documents()).map(idOf);
		await world.save(one, { notes: 'beside a database that may not be read' });
		await world.untilEqual('the edit');
		await step('a database that may not be read is a matter of rights, and the other runs', () => {
			const [line] = linesWith(bridge, /level=error/);
			assert.match(line, new RegExp(`user 'member' may not read database ${forbidden}: add this user to the database's members`));
			assert.doesNotMatch(bridge.log(), /check COUCHDB_USER and COUCHDB_PASSWORD/);
		});
		assert.equal(await bridge.stop(), 0);
	} finally {
		await proxy.close();
	}
}

/* ---- rights ---- */

async function plainMember(world, step) {
	const proxy = await MemberProxy.open(world.server, { databases: [world.database] });
	const { env } = proxy;
	try {
		const unnamed = await world.check({ env: { ...env, COUCHDB_DATABASES: '' } });
		await step('without COUCHDB_DATABASES check says that only an administrator may list them', () => {
			assert.equal(unnamed.status, 1);
			assert.match(unnamed.problems.join('\n'), /user 'member' may not list the server's databases.*name the databases in COUCHDB_DATABASES/);
		});
		proxy.databases.add(world.state); /* CouchDB tells everybody that a database is missing */
		const found = await world.check({ env });
		await step('check says that the state database is to be made by an administrator', () => {
			assert.equal(found.status, 1, found.log);
			assert.match(found.problems.join('\n'),
				new RegExp(`state database ${world.state} is not there, and the CouchDB user 'member' may not make it`));
			assert.equal(found.problems.length, 1, found.problems.join('\n'));
		});
		const bridge = await world.run({ env });
		await world.until('run says so', () => /needs attention.*state database .* is not there/.test(bridge.log()));
		await world.couch.makeDatabase(world.state);
		await world.untilEqual('made by somebody else, it is taken up');
		await step('made beforehand it suffices, and is taken up without a restart', () =>
			world.until('it is said', () => /recovered after/.test(bridge.log())));
		assert.equal(await bridge.stop(), 0, bridge.log());
		proxy.refused = [];
		await world.syncWell({ env });
		await step('a member of both databases suffices: nothing is asked that only an administrator may', () =>
			assert.deepEqual(proxy.refused, []));
		const well = await world.check({ env });
		await step('and check finds nothing wrong', () => assert.deepEqual(well.problems, []));
		proxy.databases.delete(world.state);
		const shut = await world.check({ env });
		await step('where the state database lets the user not in, check says it', () =>
			assert.match(shut.problems.join('\n'), /'member' may not read the state database .*members/));
		const wrong = await world.check({ env: { ...env, COUCHDB_PASSWORD: 'guessed' } });
		await step('a wrong password is told apart from a missing right', () =>
			assert.match(wrong.problems.join('\n'), /CouchDB refuses the user 'member': check COUCHDB_USER and COUCHDB_PASSWORD/));
	} finally {
		await proxy.close();
	}
}

/* Settings that can never work: told at once, not again with every try. Of a user of its own, since a CouchDB server locks an account
 * after some wrong passwords. */
async function wrongPassword(world, step) {
	const bridge = await world.run({ env: { COUCHDB_USER: 'nobody', COUCHDB_PASSWORD: 'wrong-password' } });
	await world.until('it is said', () => /CouchDB refuses the user/.test(bridge.log()));
	await sleep(SEVERAL_SEARCHES_MS);
	await step('a wrong password is said once, and it goes on trying', () => {
		assert.equal(linesWith(bridge, /level=error/).length, 1, bridge.log());
	});
	await step('and ends with 0', async () => assert.equal(await bridge.stop(), 0));
	const tokenless = await world.run({ env: { AIRTABLE_TOKEN: '' } });
	await world.until('it is said', () => /no token for base/.test(tokenless.log()));
	await sleep(SEVERAL_SEARCHES_MS);
	await step('a missing token is said once, with the setting', () => {
		const lines = linesWith(tokenless, /level=error/);
		assert.equal(lines.length, 1, tokenless.log());
		assert.match(lines[0], /set AIRTABLE_TOKEN or AIRTABLE_TOKEN_app/);
	});
	await step('and ends with 0, too', async () => assert.equal(await tokenless.stop(), 0));
}

/* ---- integrations ---- */

async function correctedIntegration(world, step) {
	await world.configure({ airtable_base_id: 'appMistyped000000' });
	const bridge = await world.run();
	await world.until('it is said', () => /needs attention.*appMistyped000000/.test(bridge.log()));
	await world.configure({ airtable_base_id: world.base });
	await world.untilEqual('corrected, it syncs');
	await step('an integration that names a wrong base is taken up without a restart when it is corrected', () =>
		assert.match(bridge.log(), /its document has changed: it begins anew/));
	await step('and ends with 0', async () => assert.equal(await bridge.stop(), 0));
}

async function secondIntegration(world, step) {
	const bridge = await world.run();
	await world.untilEqual('the first sync');
	const { _rev, ...first } = await world.couch.get(world.database, `integration-${world.integrationId}`);
	const second = '00000000-0000-4000-8000-000000000001';
	await world.couch.put(world.database, { ...first, _id: `integration-${second}`,
		data: { ...first.data, name: 'A second one' }, created_at: first.created_at - 1000 });
	const stays = async (running, words) => {
		await world.until('it is said', () => /'A second one'/.test(running.log()), 45000);
		const [one] = (await world.documents()).map(idOf);
		await world.save(one, { notes: `saved ${words}` });
		await world.untilEqual('the edit');
		await step(`${words} the first that came keeps the base, and the other is told once`, () => {
			const lines = linesWith(running, /'A second one'/);
			assert.equal(lines.length, 1, running.log());
			assert.match(lines[0], new RegExp(`'A second one' \\(${second}\\) .* had first: only that one is synced`));
			assert.doesNotMatch(running.log(), /at="A second one"/);
		});
		assert.equal(await running.stop(), 0);
	};
	await stays(bridge, 'while it runs,');
	await stays(await world.run(), 'after a restart,');
}

/* Leaves of the integration's document, as devices replicate them that saved it apart. */
async function saveApart(world, changes, at, hash) {
	const { _rev, ...document } = await world.couch.get(world.database, `integration-${world.integrationId}`);
	Object.assign(document.data.config, changes);
	await world.replicate([{ ...document, updated_at: at, _rev: `1-${hash}`, _revisions: { start: 1, ids: [hash] } }]);
}

async function integrationSavedApart(world, step) {
	const bridge = await world.run();
	await world.untilEqual('the first sync');
	const { updated_at: saved } = await world.couch.get(world.database, `integration-${world.integrationId}`);
	const goesOn = async (words) => {
		const [one] = (await world.documents()).map(idOf);
		await world.save(one, { notes: words });
		await world.until(words, async () => (await world.rowOf(one)).fields.Notes === words);
	};

	await saveApart(world, {}, saved + 1000, 'a'.repeat(32));
	await sleep(SEVERAL_SEARCHES_MS);
	await step('an integration that was saved apart with the same settings is no problem', async () => {
		await goesOn('saved apart, and the same');
		assert.doesNotMatch(bridge.log(), /level=(warn|error)/);
	});
	await saveApart(world, { collection_ids_to_sync: [] }, saved - 86400000, 'b'.repeat(32));
	await world.until('it is said', () => /saved on several devices/.test(bridge.log()));
	await sleep(SEVERAL_SEARCHES_MS);
	await step('one with other settings that was saved before does not count, and is told once', async () => {
		await goesOn('saved apart, before');
		assert.equal(linesWith(bridge, /saved on several devices/).length, 1, bridge.log());
	});
	await step('check says which ones count', async () => {
		const { problems } = await world.check();
		assert.ok(problems.some((words) => /saved on several devices at once.* count: base app\w+, [1-9]\d* collections/.test(words)),
			problems.join('\n'));
	});
	await saveApart(world, { collection_ids_to_sync: [] }, saved + 86400000, 'c'.repeat(32));
	await world.until('one that was saved last counts', () => /its document has changed/.test(bridge.log()));
	await world.until('and lists nothing', () => /count: base app\w+, 0 collections/.test(bridge.log()));
	await step('one with other settings that was saved last counts', async () => {
		const row = (await world.rows())[0];
		await world.until('the rows are told', async () => (await world.rowOf(row.fields.ID)).fields[ERROR_CELL]);
	});
	await step('and it ends with 0', async () => assert.equal(await bridge.stop(), 0));
}

/* ---- without descriptors ---- */

async function closedDescriptors(world, step) {
	const child = spawn('/bin/sh', ['-c', 'exec "$0" run <&- >&- 2>&-', DAVENPORT], { stdio: 'ignore',
		env: { ...plainEnvironment(), ...world.environment() } });
	const ended = new Promise((resolve) => { child.once('close', (code, signal) => resolve(signal ?? code)); });
	await world.untilEqual('the first sync');
	await step('started with stdin, stdout and stderr closed, it prints into nothing that it talks with', () =>
		assert.deepEqual([0, 1, 2].map((number) => readlinkSync(`/proc/${child.pid}/fd/${number}`)), Array(3).fill('/dev/null')));
	child.kill('SIGTERM');
	await step('and ends with 0', async () => assert.equal(await ended, 0));
}

/* ---- CouchDB goes and comes ---- */

const AWAY_MS = 12000;

async function outage(step) {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'davenport-outage-'));
	const processes = new Processes(path.join(folder, 'logs'), () => {});
	let world = null;
	try {
		const data = path.join(folder, 'data');
		const { at, port, program } = await startCouch(processes, { folder: data });
		world = await World.open({ items: 5, server: at });
		const bridge = await world.run();
		await world.untilEqual('the first sync');
		await processes.stop(program);
		await world.until('it is said', () => /CouchDB is away/.test(bridge.log()));
		await sleep(AWAY_MS);
		await startCouch(processes, { folder: data, port });
		const began = Date.now();
		const [one] = (await world.documents()).map(idOf);
		await world.save(one, { notes: 'as soon as it was back' });
		await world.untilEqual('in step again');
		note(`in step ${((Date.now() - began) / 1000).toFixed(1)} s after CouchDB was back`);
		/* The row is written before the pass ends. */
		await world.until('it is said', () => /CouchDB is back/.test(bridge.log()));
		await step('that CouchDB is away is said once, that it is back once', () => {
			assert.equal(linesWith(bridge, /CouchDB is away/).length, 1, bridge.log());
			assert.equal(linesWith(bridge, /CouchDB is back, after \d+ s/).length, 1, bridge.log());
			/* Before that, what was under way; after that, only that the lease cannot be renewed. */
			const complaints = linesWith(bridge, /level=(warn|error)/);
			const away = complaints.findIndex((line) => /CouchDB is away/.test(line));
			assert.deepEqual(complaints.slice(away + 1).filter((line) => !/the lease cannot be renewed/.test(line)), []);
		});
		await step('and it ends with 0', async () => assert.equal(await bridge.stop(), 0));
	} finally {
		await world?.close({ server: false });
		await processes.stopAll();
		rmSync(folder, { recursive: true, force: true });
	}
}

await playAll([
	{ title: 'CouchDB goes and comes', play: outage },
	inWorld('two integrations on a base', { items: 5 }, secondIntegration),
	inWorld('an integration that was saved apart', { items: 5 }, integrationSavedApart),
	inWorld('a database is missing', { items: 5 }, missingDatabase),
	inWorld('a database may not be read', { items: 5 }, forbiddenDatabase),
	inWorld('a plain member', { items: 5 }, plainMember),
	inWorld('closed descriptors', { items: 3 }, closedDescriptors),
	inWorld('settings that never work', { items: 1 }, wrongPassword),
	inWorld('an integration is corrected', { items: 5 }, correctedIntegration),
], { atOnce: 4 });

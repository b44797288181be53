/* What a person reads who sets the bridge up or runs its commands: the program itself, as it is started by hand. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { newItem } from './lib/documents.mjs';
import { DAVENPORT, runToEnd } from './lib/programs.mjs';
import { playAll } from './lib/tap.mjs';
import { idOf, inWorld, TOKEN } from './lib/world.mjs';

/* [what is given, words, exit, what is said (on stdout where it ends with 0, else on stderr), what is not] */
const COMMAND_LINES = [
	['--version', ['--version'], 0, /^davenport \d+\.\d+\.\d+\n$/],
	['-h', ['-h'], 0, /usage: davenport <command> \[options\][^]*COUCHDB_URL/],
	['help', ['help'], 0, /usage: davenport <command> \[options\]/],
	['help check', ['help', 'check'], 0, /^usage: davenport check \[options\][^]*--json/, /COUCHDB_URL/],
	['check --help', ['check', '--help'], 0, /^usage: davenport check \[options\]/],
	['check -h', ['check', '-h'], 0, /^usage: davenport check \[options\]/],
	['a misspelt command', ['chekc'], 2, /^davenport: there is no command 'chekc' \(did you mean 'check'\?\); 'davenport --help' lists/],
	['a misspelt option', ['sync', '--ful'], 2, /^davenport: sync does not take '--ful' \(did you mean '--full'\?\)/],
	['a number that is none', ['history', '--limit=x'], 2, /^davenport: --limit takes a whole number from 1 on, and 'x' is none\n$/],
];

async function commandLines(step) {
	for (const [words, line, status, said, not] of COMMAND_LINES) {
		await step(`${words}: ends with ${status}, and what is said`, async () => {
			const done = await runToEnd(DAVENPORT, line);
			assert.equal(done.status, status, done.log);
			const [heard, silent] = status === 0 ? [done.out, done.log] : [done.log, done.out];
			assert.match(heard, said);
			assert.equal(silent, '');
			if (not !== undefined)
				assert.doesNotMatch(heard, not);
		});
	}
}

/* ---- settings ---- */

/* [what is set, how, exit of check, what is said] */
const SETTINGS = [
	['a password without a user', { COUCHDB_USER: '' }, 2, /COUCHDB_USER is empty, and COUCHDB_PASSWORD is set/],
	['a user without a password', { COUCHDB_PASSWORD: '' }, 2, /COUCHDB_PASSWORD is empty, and COUCHDB_USER is '.+': give/],
	['an empty password file', { COUCHDB_PASSWORD: '', COUCHDB_PASSWORD_FILE: '@empty' }, 2,
		/environment: COUCHDB_PASSWORD_FILE: the file \S+ is empty: put the value into it/],
	['an empty token file', { AIRTABLE_TOKEN: '', AIRTABLE_TOKEN_FILE: '@empty' }, 2,
		/environment: AIRTABLE_TOKEN_FILE: the file \S+ is empty/],
	['a token of two lines', { AIRTABLE_TOKEN: '', AIRTABLE_TOKEN_FILE: '@broken' }, 2,
		/environment: AIRTABLE_TOKEN_FILE has a line break in it: a token is one line/],
	['a token with a letter that none has', { AIRTABLE_TOKEN: 'patä' }, 2,
		/environment: AIRTABLE_TOKEN has a character in it that no token has/],
	['a comment behind a value', { COUCHDB_DATABASES: 'inventory # the one at home' }, 2,
		/environment: COUCHDB_DATABASES has a comment behind it, which belongs to the value: put the comment on a line of its own/],
	['Airtable with its version', { AIRTABLE_ENDPOINT_URL: 'https://api.airtable.com/v0' }, 2,
		/AIRTABLE_ENDPOINT_URL is https:\/\/api\.airtable\.com\/v0: leave out "\/v0"/],
	['a misspelt name', { COUCHDB_DATABASE: 'inventory' }, 0,
		/COUCHDB_DATABASE is set in the environment, and there is no such setting: did you mean COUCHDB_DATABASES\?/],
	['a token for no base', { AIRTABLE_TOKEN_x: 'patOther.token' }, 0, /AIRTABLE_TOKEN_x is for no base/],
];

async function settings(world, step) {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'davenport-settings-'));
	writeFileSync(path.join(folder, 'empty'), '\n');
	writeFileSync(path.join(folder, 'broken'), 'patOne\ntwo\n');
	for (const [words, given, status, said] of SETTINGS) {
		const env = Object.fromEntries(Object.entries(given).map(([name, value]) =>
			[name, value.startsWith('@') ? path.join(folder, value.slice(1)) : value]));
		const found = await world.check({ env });
		await step(`${words}: check ends with ${status} and says so`, () => {
			assert.equal(found.status, status, found.log);
			assert.match(found.log, said);
		});
	}
	rmSync(folder, { recursive: true });
}

/* ---- addresses ---- */

/* A web server like many, on a free port: { url, close() }. */
function startWebServer() {
	return new Promise((resolve) => {
		const server = createServer((request, response) => {
			response.writeHead(request.url.startsWith('/lost') ? 404 : 200, { 'content-type': 'text/html; charset=utf-8', server: 'nginx/1.22.1' });
			response.end('<html><title>Welcome</title></html>');
		});
		server.listen(0, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}`,
			close: () => server.close() }));
	});
}

/* [what COUCHDB_URL is, it, exit of check and sync, what both say] */
const couchAddresses = (world, web) => [
	['with a database behind it', `${world.server.url}/${world.database}`, 1,
		new RegExp(`COUCHDB_URL: ${world.server.url}/${world.database} is the database '${world.database}', and not the server as a ` +
			'whole: leave the database out')],
	['with a path that is none', `${world.server.url}/nowhere`, 1,
		/COUCHDB_URL: what answers at \S+ is no CouchDB server: if "\/nowhere" is a database, leave it out \(GET \/: HTTP 404/],
	['of a web server', web.url, 1, new RegExp(`COUCHDB_URL: what answers at ${web.url} is no CouchDB server ` +
		'\\(GET /: the answer is no JSON but text/html of nginx/1\\.22\\.1: CouchDB does not answer so\\)')],
	['of a page that is lost', `${web.url}/lost`, 1, /no CouchDB server.*\(GET \/: HTTP 404 with text\/html of nginx\/1\.22\.1\)/],
	['with https where http is spoken', world.server.url.replace(/^http:/, 'https:'), 1,
		/COUCHDB_URL: GET https:\S+: the server answers, but without TLS: write http:\/\/ instead of https:\/\//],
	['where nobody listens', 'http://127.0.0.1:1', 3,
		/CouchDB does not answer: see that it runs, and that COUCHDB_URL is its address: GET http:\/\/127\.0\.0\.1:1\//],
];

async function addresses(world, step) {
	const web = await startWebServer();
	for (const [words, url, status, said] of couchAddresses(world, web)) {
		const env = { COUCHDB_URL: url };
		const [found, done] = await Promise.all([world.check({ env }), world.sync({ env })]);
		await step(`an address ${words}: check and sync end with ${status} and say so`, () => {
			assert.deepEqual([found.status, done.status], [status, status], found.log + done.log);
			assert.match(found.problems.join('\n'), said);
			assert.match(done.log, said);
		});
		await step(`an address ${words}: no query of ours is shown`, () =>
			assert.doesNotMatch(JSON.stringify([found, done]), /startkey|include_docs/));
	}
	web.close();
}

/* ---- Airtable ---- */

const ELSEWHERE = 'patElsewhere00000.granted';
/* [what is wrong, how, exit of check, what check says, exit of sync and what it says, where it is not waited for] */
const airtableFaults = (world, web) => [
	['an unknown token', { AIRTABLE_TOKEN: 'patStranger000000.nobody' }, 1,
		/^Airtable does not know the token: set AIRTABLE_TOKEN to a valid one: base \S+: GET \S+: HTTP 401/, 1],
	['an unknown token of the base', { [`AIRTABLE_TOKEN_${world.base}`]: 'patStranger000000.nobody' }, 1,
		new RegExp(`^Airtable does not know the token: set AIRTABLE_TOKEN_${world.base} to a valid one`), 1],
	['a token without the base', { AIRTABLE_TOKEN: ELSEWHERE }, 1,
		new RegExp(`^AIRTABLE_TOKEN may not do this: the token needs schema\\.bases:read, and access to base ${world.base}`), 1],
	['nobody listens', { AIRTABLE_ENDPOINT_URL: 'http://127.0.0.1:1' }, 3,
		/^Airtable does not answer: see that this machine reaches http:\/\/127\.0\.0\.1:1 \(AIRTABLE_ENDPOINT_URL\): /, null],
	['a web server', { AIRTABLE_ENDPOINT_URL: web.url }, 1,
		new RegExp(`^what answers at ${web.url} is not Airtable's API: see AIRTABLE_ENDPOINT_URL`), null],
	['a page that is lost', { AIRTABLE_ENDPOINT_URL: `${web.url}/lost` }, 1, /^what answers at \S+ is not Airtable's API/, 1],
	['https where http is spoken', { AIRTABLE_ENDPOINT_URL: world.sandbox.url.replace(/^http:/, 'https:') }, 1,
		/^AIRTABLE_ENDPOINT_URL: base \S+: GET https:\S+: the server answers, but without TLS: write http:\/\//, 1],
];

async function airtable(world, step) {
	const web = await startWebServer();
	for (const [words, env, status, said, syncStatus] of airtableFaults(world, web)) {
		const found = await world.check({ env });
		await step(`${words}: check ends with ${status} and says so, in one sentence`, () => {
			assert.equal(found.status, status, found.log);
			assert.equal(found.problems.length, 1, found.problems.join('\n'));
			assert.match(found.problems[0], said);
		});
		if (!/token/.test(words))
			await step(`${words}: the token is not blamed`, () => assert.doesNotMatch(JSON.stringify(found.findings), /token/i));
		if (syncStatus === null)
			continue;
		const done = await world.sync({ env });
		await step(`${words}: sync ends with ${syncStatus} and says so`, () => {
			assert.equal(done.status, syncStatus, done.log);
			assert.match(done.log, /Airtable does not know the token: set|may not do this: the token needs|not Airtable's API|without TLS/);
			assert.match(done.log, new RegExp(Object.keys(env)[0]));
		});
	}
	web.close();
}

async function tokenEnds(world, step) {
	const bridge = await world.run();
	await world.untilEqual('the first sync');
	await world.faults([{ fault: '401', every: 1, times: 50, type: 'AUTHENTICATION_REQUIRED', message: 'Authentication required' }]);
	await world.until('it is said', () => /needs attention/.test(bridge.log()));
	await step('a token that is withdrawn while the bridge runs is named by its setting', () =>
		assert.match(bridge.log(), /needs attention, retrying in \d+ s: Airtable does not know the token: set AIRTABLE_TOKEN to a valid one/));
	assert.equal(await bridge.stop(), 0);
}

async function missingDatabase(world, step) {
	const env = { COUCHDB_DATABASES: `${world.database},davenport-test-not-there` };
	const [found, done] = await Promise.all([world.check({ env }), world.sync({ env })]);
	await step('check and sync name it, with what to do', () => {
		const said = /there is no database 'davenport-test-not-there' on the CouchDB server: check its name in COUCHDB_DATABASES, or make it/;
		assert.match(found.problems.join('\n'), said);
		assert.match(done.log, said);
	});
	await step('the other one is checked and synced', () => {
		assert.ok(found.findings.some(({ words }) => words.includes(`database ${world.database} can be read`)));
		assert.equal(done.report.ok, true);
	});
}

async function firstLine(world, step) {
	const { out } = await runToEnd(DAVENPORT, ['--version']);
	const bridge = await world.run({ env: { COUCHDB_DATABASE: 'x' } });
	await world.untilEqual('the first sync');
	const status = await bridge.stop();
	await step('the first line is the version and the settings', () => {
		assert.equal(status, 0, bridge.log());
		assert.equal(bridge.log().split('\n')[0].replace(/^time=\S+ /, ''), `level=info msg="${out.trim()} begins: ` +
			`CouchDB at ${world.server.url} as user '${world.server.user}', databases ${world.database}; ` +
			`Airtable at ${world.sandbox.url} with the token AIRTABLE_TOKEN, polled every 1 s"`);
	});
	await step('no secret is in it', () => {
		assert.ok(!bridge.log().includes(world.server.password));
		assert.ok(!bridge.log().includes(world.token));
	});
}

/* ---- what an integration lists ---- */

async function listed(world, step) {
	const integration = await world.couch.get(world.database, `integration-${world.integrationId}`);
	const ids = integration.data.config.collection_ids_to_sync;
	await world.syncWell();
	await step('with all that it lists nothing is said', async () => {
		const { status, log } = await world.sync();
		assert.equal(status, 0, log);
		assert.doesNotMatch(log, /which is not in database/);
	});
	await world.remove(ids[0], 'collection');
	await world.configure({ collection_ids_to_sync: [...ids, 'never-there'] });
	const found = await world.check(), done = await world.sync();
	for (const [words, id] of [['that was deleted', ids[0]], ['that never came', 'never-there']]) {
		const said = `integration 'Demo' lists the collection ${id}, which is not in database ${world.database}: it was deleted, or has ` +
			"not come there yet. Choose anew in the app's integration screen, or let the phone replicate";
		await step(`a collection ${words} is named by check`, () => {
			assert.equal(found.status, 1);
			assert.ok(found.problems.includes(said), found.problems.join('\n'));
		});
		await step(`a collection ${words} is named by sync`, () => assert.ok(done.log.includes(said), done.log));
	}
	await world.configure({ collection_ids_to_sync: Array.from({ length: 13 }, (_, at) => `lost-${at}`) });
	const many = await world.check();
	await step('of many ten are named, and how many more', () => {
		assert.equal(many.problems.filter((words) => /lists the collection lost-/.test(words)).length, 10);
		assert.ok(many.problems.includes(`integration 'Demo' lists 3 more collections that are not in database ${world.database}`));
	});
	await world.configure({ scope_type: 'containers', container_ids_to_sync: ['no-box'] });
	const box = await world.check();
	await step('a container that is missing is called one, and counted as one', () => {
		assert.match(box.problems.join('\n'), /lists the container no-box, which is not in database/);
		assert.ok(box.findings.some(({ words }) => words.endsWith('1 container in scope')));
	});
}

/* ---- one, and names ---- */

async function plainWords(world, step) {
	const env = world.environment();
	const first = await runToEnd(DAVENPORT, ['sync'], { env });
	await step('sync tells how many of each', () =>
		assert.match(first.out, /^integration 'Demo': 6 pairs; wrote 0 documents; made 6 rows, changed 0, deleted 0; 0 conflicts; 0 with a problem, 0 waiting; \d+ Airtable calls\n$/));
	const [item] = await world.documents();
	await world.editRow(idOf(item), { Notes: 'typed by hand' });
	const second = await runToEnd(DAVENPORT, ['sync'], { env });
	await step('one document is one document', () => assert.match(second.out, /; wrote 1 document; made 0 rows, changed \d, /));
	const listed = await runToEnd(DAVENPORT, ['history', '--limit=1'], { env });
	await step('a batch names its integration', () =>
		assert.match(listed.out, new RegExp(`  1 change  by integration 'Demo' \\(${world.integrationId}\\)\n`)));
	const entry = await runToEnd(DAVENPORT, ['history', '--item', idOf(item)], { env });
	await step('a change names its item, also where the name was not changed', () => assert.ok(entry.out.includes(
		`item ${idOf(item)} ${JSON.stringify(item.data.name)}: changed by integration 'Demo' (${world.integrationId}), sync\n`), entry.out));
	for (const command of ['sync', 'problems', 'history']) {
		const none = await runToEnd(DAVENPORT, [command, '--integration=another'], { env });
		await step(`${command}: an ID that no integration has is told with those that there are`, () => {
			assert.equal(none.status, 1);
			assert.match(none.log, new RegExp(`there is no Airtable integration with the ID another; there is 'Demo' \\(${world.integrationId}\\)"\n`));
		});
	}
	await world.couch.putAll(world.database, [newItem(await world.couch.all(world.database), 'nameless', { name: undefined })]);
	await world.sync();
	const told = await world.problems({ json: false });
	await step('problems tells a document once, and one problem as one', () => {
		assert.match(told.out, /^integration 'Demo' of database \S+: 1 problem\n/);
		assert.match(told.out, /^item-nameless: Name \(data\.name\) is missing, a string was expected\. \(since 20[^)]+Z\)$/m);
	});
	await world.save(idOf(item), { purchase_price_currency: 'EUR ', purchase_price_x1000: 1000 });
	const quoted = await world.sync();
	await step('a choice stands in quotes, so that the space at its end is seen', () =>
		assert.match(quoted.log, /PPC: "EUR " is not among the column's choices/));
}

await playAll([
	{ title: 'the command line', play: commandLines },
	inWorld('settings', { items: 1 }, settings),
	inWorld('addresses of CouchDB', { items: 1 }, addresses),
	inWorld('Airtable and its token', { items: 1, sandbox: ['--token', TOKEN, '--token', `${ELSEWHERE}=appElsewhere000001`] }, airtable),
	inWorld('a token that ends', { items: 1 }, tokenEnds),
	inWorld('a database that is missing', { items: 1 }, missingDatabase),
	inWorld('what an integration lists', { items: 1 }, listed),
	inWorld('plain words', { items: 1 }, plainWords),
	inWorld('the first line', { items: 1 }, firstLine),
]);

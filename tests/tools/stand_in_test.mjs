#!/usr/bin/env node
/* The CouchDB stand-in's guards: what would kill or wedge the server inside is answered, and what cannot be is its end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../tools/couch-stand-in/server.js', import.meta.url));
const USER = 'tester';
const PASSWORD = 'a password: with a colon';
const GUARD_MS = 20000; /* whatever takes that long hangs */
const folder = mkdtempSync(path.join(tmpdir(), 'davenport-stand-in-'));
const running = new Set();

function run(words) {
	const child = spawn(process.execPath, [SERVER, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
	child.said = '';
	child.complaint = '';
	child.stdout.on('data', (piece) => { child.said += piece; });
	child.stderr.on('data', (piece) => { child.complaint += piece; });
	child.over = once(child, 'close').then(([code]) => { running.delete(child); return code; });
	running.add(child);
	return child;
}

async function start(port = 0) {
	const child = run(['--port', String(port), '--dir', path.join(folder, 'data'), '--user', USER, '--password', PASSWORD]);
	while (!child.said.includes('\n')) {
		const ended = await Promise.race([once(child.stdout, 'data').then(() => null), child.over]);
		assert.equal(ended, null, `it did not start: ${child.complaint}`);
	}
	child.port = Number(/^listening http:\/\/127\.0\.0\.1:(\d+)\n$/.exec(child.said)[1]);
	return child;
}

let server;

/* [status, parsed body or text, headers] */
function ask(method, url, body, { user = USER, password = PASSWORD, type = 'application/json' } = {}) {
	return new Promise((resolve, reject) => {
		const request = http.request({
			host: '127.0.0.1', port: server.port, method, path: url, agent: false, timeout: GUARD_MS,
			headers: {
				Accept: 'application/json', 'Content-Type': type, Connection: 'keep-alive',
				...(user ? { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } : {}),
			},
		}, (response) => {
			let text = '';
			response.on('data', (piece) => { text += piece; });
			response.on('error', reject);
			response.on('end', () => {
				let answer = text;
				try { answer = JSON.parse(text); } catch { /* no JSON: the text */ }
				resolve([response.statusCode, answer, response.headers]);
			});
		});
		request.on('timeout', () => request.destroy(new Error(`${method} ${url}: no answer`)));
		request.on('error', reject);
		request.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
	});
}

async function expectStatus(status, ...words) {
	const [got, answer, headers] = await ask(...words);
	assert.equal(got, status, `${words[0]} ${words[1]}: ${got} ${JSON.stringify(answer)}`);
	return { answer, headers };
}

/* A continuous feed; 'end' is fulfilled with its text when the server ends it. */
function feed(url) {
	const made = { text: '' };
	const request = http.get({
		host: '127.0.0.1', port: server.port, path: url, agent: false,
		headers: { Authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}` },
	});
	request.on('error', () => {});
	made.heard = new Promise((resolve) => {
		made.end = new Promise((ended) => {
			request.on('response', (response) => {
				response.on('data', (piece) => { made.text += piece; resolve(); });
				response.on('error', () => {});
				response.on('close', () => ended(made.text));
			});
		});
	});
	made.drop = () => request.destroy();
	return made;
}

const ids = (answer) => answer.results.map((row) => row.id).sort().join(' ');

const cases = {
	async 'the greeting is for everybody'() {
		await expectStatus(200, 'GET', '/', undefined, { user: null });
	},
	async 'nobody reads without a name'() {
		for (const url of ['/_all_dbs', '/guarded', '/guarded/_changes', '/_utils/', '/_session'])
			await expectStatus(401, 'GET', url, undefined, { user: null });
		await expectStatus(200, 'GET', '/_up', undefined, { user: null });
	},
	async 'nobody makes or deletes a database without a name'() {
		await expectStatus(401, 'PUT', '/other', undefined, { user: null });
		await expectStatus(401, 'DELETE', '/guarded', undefined, { user: null });
	},
	async 'a wrong password is refused'() {
		for (const [method, url] of [['GET', '/_all_dbs'], ['GET', '/guarded'], ['PUT', '/other'], ['DELETE', '/guarded']])
			await expectStatus(401, method, url, undefined, { password: 'wrong' });
	},
	async 'several who make one database at once: one has made it'() {
		const answers = await Promise.all([1, 2, 3, 4].map(() => ask('PUT', '/at-once')));
		assert.deepEqual(answers.map(([status]) => status).sort(), [201, 412, 412, 412]);
		await expectStatus(200, 'GET', '/at-once/_security');
	},
	async 'a new database is private'() {
		await expectStatus(201, 'PUT', '/private');
		const { answer } = await expectStatus(200, 'GET', '/private/_security');
		assert.deepEqual(answer.members.roles, ['_admin']);
		await expectStatus(412, 'PUT', '/private');
	},
	async 'another user neither reads nor deletes it'() {
		await expectStatus(201, 'POST', '/_users', {
			_id: 'org.couchdb.user:joe', name: 'joe', password: 'joe', roles: [], type: 'user',
		});
		const joe = { user: 'joe', password: 'joe' };
		await expectStatus(401, 'GET', '/private/_all_docs', undefined, joe);
		await expectStatus(401, 'DELETE', '/private', undefined, joe);
		await expectStatus(200, 'GET', '/private');
	},
	async 'latest with an unknown revision is answered'() {
		await expectStatus(404, 'GET', '/guarded/a?rev=9-abc&latest=true');
		const { answer } = await expectStatus(200, 'GET', '/guarded/a?latest=true&revs=true');
		assert.ok(answer._revisions);
	},
	async 'a filter of a missing design document is answered'() {
		await expectStatus(404, 'GET', '/guarded/_changes?filter=none/none');
		await expectStatus(404, 'GET', '/guarded/_changes?filter=none');
		await expectStatus(404, 'POST', '/guarded/_changes?filter=none/none', {});
		await expectStatus(404, 'GET', '/guarded/_changes?filter=views/none');
	},
	async 'a filter of a design document works'() {
		const { answer } = await expectStatus(200, 'GET', '/guarded/_changes?filter=views/things');
		assert.equal(ids(answer), 'a b');
	},
	async 'a selector chooses, tombstones too'() {
		const selector = { $or: [{ _deleted: true }, { type: { $in: ['thing'] } }] };
		const { answer } = await expectStatus(200, 'POST', '/guarded/_changes?filter=_selector&since=0', { selector });
		assert.equal(ids(answer), 'a b gone');
	},
	async 'a place that is none is refused'() {
		await expectStatus(400, 'GET', '/guarded/_changes?since=9-x');
		await expectStatus(200, 'GET', '/guarded/_changes?since=0');
		await expectStatus(200, 'GET', '/guarded/_changes?since=now');
	},
	async 'a filter without what it needs is refused'() {
		await expectStatus(400, 'POST', '/guarded/_changes?filter=_selector', {});
		await expectStatus(400, 'POST', '/guarded/_changes?filter=_selector', { selector: [1] });
		await expectStatus(400, 'POST', '/guarded/_changes?filter=_doc_ids', { doc_ids: 7 });
		await expectStatus(400, 'POST', '/guarded/_changes?filter=_selector', '{"selector":');
		await expectStatus(501, 'GET', '/guarded/_changes?filter=_view&view=a/b');
	},
	async 'ids and design documents are chosen'() {
		const some = await expectStatus(200, 'POST', '/guarded/_changes?filter=_doc_ids', { doc_ids: ['a'] });
		assert.equal(ids(some.answer), 'a');
		const designs = await expectStatus(200, 'GET', '/guarded/_changes?filter=_design');
		assert.equal(ids(designs.answer), '_design/views');
	},
	async 'a document in parts is refused'() {
		const { answer } = await expectStatus(415, 'PUT', '/guarded/parts', '--x\r\n\r\n{}\r\n--x--',
			{ type: 'multipart/related; boundary=x' });
		assert.match(answer.reason, /takes no multipart documents/);
	},
	async 'idle connections are kept'() {
		const { headers } = await expectStatus(200, 'GET', '/guarded');
		assert.ok(Number(/timeout=(\d+)/.exec(headers['keep-alive'])[1]) >= 60);
	},
	async 'a feed tells, and ends with its database'() {
		await expectStatus(201, 'PUT', '/passing');
		const open = feed('/passing/_changes?feed=continuous&heartbeat=100');
		await open.heard;
		await expectStatus(201, 'PUT', '/passing/a', {});
		while (!open.text.includes('"id":"a"'))
			await new Promise((resolve) => { setTimeout(resolve, 20); });
		await expectStatus(200, 'DELETE', '/passing');
		await open.end;
	},
	async 'a hundred dropped feeds leave it as it was'() {
		for (let i = 0; i < 100; i++) {
			const open = feed('/guarded/_changes?feed=continuous&heartbeat=5&since=0');
			await open.heard;
			open.drop();
		}
		await expectStatus(201, 'PUT', '/guarded/after', {});
		await expectStatus(200, 'GET', '/guarded/_changes');
		assert.equal(server.complaint, '');
	},
	async 'a second one on its folder ends, and says why'() {
		const second = run(['--port', '0', '--dir', path.join(folder, 'data'), '--user', USER, '--password', PASSWORD]);
		assert.equal(await second.over, 1);
		assert.match(second.complaint, /^couch-stand-in: .*lock/);
		assert.equal(second.said, '');
		await expectStatus(200, 'GET', '/guarded');
	},
	async 'a port that is taken is its end'() {
		const second = run(['--port', String(server.port), '--dir', path.join(folder, 'other'), '--user', 'u', '--password', 'p']);
		assert.equal(await second.over, 1);
		assert.match(second.complaint, /^couch-stand-in: port \d+: .*EADDRINUSE/);
	},
	async 'a wrong command line is told'() {
		for (const [words, complaint] of [
			[['--port', '0'], /--dir is missing/], [['--nonsense', '0'], /unknown option --nonsense/],
			[['--port'], /--port needs a value/],
			[['--port', 'x', '--dir', folder, '--user', 'u', '--password', 'p'], /--port x is no port/],
		]) {
			const child = run(words);
			assert.equal(await child.over, 2);
			assert.match(child.complaint, complaint);
		}
	},
	async 'SIGTERM ends it in order, and all is there again'() {
		server.kill('SIGTERM');
		assert.equal(await server.over, 0);
		server = await start();
		const { answer } = await expectStatus(200, 'GET', '/guarded/a');
		assert.equal(answer.type, 'thing');
	},
	async 'what nobody caught is its end, with a line'() {
		await ask('POST', '/guarded/_revs_diff', { a: 5 }).catch(() => {});
		assert.equal(await server.over, 1);
		assert.match(server.complaint, /^couch-stand-in: uncaught: TypeError/m);
		server = await start();
		await expectStatus(200, 'GET', '/guarded/a');
	},
};

async function fill() {
	await expectStatus(201, 'PUT', '/guarded');
	const filters = { things: 'function (doc) { return doc.type === "thing"; }' };
	const { answer } = await expectStatus(201, 'POST', '/guarded/_bulk_docs', {
		docs: [{ _id: 'a', type: 'thing' }, { _id: 'b', type: 'thing' }, { _id: 'c', type: 'other' },
			{ _id: 'gone', type: 'other' }, { _id: '_design/views', filters }],
	});
	const rev = answer.find((row) => row.id === 'gone').rev;
	await expectStatus(201, 'PUT', '/guarded/gone', { _rev: rev, _deleted: true });
}

function within(promise) {
	let timer;
	const late = new Promise((resolve, reject) => {
		timer = setTimeout(() => reject(new Error(`nothing happened for ${GUARD_MS} ms`)), GUARD_MS);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

let number = 0;
let failed = 0;
try {
	server = await within(start());
	await within(fill());
	for (const [name, check] of Object.entries(cases)) {
		number++;
		try {
			await within(check());
			console.log(`ok ${number} - ${name}`);
		} catch (error) {
			failed++;
			console.log(`not ok ${number} - ${name}\n# ${String(error.stack).replace(/\n/g, '\n# ')}`);
		}
	}
} finally {
	for (const child of running)
		child.kill('SIGKILL');
	await Promise.all([...running].map((child) => child.over));
	rmSync(folder, { recursive: true, force: true });
}
console.log(`1..${number}`);
process.exitCode = failed > 0 ? 1 : 0;

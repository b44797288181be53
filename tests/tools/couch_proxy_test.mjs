/* The proxy that kills: what the server has got and what the client has heard, at each of its three points. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { runAll, test } from '../node/tap.mjs';
import { CouchProxy, isWrite } from '../scenarios/lib/couch_proxy.mjs';

/* A server that counts what it has done, a proxy before it, and a process to be killed. */
async function before() {
	const done = [];
	const server = http.createServer(async (request, response) => {
		let body = '';
		for await (const piece of request)
			body += piece;
		done.push(`${request.method} ${request.url} ${body}`.trim());
		if (request.url.includes('feed=continuous'))
			return response.write('{"seq":1}\n');
		return response.end('{"ok":true}');
	});
	await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
	const proxy = await CouchProxy.open(`http://127.0.0.1:${server.address().port}`);
	const victim = spawn('sleep', ['60']);
	const ended = once(victim, 'exit').then(([, signal]) => signal);
	return { done, proxy, victim, ended, server,
		ask: (method, path, body) => fetch(`${proxy.url}${path}`, { method, body }).then((response) => response.text()) };
}

function ending(run) {
	return async (scene) => {
		try {
			await run(scene);
		} finally {
			scene.victim.kill('SIGKILL');
			await scene.proxy.close();
			scene.server.closeAllConnections();
			scene.server.close();
		}
	};
}

test('hands on what it is not to stop', ending(async ({ ask, done, proxy }) => {
	assert.equal(await ask('POST', '/db/_bulk_docs?x=1', '{"docs":[]}'), '{"ok":true}');
	assert.deepEqual(done, ['POST /db/_bulk_docs?x=1 {"docs":[]}']);
	assert.deepEqual(proxy.killed, []);
}));

test('hands on a feed as it comes, and does not count it', ending(async ({ proxy, victim, ended, ask }) => {
	proxy.killAt({ pid: victim.pid, nth: 1, point: 'before' });
	const response = await fetch(`${proxy.url}/db/_changes?feed=continuous`);
	const reader = response.body.getReader();
	assert.equal(new TextDecoder().decode((await reader.read()).value), '{"seq":1}\n');
	await reader.cancel();
	await assert.rejects(ask('GET', '/db'));
	assert.equal(await ended, 'SIGKILL');
}));

test('before: the server has heard nothing of it', ending(async ({ ask, done, proxy, victim, ended }) => {
	proxy.killAt({ pid: victim.pid, nth: 2, point: 'before' });
	await ask('GET', '/one');
	await assert.rejects(ask('PUT', '/two'));
	assert.equal(await ended, 'SIGKILL');
	assert.deepEqual(done, ['GET /one']);
	assert.deepEqual(proxy.killed, [{ point: 'before', method: 'PUT', path: '/two' }]);
}));

test('applied: the server has done it, and no byte came back; reads do not count', ending(async ({ ask, done, proxy, victim,
	ended }) => {
	proxy.killAt({ pid: victim.pid, nth: 1, point: 'applied', write: true });
	assert.equal(await ask('POST', '/db/_all_docs', '{}'), '{"ok":true}');
	await assert.rejects(ask('PUT', '/db/doc', 'x'));
	assert.equal(await ended, 'SIGKILL');
	assert.deepEqual(done, ['POST /db/_all_docs {}', 'PUT /db/doc x']);
}));

test('after: the answer has gone back', ending(async ({ ask, proxy, victim, ended }) => {
	proxy.killAt({ pid: victim.pid, nth: 1, point: 'after' });
	assert.equal(await ask('PUT', '/db/doc', 'x'), '{"ok":true}');
	assert.equal(await ended, 'SIGKILL');
}));

test('knows what writes', ending(async () => {
	const writes = [['PUT', '/db'], ['DELETE', '/db/doc?rev=1'], ['POST', '/db/_bulk_docs'], ['POST', '/db']];
	const reads = [['GET', '/db'], ['POST', '/db/_all_docs'], ['POST', '/db/_bulk_get?revs=true'], ['POST', '/db/_find'],
		['POST', '/db/_changes?filter=_selector']];
	assert.deepEqual(writes.filter(([method, path]) => !isWrite(method, path)), []);
	assert.deepEqual(reads.filter(([method, path]) => isWrite(method, path)), []);
}));

await runAll({ before });

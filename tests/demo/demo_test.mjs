/* The demo itself, on ports that were free: it comes to its end, says clearly why it cannot begin, and leaves nothing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAll, test } from '../node/tap.mjs';
import { portIsFree } from '../../demo/processes.mjs';

const ROOT = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

function listen(port) {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(port, '127.0.0.1', () => resolve(server));
	});
}

const close = (server) => new Promise((resolve) => { server.close(resolve); });

async function freePorts() {
	const servers = [await listen(0), await listen(0), await listen(0)];
	const [couch, airtable, pictures] = servers.map((server) => server.address().port);
	await Promise.all(servers.map(close));
	return { couch, airtable, pictures };
}

/* Runs the demo; 'onWords' sees all that it has said on stderr so far, and the process. */
function demo(ports, words, { env = {}, onWords = () => undefined } = {}) {
	const child = spawn(process.execPath, [path.join(ROOT, 'demo/run.mjs'), ...words], { stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, DEMO_COUCHDB_PORT: String(ports.couch), DEMO_AIRTABLE_PORT: String(ports.airtable),
			DEMO_PICTURES_PORT: String(ports.pictures),
			DEMO_ITEMS: '40', ...env } });
	let out = '';
	let err = '';
	child.stdout.on('data', (piece) => { out += piece; });
	child.stderr.on('data', (piece) => {
		err += piece;
		onWords(err, child);
	});
	return new Promise((resolve) => {
		child.once('close', (code) => resolve({ code, out, err }));
	});
}

async function nothingIsLeft(ports) {
	assert.ok(await portIsFree(ports.couch), 'the CouchDB stand-in still listens');
	assert.ok(await portIsFree(ports.airtable), 'the sandbox still listens');
	assert.ok(await portIsFree(ports.pictures), 'the bridge still listens');
	rmSync(path.join(ROOT, 'build', `demo-${ports.couch}`), { recursive: true, force: true });
}

test('ONCE=1 ends with 0, its summary as the last line on stdout', async (ports) => {
	const { code, out, err } = await demo(ports, ['--once']);
	assert.equal(code, 0, err);
	const summary = JSON.parse(out.trimEnd().split('\n').at(-1));
	assert.equal(summary.converged, true);
	assert.equal(summary.items, 38);
	assert.equal(summary.rows, 43);
	assert.ok(summary.pictures > 30, String(summary.pictures));
	assert.ok(summary.airtable_calls > 0);
	await nothingIsLeft(ports);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	test(`with somebody watching it runs until ${signal}`, async (ports) => {
		let told = false;
		const { code, err } = await demo(ports, [], { onWords: (words, child) => {
			if (!told && words.includes('both sides agree')) {
				told = true;
				child.kill(signal);
			}
		} });
		assert.equal(code, 0, err);
		assert.match(err, new RegExp(`http://127\\.0\\.0\\.1:${ports.airtable}/`));
		assert.match(err, /Davenport http:\/\/127\.0\.0\.1:\d+\//);
		await nothingIsLeft(ports);
	});
}

for (const [whose, variable] of [['airtable', 'DEMO_AIRTABLE_PORT'], ['pictures', 'DEMO_PICTURES_PORT']]) {
	test(`a port that is in use is named, with what to do: ${variable}`, async (ports) => {
		const taken = await listen(ports[whose]);
		const { code, out, err } = await demo(ports, ['--once']);
		await close(taken);
		assert.equal(code, 1);
		assert.match(err, new RegExp(`port ${ports[whose]}.*in use.*${variable}=`));
		assert.equal(JSON.parse(out).converged, false);
		await nothingIsLeft(ports);
	});
}

test('a bridge that ends by itself ends the demo', async (ports) => {
	const program = path.join(mkdtempSync(path.join(os.tmpdir(), 'davenport-ends-')), 'davenport');
	writeFileSync(program, '#!/bin/sh\n[ "$1" = keys ]\n', { mode: 0o755 });
	const { code, err } = await demo(ports, ['--once'], { env: { DAVENPORT: program } });
	rmSync(path.dirname(program), { recursive: true });
	assert.equal(code, 1);
	assert.match(err, /davenport ended/);
	await nothingIsLeft(ports);
});

test('programs that are not built are named', async (ports) => {
	const { code, err } = await demo(ports, [], { env: { AIRTABLE_SANDBOX: '/nowhere/sandbox' } });
	assert.equal(code, 1);
	assert.match(err, /\/nowhere\/sandbox is not there: run make/);
});

await runAll({ before: freePorts });

/* The program airtable-sandbox from its command line to its end: what it prints, what it keeps, how it goes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { plainEnvironment, SANDBOX } from './lib/programs.mjs';
import { playAll } from './lib/tap.mjs';

const BASE = 'appProgramTest0001';
const PATIENCE_MS = 60000;

/* Starts it and waits for its first line; 'end(signal)' ends it and answers how. */
function start(...words) {
	const child = spawn(SANDBOX, words, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
	const said = { out: '', log: '' };
	const over = new Promise((resolve) => child.once('close', (code, signal) => resolve({ status: signal ?? code, ...said })));
	const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
	over.then(() => clearTimeout(force));
	const line = new Promise((resolve) => {
		child.stdout.setEncoding('utf8').on('data', (piece) => {
			said.out += piece;
			if (said.out.includes('\n'))
				resolve();
		});
		over.then(resolve);
	});
	child.stderr.setEncoding('utf8').on('data', (piece) => { said.log += piece; });
	return line.then(() => ({
		said, over,
		url: /^listening (\S+)$/m.exec(said.out)?.[1],
		end(signal) {
			child.kill(signal);
			return over;
		},
	}));
}

async function make(url, fields) {
	const answer = await fetch(`${url}/v0/${BASE}/Items`, { method: 'POST', body: JSON.stringify({ fields }),
		headers: { Authorization: 'Bearer patProgram', 'Content-Type': 'application/json' } });
	assert.equal(answer.status, 200);
	return answer.json();
}

async function rows(url) {
	const answer = await fetch(`${url}/_sandbox/rows?base=${BASE}&table=Items`);
	return (await answer.json()).records;
}

async function keeping(step) {
	const folder = mkdtempSync(path.join(tmpdir(), 'sandbox-program-'));
	const file = path.join(folder, 'state.json');
	try {
		const first = await start('--port', '0', '--template', BASE, '--save', file, '--seed', '5');
		await step('it says where it listens', () => assert.match(first.said.out, /^listening http:\/\/127\.0\.0\.1:\d+\n$/));
		const row = await make(first.url, { Name: 'kept', Notes: 'ünïcode 😀' });
		const ended = await first.end('SIGTERM');
		await step('SIGTERM ends it with 0 and nothing to complain of', () => {
			assert.equal(ended.status, 0);
			assert.equal(ended.log, '');
		});
		await step('what was there is in the file', () => {
			const { bases: [base] } = JSON.parse(readFileSync(file, 'utf8'));
			assert.equal(base.id, BASE);
			assert.equal(base.tables[0].records[0].id, row.id);
		});
		const second = await start('--listen', '127.0.0.1:0', '--load', file, '--template', BASE, '--seed', '5');
		await step('it goes on from the file', async () => assert.deepEqual((await rows(second.url))[0], row));
		await step('a seed used again makes other ids than those there are', async () => {
			assert.notEqual((await make(second.url, { Name: 'new' })).id, row.id);
			assert.equal((await rows(second.url)).length, 2);
		});
		const busy = await start('--port', new URL(second.url).port);
		await step('a port that is taken is said, with 1', async () => {
			const { status, log } = await busy.over;
			assert.equal(status, 1);
			assert.equal(log, `airtable-sandbox: cannot listen on 127.0.0.1 port ${new URL(second.url).port}\n`);
		});
		/* A request on its way does not keep it. */
		const stuck = fetch(`${second.url}/v0/${BASE}/Items`, { headers: { Authorization: 'Bearer patProgram' } }).catch(() => null);
		const interrupted = await second.end('SIGINT');
		await step('SIGINT ends it with 0', () => assert.equal(interrupted.status, 0));
		await stuck;
	} finally {
		rmSync(folder, { recursive: true });
	}
}

async function words(step) {
	const help = await (await start('--help')).over;
	await step('--help says all there is, with 0', () => {
		assert.equal(help.status, 0);
		for (const option of ['--port', '--listen', '--template', '--load', '--save', '--save-always', '--rate', '--latency', '--token',
			'--seed', '--iterator', '--body-limit', '--bump-equal', '--fresh-unmodified', '--quoted-refusals', '--times',
			'--keep-text', '--allow-kill', '--published', '--log'])
			assert.match(help.out, new RegExp(`^ {2}${option} `, 'm'));
	});
	const wrong = await (await start('--prot', '1')).over;
	await step('an option that is none is said, with 2', () => {
		assert.equal(wrong.status, 2);
		assert.equal(wrong.log, 'airtable-sandbox: there is no option "--prot"; see --help\n');
	});
	const nowhere = await (await start('--load', '/nowhere/at/all')).over;
	await step('a file that is not there is said, with 2', () => {
		assert.equal(nowhere.status, 2);
		assert.equal(nowhere.log, 'airtable-sandbox: /nowhere/at/all: No such file or directory\n');
	});
}

await playAll([
	{ title: 'from start to end', play: keeping },
	{ title: 'command line', play: words },
]);

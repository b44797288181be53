/* An airtable-sandbox of the test's own, on a port that was free. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const START_MS = 20_000;
const STOP_MS = 10_000;

const program = process.env.AIRTABLE_SANDBOX ?? path.join(ROOT, 'build/plain/airtable-sandbox');

/* The port that it says it listens on; whatever else it prints goes to our stderr. */
function portOf(child) {
	return new Promise((resolve, reject) => {
		let said = '';
		const late = setTimeout(() => reject(new Error(`the sandbox did not start: ${said}`)), START_MS);
		const read = (bytes) => {
			said += bytes;
			const port = /listening.*:(\d+)/.exec(said)?.[1];
			if (port) {
				clearTimeout(late);
				resolve(Number(port));
			}
		};
		child.stdout.on('data', read);
		child.stderr.on('data', (bytes) => { process.stderr.write(bytes); read(bytes); });
		child.once('exit', (code, signal) => reject(new Error(`the sandbox ended (${signal ?? code}): ${said}`)));
		child.once('error', reject);
	});
}

export async function startSandbox(...more) {
	if (!existsSync(program))
		throw new Error(`${program} is not there: run make`);
	const child = spawn(program, ['--listen', '127.0.0.1:0', '--rate', '0', ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
	const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
	let port;
	try {
		port = await portOf(child);
	} catch (error) {
		child.kill('SIGKILL');
		throw error;
	}
	const url = `http://127.0.0.1:${port}`;

	async function control(method, what, body) {
		const response = await fetch(`${url}/_sandbox/${what}`, { method,
			...(method === 'POST' ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}) } : {}) });
		const answer = await response.json();
		if (!response.ok)
			throw new Error(`${method} ${what}: ${response.status} ${JSON.stringify(answer)}`);
		return answer;
	}

	return {
		url,
		control,
		/* Holds this and nothing else from here on; no limits, no faults, all counts 0. */
		async fill(state) {
			await control('DELETE', 'faults');
			await control('POST', 'options', { rate: 0, latency_ms: 0 });
			await control('POST', 'load', state);
			await control('POST', 'counts');
		},
		/* Ends it and throws when it did not end well. */
		async stop() {
			child.kill('SIGTERM');
			const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
			const how = await ended;
			clearTimeout(late);
			if (how !== 0)
				throw new Error(`the sandbox ended with ${how}`);
		},
	};
}

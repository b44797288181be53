/* The programs under test, run to their end. What goes on running is started by the demo's Processes. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const DAVENPORT = process.env.DAVENPORT ?? path.join(ROOT, 'build/plain/davenport');
export const SANDBOX = process.env.AIRTABLE_SANDBOX ?? path.join(ROOT, 'build/plain/airtable-sandbox');
const COUCH = path.join(ROOT, 'tools/couch-stand-in/server.js');
const END_MS = 150000;

/* What sanitizers are told reaches the programs; nothing else of ours does. */
export function plainEnvironment() {
	const kept = {};
	for (const [name, value] of Object.entries(process.env)) {
		if (name === 'PATH' || name.endsWith('SAN_OPTIONS'))
			kept[name] = value;
	}
	return kept;
}

/* Waits for a line on stdin before it becomes the program, under the same id: so that its id is known before it does
 * anything. */
const HELD = ['-c', 'read -r _ && exec "$0" "$@" </dev/null'];

/* Log lines as a person reads them: without the escapes of their quotes. */
export function plain(log) {
	return log.replaceAll('\\"', '"');
}

/* Runs a program to its end: { status (exit code or signal), out, log }. 'beforehand(pid)' is waited for before it begins. */
export function runToEnd(program, words, { env = {}, beforehand = null } = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn('/bin/sh', [...HELD, program, ...words], { env: { ...plainEnvironment(), ...env } });
		const said = { out: '', log: '' };
		const force = setTimeout(() => child.kill('SIGKILL'), END_MS);
		child.stdout.setEncoding('utf8').on('data', (piece) => { said.out += piece; });
		child.stderr.setEncoding('utf8').on('data', (piece) => { said.log += piece; });
		child.once('error', reject);
		child.once('close', (code, signal) => {
			clearTimeout(force);
			resolve({ status: signal ?? code, out: said.out, log: plain(said.log) });
		});
		Promise.resolve(beforehand?.(child.pid)).then(() => child.stdin.end('\n'), (error) => {
			child.kill('SIGKILL');
			reject(error);
		});
	});
}

/* A stand-in of one's own, that can be taken away and brought back: the same folder and port give the same server. */
export async function startCouch(processes, { folder, port = 0, user = 'tester', password = 'davenport' }) {
	const program = await processes.start(`couchdb-${port}`, process.execPath,
		[COUCH, '--port', String(port), '--dir', folder, '--user', user, '--password', password],
		{ ready: /^listening (http:\S+)/ });
	const url = new URL(program.match[1]);
	return { program, port: Number(url.port), at: { url: url.origin, user, password } };
}

export async function startSandbox(processes, words) {
	const program = await processes.start('airtable', SANDBOX, ['--port', '0', ...words],
		{ ready: /^listening (http:\S+)/, env: plainEnvironment() });
	return { program, url: program.match[1], port: Number(new URL(program.match[1]).port) };
}

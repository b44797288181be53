/* Starting programs, waiting until they are ready, and ending them: by their own id, and nothing else. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

const READY_MS = 20000;
/* What a program is given of our environment: nothing that could be a setting of its own. */
const PASSED_ON = ['PATH', 'HOME', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS'];
const LEAVE_MS = 12000; /* the bridge may take 10 s to finish what is in flight */

export function portIsFree(port) {
	return new Promise((resolve) => {
		const probe = createServer();
		probe.once('error', () => resolve(false));
		probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
	});
}

export function freePort() {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address();
			probe.close(() => resolve(port));
		});
	});
}

function lastLines(file, count) {
	return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

/* Programs that end together. What ends on its own is told to 'whenLost'. */
export class Processes {
	constructor(folder, whenLost) {
		mkdirSync(folder, { recursive: true });
		this.folder = folder;
		this.whenLost = whenLost;
		this.running = [];
	}

	/* In a group of its own, so that Ctrl-C reaches us alone and the order of leaving is ours. Resolves with the program
	 * once it has printed what 'ready' matches; .match is that. All that it prints goes to a log, its lines to 'onLine'. */
	start(name, command, words, { env = {}, ready = null, onLine = null } = {}) {
		const file = path.join(this.folder, `${name}.log`);
		const log = openSync(file, 'a');
		const child = spawn(command, words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'],
			env: { ...Object.fromEntries(PASSED_ON.map((key) => [key, process.env[key]]).filter(([, value]) => value)), ...env } });
		const program = { name, child, file, leaving: false };
		program.ended = new Promise((resolve) => {
			child.once('error', (error) => resolve(error.message));
			child.once('close', (code, signal) => resolve(signal ?? code));
		});
		this.running.push(program);
		program.ended.then((how) => {
			closeSync(log);
			this.running = this.running.filter((other) => other !== program);
			if (!program.leaving)
				this.whenLost(program, how);
		});
		return new Promise((resolve, reject) => {
			const give = setTimeout(() => reject(new Error(`${name} was not ready in ${READY_MS / 1000} s; see ${file}`)), READY_MS);
			const settle = (match) => {
				clearTimeout(give);
				program.match = match;
				resolve(program);
			};
			for (const stream of [child.stdout, child.stderr]) {
				let rest = '';
				stream.setEncoding('utf8');
				stream.on('data', (piece) => {
					writeSync(log, piece);
					const lines = (rest + piece).split('\n');
					rest = lines.pop();
					for (const line of lines) {
						const match = ready?.exec(line);
						if (match)
							settle(match);
						onLine?.(line);
					}
				});
			}
			program.ended.then((how) => {
				clearTimeout(give);
				reject(new Error(`${name} ended (${how}); the end of ${file}:\n${this.tail(program)}`));
			});
			if (ready === null)
				child.once('spawn', () => settle(null));
		});
	}

	/* Resolves with the exit code, or the signal that it took. */
	async stop(program) {
		program.leaving = true;
		program.child.kill('SIGTERM');
		const force = setTimeout(() => program.child.kill('SIGKILL'), LEAVE_MS);
		const how = await program.ended;
		clearTimeout(force);
		return how;
	}

	/* The last started leaves first. */
	async stopAll() {
		for (const program of [...this.running].reverse())
			await this.stop(program);
	}

	tail(program) {
		return lastLines(program.file, 15);
	}
}

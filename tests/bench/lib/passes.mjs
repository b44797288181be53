/* One pass of the real bridge, with what the benches measure of it; and how a bench tells its figures. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DAVENPORT, plainEnvironment } from '../../scenarios/lib/programs.mjs';
import { World } from '../../scenarios/lib/world.mjs';

const SAMPLE_MS = 20;
const KIB_OF_MIB = 1024;

const TIMES = /^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/;

export const REAL_LIMITS = ['--rate', 'on'];

/* The most memory that the process ever had resident; null when it has none any more. */
function peakKib(pid) {
	try {
		return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) || null;
	} catch (error) {
		if (error.code !== 'ENOENT' && error.code !== 'ESRCH')
			throw error;
		return null;
	}
}

/* The only child of a process; 0 when it has none. */
function childOf(pid) {
	try {
		return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
	} catch {
		return 0;
	}
}

/* `davenport sync` in a process of its own, to its end: { report, seconds, rssMib, counts }, the counts from its start. */
export async function measuredSync(world, { full = false } = {}) {
	await world.resetCounts();
	const lines = [];
	const began = performance.now();
	const program = await world.processes.start('sync', DAVENPORT, ['sync', '--json', ...(full ? ['--full'] : [])], {
		env: { ...plainEnvironment(), ...world.environment() }, onLine: (line) => lines.push(line) });
	let peak = 0;
	const sampling = setInterval(() => { peak = peakKib(program.child.pid) ?? peak; }, SAMPLE_MS);
	const status = await program.ended;
	clearInterval(sampling);
	const seconds = (performance.now() - began) / 1000;
	if (status !== 0)
		throw new Error(`davenport sync ended with ${status}:\n${lines.slice(-20).join('\n')}`);
	const { integrations: [report] } = JSON.parse(lines.find((line) => line.startsWith('{')));
	return { report, seconds, rssMib: peak / KIB_OF_MIB, counts: await world.counts() };
}

/* The bridge without Airtable's rate (unlimited.c). */
export const UNLIMITED = path.join(path.dirname(DAVENPORT), 'tests/bench/lib/unlimited');

/* The same with 'cpu', the seconds of processor time that it took: as bash tells it of its child. */
export async function countedSync(world, { program: bridge = DAVENPORT } = {}) {
	await world.resetCounts();
	const lines = [];
	const began = performance.now();
	const program = await world.processes.start('sync', 'bash', ['-c', '"$@"; status=$?; times >&2; exit $status', 'bash',
		bridge, 'sync', '--json'], { env: { ...plainEnvironment(), ...world.environment() }, onLine: (line) => lines.push(line) });
	let peak = 0;
	const sampling = setInterval(() => { peak = peakKib(childOf(program.child.pid)) ?? peak; }, SAMPLE_MS);
	const status = await program.ended;
	clearInterval(sampling);
	const answer = lines.find((line) => line.startsWith('{'));
	const report = answer && JSON.parse(answer).integrations[0];
	const times = lines.findLast((line) => TIMES.test(line));
	if (!report?.ok || !times || (status !== 0 && report.problems === 0))
		throw new Error(`davenport sync ended with ${status}:\n${lines.slice(-20).join('\n')}`);
	const [, userMinutes, user, systemMinutes, system] = TIMES.exec(times).map(Number);
	return { report, cpu: 60 * (userMinutes + systemMinutes) + user + system,
		seconds: (performance.now() - began) / 1000, rssMib: peak / KIB_OF_MIB, counts: await world.counts() };
}

/* The next pass hears every change that the database ever had, as after a server's rewind (the feed promises each at least
 * once). */
export async function rewindFeed(world) {
	const { url, user, password } = world.server;
	const headers = { 'Content-Type': 'application/json',
		Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
	for (const database of [world.database, world.state]) {
		const place = `${url}/${database}/_local/checkpoint-${world.integrationId}`;
		const checkpoint = await (await fetch(place, { headers })).json();
		if (checkpoint.couch === undefined)
			throw new Error(`${database} has no checkpoint: ${JSON.stringify(checkpoint)}`);
		const answer = await fetch(place, { method: 'PUT', headers, body: JSON.stringify({ ...checkpoint, couch: '0' }) });
		if (!answer.ok)
			throw new Error(`${database}: the checkpoint was not taken: HTTP ${answer.status} ${await answer.text()}`);
	}
}

const rounded = (value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value);

/* A line of JSON. */
export function tell(name, figures) {
	const all = { ...figures, processors: os.cpus().length, load_after: os.loadavg()[0] };
	process.stdout.write(`${JSON.stringify({ bench: name, ...Object.fromEntries(Object.entries(all)
		.map(([key, value]) => [key, rounded(value)])) })}\n`);
}

/* Runs 'measure(world)' in a world of its own and prints what it answers: a line of JSON, with the machine's load (the mean
 * number of processes that ran or wanted to) in the minute before it and at its end. */
export async function bench(name, options, measure) {
	const before = os.loadavg()[0];
	const world = await World.open(options);
	try {
		const figures = { ...await measure(world), load_before: before };
		tell(name, figures);
		if (figures.equal === false)
			process.exitCode = 1;
	} finally {
		await world.close();
	}
}

/* The picture server beside nginx, on one machine in one run: a JPEG of 200 KB, warm, over connections that stay open, and links whose
 * signature is wrong.
 *
 *     SECONDS=n   of each single measurement, 5 by default         ROUNDS=n    of them, 3 by default
 *
 * The three servers are asked in turn, by wrk, and of each figure the median of the rounds counts. Limits for each address and
 * access logs are off, with nginx as with us. ratio_to_nginx is our rate to that of nginx with the same file on disk, the
 * lower of 1 and of 64 connections; p99_ratio likewise, the higher. nginx answers 403 out of its configuration where we check a signature. */
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAVENPORT } from '../scenarios/lib/programs.mjs';
import { tell } from './lib/passes.mjs';

const SECONDS = Number(process.env.SECONDS ?? 5);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const BYTES = 200 * 1000;
const CONNECTIONS = [1, 64];
const THREADS = Math.min(8, Math.max(2, os.cpus().length)); /* as many as the picture server takes */
const SERVER = path.join(path.dirname(DAVENPORT), 'tests/bench/lib/images_server');
const DATABASE = `davenport-test-images-${process.pid}`;
const TICK_US = 10000;
const UNITS = { us: 0.001, ms: 1, s: 1000, m: 60000 };

const run = promisify(execFile);

/* The first bytes of a JPEG; what follows is no worse to send than a picture's. */
function picture() {
	return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
		Buffer.alloc(BYTES - 4, 0).map((_, place) => (place * 31 + (place >> 8)) % 251)]);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const round = (number, digits = 3) => Number(number.toFixed(digits));

async function freePort() {
	const server = net.createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => { server.once('listening', resolve); });
	const { port } = server.address();
	await new Promise((resolve) => { server.close(resolve); });
	return port;
}

async function answers(url) {
	const response = await fetch(url);
	await response.arrayBuffer();
	return response.status;
}

async function untilItAnswers(url) {
	for (let attempt = 0; ; attempt++) {
		try {
			return await answers(url);
		} catch (error) {
			if (attempt === 100)
				throw error;
			await sleep(50);
		}
	}
}

/* A document with the picture in CouchDB: what nginx asks for when it is a proxy. */
class Couch {
	constructor(url) {
		this.url = new URL(url);
		this.authorization = `Basic ${Buffer.from(`${decodeURIComponent(this.url.username)}:${
			decodeURIComponent(this.url.password)}`).toString('base64')}`;
	}

	async ask(method, target, body, type = 'application/json') {
		const response = await fetch(`${this.url.origin}/${DATABASE}${target}`, { method, body,
			headers: { Authorization: this.authorization, Accept: 'application/json', 'Content-Type': type } });
		if (!response.ok)
			throw new Error(`CouchDB: ${method} ${target}: ${response.status} ${await response.text()}`);
	}

	async fill() {
		await this.ask('PUT', '');
		await this.ask('PUT', '/image-picture/image-1440', picture(), 'image/jpeg');
	}
}

function configuration(port, couch) {
	return `worker_processes ${THREADS};
pid nginx.pid;
error_log error.log;
${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
	access_log off;
	sendfile on;
	tcp_nopush on;
	types { image/jpeg jpg; }
	keepalive_requests 100000000;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	upstream couch { server ${couch.url.host}; keepalive 64; }
	server {
		listen 127.0.0.1:${port};
		root .;
		location /static/ { alias ./; etag on; add_header X-Content-Type-Options nosniff; }
		location /refused { return 403; }
		location = /proxy.jpg {
			proxy_pass http://couch/${DATABASE}/image-picture/image-1440;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Authorization "${couch.authorization}";
		}
	}
}
`;
}

async function startNginx(folder, couch) {
	const port = await freePort();
	await writeFile(path.join(folder, 'nginx.conf'), configuration(port, couch).replaceAll('./', `${folder}/`));
	const child = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-e', path.join(folder, 'error.log'),
		'-g', 'daemon off;'], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
	const url = `http://127.0.0.1:${port}`;
	const status = await untilItAnswers(`${url}/static/picture.jpg`);
	if (status !== 200)
		throw new Error(`nginx answers ${status}`);
	return { child, url };
}

async function startOurs(folder) {
	const child = spawn(SERVER, [path.join(folder, 'cache'), path.join(folder, 'picture.jpg')],
		{ stdio: ['pipe', 'pipe', 'inherit'] });
	const said = {};
	for await (const line of createInterface({ input: child.stdout })) {
		const [word, value] = line.split(' ');
		said[word] = value;
		if (word === 'bad')
			break;
	}
	const url = `http://127.0.0.1:${said.port}`;
	if (await answers(url + said.good) !== 200 || await answers(url + said.bad) !== 404)
		throw new Error('the picture server does not answer as it should');
	return { child, good: url + said.good, bad: url + said.bad };
}

async function stop(child, end) {
	if (!child || child.exitCode !== null)
		return;
	const ended = new Promise((resolve) => { child.once('exit', resolve); });
	end(child);
	await ended;
}

/* The processor's time that a process and its children had so far, in microseconds. */
async function cpuMicroseconds(pid) {
	const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
	const pids = [pid, ...children.trim().split(' ').filter(Boolean)];
	const stats = await Promise.all(pids.map((each) => readFile(`/proc/${each}/stat`, 'utf8')));
	return stats.reduce((sum, stat) => {
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return sum + (Number(fields[11]) + Number(fields[12])) * TICK_US;
	}, 0);
}

/* Requests a second, the 99th percentile in ms, and what one request costs the server, which other programs disturb least. */
async function load(pid, url, connections) {
	const before = await cpuMicroseconds(pid);
	const { stdout } = await run('wrk', ['-t', '1', '-c', String(connections), '-d', `${SECONDS}s`, '--latency', url]);
	const spent = await cpuMicroseconds(pid) - before;
	const [, p99, unit] = /\n\s+99%\s+([\d.]+)(us|ms|s|m)\b/.exec(stdout);
	return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]), p99: Number(p99) * UNITS[unit],
		cpu: spent / Number(/(\d+) requests in/.exec(stdout)[1]) };
}

async function rssKib(pid) {
	return Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1]);
}

class Measured {
	constructor() {
		this.runs = new Map();
	}

	async take(name, pid, url, connections) {
		const figures = await load(pid, url, connections);
		const key = `${name}_${connections}`;
		this.runs.set(key, [...this.runs.get(key) ?? [], figures]);
		process.stderr.write(`# ${key}: ${Math.round(figures.rate)}/s, p99 ${figures.p99} ms, ${round(figures.cpu, 1)} us of CPU each\n`);
	}

	rate(name, connections) {
		return this.figure('rate', name, connections);
	}

	figure(which, name, connections) {
		return median(this.runs.get(`${name}_${connections}`).map((figures) => figures[which]));
	}
}

async function measure(ours, nginx) {
	const measured = new Measured();
	const rss = [];
	for (let turn = 0; turn < ROUNDS; turn++) {
		for (const connections of CONNECTIONS) {
			await measured.take('ours', ours.child.pid, ours.good, connections);
			rss.push(await rssKib(ours.child.pid));
			await measured.take('nginx', nginx.child.pid, `${nginx.url}/static/picture.jpg`, connections);
			await measured.take('proxy', nginx.child.pid, `${nginx.url}/proxy.jpg`, connections);
		}
		await measured.take('bad', ours.child.pid, ours.bad, 64);
		rss.push(await rssKib(ours.child.pid));
		await measured.take('refused', nginx.child.pid, `${nginx.url}/refused`, 64);
	}
	return { measured, rss };
}

/* How much the resident memory grows from the first tenth of a longer load to its last. */
async function growth(ours) {
	const samples = [];
	let loading = true;
	const whole = run('wrk', ['-t', '1', '-c', '64', '-d', `${SECONDS * 4}s`, ours.good]).finally(() => { loading = false; });
	for (let tenth = 0; tenth < 10 && loading; tenth++) {
		await sleep(SECONDS * 4 * 1000 / 10 - 50);
		samples.push(await rssKib(ours.child.pid));
	}
	await whole;
	return { first: samples[0], last: samples.at(-1) };
}

function report({ measured, rss }, grown) {
	const ratio = (of, to, connections) => measured.rate(of, connections) / measured.rate(to, connections);
	const p99 = (connections) => measured.figure('p99', 'ours', connections) / measured.figure('p99', 'nginx', connections);
	const figures = { seconds: SECONDS, rounds: ROUNDS, processors: os.cpus().length };
	for (const connections of CONNECTIONS)
		for (const name of ['ours', 'nginx', 'proxy']) {
			figures[`rate_${name}_${connections}`] = Math.round(measured.rate(name, connections));
			figures[`p99_ms_${name}_${connections}`] = round(measured.figure('p99', name, connections));
			figures[`cpu_us_${name}_${connections}`] = round(measured.figure('cpu', name, connections), 1);
		}
	tell('images', { ...figures, rate_bad: Math.round(measured.rate('bad', 64)), rate_nginx_403: Math.round(measured.rate('refused', 64)),
		ratio_to_nginx: round(Math.min(...CONNECTIONS.map((count) => ratio('ours', 'nginx', count)))),
		ratio_to_proxy: round(Math.min(...CONNECTIONS.map((count) => ratio('ours', 'proxy', count)))),
		p99_ratio: round(Math.max(...CONNECTIONS.map(p99))), ratio_bad_signature: round(ratio('bad', 'refused', 64)),
		cpu_us_bad: round(measured.figure('cpu', 'bad', 64), 1), cpu_us_nginx_403: round(measured.figure('cpu', 'refused', 64), 1),
		rss_growth: round(grown.last / grown.first), rss_kib: Math.max(...rss, grown.last) });
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'davenport-images-'));
const couch = new Couch(process.env.TEST_COUCHDB_URL);
let ours = null;
let nginx = null;
try {
	await writeFile(path.join(folder, 'picture.jpg'), picture());
	await couch.fill();
	ours = await startOurs(folder);
	nginx = await startNginx(folder, couch);
	const grown = await growth(ours);
	report(await measure(ours, nginx), grown);
} finally {
	await stop(ours?.child, (child) => child.stdin.end());
	await stop(nginx?.child, (child) => child.kill('SIGTERM'));
	await couch.ask('DELETE', '').catch(() => {});
	await rm(folder, { recursive: true, force: true });
}

/* The demo: a CouchDB with the sample inventory, an Airtable to play with, and the bridge between them.
 *
 *     node demo/run.mjs [--once]
 *
 * Runs until Ctrl-C, printing what changes on either side. With --once it does by itself what a person would do, waits
 * each time until both sides agree, and ends with a line of JSON and 0 only if every value is what it must be.
 *
 *   DEMO_COUCHDB_PORT   5985      DEMO_AIRTABLE_PORT   8792      where the two servers listen, on 127.0.0.1
 *   DEMO_PICTURES_PORT  8790      where the bridge serves pictures, which the sandbox fetches by signed links
 *   DEMO_ITEMS          200       how large the inventory is */
import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compare, readBoth } from './checker.mjs';
import { runOnce } from './once.mjs';
import { choosePictures, drawPhotos, drawPictures, pictureDocuments } from './pictures.mjs';
import { freePort, portIsFree, Processes } from './processes.mjs';
import { BASE_ID, putSample, sampleDocuments } from './sample.mjs';
import { couchAt, sandboxAt } from './servers.mjs';
import { watchBoth } from './watch.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/* `make` says where the programs are that it built. */
const DAVENPORT = process.env.DAVENPORT ?? path.join(ROOT, 'build/plain/davenport');
const SANDBOX = process.env.AIRTABLE_SANDBOX ?? path.join(ROOT, 'build/plain/airtable-sandbox');
const DRAW = process.env.DEMO_DRAW ?? path.join(ROOT, 'build/plain/demo/draw');
const USER = 'demo';
const PASSWORD = 'davenport';
const TOKEN = 'patDemo0000000000.davenport';
const DATABASE = 'inventory';
const POLL_SECONDS = 2;
const LOOK_MS = 500;

const once = process.argv.includes('--once');
const ADMIN_PORT = 8791;
const ports = { couch: Number(process.env.DEMO_COUCHDB_PORT ?? 5985), airtable: Number(process.env.DEMO_AIRTABLE_PORT ?? 8792),
	pictures: Number(process.env.DEMO_PICTURES_PORT ?? 8790),
	admin: ADMIN_PORT };
const items = Number(process.env.DEMO_ITEMS ?? 200);
const folder = path.join(ROOT, 'build', ports.couch === 5985 ? 'demo' : `demo-${ports.couch}`);
const KEY_FILE = path.join(folder, 'image-keys');
const PHOTOS = path.join(folder, 'photos');
const began = Date.now();

function say(words) {
	process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)}  ${words}\n`);
}

/* ---- starting ---- */

async function checkPorts() {
	for (const [name, port, variable] of [['CouchDB', ports.couch, 'DEMO_COUCHDB_PORT'],
		['Airtable', ports.airtable, 'DEMO_AIRTABLE_PORT'], ['pictures', ports.pictures, 'DEMO_PICTURES_PORT']]) {
		if (!Number.isInteger(port) || port < 1 || port > 65535)
			throw new Error(`${variable} is no port`);
		if (!await portIsFree(port))
			throw new Error(`port ${port}, of the demo's ${name}, is in use (another demo?). End what uses it, or ` +
				`choose another: make demo ${variable}=${port + 100}`);
	}
	/* Nobody has to know this one beforehand: another is as good. */
	if (!await portIsFree(ADMIN_PORT))
		ports.admin = await freePort();
}

function checkPrograms() {
	for (const program of [DAVENPORT, SANDBOX, DRAW]) {
		if (!existsSync(program))
			throw new Error(`${program} is not there: run make demo`);
	}
	if (!existsSync(path.join(ROOT, 'tools/couch-stand-in/node_modules')))
		throw new Error('the packages of the CouchDB stand-in are not there: run tools/install demo');
}

/* The inventory with its pictures. */
async function makeSample() {
	const documents = sampleDocuments({ items });
	const chosen = choosePictures(documents);
	const drawn = await drawPictures(DRAW, path.join(folder, 'pictures'), chosen.flatMap(({ names }) => names));
	const photos = await drawPhotos(DRAW, PHOTOS);
	return { documents: [...documents, ...pictureDocuments(chosen, drawn)], pictures: drawn.size, pictured: chosen.length, photos };
}

async function startServers(processes) {
	await processes.start('couchdb', process.execPath, [path.join(ROOT, 'tools/couch-stand-in/server.js'),
		'--port', String(ports.couch), '--dir', path.join(folder, 'couchdb'), '--user', USER, '--password', PASSWORD],
	{ ready: /^listening / });
	await processes.start('airtable', SANDBOX, ['--listen', `127.0.0.1:${ports.airtable}`,
		'--template', BASE_ID], { ready: /listening/ });
	return {
		couch: couchAt(`http://127.0.0.1:${ports.couch}`, USER, PASSWORD),
		sandbox: sandboxAt(`http://127.0.0.1:${ports.airtable}`),
	};
}

/* The key that signs links to pictures, made once. */
async function makeKey() {
	await promisify(execFile)(DAVENPORT, ['keys', 'make'], { env: { IMAGE_KEYS_FILE: KEY_FILE } });
}

function startBridge(processes, onLine) {
	return processes.start('davenport', DAVENPORT, ['run'], { onLine, env: {
		COUCHDB_URL: `http://127.0.0.1:${ports.couch}`,
		COUCHDB_USER: USER,
		COUCHDB_PASSWORD: PASSWORD,
		COUCHDB_DATABASES: DATABASE,
		AIRTABLE_TOKEN: TOKEN,
		AIRTABLE_ENDPOINT_URL: `http://127.0.0.1:${ports.airtable}`,
		AIRTABLE_POLL_SECONDS: String(POLL_SECONDS),
		PUBLIC_URL: `http://127.0.0.1:${ports.pictures}`,
		PUBLIC_LISTEN: `127.0.0.1:${ports.pictures}`,
		IMAGE_KEYS_FILE: KEY_FILE,
		DATA_DIR: path.join(folder, 'served'),
		ADMIN_LISTEN: `127.0.0.1:${ports.admin}`,
		LOG_LEVEL: 'info',
	} });
}

/* ---- with somebody watching ---- */

function tellWhereToLook(name) {
	const there = ports.couch === 5985 ? '' : `DEMO_COUCHDB_PORT=${ports.couch} `;
	const command = `${there}node demo/document.mjs "${name}"`;
	process.stderr.write(`
  Airtable  ${`http://127.0.0.1:${ports.airtable}/`.padEnd(36)} a grid: click a cell, type, press Enter; the pictures are in the column Images
  Davenport ${`http://127.0.0.1:${ports.admin}/`.padEnd(36)} how it stands, problems, and what was changed
  CouchDB   ${`http://127.0.0.1:${ports.couch}/${DATABASE}`.padEnd(36)} user ${USER}, password ${PASSWORD}

  Try: change a cell in the grid, and see the document change below.
       ${command.padEnd(command.length + 24)}  shows a document,
       ${command} notes="aired on Sunday"  saves it as the app does: see the row change.
       Open a cell of Images in the grid, and attach a photograph: some lie in ${path.relative(process.cwd(), PHOTOS)}.
  All that is printed is in ${path.relative(process.cwd(), folder) || folder}/*.log. Ctrl-C ends everything.

`);
}

function progress(rows, wanted, differences) {
	const waiting = differences.filter(({ what }) => what === 'pictures').length;
	return rows === wanted && waiting > 0 ? `the pictures of ${waiting} items are on their way` : `${rows} of ${wanted} rows`;
}

async function showUntilStopped(servers, stopped) {
	const watch = watchBoth(say);
	let told = '';
	while (!stopped()) {
		const both = await readBoth({ ...servers, database: DATABASE, pictures: true });
		const { rows, items: wanted, collections, differences } = compare(both);
		if (told !== 'agree') {
			const words = differences.length === 0 ? 'agree' : progress(rows, wanted + collections, differences);
			if (words !== told)
				say(words === 'agree' ? `both sides agree: ${wanted} items in ${collections} collections, with their pictures` : words);
			told = words;
		}
		if (told === 'agree')
			watch.look(both);
		await sleep(LOOK_MS);
	}
}

/* ---- ---- */

async function main() {
	let stopping = false;
	let lost = null;
	const processes = new Processes(folder, (program, how) => {
		lost ??= `${program.name} ended by itself (${how}); the end of ${program.file}:\n${processes.tail(program)}`;
	});
	const stopped = () => {
		if (lost !== null)
			throw new Error(lost);
		return stopping;
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
		process.on(signal, () => { stopping = true; });

	try {
		const drawing = makeSample();
		drawing.catch(() => undefined); /* told below, when the servers are there to be stopped */
		const servers = await startServers(processes);
		say(`CouchDB stand-in on ${servers.couch.url}, Airtable sandbox on ${servers.sandbox.url}`);
		const { documents, pictures, pictured, photos } = await drawing;
		await putSample(servers.couch, DATABASE, documents);
		say(`${items} items put into the database ${DATABASE}, ${pictured} of them with ${pictures} pictures`);
		await makeKey();
		const bridge = { start: (onLine) => startBridge(processes, onLine), stop: (program) => processes.stop(program) };
		if (once) {
			const summary = await runOnce({ ...servers, database: DATABASE, sample: documents, photos, bridge, say, stopped,
				began });
			await processes.stopAll();
			process.stdout.write(`${JSON.stringify(summary)}\n`);
			return summary.converged ? 0 : 1;
		}
		await bridge.start();
		tellWhereToLook(documents.map((doc) => doc.data?.name).find((name) => /^[A-Z][a-z]+ [a-z]+ \d+$/.test(name)));
		await showUntilStopped(servers, stopped);
		return 0;
	} finally {
		await processes.stopAll();
	}
}

try {
	checkPrograms();
	await checkPorts();
	rmSync(folder, { recursive: true, force: true });
	process.exitCode = await main();
} catch (error) {
	process.stderr.write(`demo: ${error.message}\n`);
	if (once)
		process.stdout.write(`${JSON.stringify({ converged: false, problem: error.message })}\n`);
	process.exitCode = 1;
}

/* A world for one scenario: a database with documents, a base in a sandbox of its own, and the bridge between them,
 * with the hands that people have on either side. Everything in it ends with close(). */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare, idOf, readBoth, sentence } from '../../../demo/checker.mjs';
import { Processes } from '../../../demo/processes.mjs';
import { BASE_ID, INTEGRATION_ID, putSample, sampleDocuments } from '../../../demo/sample.mjs';
import { couchAt, sandboxAt } from '../../../demo/servers.mjs';
import { DAVENPORT, plain, plainEnvironment, runToEnd, startSandbox } from './programs.mjs';

export const TOKEN = 'patScenario000000.davenport';
export { BASE_ID, INTEGRATION_ID, idOf, sampleDocuments, sentence };
/* So long nothing has gone wrong yet: a write in doubt alone waits 65 s, and the machine may be busy. */
const UNTIL_MS = 180000;
const LOOK_MS = 150;
const SAVES = 5;

/* TEST_COUCHDB_URL, taken apart. */
export function testServer() {
	if (!process.env.TEST_COUCHDB_URL)
		throw new Error('TEST_COUCHDB_URL is not set: run this under tests/with-couch');
	const url = new URL(process.env.TEST_COUCHDB_URL);
	return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, user: decodeURIComponent(url.username),
		password: decodeURIComponent(url.password) };
}

async function ask(method, url, { user, password } = {}, body = undefined) {
	const headers = { Accept: 'application/json' };
	if (user)
		headers.Authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
	if (body !== undefined)
		headers['Content-Type'] = 'application/json';
	const response = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
	const text = await response.text();
	if (!response.ok)
		throw Object.assign(new Error(`${method} ${new URL(url).pathname}: HTTP ${response.status}: ${text.slice(0, 300)}`),
			{ status: response.status });
	return text === '' ? null : JSON.parse(text);
}

/* Nothing where there is nothing. */
async function askMaybe(...words) {
	try {
		return await ask(...words);
	} catch (error) {
		if (error.status !== 404)
			throw error;
		return null;
	}
}

/* What the checker finds. A row that a person made may leave its Type empty, which says "Item" as well. */
export function differencesOf(both) {
	return compare(both).differences.filter(({ field, couch, airtable }) =>
		!(field === 'Type' && couch === 'Item' && airtable === null));
}

export class World {
	/* Options: items (of the sample) or documents; sandbox: words for its command line, saving: it writes its rows to .saved
	 * at its end; server: another CouchDB than the tests' own, where the database may have another name; token; base: its id; beside: a world whose sandbox has that
	 * base already; env: more settings for the bridge. */
	static async open(options = {}) {
		const world = new World(options);
		try {
			await world.begin(options);
		} catch (error) {
			await world.close();
			throw error;
		}
		return world;
	}

	constructor({ server = testServer(), token = TOKEN, base = BASE_ID, env = {}, database = `davenport-test-${randomBytes(6).toString('hex')}` }) {
		this.server = server;
		this.token = token;
		this.env = env;
		this.database = database;
		this.state = `${this.database}-davenport`;
		this.base = base;
		this.integrationId = INTEGRATION_ID;
		this.folder = mkdtempSync(path.join(os.tmpdir(), 'davenport-world-'));
		this.processes = new Processes(this.folder, () => {});
		this.couch = couchAt(server.url, server.user, server.password);
		this.loggedTo = 0;
	}

	async begin({ items = 10, seed = 1, documents = null, sandbox = [], beside = null, saving = false }) {
		const sample = documents ?? sampleDocuments({ items, seed, base: this.base });
		await putSample(this.couch, this.database, sample);
		if (beside !== null) {
			this.sandbox = beside.sandbox;
			return;
		}
		this.saved = path.join(this.folder, 'airtable.json');
		const started = await startSandbox(this.processes, ['--rate', 'off', '--template', this.base,
			...(saving ? ['--save', this.saved] : []), ...sandbox]);
		this.sandboxProgram = started.program;
		this.sandboxPort = started.port;
		this.sandbox = sandboxAt(started.url);
	}

	/* 'server' false: the server goes, too, and takes the databases along. */
	async close({ server = true } = {}) {
		await this.processes.stopAll();
		for (const database of server ? [this.database, this.state] : [])
			await askMaybe('DELETE', `${this.server.url}/${database}`, this.server);
		rmSync(this.folder, { recursive: true, force: true });
	}

	/* ---- the bridge ---- */

	environment() {
		return { COUCHDB_URL: this.server.url, COUCHDB_USER: this.server.user, COUCHDB_PASSWORD: this.server.password,
			COUCHDB_DATABASES: this.database, AIRTABLE_TOKEN: this.token, AIRTABLE_ENDPOINT_URL: this.sandbox.url,
			ADMIN_LISTEN: '127.0.0.1:0', LOG_LEVEL: 'info', ...this.env };
	}

	/* { status, report, log }: one pass in a process of its own. */
	async sync({ full = false, held = null, removeTwins = false, beforehand = null, env = {} } = {}) {
		const words = ['sync', '--json', ...(full ? ['--full'] : []), ...(held ? ['--held', held] : []),
			...(removeTwins ? ['--remove-twins'] : [])];
		const { status, out, log } = await runToEnd(DAVENPORT, words, { env: { ...this.environment(), ...env }, beforehand });
		if (typeof status === 'string')
			return { status, report: null, answer: null, log };
		if (out === '')
			return { status, report: null, answer: null, log };
		const answer = JSON.parse(out);
		return { status, answer, report: answer.integrations[0] ?? null, log };
	}

	/* A pass that must go well. */
	async syncWell(options = {}) {
		const done = await this.sync(options);
		assert.equal(done.status, 0, `davenport sync ended with ${done.status}: ${JSON.stringify(done.answer)}\n${done.log}`);
		return done;
	}

	async check({ env = {} } = {}) {
		const { status, out, log } = await runToEnd(DAVENPORT, ['check', '--json'], { env: { ...this.environment(), ...env } });
		const { findings } = out === '' ? { findings: [] } : JSON.parse(out);
		return { status, findings, problems: findings.filter(({ state }) => state === 'problem').map(({ words }) => words), log };
	}

	/* What davenport problems says. */
	async problems({ json = true } = {}) {
		const { status, out, log } = await runToEnd(DAVENPORT, ['problems', ...(json ? ['--json'] : [])], { env: this.environment() });
		return { status, out, log, answer: json && out !== '' ? JSON.parse(out) : null };
	}

	/* Any command with --json: { status, answer, log }; of the first integration what stands in its list. */
	async ask(...words) {
		const { status, out, log } = await runToEnd(DAVENPORT, [...words, '--json'], { env: this.environment() });
		const answer = out === '' ? null : JSON.parse(out);
		return { status, answer, first: answer?.integrations?.[0] ?? null, log };
	}

	/* The same as a person reads it. */
	async tell(...words) {
		return runToEnd(DAVENPORT, words, { env: this.environment() });
	}

	/* A document of the state database, or null. */
	stateDocument(id) {
		return askMaybe('GET', `${this.server.url}/${this.state}/${encodeURIComponent(id)}`, this.server);
	}

	putState(document) {
		return ask('PUT', `${this.server.url}/${this.state}/${encodeURIComponent(document._id)}`, this.server, document);
	}

	/* Goes on until stop(); its lines gather in .lines. */
	async run({ pollSeconds = 1, env = {} } = {}) {
		const lines = [];
		const program = await this.processes.start(`davenport-${++this.loggedTo}`, DAVENPORT, ['run'], {
			env: { ...plainEnvironment(), ...this.environment(), AIRTABLE_POLL_SECONDS: String(pollSeconds), ...env },
			onLine: (line) => lines.push(line) });
		return { program, lines, pid: program.child.pid, ended: program.ended, stop: () => this.processes.stop(program),
			log: () => plain(lines.join('\n')) };
	}

	/* The same for a bridge that will be killed, whose id is known to 'beforehand' before it begins; ends with it. */
	runHeld(beforehand, { pollSeconds = 1 } = {}) {
		return runToEnd(DAVENPORT, ['run'], { beforehand,
			env: { ...this.environment(), AIRTABLE_POLL_SECONDS: String(pollSeconds) } });
	}

	/* ---- the sandbox's controls ---- */

	control(method, words, body) {
		return ask(method, `${this.sandbox.url}/_sandbox/${words}`, {}, body);
	}

	advance(ms) {
		return this.control('POST', 'clock', { advance_ms: ms });
	}

	/* Airtable's time. */
	async now() {
		return (await this.control('GET', 'clock')).now_ms;
	}

	counts() {
		return this.control('GET', 'counts');
	}

	resetCounts() {
		return this.control('POST', 'counts', {});
	}

	faults(rules) {
		return this.control('POST', 'faults', rules);
	}

	async firedFaults() {
		return (await this.control('GET', 'faults')).fired;
	}

	dropFaults() {
		return this.control('DELETE', 'faults');
	}

	/* A person's edits: a list of actions. */
	async edit(...actions) {
		return (await this.control('POST', 'edit', { base: this.base, actions })).results;
	}

	/* ---- rows ---- */

	async rows(table = 'Items') {
		return this.sandbox.rows(this.base, table);
	}

	async rowOf(id, table = 'Items') {
		return (await this.rows(table)).find((row) => row.fields.ID === id);
	}

	/* Cells of the row of a document, by names of fields. */
	async editRow(id, fields, table = 'Items') {
		const row = await this.rowOf(id, table);
		assert.ok(row, `there is no row of ${id} in ${table}`);
		await this.edit({ action: 'update', table, record: row.id, fields });
		return row;
	}

	/* [[id, fields], …], as one person's edit. */
	async editRows(edits, table = 'Items') {
		const byId = new Map((await this.rows(table)).map((row) => [row.fields.ID, row.id]));
		await this.edit(...edits.map(([id, fields]) => ({ action: 'update', table, record: byId.get(id), fields })));
	}

	/* ---- documents ---- */

	document(id, type = 'item') {
		return askMaybe('GET', `${this.server.url}/${this.database}/${encodeURIComponent(`${type}-${id}`)}`, this.server);
	}

	async documents(type = 'item') {
		return (await this.couch.all(this.database)).filter((doc) => doc.type === type);
	}

	histories() {
		return this.documents('_history');
	}

	/* As the app saves: under its revision, with the time, and once more after a conflict; a value undefined removes the key. */
	async save(id, changes, { type = 'item', at = null } = {}) {
		for (let attempt = 1; ; attempt++) {
			const document = await this.couch.get(this.database, `${type}-${id}`);
			for (const [key, value] of Object.entries(changes)) {
				if (value === undefined)
					delete document.data[key];
				else
					document.data[key] = value;
			}
			document.updated_at = at ?? await this.now();
			try {
				await this.couch.put(this.database, document);
				return document;
			} catch (error) {
				if (error.status !== 409 || attempt === SAVES)
					throw error;
			}
		}
	}

	/* As the app deletes: a bare tombstone, and where the document bore a mark, the note that it leaves behind. */
	async remove(id, type = 'item') {
		const document = await this.couch.get(this.database, `${type}-${id}`);
		const mark = document.data?.integrations?.[this.integrationId];
		await this.couch.remove(this.database, document);
		if (mark === undefined)
			return;
		const now = Date.now();
		await this.couch.put(this.database, { _id: `integration_deleted_data-${type}-${id}-${this.integrationId}`,
			type: 'integration_deleted_data', data: { integration_id: this.integrationId, type, id, data: mark },
			created_at: now, updated_at: now });
	}

	/* { id: what it holds } of every document, without the marks that the bridge leaves in one after a quiet minute. */
	async contents() {
		return Object.fromEntries((await this.couch.all(this.database)).map(({ _rev, ...document }) => {
			const { integrations, ...data } = document.data ?? {};
			return [document._id, { ...document, data }];
		}));
	}

	/* Revisions as they come from another server, with their _rev and _revisions. */
	async replicate(docs) {
		const answers = await ask('POST', `${this.server.url}/${this.database}/_bulk_docs`, this.server, { new_edits: false, docs });
		assert.deepEqual(answers.filter(({ error }) => error), []);
	}

	/* Rows of all documents, with their losing leaves. */
	async openLeaves() {
		return (await ask('GET', `${this.server.url}/${this.database}/_all_docs?include_docs=true&conflicts=true`, this.server)).rows;
	}

	/* All leaves of one document as they are replicated, the deleted ones, too. */
	async allLeaves(id) {
		const url = `${this.server.url}/${this.database}/${encodeURIComponent(id)}`, leaves = [];
		const found = await ask('GET', `${url}?open_revs=all`, this.server);
		for (const { ok: { _rev: rev } } of found)
			leaves.push(await ask('GET', `${url}?rev=${rev}&revs=true&attachments=true`, this.server));
		return leaves;
	}

	/* A losing leaf is deleted. */
	endLeaf({ _id: id, _rev: rev }) {
		return ask('DELETE', `${this.server.url}/${this.database}/${encodeURIComponent(id)}?rev=${rev}`, this.server);
	}

	/* What no leaf needs is forgotten. */
	async compact() {
		await ask('POST', `${this.server.url}/${this.database}/_compact`, this.server, {});
		await this.until('it is compacted', async () => !(await this.databaseInfo(this.database)).compact_running);
	}

	/* { id: revision } of every document. */
	async revisions() {
		const { rows } = await ask('GET', `${this.server.url}/${this.database}/_all_docs`, this.server);
		return Object.fromEntries(rows.map((row) => [row.id, row.value.rev]));
	}

	/* The integration's document, changed. */
	async configure(changes) {
		const document = await this.couch.get(this.database, `integration-${this.integrationId}`);
		Object.assign(document.data.config, changes);
		document.updated_at = Date.now();
		await this.couch.put(this.database, document);
	}

	/* As if the bridge had never noted how far it came. */
	async forgetCheckpoints() {
		for (const database of [this.database, this.state]) {
			const url = `${this.server.url}/${database}/_local/checkpoint-${this.integrationId}`;
			const { _rev: revision } = await ask('GET', url, this.server);
			await ask('DELETE', `${url}?rev=${encodeURIComponent(revision)}`, this.server);
		}
	}

	/* ---- what becomes of a database ---- */

	checkpointUrl(database) {
		return `${this.server.url}/${database}/_local/checkpoint-${this.integrationId}`;
	}

	/* What a database says of how far it is synced, or null. */
	checkpoint(database) {
		return askMaybe('GET', this.checkpointUrl(database), this.server);
	}

	async changeCheckpoint(database, change) {
		await ask('PUT', this.checkpointUrl(database), this.server, change(await this.checkpoint(database)));
	}

	databaseInfo(database) {
		return ask('GET', `${this.server.url}/${database}`, this.server);
	}

	async makeAnew(database) {
		await ask('DELETE', `${this.server.url}/${database}`, this.server);
		try {
			await ask('PUT', `${this.server.url}/${database}`, this.server);
		} catch (error) {
			if (error.status !== 412) /* some servers make it of anybody's request that comes in between */
				throw error;
		}
	}

	/* Every leaf with its revisions, and the checkpoint: what a copy of the files would have of it. */
	async backUp(database) {
		const url = `${this.server.url}/${database}`, leaves = [];
		const { results } = await ask('GET', `${url}/_changes?style=all_docs`, this.server);
		for (const { id, changes } of results)
			for (const { rev } of changes)
				leaves.push(await ask('GET', `${url}/${encodeURIComponent(id)}?rev=${rev}&revs=true&attachments=true`, this.server));
		return { leaves, checkpoint: await this.checkpoint(database) };
	}

	/* Files that are put back keep the time at which their database was made; this one has another, which the checkpoint must not tell. */
	async putBack(database, { leaves, checkpoint }) {
		await this.makeAnew(database);
		await ask('POST', `${this.server.url}/${database}/_bulk_docs`, this.server, { new_edits: false, docs: leaves });
		if (checkpoint !== null) {
			const { _rev, born, ...body } = checkpoint;
			await ask('PUT', this.checkpointUrl(database), this.server, body);
		}
	}

	forgetState() {
		return ask('DELETE', `${this.server.url}/${this.state}`, this.server);
	}

	/* The document that says who keeps the integration in step, or null. */
	lease() {
		return askMaybe('GET', `${this.server.url}/${this.state}/lease-${this.integrationId}`, this.server);
	}

	/* ---- both ---- */

	async both({ marks = false } = {}) {
		return readBoth({ couch: this.couch, sandbox: this.sandbox, database: this.database, marks });
	}

	async differences(options) {
		return differencesOf(await this.both(options));
	}

	async assertEqual(options) {
		const differences = await this.differences(options);
		assert.deepEqual(differences.slice(0, 20).map(sentence), [], `${differences.length} differences`);
	}

	/* Until 'holds()' is true or does not throw any more; 'what' is for the complaint. */
	async until(what, holds, ms = UNTIL_MS) {
		const deadline = Date.now() + ms;
		let why = null;
		for (;;) {
			try {
				if (await holds() !== false)
					return;
				why = null;
			} catch (error) {
				why = error;
			}
			if (Date.now() > deadline)
				throw new Error(`not within ${ms / 1000} s: ${what}${why ? `\n${why.message}` : ''}`);
			await sleep(LOOK_MS);
		}
	}

	untilEqual(what = 'both sides agree', ms = UNTIL_MS) {
		return this.until(what, () => this.assertEqual(), ms);
	}

	logOf(program) {
		return readFileSync(program.file, 'utf8');
	}
}

/* A scenario in a world of its own. */
export function inWorld(title, options, play) {
	return { title, async play(step) {
		const world = await World.open(options);
		try {
			await play(world, step);
		} finally {
			await world.close();
		}
	} };
}

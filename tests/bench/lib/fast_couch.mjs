/* A CouchDB for benches, in memory: 100,000 documents are put and read in seconds, so that what is measured is the bridge.
 *
 * It knows what the bridge and the tests ask for, keeps no old bodies, no conflicts and no attachments, and admits
 * everybody. What CouchDB does is tested elsewhere. */
import { createHash } from 'node:crypto';
import http from 'node:http';

const HEARTBEAT_MS = 5000;

/* The first place whose id is not before the key. */
function placeOf(ids, key) {
	let from = 0;
	for (let to = ids.length; from < to;) {
		const middle = (from + to) >> 1;
		if (ids[middle] < key)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

const SORTED_ANEW = 1000; /* so many new ids at once are sorted together with the others */

class Database {
	constructor() {
		this.docs = new Map(); /* id → { revs, the newest last, seq, deleted, text } */
		this.locals = new Map();
		this.changes = []; /* ids in the order of their last change; null where one changed again */
		this.ids = [];     /* of live documents, sorted, but for: */
		this.fresh = [];   /* those that came since */
	}

	/* Ids of live documents, by their bytes; those of the tests are ASCII. */
	sorted() {
		if (this.fresh.length > SORTED_ANEW)
			this.ids = this.ids.concat(this.fresh).sort();
		else
			for (const id of this.fresh)
				this.ids.splice(placeOf(this.ids, id), 0, id);
		this.fresh = [];
		return this.ids;
	}

	count() {
		return this.ids.length + this.fresh.length;
	}

	noteLife(id, before, after) {
		if (before === after)
			return;
		if (after) {
			this.fresh.push(id);
			return;
		}
		const ids = this.sorted();
		ids.splice(placeOf(ids, id), 1);
	}

	put(body) {
		const { _id: id, _rev: rev = null, _deleted: deleted = false } = body;
		const present = this.docs.get(id), newest = present?.revs.at(-1);
		if (present && !present.deleted ? rev !== newest : rev !== null && rev !== newest)
			return { id, error: 'conflict', reason: 'Document update conflict.' };
		const { _rev, ...rest } = body;
		const generation = Number(newest?.split('-')[0] ?? 0) + 1;
		const next = `${generation}-${createHash('md5').update(JSON.stringify(rest)).digest('hex')}`;
		if (present)
			this.changes[present.seq - 1] = null;
		this.noteLife(id, present !== undefined && !present.deleted, !deleted);
		const { _id, ...keys } = rest;
		const text = JSON.stringify({ _id, _rev: next, ...keys });
		this.docs.set(id, { revs: [...present?.revs ?? [], next], seq: this.changes.push(id), deleted, text });
		return { ok: true, id, rev: next };
	}

	/* { id: { missing: those of the revisions that never were } } */
	unknownRevisions(asked) {
		const unknown = {};
		for (const [id, revs] of Object.entries(asked)) {
			const missing = revs.filter((rev) => !this.docs.get(id)?.revs.includes(rev));
			if (missing.length)
				unknown[id] = { missing };
		}
		return unknown;
	}

	row(id, bodies) {
		const doc = this.docs.get(id);
		if (!doc)
			return `{"key":${JSON.stringify(id)},"error":"not_found"}`;
		const value = `{"rev":"${doc.revs.at(-1)}"${doc.deleted ? ',"deleted":true' : ''}}`;
		const body = bodies ? `,"doc":${doc.deleted ? 'null' : doc.text}` : '';
		return `{"id":${JSON.stringify(id)},"key":${JSON.stringify(id)},"value":${value}${body}}`;
	}

	change(id, bodies) {
		const doc = this.docs.get(id);
		return `{"seq":"${doc.seq}-x","id":${JSON.stringify(id)},"changes":[{"rev":"${doc.revs.at(-1)}"}]` +
			`${doc.deleted ? ',"deleted":true' : ''}${bodies ? `,"doc":${doc.text}` : ''}}`;
	}
}

function allDocs(database, query, keys) {
	const bodies = query.get('include_docs') === 'true';
	if (keys)
		return `{"rows":[${keys.map((key) => database.row(key, bodies)).join(',\n')}]}`;
	const ids = database.sorted();
	const limit = Number(query.get('limit') ?? ids.length), rows = [];
	const end = query.has('endkey') ? JSON.parse(query.get('endkey')) : '\uffff';
	const inclusive = query.get('inclusive_end') !== 'false';
	for (let at = placeOf(ids, JSON.parse(query.get('startkey') ?? '""')); at < ids.length && rows.length < limit; at++) {
		if (inclusive ? ids[at] > end : ids[at] >= end)
			break;
		rows.push(database.row(ids[at], bodies));
	}
	return `{"total_rows":${ids.length},"offset":0,"rows":[${rows.join(',\n')}]}`;
}

function changes(database, query, response) {
	const bodies = query.get('include_docs') === 'true';
	const since = query.get('since') === 'now' ? database.changes.length : parseInt(query.get('since') ?? '0', 10) || 0;
	const limit = Number(query.get('limit') ?? Infinity), rows = [];
	let at = since;
	for (; at < database.changes.length && rows.length < limit; at++)
		if (database.changes[at] !== null)
			rows.push(database.change(database.changes[at], bodies));
	if (query.get('feed') !== 'continuous') {
		response.end(`{"results":[${rows.join(',\n')}],"last_seq":"${at}-x","pending":${database.changes.length - at}}`);
		return;
	}
	response.write(rows.map((row) => `${row}\n`).join('') || '\n');
	const timer = setInterval(() => {
		for (; at < database.changes.length; at++)
			if (database.changes[at] !== null)
				response.write(`${database.change(database.changes[at], bodies)}\n`);
		response.write('\n');
	}, Math.min(HEARTBEAT_MS, 200));
	response.on('close', () => clearInterval(timer));
}

function answer(databases, method, words, query, body, response) {
	const [name, ...rest] = words, end = (status, value) => {
		response.statusCode = status;
		response.end(typeof value === 'string' ? value : JSON.stringify(value));
	};
	if (!name)
		return end(200, { couchdb: 'Welcome', version: '3.5.0' });
	if (name === '_all_dbs')
		return end(200, [...databases.keys()].sort());
	if (name === '_session')
		return end(200, { ok: true, userCtx: { name: 'bench', roles: ['_admin'] } });
	if (method === 'PUT' && rest.length === 0) {
		if (databases.has(name))
			return end(412, { error: 'file_exists', reason: 'it is there' });
		databases.set(name, new Database());
		return end(201, { ok: true });
	}
	const database = databases.get(name);
	if (!database)
		return end(404, { error: 'not_found', reason: 'Database does not exist.' });
	if (method === 'DELETE' && rest.length === 0)
		return end(200, { ok: databases.delete(name) });
	if (rest.length === 0)
		return end(200, { db_name: name, instance_start_time: '1', update_seq: `${database.changes.length}-x`,
			purge_seq: '0-x', doc_count: database.count() });
	if (rest[0] === '_security')
		return end(200, method === 'PUT' ? { ok: true } : { admins: { roles: ['_admin'] }, members: { roles: ['_admin'] } });
	if (rest[0] === '_all_docs')
		return end(200, allDocs(database, query, body?.keys));
	if (rest[0] === '_changes')
		return changes(database, query, response);
	if (rest[0] === '_bulk_docs')
		return end(201, body.docs.map((doc) => database.put(doc)));
	if (rest[0] === '_revs_diff')
		return end(200, database.unknownRevisions(body));
	if (rest[0] === '_bulk_get')
		return end(501, { error: 'not_implemented', reason: 'not in this CouchDB for benches' });
	const id = rest.join('/');
	if (rest[0] === '_local') {
		const present = database.locals.get(id);
		if (method === 'GET')
			return present ? end(200, present) : end(404, { error: 'not_found', reason: 'missing' });
		const rev = `0-${Number(present?._rev.split('-')[1] ?? 0) + 1}`;
		database.locals.set(id, { ...body, _id: id, _rev: rev });
		return end(201, { ok: true, id, rev });
	}
	if (method === 'GET') {
		const doc = database.docs.get(id);
		return doc && !doc.deleted ? end(200, doc.text) : end(404, { error: 'not_found', reason: 'missing' });
	}
	const put = database.put({ ...body, _id: id });
	return end(put.ok ? 201 : 409, put);
}

/* { url, user, password, close() } */
export async function startFastCouch() {
	const databases = new Map();
	const server = http.createServer((request, response) => {
		const url = new URL(request.url, 'http://localhost'), parts = [];
		request.on('data', (part) => parts.push(part));
		request.on('end', () => {
			response.setHeader('Content-Type', 'application/json');
			const words = url.pathname.split('/').filter((word) => word !== '').map(decodeURIComponent);
			const text = Buffer.concat(parts).toString('utf8');
			answer(databases, request.method, words, url.searchParams, text === '' ? undefined : JSON.parse(text), response);
		});
	});
	await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
	return { url: `http://127.0.0.1:${server.address().port}`, user: 'bench', password: 'bench',
		close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}

/* A phone: a database of its own that replicates with the world's when it is told to, both ways, as the app does it. What its person
 * does in between comes beside what others did. */
import { createHash } from 'node:crypto';

export class Phone {
	/* With all that the server has. */
	static async open(world) {
		const phone = new Phone(world);
		await phone.ask('PUT', phone.database);
		await phone.pull();
		return phone;
	}

	constructor(world) {
		this.world = world;
		this.database = `${world.database}-phone`;
		this.since = new Map(); /* database → how far it was read */
	}

	close() {
		return this.ask('DELETE', this.database);
	}

	async ask(method, words, body = undefined) {
		const { url, user, password } = this.world.server;
		const response = await fetch(`${url}/${words}`, { method, body: body === undefined ? undefined : JSON.stringify(body),
			headers: { Accept: 'application/json', 'Content-Type': 'application/json',
				...(user ? { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } : {}) } });
		const text = await response.text();
		if (!response.ok)
			throw new Error(`${method} ${words}: HTTP ${response.status}: ${text.slice(0, 300)}`);
		return text === '' ? null : JSON.parse(text);
	}

	/* All leaves that the other does not have, with their ancestors. */
	async replicate(from, to) {
		const since = this.since.get(from) ?? '0';
		const { results, last_seq: last } = await this.ask('GET',
			`${from}/_changes?style=all_docs&since=${encodeURIComponent(since)}`);
		const leaves = Object.fromEntries(results.map(({ id, changes }) => [id, changes.map(({ rev }) => rev)]));
		const missing = await this.ask('POST', `${to}/_revs_diff`, leaves);
		const docs = [];
		for (const [id, { missing: revisions }] of Object.entries(missing))
			for (const rev of revisions)
				docs.push(await this.ask('GET', `${from}/${encodeURIComponent(id)}?rev=${rev}&revs=true&attachments=true`));
		if (docs.length > 0)
			await this.ask('POST', `${to}/_bulk_docs`, { new_edits: false, docs });
		this.since.set(from, last);
		return docs.length;
	}

	pull() {
		return this.replicate(this.world.database, this.database);
	}

	push() {
		return this.replicate(this.database, this.world.database);
	}

	get(id, type = 'item') {
		return this.ask('GET', `${this.database}/${encodeURIComponent(`${type}-${id}`)}`);
	}

	async save(id, changes, { type = 'item' } = {}) {
		const document = await this.get(id, type);
		Object.assign(document.data, changes);
		document.updated_at = await this.world.now();
		await this.ask('PUT', `${this.database}/${encodeURIComponent(document._id)}`, document);
	}

	async remove(id, type = 'item') {
		const { _id, _rev } = await this.get(id, type);
		await this.ask('DELETE', `${this.database}/${encodeURIComponent(_id)}?rev=${_rev}`);
	}
}

/* What a phone that was offline made of one revision of a document, as it replicates it: 'edits' times, the last of which is
 * 'change' made of the data; null: it deleted the document. 'first' is the first letter of its revision's hash: among as many
 * edits the one with the higher hash is shown. */
export function leafOf(revision, document, change, { first = '0', edits = 1, at = document.updated_at, attachments = null } = {}) {
	const [generation, hash] = [Number(revision.split('-')[0]), revision.split('-')[1]];
	const data = change === null ? {} : { ...document.data, ...change };
	for (const key of Object.keys(data))
		if (data[key] === undefined)
			delete data[key];
	const ids = [hash];
	for (let edit = 1; edit <= edits; edit++) {
		const words = `${document._id} ${revision} ${edit} ${JSON.stringify(data)}`;
		ids.unshift(first + createHash('md5').update(words).digest('hex').slice(1));
	}
	const start = generation + edits;
	const leaf = { _id: document._id, _rev: `${start}-${ids[0]}`, _revisions: { start, ids } };
	if (change === null)
		return { ...leaf, _deleted: true };
	return { ...document, ...leaf, data, updated_at: at, ...(attachments ? { _attachments: attachments } : {}) };
}

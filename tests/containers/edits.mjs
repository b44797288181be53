/* What people do while containers run, and what comes of it:
 *
 *     node tests/containers/edits.mjs SANDBOX couch|airtable|fetched|kept
 *
 * COUCHDB_URL and COUCHDB_PASSWORD say where CouchDB is. Ends with 0 once it is so, with 1 after three minutes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BASE_ID } from '../../demo/sample.mjs';
import { couchAt, sandboxAt } from '../../demo/servers.mjs';

const DATABASE = 'inventory', PATIENCE_MS = 180000;
const [, , url, what] = process.argv;
const couch = couchAt(process.env.COUCHDB_URL, 'davenport', process.env.COUCHDB_PASSWORD), sandbox = sandboxAt(url);

async function until(holds) {
	for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(500))
		if (await holds().catch(() => false))
			return;
	throw new Error(`${what}: not so after ${PATIENCE_MS / 1000} s`);
}

const items = async () => (await couch.all(DATABASE)).filter(({ type }) => type === 'item');
const rows = () => sandbox.rows(BASE_ID, 'Items');
const idOf = (document) => document._id.slice('item-'.length);
const WORDS = { couch: 'written in CouchDB', airtable: 'written in Airtable' };

const PLAYS = {
	async couch() {
		const [item] = await items();
		await couch.put(DATABASE, { ...item, data: { ...item.data, notes: WORDS.couch }, updated_at: Date.now() });
		await until(async () => (await rows()).some(({ fields }) => fields.ID === idOf(item) && fields.Notes === WORDS.couch));
	},
	async airtable() {
		const row = (await rows()).at(-1);
		await sandbox.edit(BASE_ID, 'Items', row.id, { Notes: WORDS.airtable });
		await until(async () => (await items()).some((item) => idOf(item) === row.fields.ID && item.data.notes === WORDS.airtable));
	},
	/* The sandbox has the bytes of each picture that it shows: it fetched them from PUBLIC_URL, which is the proxy's address. */
	async fetched() {
		const shown = (await rows()).flatMap(({ fields }) => fields.Images ?? []);
		if (shown.length === 0 || shown.some(({ size }) => !(size > 0)))
			throw new Error('a picture was not fetched');
	},
	async kept() {
		await until(async () => {
			const notes = (await items()).map(({ data }) => data.notes);
			return notes.includes(WORDS.couch) && notes.includes(WORDS.airtable);
		});
	},
};

try {
	await PLAYS[what]();
} catch (error) {
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
}

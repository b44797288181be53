/* A CouchDB, or a proxy before it, that answers what it should not: the bridge lives on, does not hammer it, keeps its memory
 * within a bound, and when the server is well again every edit of either side arrives. */
import assert from 'node:assert/strict';
import * as bad from './lib/hostile_answers.mjs';
import { hostileScenarios, noteFigures } from './lib/hostile_cases.mjs';
import { DAVENPORT, runToEnd } from './lib/programs.mjs';
import { playAll } from './lib/tap.mjs';
import { inWorld } from './lib/world.mjs';

const LIVES = 14;
const MINUTE = { ms: 55000 };
const START = { start: true };
const ALL = /./;
const FEED = /_changes\?.*feed=continuous/;
const PAGE = /_changes\?.*feed=normal/;
const CHANGES = /_changes\?/;
const WALK = /_all_docs\?.*startkey=/;
const READ = /^POST .*\/_all_docs/;
const WRITE = /^POST .*\/_bulk_docs/;
const LOCAL = / \/[^?]*\/_local\//;
const ROW = { seq: '9-x', id: 'item-foreign', changes: [{ rev: '1-0123456789abcdef0123456789abcdef' }] };
const FEED_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n';

const rows = (change) => bad.changed((json) => {
	if (!Array.isArray(json.rows))
		return undefined;
	json.rows = json.rows.map(change);
	return json;
});
/* Full pages of the same rows, which end in no document of the bridge's. */
const walkedAlike = () => ({ answer: ({ request, response }) => {
	const limit = Number(/limit=(\d+)/.exec(request.url)[1]);
	const ids = Array.from({ length: limit }, (_, index) => `x${String(index).padStart(6, '0')}`);
	bad.says(200, { rows: ids.map((id) => ({ id, key: id, value: { rev: '1-a' }, doc: { _id: id, _rev: '1-a' } })) })
		.answer({ response });
} });
const written = (change) => bad.changed((json) => (Array.isArray(json) ? json.map(change) : undefined));

const CASES = [
	/* wrong */
	['an HTML page for everything', ALL, bad.htmlPage, MINUTE],
	['an HTML page at the start', ALL, bad.htmlPage, START],
	['an array where an object is due', ALL, bad.says(200, [])],
	['an object without anything', ALL, bad.says(200, {})],
	['an empty 200', ALL, bad.says(200)],
	['null', ALL, bad.says(200, 'null')],
	['a number', ALL, bad.says(200, '7')],
	['text in Latin 1', ALL, bad.says(200, Buffer.from('{"error":"\xfc\xe4"}', 'latin1'))],
	['a 204', ALL, bad.says(204)],
	['a 206', ALL, bad.says(206, {})],
	['changes: results is an object', PAGE, bad.says(200, { results: {}, last_seq: '1-x', pending: 0 }), START],
	['changes: rows that are null', PAGE, bad.says(200, { results: [null, null], last_seq: '1-x', pending: 0 })],
	['changes: numbers as ids', PAGE, bad.says(200, { results: [{ seq: 1, id: 7, changes: [{ rev: 8 }] }], last_seq: 2 })],
	['changes: last_seq is null', PAGE, bad.says(200, { results: [], last_seq: null, pending: 0 })],
	['changes: no revisions', PAGE, bad.says(200, { results: [{ ...ROW, changes: [] }], last_seq: '9-x', pending: 0 })],
	['changes: pending for ever, no rows', PAGE, bad.changed((json) => ({ ...json, results: [], pending: 9 })), MINUTE],
	['changes: pending for ever, the same row', PAGE, bad.says(200, { results: [{ ...ROW, deleted: true }], last_seq: '9-x',
		pending: 9 })],
	['a feed of nonsense', FEED, bad.raw(`${FEED_HEAD}<html>\n`)],
	['a feed of arrays', FEED, bad.raw(`${FEED_HEAD}[]\n[]\n`)],
	['a feed that ends at once', FEED, bad.raw(FEED_HEAD), MINUTE],
	['a feed that is cut in a line', FEED, bad.raw(`${FEED_HEAD}{"seq":"9-x","id":"item-`)],
	['a feed that fails in the middle', FEED, bad.raw(`${FEED_HEAD}{"error":"timeout","reason":"no shard"}\n`)],
	['a feed of deep arrays', FEED, bad.raw(`${FEED_HEAD}${bad.DEEP}\n`)],
	['a feed of one endless line', FEED, bad.endlessBody],
	['a feed of many objects', FEED, bad.raw(`${FEED_HEAD}{"seq":"9-x","id":"item-x","changes":${bad.EMPTY_OBJECTS}}\n`)],
	['a feed that says nothing', FEED, bad.silent],
	['a feed that drips', FEED, bad.dripping()],
	['documents: whatever the start key, the same page', WALK, walkedAlike(), START],
	['documents: rows for other keys', READ, rows((row) => ({ ...row, key: `x${row.key}`, id: `x${row.key}` }))],
	['documents: foreign ids in their bodies', READ, rows((row) => ({ ...row, doc: { ...row.doc, _id: 'item-foreign' } }))],
	['documents: numbers as ids', READ, rows((row) => ({ ...row, id: 7 }))],
	['documents: null for each', READ, rows(() => null)],
	['documents: errors for each', READ, rows((row) => ({ key: row.key, error: 'timeout' }))],
	['documents: a row too few', READ, bad.changed((json) => ({ ...json, rows: json.rows?.slice(1) }))],
	['documents: twice as many rows', READ, bad.changed((json) => ({ ...json, rows: [...json.rows ?? [], ...json.rows ?? []] }))],
	['documents: many objects in each', READ, bad.says(200, `{"rows":[{"id":"a","key":"a","value":{"rev":"1-a"},"doc":${bad.EMPTY_OBJECTS}}]}`)],
	['documents: many rows', READ, bad.says(200, `{"rows":${bad.EMPTY_OBJECTS}}`)],
	['writes: an object for the list', WRITE, bad.changed(() => ({ ok: true }))],
	['writes: fewer rows', WRITE, bad.changed((json) => (Array.isArray(json) ? json.slice(1) : undefined))],
	['writes: rows without revisions', WRITE, written(({ id }) => ({ ok: true, id }))],
	['writes: rows of other documents', WRITE, written((row) => ({ ...row, id: 'item-foreign' }))],
	['writes: conflicts for each', WRITE, written(({ id }) => ({ id, error: 'conflict', reason: 'no' })), MINUTE],
	['writes: errors without a name', WRITE, written(({ id }) => ({ id, error: {} }))],
	['notes of how far it came: an array', LOCAL, bad.says(200, [])],
	/* cut */
	['cut at once', ALL, bad.dropped],
	['cut in the headers', ALL, bad.cutInHeaders],
	['cut in the body', ALL, bad.cutInBody],
	['no HTTP', ALL, bad.garbage],
	/* endless */
	['interim answers without end', ALL, bad.interim],
	['endless headers', ALL, bad.endlessHeaders],
	['an endless body', ALL, bad.endlessBody],
	['an endless error', ALL, bad.endlessError],
	/* slow */
	['silence', ALL, bad.silent],
	['silence at the start', ALL, bad.silent, START],
	['silence after the headers', ALL, bad.silentAfterHeaders],
	['a byte a second', ALL, bad.dripping()],
	['an error of a byte a second', ALL, bad.dripping(500)],
	/* much of little */
	['many objects', ALL, bad.says(200, bad.EMPTY_OBJECTS)],
	['many objects in an error', ALL, bad.bigError(500)],
	['deep arrays', ALL, bad.says(200, bad.DEEP)],
	['a gzip bomb', ALL, bad.gzipBomb],
	['a gzip that is none', ALL, bad.badGzip],
	/* statuses */
	...[301, 302, 307, 400, 401, 403, 404, 405, 408, 409, 412, 413, 429, 500, 502, 503, 504].map((status) => [`status ${status}`, ALL,
		bad.says(status, { error: 'no', reason: 'not now' }, { Location: 'http://127.0.0.1:1/' })]),
	['a 429 for a day', ALL, bad.says(429, {}, { 'Retry-After': '86400' })],
	['a 503 for a day', ALL, bad.says(503, '<html>Maintenance</html>', { 'Retry-After': '86400' })],
].map(([name, at, fault, how = {}]) => ({ name, at, ...fault, ...how }));

/* A name from a document is printed by commands, too. */
const NAME = 'moves \u001b[2J the \u009b2J terminal\nok: and more';

const printed = inWorld('names of a hostile integration', {}, async (world, step) => {
	const integration = await world.couch.get(world.database, `integration-${world.integrationId}`);
	integration.data.name = NAME;
	await world.couch.put(world.database, integration);
	for (const command of ['sync', 'check']) {
		const { out } = await runToEnd(DAVENPORT, [command], { env: world.environment() });
		await step(`${command} prints it in its line, and no escape`, () => {
			assert.match(out, /moves \\x1b\[2J/);
			assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
			assert.doesNotMatch(out, /^ok: and more/m);
		});
	}
});

await playAll([...hostileScenarios('couch', CASES, LIVES), printed], { atOnce: LIVES });
noteFigures('couch', CASES.length);

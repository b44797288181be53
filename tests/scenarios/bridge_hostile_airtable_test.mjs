/* An Airtable, or a proxy before it, that answers what it should not: the bridge lives on, does not hammer it, keeps its memory
 * within a bound, and when the server is well again every edit of either side arrives. */
import * as bad from './lib/hostile_answers.mjs';
import { hostileScenarios, noteFigures } from './lib/hostile_cases.mjs';
import { playAll } from './lib/tap.mjs';

const LIVES = 14;
const MINUTE = { ms: 55000 };
const START = { start: true };
const ALL = /./;
const LIST = /^GET .*\/v0\/app[^/]*\/tbl|\/listRecords/;
const WRITE = /^(PATCH|PUT|POST) .*\/v0\/app[^/]*\/tbl[^/?]*(\?|$)/;
const SCHEMA = /\/meta\//;
let invented = 0;

const records = (change) => bad.changed((json) => {
	if (!Array.isArray(json.records))
		return undefined;
	json.records = json.records.map(change);
	return json;
});
const foreign = (number) => ({ id: `rec${String(number).padStart(14, '0')}`, createdTime: '2025-01-01T00:00:00.000Z', fields: {} });

const CASES = [
	/* wrong */
	['an HTML page for everything', ALL, bad.htmlPage, MINUTE],
	['an HTML page at the start', ALL, bad.htmlPage, START],
	['an array where an object is due', ALL, bad.says(200, [])],
	['an object without anything', ALL, bad.says(200, {})],
	['an empty 200', ALL, bad.says(200)],
	['null', ALL, bad.says(200, 'null')],
	['text in Latin 1', ALL, bad.says(200, Buffer.from('{"error":"\xfc\xe4"}', 'latin1'))],
	['a 204', ALL, bad.says(204)],
	['an error in a 200', ALL, bad.says(200, { error: { type: 'NOT_TODAY', message: 'no' } })],
	['lists: records is an object', LIST, bad.says(200, { records: {} })],
	['lists: records that are null', LIST, bad.says(200, { records: [null, null] })],
	['lists: numbers as ids', LIST, records((record) => ({ ...record, id: 7 }))],
	['lists: ids of another form', LIST, records((record) => ({ ...record, id: '../../../v0/meta' }))],
	['lists: cells that are an array', LIST, records((record) => ({ ...record, fields: [] }))],
	['lists: no cells', LIST, records(({ id, createdTime }) => ({ id, createdTime }))],
	['lists: offset is a number', LIST, bad.changed((json) => ({ ...json, offset: 7 }))],
	['lists: the same offset for ever', LIST, bad.changed((json) => ({ ...json, offset: 'itrAAAA/recBBBB' }))],
	['lists: another offset for ever', LIST, bad.changed((json) => ({ ...json, offset: `itrAAAA/rec${++invented}` })), MINUTE],
	['lists: offsets in a circle', LIST, bad.changed((json) => ({ ...json, offset: `itrAAAA/rec${++invented % 2}` }))],
	['lists: empty pages for ever', LIST, { answer: (exchange) =>
		bad.says(200, { records: [], offset: `itrAAAA/rec${++invented}` }).answer(exchange) }],
	['lists: many objects in a cell', LIST, bad.says(200, `{"records":[{"id":"rec00000000000001","createdTime":` +
		`"2025-01-01T00:00:00.000Z","fields":{"fld00000000000001":${bad.EMPTY_OBJECTS}}}]}`)],
	['lists: many objects as records', LIST, bad.says(200, `{"records":${bad.EMPTY_OBJECTS}}`)],
	['lists: deep arrays', LIST, bad.says(200, `{"records":${bad.DEEP}}`)],
	['writes: nothing', WRITE, bad.changed(() => ({}))],
	['writes: fewer records', WRITE, bad.changed((json) => ({ ...json, records: [] }))],
	['writes: records of others', WRITE, records((_, index) => foreign(index))],
	['writes: null for each', WRITE, records(() => null)],
	['the schema: no tables', SCHEMA, bad.says(200, { tables: [] }), START],
	['the schema: tables that are null', SCHEMA, bad.says(200, { tables: [null] }), START],
	['the schema: an array', SCHEMA, bad.says(200, []), START],
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
	['many objects in an error', ALL, bad.bigError(422)],
	['deep arrays', ALL, bad.says(200, bad.DEEP)],
	['a gzip bomb', ALL, bad.gzipBomb],
	['a gzip that is none', ALL, bad.badGzip],
	/* statuses */
	...[301, 302, 400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504].map((status) => [`status ${status}`, ALL,
		bad.says(status, { error: { type: 'NOT_NOW', message: 'not now' } }, { Location: 'http://127.0.0.1:1/' })]),
	['a 429 for a day', ALL, bad.says(429, { errors: [{ error: 'RATE_LIMIT_REACHED', message: 'slower' }] }, { 'Retry-After': '86400' })],
	['a 503 for a day', ALL, bad.says(503, '<html>Maintenance</html>', { 'Retry-After': '86400' })],
].map(([name, at, fault, how = {}]) => ({ name, at, ...fault, ...how }));

await playAll(hostileScenarios('airtable', CASES, LIVES), { atOnce: LIVES });
noteFigures('airtable', CASES.length);

/* What pages cost CouchDB and a phone, with a short history and with a long one: the same few requests, and not much to load. */
import assert from 'node:assert/strict';
import { AdminPages } from './lib/admin_pages.mjs';
import { CountingProxy } from './lib/counting_proxy.mjs';
import { playAll } from './lib/tap.mjs';
import { INTEGRATION_ID, World, idOf, testServer } from './lib/world.mjs';

const READS_MOST = 3;
const BYTES_MOST = 200_000;
const BY = `integration-${INTEGRATION_ID}`;
const LONG = 6000; /* entries: more than one look at the newest has */
const START = Date.UTC(2026, 0, 1);
/* What a process asks by itself, whoever looks at pages. */
const OWN = /_changes|_local|_bulk_docs|_session|(lease|status|control|calls)-|^GET \/$|^(GET|HEAD) \/[^/]+$/;

function entry(id, number, batch, words) {
	const at = batch + number;
	return { _id: `zzd-history-${BY}-${batch}-item-${id}-sync-${at}-0001`, created_by: BY, batch, event_name: 'sync', data_type: 'item',
		data_id: id, timestamp: at, original_data: { notes: words }, new_data: { notes: `${words} ${number}` }, type: '_history' };
}

async function put(world, entries) {
	for (let at = 0; at < entries.length; at += 1000)
		await world.couch.putAll(world.database, entries.slice(at, at + 1000));
}

async function costs(step) {
	const proxy = await CountingProxy.open(testServer().url);
	const world = await World.open({ items: 5 });
	try {
		const bridge = await world.run({ env: { COUCHDB_URL: proxy.url } });
		const pages = await AdminPages.of(world, bridge);
		await world.until('it is ready', async () => (await pages.get('/readyz')).status === 200);
		await world.tell('pause'); /* what it asks itself is not to be counted */
		await world.until('it pauses', async () => /paused/.test((await pages.get('/')).text));
		const ids = (await world.documents()).map(idOf);
		const address = (path, words) => `${path}?${new URLSearchParams({ database: world.database, ...words })}`;
		const askOnce = async (page) => {
			proxy.reset();
			const { status, text } = await pages.get(page);
			assert.equal(status, 200, page);
			assert.ok(Buffer.byteLength(text) <= BYTES_MOST, `${page}: ${Buffer.byteLength(text)} bytes`);
			const asked = Object.entries(proxy.count().paths).filter(([path]) => !OWN.test(path));
			return { text, asked, reads: asked.reduce((sum, [, times]) => sum + times, 0) };
		};
		/* [reads, text]: the fewest of some, since the process may just have asked something itself. */
		const ask = async (page) => {
			const all = [await askOnce(page), await askOnce(page), await askOnce(page)];
			const { reads, text, asked } = all.reduce((one, other) => (other.reads < one.reads ? other : one));
			assert.ok(reads <= READS_MOST, `${page}: ${JSON.stringify(asked)}`);
			return [reads, text];
		};
		const batch = (number) => START + number * 10_000;
		const all = (number) => ['/', '/health', '/problems', address('/history', {}), address('/history', { batch: batch(number), by: BY }),
			address('/api/history', {}), address('/history', { side: 'others' })];
		await put(world, [entry(ids[0], 1, batch(1), 'short')]);
		const short = [];
		await step('with a short history a page costs few requests', async () => {
			for (const page of all(1))
				short.push((await ask(page))[0]);
		});
		await step('with a long one it costs no more', async () => {
			await put(world, Array.from({ length: LONG }, (_, number) => entry(ids[number % 5], number % 10, batch(2 + Math.floor(number / 10)), 'long')));
			const long = [];
			for (const page of all(2))
				long.push((await ask(page))[0]);
			assert.deepEqual(long, short);
		});
		await step('a batch of thousands, and changes of many words, fit on a page', async () => {
			await put(world, Array.from({ length: LONG }, (_, number) => entry(ids[0], number, batch(5000), 'many')));
			await put(world, Array.from({ length: 60 }, (_, number) => entry(ids[0], number, batch(6000), 'w'.repeat(20_000))));
			const [, list] = await ask(address('/history', {}));
			assert.match(list, /60 changes by/);
			assert.match(list, /\d+ changes or more by/);
			const [, many] = await ask(address('/history', { batch: batch(5000), by: BY }));
			assert.match(many, /There are more; the first 200 are shown/);
			await ask(address('/history', { batch: batch(6000), by: BY }));
		});
		await step('older ones are behind a link, without a gap', async () => {
			const seen = [];
			let page = address('/history', { to: '2026-01-01' });
			while (page) {
				const [, text] = await ask(page);
				seen.push(...[...text.matchAll(/[?&;]batch=(\d+)/g)].map(([, number]) => Number(number)));
				page = /href="([^"]*before=[^"]*)">Older ones/.exec(text)?.[1].replaceAll('&amp;', '&');
			}
			const expected = [1, ...Array.from({ length: LONG / 10 }, (_, number) => 2 + number), 5000, 6000].map(batch)
				.filter((number) => number < START + 86_400_000).reverse();
			assert.deepEqual(seen, expected);
		});
		await step('a day and the side are looked for', async () => {
			await world.couch.putAll(world.database, [{ ...entry(ids[1], 1, START + 5, 'of the app'), created_by: 'app',
				_id: `zzd-history-app-${START + 5}-item-${ids[1]}-item_updated-${START + 6}-0001` }]);
			assert.match((await ask(address('/history', { from: '2025-01-01', to: '2025-12-31' })))[1], /Nothing is recorded/);
			const [, others] = await ask(address('/history', { side: 'others' }));
			assert.match(others, /1 change by <bdi>app<\/bdi>/);
			assert.ok(!others.includes('by integration'));
			const { batches } = JSON.parse((await ask(address('/api/history', { side: 'others', from: '2026-01-01' })))[1]);
			assert.deepEqual(batches.map(({ created_by: by, batch: number, entries }) => [by, number, entries]), [['app', START + 5, 1]]);
		});
	} finally {
		await world.close();
		await proxy.close();
	}
}

const MANY = 130; /* more problems than the process names */

async function problems(step) {
	const proxy = await CountingProxy.open(testServer().url);
	const world = await World.open({ items: MANY + 10 });
	try {
		const bridge = await world.run({ env: { COUCHDB_URL: proxy.url } });
		const pages = await AdminPages.of(world, bridge);
		await world.until('it is ready', async () => (await pages.get('/readyz')).status === 200);
		const ids = (await world.documents()).map(idOf);
		const spoil = async (some) => {
			await world.editRows(some.map((id) => [id, { Name: null }]));
			await world.until('they are problems', async () => JSON.parse((await pages.get('/api/status')).text).integrations[0]
				.figures.problems === ids.indexOf(some.at(-1)) + 1);
		};
		/* The pairs' entries in the state database, and the names: nothing else of it is the page's. */
		const ask = async (page) => {
			const all = [];
			await world.tell('pause'); /* what it asks itself is not to be counted */
			await world.until('it pauses', async () => /paused/.test((await pages.get('/')).text));
			for (let time = 0; time < 3; time++) {
				proxy.reset();
				const { status, text } = await pages.get(page);
				assert.equal(status, 200, page);
				const reads = Object.entries(proxy.count().paths).filter(([path]) => !OWN.test(path));
				all.push({ text, reads: reads.reduce((sum, [, times]) => sum + times, 0) });
			}
			await world.tell('resume');
			return all.reduce((one, other) => (other.reads < one.reads ? other : one));
		};
		await spoil(ids.slice(0, 2));
		const few = await ask('/problems');
		await step('a problem says since when, and leads to its row', () => {
			assert.ok(few.reads <= READS_MOST, String(few.reads));
			assert.match(few.text, /2 problems/);
			assert.match(few.text, /since <time datetime="/);
			assert.match(few.text, new RegExp(`href="https://airtable\\.com/${world.base}/tbl\\w+/rec\\w+"`));
			assert.match(few.text, /<summary>2 records<\/summary>/);
		});
		await step('many cost no more requests than two', async () => {
			await spoil(ids.slice(2, MANY));
			const many = await ask('/problems');
			assert.equal(many.reads, few.reads);
			assert.ok(Buffer.byteLength(many.text) <= BYTES_MOST, String(Buffer.byteLength(many.text)));
			assert.match(many.text, new RegExp(`${MANY} problems; these are the first 100\\.`));
			assert.match((await pages.get('/problems?all=1')).text, new RegExp(`<summary>${MANY} records</summary>`));
		});
		await step('they are found by words, and told to programs', async () => {
			const { data } = await world.document(ids[MANY - 1]);
			const { text } = await pages.get(`/problems?${new URLSearchParams({ words: ids[MANY - 1] })}`);
			assert.ok(text.includes(data.name.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')), data.name);
			assert.ok(!text.includes('records</summary>'));
			assert.match((await pages.get('/problems?words=no+such+words')).text, /None has these words/);
			const [{ problems: list }] = JSON.parse((await pages.get('/api/problems')).text).integrations;
			assert.equal(list.length, MANY);
			assert.ok(list.every(({ since }) => since > START));
			const { answer } = await world.problems();
			assert.ok(answer.integrations[0].problems.every(({ since }) => Date.parse(since) > START));
		});
	} finally {
		await world.close();
		await proxy.close();
	}
}

await playAll([{ title: 'problems', play: problems }, { title: 'what pages cost', play: costs }]);

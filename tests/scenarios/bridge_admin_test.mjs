/* The admin port of a running bridge: the login and those who guess, forms that are not ours, names that are not ours, requests that are
 * too large or too slow, hostile names on every page, and no secret on any. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { AdminPages, hashOf, PASSWORD, ADMIN_TOKEN } from './lib/admin_pages.mjs';
import { startSilent } from './lib/hostile.mjs';
import { silent } from './lib/hostile_answers.mjs';
import { HostileProxy } from './lib/hostile_proxy.mjs';
import { DAVENPORT, runToEnd } from './lib/programs.mjs';
import { get, JPEG, withPictures } from './lib/pictures.mjs';
import { checkExpression, expressionsOfDeploy, metricsOf } from './lib/metrics.mjs';
import { openRaw, sendRaw } from './lib/raw_http.mjs';
import { playAll } from './lib/tap.mjs';
import { INTEGRATION_ID, TOKEN, World, idOf, inWorld, sampleDocuments } from './lib/world.mjs';

const GUESSES = 1000;
const PAGE_WAIT_MS = 10000; /* PATIENCE_MS of bridge/pages/patience.h */
const HOSTILE = '<script>window.hurt=1</script>"\'><img src=x onerror="window.hurt=1">';
const PAGES = ['/', '/problems', '/history', '/health', '/login'];
const last = (words, body = '') => Buffer.from(`${words}\r\nConnection: close\r\n\r\n${body}`, 'latin1');

async function withPages(options, play) {
	const world = await World.open({ items: 5, ...options });
	try {
		const hash = await hashOf(PASSWORD);
		const bridge = await world.run({ env: { ADMIN_PASSWORD_HASH: hash, ADMIN_TOKEN, ...options.env } });
		await play(await AdminPages.of(world, bridge), world, bridge, hash);
	} finally {
		await world.close();
	}
}

/* ---- who comes in ---- */

async function access(step) {
	await withPages({}, async (pages, world, bridge) => {
		await step('a stranger sees no page, and no figures but that it lives', async () => {
			for (const page of ['/', '/problems', '/history', '/health', '/api/status']) {
				const { status, text } = await pages.get(page);
				assert.ok([303, 401].includes(status), `${page}: ${status}`);
				assert.ok(!text.includes(world.database), page);
			}
			assert.equal((await pages.get('/healthz')).text, 'alive\n');
		});
		await step('through a proxy the figures are not for strangers', async () => {
			assert.equal((await pages.get('/metrics')).status, 200);
			assert.equal((await pages.get('/metrics', { headers: { 'X-Forwarded-For': '192.0.2.1' } })).status, 401);
			assert.equal((await pages.get('/metrics', { headers: { 'X-Forwarded-For': '192.0.2.1',
				Authorization: `Bearer ${ADMIN_TOKEN}` } })).status, 200);
		});
		await step('it becomes ready, and says nothing more to strangers', async () => {
			await world.until('it is ready', async () => (await pages.get('/readyz')).status === 200);
			assert.equal((await pages.get('/readyz')).text, 'ready\n');
		});
		await step('the login begins a session of its own, whatever cookie came along', async () => {
			const planted = 'A'.repeat(43);
			const answer = await pages.post('/login', { password: PASSWORD }, { headers: { Cookie: `davenport_session=${planted}` } });
			assert.equal(answer.status, 303);
			assert.match(answer.cookie, /^davenport_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
			assert.ok(!answer.cookie.includes(planted));
			assert.equal((await pages.get('/', { headers: { Cookie: `davenport_session=${planted}` } })).status, 303);
			pages.cookie = answer.cookie.split(';')[0];
			assert.equal((await pages.get('/')).status, 200);
		});
		await step('a form without the token of its page changes nothing', async () => {
			const token = await pages.formToken();
			for (const [form, headers] of [[{}, {}], [{ form_token: '' }, {}], [{ form_token: 'A'.repeat(43) }, {}],
				[{ form_token: token }, { Origin: 'https://evil.example' }], [{ form_token: token }, { 'Sec-Fetch-Site': 'cross-site' }],
				[{ form_token: token }, { Origin: 'null' }]])
				assert.equal((await pages.post('/logout', form, { headers })).status, 403);
			assert.equal((await pages.get('/')).status, 200, 'the session goes on');
			assert.equal((await pages.post('/logout', { form_token: token })).status, 303);
			assert.equal((await pages.get('/')).status, 303, 'the session has ended');
		});
		await step('names that lead here and are not ours are refused', async () => {
			for (const host of ['evil.example', `evil.example:${pages.port}`, 'localhost.evil.example', ''])
				assert.equal((await sendRaw(pages.port, last(`GET /healthz HTTP/1.1\r\nHost: ${host}`)))[0].status, 421, host);
			for (const host of ['localhost', `127.0.0.1:${pages.port}`, '[::1]'])
				assert.equal((await sendRaw(pages.port, last(`GET /healthz HTTP/1.1\r\nHost: ${host}`)))[0].status, 200, host);
		});
		await step('what is too long is refused', async () => {
			const long = 'a'.repeat(100000);
			const post = (length) => last(`POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
				`Content-Length: ${length}`, long);
			for (const bytes of [last(`GET /${long} HTTP/1.1\r\nHost: localhost`), last(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${long}`),
				last(`GET / HTTP/1.1\r\nHost: localhost${'\r\na: b'.repeat(5000)}`), post(100000)])
				for (const { status } of await sendRaw(pages.port, bytes))
					assert.ok(status >= 400 && status < 500, String(status));
			assert.equal((await pages.get('/healthz')).status, 200);
		});
		await step('those who are slow do not keep others out, and are ended', async () => {
			const slow = await Promise.all(Array.from({ length: 100 }, () => openRaw(pages.port, { bytes: 'POST /login HTTP/1.1\r\nHost: localhost\r\n' +
				'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\npass' })));
			assert.equal((await pages.get('/healthz')).status, 200);
			await world.until('they are ended', () => slow.every(({ ended }) => ended));
		});
		await step('a thousand guesses are a few, and who is in stays in', async () => {
			await pages.logIn({ from: '127.0.0.9' });
			const outcomes = new Map();
			for (let at = 0; at < GUESSES; at += 20) {
				const round = await Promise.all(Array.from({ length: 20 }, (_, i) =>
					pages.post('/login', { password: `guess ${at + i}` }, { headers: { Cookie: '' }, from: `127.0.1.${1 + at / 20}` })));
				for (const { status } of round)
					outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
			}
			assert.deepEqual([...outcomes.keys()].sort(), [403, 429]);
			assert.ok(outcomes.get(403) < 200, `${outcomes.get(403)} guesses were computed`);
			assert.equal((await pages.get('/', { from: '127.0.0.9' })).status, 200);
			assert.match(bridge.log(), /the admin pages were given a wrong password from 127\.0\.1\.1/);
			assert.ok(!bridge.log().includes('guess 1'), 'a guess is in the log');
		});
	});
}

/* ---- what is shown ---- */

async function names(step) {
	const documents = sampleDocuments({ items: 5 });
	const items = documents.filter(({ type }) => type === 'item');
	items[0].data.name = HOSTILE;
	documents.find(({ type }) => type === 'integration').data.name = `Tools ${HOSTILE}`;
	await withPages({ documents }, async (pages, world, bridge, hash) => {
		await pages.logIn();
		await world.until('it is ready', async () => (await pages.get('/readyz')).status === 200);
		await world.editRow(idOf(items[0]), { Notes: HOSTILE, 'Purchase Price': -5 });
		await world.until('the history has it', async () => (await world.histories()).length > 0);
		const seen = new Map();
		const walk = async (address) => {
			if (seen.has(address) || seen.size > 60)
				return;
			const { status, text, headers } = await pages.get(address);
			seen.set(address, text);
			assert.ok(status < 500, `${address}: ${status}`);
			assert.match(headers.get('content-security-policy'), /default-src 'none'/);
			for (const [, link] of text.matchAll(/href="(\/[^"]*)"/g))
				await walk(link.replaceAll('&amp;', '&'));
		};
		await step('every page can be had', async () => {
			for (const page of [...PAGES, `/history?database=${world.database}&item=window.hurt`])
				await walk(page);
			assert.ok([...seen.keys()].some((address) => address.includes('batch=')), 'a batch was shown');
			assert.ok([...seen.keys()].some((address) => address.includes('document=')), 'a document was shown');
		});
		await step('hostile names are words on every page', () => {
			const all = [...seen.values()].join('');
			assert.ok(all.includes('&lt;script&gt;window.hurt=1'), 'the names are shown');
			for (const [address, text] of seen)
				assert.ok(!/<script>|<img|onerror="/.test(text), address);
		});
		await step('no page has a secret', () => {
			for (const [address, text] of seen)
				for (const secret of [TOKEN, world.server.password, PASSWORD, ADMIN_TOKEN, hash, pages.cookie.split('=')[1]])
					assert.ok(!text.includes(secret), address);
		});
		await step('the history shows the field as it was and as it became', async () => {
			const [address] = [...seen.keys()].filter((one) => one.includes('batch='));
			assert.match(seen.get(address), /<th scope="row">Notes<\/th><td class="was"/);
		});
	});
}

/* ---- what follows by itself ---- */

/* { status, words, ended, close() } of a stream of events. */
function follow(pages, from = '127.0.0.1') {
	const stream = { status: 0, words: '', ended: false };
	const request = http.request({ host: '127.0.0.1', port: pages.port, path: '/api/events', localAddress: from, agent: false,
		headers: { Cookie: pages.cookie } }, (response) => {
		stream.status = response.statusCode;
		response.setEncoding('utf8').on('data', (piece) => { stream.words += piece; });
		response.on('error', () => {}).on('close', () => { stream.ended = true; });
	});
	request.on('error', () => { stream.ended = true; });
	request.end();
	return Object.assign(stream, { close: () => request.destroy() });
}

const POLLERS = 500;
const EDITS = 40;

async function events(step) {
	await withPages({ items: EDITS + 5 }, async (pages, world, bridge) => {
		await step('a stranger follows nothing', async () => assert.equal((await pages.get('/api/events')).status, 401));
		await pages.logIn();
		await world.until('it is ready', async () => (await pages.get('/readyz')).status === 200);
		const ids = (await world.documents()).map(idOf);
		const stream = follow(pages);
		await step('who follows is told when something has changed', async () => {
			await world.until('it has begun', () => stream.words.includes('retry: '));
			const said = stream.words.length;
			await world.editRow(ids[0], { Notes: 'followed' });
			await world.until('it is told', () => stream.words.slice(said).includes('data: changed\n\n'));
		});
		await step('a crowd that asks again and again keeps no edit and no health check', async () => {
			const outcomes = new Set();
			let over = false;
			const poll = async (number) => {
				const from = `127.0.2.${1 + number % 50}`;
				while (!over) {
					const streaming = number % 5 === 0 ? follow(pages, from) : null;
					outcomes.add((await pages.get('/', { from }).catch(() => ({ status: 'ended' }))).status);
					streaming?.close();
				}
			};
			const crowd = Array.from({ length: POLLERS }, (_, number) => poll(number));
			await world.editRows(ids.slice(1, 1 + EDITS).map((id, number) => [id, { Notes: `in a crowd ${number}` }]));
			await world.untilEqual();
			assert.equal((await world.document(ids[EDITS])).data.notes, `in a crowd ${EDITS - 1}`);
			over = true;
			await Promise.all(crowd);
			assert.deepEqual([...outcomes].filter((one) => ![200, 429, 503, 'ended'].includes(one)), []);
			await world.until('it answers', async () => (await pages.get('/healthz').catch(() => ({ status: 0 }))).status === 200);
		});
		await step('a stream ends with the process, which ends at once', async () => {
			const last = stream.ended ? follow(pages) : stream;
			await world.until('it is followed', () => last.status === 200);
			assert.equal(await bridge.stop(), 0);
			await world.until('it has ended', () => last.ended);
		});
	});
}

/* ---- servers that hang, settings that change ---- */

async function outage(step) {
	const silent = await startSilent();
	const world = await World.open({ items: 2, env: { COUCHDB_URL: silent.url } });
	try {
		const bridge = await world.run();
		const pages = await AdminPages.of(world, bridge);
		await step('without a password this machine sees the pages', async () => assert.equal((await pages.get('/')).status, 200));
		await step('with a CouchDB that hangs it lives, and is not ready', async () => {
			assert.equal((await pages.get('/healthz')).status, 200);
			assert.equal((await pages.get('/readyz')).status, 503);
			assert.equal((await pages.get('/metrics')).status, 200);
		});
		await step('it ends when it is asked to, with pages that wait for CouchDB', async () => {
			const waiting = pages.get(`/history?database=${world.database}`).catch(() => null);
			assert.equal(await bridge.stop(), 0);
			await waiting;
		});
	} finally {
		await world.close();
		await silent.close();
	}
}

/* After all was well. Each page waits for its time alone, also one that stood behind others. */
async function hanging(world, step) {
	const proxy = await HostileProxy.open(world.server.url);
	try {
		const bridge = await world.run({ env: { COUCHDB_URL: proxy.url } });
		const pages = await AdminPages.of(world, bridge);
		await world.until('it is ready', async () => (await pages.get('/readyz')).status === 200);
		proxy.begin({ at: /./, ...silent });
		const all = '/problems?all=1'; /* the others are in memory */
		const asked = [all, `/history?database=${world.database}`, '/api/problems', all, all];
		let over = 0;
		const answers = Promise.all(asked.map((page) => pages.get(page).finally(() => { over++; })));
		await step('with a CouchDB that came to hang it lives while pages wait', async () => {
			assert.equal((await pages.get('/healthz')).status, 200);
			assert.equal((await pages.get('/')).status, 200);
			assert.equal((await pages.get('/metrics')).status, 200);
			assert.equal(over, 0, 'pages wait');
		});
		await step('each page says what is wrong, and none waits for the others', async () => {
			const began = Date.now();
			for (const { status, text, headers } of await answers) {
				assert.equal(status, 503, text);
				assert.match(text, /not done within \d+ ms/);
				assert.ok(Number(headers.get('retry-after')) > 0);
			}
			assert.ok(Date.now() - began < asked.length * PAGE_WAIT_MS, 'they waited one after the other');
		});
		await step('so does a button', async () => {
			const { status, text } = await pages.post('/pause', { integration: world.integrationId, form_token: await pages.formToken() });
			assert.equal(status, 503, text);
		});
		proxy.end();
		await step('when it answers again the pages are back', () =>
			world.until('they are', async () => (await pages.get(all)).status === 200));
		assert.equal(await bridge.stop(), 0, bridge.log());
	} finally {
		await proxy.close();
	}
}

async function settings(step) {
	const file = (world) => path.join(world.folder, 'hash');
	const world = await World.open({ items: 2 });
	try {
		writeFileSync(file(world), `${await hashOf(PASSWORD)}\n`);
		const bridge = await world.run({ env: { ADMIN_PASSWORD_HASH_FILE: file(world) } });
		const pages = await AdminPages.of(world, bridge);
		await step('another password counts from SIGHUP on, and ends all sessions', async () => {
			await pages.logIn();
			writeFileSync(file(world), `${await hashOf('another password')}\n`);
			process.kill(bridge.pid, 'SIGHUP');
			await world.until('the session has ended', async () => (await pages.get('/')).status === 303);
			assert.equal((await pages.post('/login', { password: PASSWORD })).status, 403);
			await pages.logIn({ password: 'another password' });
		});
		await step('davenport health asks it', async () => {
			await world.until('it is ready', async () => (await pages.get('/readyz')).status === 200);
			const asked = { env: { ...world.environment(), ADMIN_LISTEN: `127.0.0.1:${pages.port}` } };
			assert.deepEqual([(await runToEnd(DAVENPORT, ['health'], asked)).status,
				(await runToEnd(DAVENPORT, ['health', 'ready'], asked)).status], [0, 0]);
			assert.equal(await bridge.stop(), 0);
			assert.equal((await runToEnd(DAVENPORT, ['health'], asked)).status, 3);
		});
		await step('it does not begin open to others', async () => {
			const { status, log } = await runToEnd(DAVENPORT, ['run'], { env: { ...world.environment(), ADMIN_LISTEN: '0.0.0.0:0' } });
			assert.equal(status, 2);
			assert.match(log, /ADMIN_LISTEN is 0\.0\.0\.0:0, and ADMIN_PASSWORD_HASH is empty: anybody could use the admin pages; make a password/);
		});
	} finally {
		await world.close();
	}
}

async function pictureFigures(pictures, step) {
	const bridge = await pictures.run();
	const pages = await AdminPages.of(pictures.world, bridge);
	await step('pictures are counted by how they were answered, and what the cache has', async () => {
		for (const path of [pictures.path('cat'), pictures.path('cat'), `${pictures.path('cat')}x`])
			await get(bridge.port, path);
		const { text } = await pages.get('/metrics');
		const health = (await pages.get('/health')).text, [{ id, secret }] = pictures.ring();
		assert.ok(health.includes(`${id} (signs)`) && health.includes('1 pictures, 0 MiB'), health);
		assert.ok(!health.includes(secret), 'a key is on the page');
		const said = JSON.parse((await pages.get('/api/health?log=admin+pages+at')).text);
		assert.deepEqual([said.pictures.keys, said.pictures.cached, said.log.length], [[{ id, signs: true }], 1, 1]);
		const value = (line) => Number(text.split('\n').find((each) => each.startsWith(`davenport_pictures_${line} `)).split(' ').at(-1));
		assert.deepEqual(['answers_total{status="2xx"}', 'answers_total{status="4xx"}', 'answers_total{status="5xx"}', 'reads_total', 'cached',
			'cache_bytes', 'evicted_total'].map(value), [2, 1, 0, 1, 1, JPEG.length, 0]);
	});
	await step('what the dashboard and the alerts ask for is shown', async () => {
		const expressions = expressionsOfDeploy();
		let metrics;
		assert.ok(expressions.length > 30);
		await pictures.world.until('all figures are known', async () => {
			metrics = metricsOf((await pages.get('/metrics')).text);
			for (const expression of expressions)
				checkExpression(expression, metrics);
		});
		assert.throws(() => checkExpression({ where: 'x', expr: 'davenport_no_such_total' }, metrics), /there is no davenport_no_such_total/);
		assert.throws(() => checkExpression({ where: 'x', expr: 'davenport_problems{color="red"}' }, metrics), /no metric has the label color/);
	});
}

await playAll([
	{ title: 'access', play: access },
	{ title: 'hostile names', play: names },
	{ title: 'events', play: events },
	{ title: 'a CouchDB that hangs', play: outage },
	inWorld('a CouchDB that came to hang', { items: 2 }, hanging),
	{ title: 'settings', play: settings },
	withPictures('pictures', pictureFigures),
]);

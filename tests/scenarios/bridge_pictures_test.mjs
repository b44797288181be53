/* Pictures of CouchDB through the public port, by signed links: what is served and what is not, keys that change while it runs, a port
 * that is taken, what check says of the public address. The links are made here, by code of their own. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { JPEG, PNG, SERVED, assertNothing, get, withPictures } from './lib/pictures.mjs';
import { Proxy } from './lib/proxy.mjs';
import { playAll } from './lib/tap.mjs';

function freePort() {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address();
			probe.close(() => resolve(port));
		});
	});
}

/* ---- what is served ---- */

async function served(pictures, step) {
	const bridge = await pictures.run();
	const { port } = bridge, { database } = pictures.world;

	await step('a signed link gives the picture, its digest as a strong ETag', async () => {
		const { status, headers, body } = await get(port, pictures.path('cat'));
		assert.equal(status, 200);
		assert.ok(body.equals(JPEG));
		assert.equal(headers['content-type'], 'image/jpeg');
		assert.equal(headers.etag, `"${new URLSearchParams(pictures.path('cat').split('?')[1]).get('d')}"`);
		assert.equal(headers['x-content-type-options'], 'nosniff');
		assert.match(headers['cache-control'], /max-age=\d+/);
	});
	await step('what was served once is served from the disk: CouchDB is asked no more', async () => {
		const before = pictures.asked();
		assert.equal((await get(port, pictures.path('cat'))).status, 200);
		const part = await get(port, pictures.path('cat'), { headers: { Range: 'bytes=10-19' } });
		assert.equal(part.status, 206);
		assert.ok(part.body.equals(JPEG.subarray(10, 20)));
		assert.equal((await get(port, pictures.path('cat'), { headers: { 'If-None-Match': part.headers.etag } })).status, 304);
		const head = await get(port, pictures.path('cat'), { method: 'HEAD' });
		assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, String(JPEG.length), 0]);
		assert.equal(pictures.asked(), before);
	});
	await step('ten at once for one picture are one question', async () => {
		const answers = await Promise.all(Array.from({ length: 10 }, () => get(port, pictures.path('dog'))));
		assert.ok(answers.every(({ status, body }) => status === 200 && body.equals(PNG)));
		assert.equal(pictures.asked('zz20-image-dog'), 2, 'its document and its bytes');
	});
	await step('forged, moved, expired and foreign links are 404, and CouchDB is not asked', async () => {
		const good = pictures.path('cat'), key = pictures.ring()[0], before = pictures.asked();
		const forged = {
			'another signature': good.replace(/.$/, (letter) => (letter === 'A' ? 'E' : 'A')),
			'a signature cut': good.slice(0, -1),
			'no signature': good.replace(/&s=.*/, ''),
			'nothing behind the path': good.split('?')[0],
			'another picture': good.replace('/cat.jpg', '/dog.jpg'),
			'another database': good.replace(`/${database}/`, `/${database}x/`),
			'another extension': good.replace('/cat.jpg', '/cat.png'),
			'a later end': good.replace(/e=\d+/, (words) => `e=${Number(words.slice(2)) + 1}`),
			'an end that is past': pictures.path('cat', { expires: Math.floor(Date.now() / 1000) - 1 }),
			'a key that is none of ours': pictures.path('cat', { key: { id: key.id, secret: randomBytes(32).toString('hex') } }),
			'an id that no key has': pictures.path('cat', { key: { ...key, id: 'k9' } }),
			'a path that climbs': good.replace('/images/', '/images/../images/'),
		};
		for (const [words, target] of Object.entries(forged))
			await assertNothing(port, target, words);
		assert.equal(pictures.asked(), before);
	});
	await step('a signed link to what is no picture, or not there, is the same 404', async () => {
		await assertNothing(port, pictures.path('cat', { bytes: PNG }), 'a digest that it does not have');
		await assertNothing(port, pictures.path('note', { bytes: Buffer.from('<script>') }), 'a page');
		await assertNothing(port, pictures.path('liar', { bytes: Buffer.from('<script>alert(1)</script>') }), 'a page that is called PNG');
		await assertNothing(port, pictures.path('nobody'), 'an id that is not there');
		await assertNothing(port, pictures.path('cat', { database: `${database}-davenport` }), 'the database of states');
		await assertNothing(port, pictures.path('cat', { database: 'davenport-test-not-there' }), 'a database that is not there');
	});
	await step('a database with the app\'s config says that it is here, and no other one does', async () => {
		await pictures.world.until('it is known', async () => (await get(port, `/${database}`)).status === 200);
		await assertNothing(port, `/${pictures.world.state}`, 'the database of states');
		await assertNothing(port, '/_users', 'the server\'s own');
	});
	await step('10,000 bad requests of one address ask CouchDB nothing, fill no log, and keep no other address out', async () => {
		const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
		const bad = pictures.path('cat').replace(/.$/, (letter) => (letter === 'A' ? 'E' : 'A'));
		const before = pictures.asked(), lines = bridge.lines.length, statuses = new Map();
		await Promise.all(Array.from({ length: 16 }, async () => {
			for (let number = 0; number < 625; number++) {
				const { status } = await get(port, bad, { agent, from: '127.0.0.2' });
				statuses.set(status, (statuses.get(status) ?? 0) + 1);
			}
		}));
		agent.destroy();
		assert.deepEqual([...statuses.keys()].filter((status) => status !== 404 && status !== 429), []);
		assert.equal(pictures.asked(), before);
		assert.ok(bridge.lines.length - lines < 5000, `${bridge.lines.length - lines} lines`);
		assert.equal((await get(port, pictures.path('cat'))).status, 200);
	});
	await step('neither keys nor signatures are in the log', () => {
		const log = bridge.log();
		assert.match(log, new RegExp(`GET /${database}/images/cat.jpg`));
		assert.ok(!log.includes(pictures.ring()[0].secret));
		assert.ok(!log.includes('s='), log);
	});
	await step('SIGTERM ends it while a client holds its connection', async () => {
		const agent = new http.Agent({ keepAlive: true });
		await new Promise((resolve, reject) => {
			http.get({ host: '127.0.0.1', port, path: '/robots.txt', agent }, (answer) => answer.resume().on('end', resolve)).on('error', reject);
		});
		bridge.program.child.kill('SIGTERM');
		assert.equal(await bridge.ended, 0, bridge.log());
		agent.destroy();
	});
	await step('after a start the picture comes from the disk', async () => {
		const again = await pictures.run();
		pictures.proxy.reset();
		assert.ok((await get(again.port, pictures.path('cat'))).body.equals(JPEG));
		assert.equal(pictures.asked('image-1440'), 0);
	});
}

async function unsigned(pictures, step) {
	const { database } = pictures.world;
	const { port } = await pictures.run({ PUBLIC_UNSIGNED: `other,${database}` });

	await step('where the switch is on a picture may be had without a signature', async () => {
		const { status, body } = await get(port, `/${database}/images/cat.jpg`);
		assert.equal(status, 200);
		assert.ok(body.equals(JPEG));
	});
	await step('a forged signature stays one', () => assertNothing(port, pictures.path('cat').replace(/.$/, '-'), 'forged'));
	await step('other databases stay closed', () => assertNothing(port, `/${database}x/images/cat.jpg`, 'another database'));
}

async function couchAway(pictures, step) {
	const bridge = await pictures.run();

	assert.equal((await get(bridge.port, pictures.path('dog'))).status, 200);
	await pictures.proxy.close();
	await step('while CouchDB is away a kept picture is served, and another one is "later", not "never"', async () => {
		assert.equal((await get(bridge.port, pictures.path('dog'))).status, 200);
		const { status, headers } = await get(bridge.port, pictures.path('cat'));
		assert.equal(status, 503);
		assert.ok(Number(headers['retry-after']) > 0);
	});
}

/* ---- keys ---- */

async function rotation(pictures, step) {
	const bridge = await pictures.run(), { port } = bridge;
	const status = async (target) => (await get(port, target)).status;
	const hangUp = async (times, said) => {
		process.kill(bridge.pid, 'SIGHUP');
		await pictures.world.until(`${said} ${times} times`, () => bridge.log().split(said).length - 1 === times);
	};
	const old = pictures.path('cat');

	await pictures.keys('rotate');
	const fresh = pictures.path('cat');
	await step('a new key counts from SIGHUP on, and the old one still does', async () => {
		assert.deepEqual([await status(old), await status(fresh)], [200, 404]);
		await hangUp(1, 'were read again');
		assert.deepEqual([await status(old), await status(fresh)], [200, 200]);
		assert.match(bridge.log(), /2 keys from IMAGE_KEYS: k2 signs new links/);
	});
	await pictures.keys('retire', 'k1');
	await step('links of a retired key end with SIGHUP', async () => {
		assert.equal(await status(old), 200);
		await hangUp(2, 'were read again');
		assert.deepEqual([await status(old), await status(fresh)], [404, 200]);
	});
	await step('a file of keys that cannot be read changes nothing, and is named', async () => {
		const words = readFileSync(pictures.keyFile, 'utf8');
		writeFileSync(pictures.keyFile, 'k2 tooshort\n');
		await hangUp(1, 'SIGHUP: what was read before stays');
		assert.equal(await status(fresh), 200);
		assert.match(bridge.log(), /what was read before stays: IMAGE_KEYS: line 1 is no key/);
		writeFileSync(pictures.keyFile, words);
	});
	await step('the integration goes on meanwhile', () => pictures.world.untilEqual());
}

/* ---- where it cannot listen ---- */

async function taken(pictures, step) {
	const listen = { PUBLIC_LISTEN: `127.0.0.1:${await freePort()}` };
	const first = await pictures.run(listen);
	const second = await pictures.world.run({ env: pictures.environment(listen) });

	await step('a second process says that it cannot serve pictures, and goes on', async () => {
		await pictures.world.until('it says so', () => /pictures are not served: .*another process/.test(second.log()));
		await pictures.world.until('one of both waits for the integration', () =>
			[first, second].some((bridge) => bridge.log().includes('keeps this integration in step')));
	});
	await step('it serves them when the first one ends', async () => {
		await first.stop();
		await pictures.world.until('it serves', () => SERVED.test(second.log()));
		assert.equal((await get(first.port, pictures.path('cat'))).status, 200);
		assert.equal(second.log().split('pictures are not served').length - 1, 1, 'told once');
	});
}

/* ---- check ---- */

/* Before the public port, and not as it should be. */
class Spoiler extends Proxy {
	constructor(target, how) {
		super(target);
		this.how = how;
		this.kept = null;
	}

	pass(request, response) {
		if (this.how.answer) {
			const [status, headers, body] = this.how.answer;
			response.writeHead(status, headers);
			response.end(body);
			return;
		}
		if (this.how.target)
			request.url = this.how.target(request.url);
		this.handOn(request, response, { passBack: (answer) => this.spoil(answer, response) });
	}

	spoil(answer, response) {
		for (const name of this.how.without ?? [])
			delete answer.headers[name];
		response.writeHead(answer.statusCode, { ...answer.headers, ...this.how.headers });
		answer.pipe(response);
	}
}

/* [how the proxy is, what check says of it] */
const SPOILED = [
	['that cuts off the query', { target: (url) => url.split('?')[0] }, /links do not arrive as they are: a proxy cuts off or changes/],
	['that puts something before the path', { target: (url) => `/pictures${url}` }, /or puts something before the path/],
	['that redirects', { answer: [301, { Location: 'https://elsewhere.example/x' }, ''] }, /a redirect to https:\/\/elsewhere\.example\/x: set PUBLIC_URL/],
	['that takes a header away', { without: ['x-content-type-options'] }, /a proxy takes away the header X-Content-Type-Options/],
	['that weakens the ETag', { headers: { etag: 'W/"1"' } }, /a proxy changes the header ETag/],
	['that asks for a login', { answer: [401, {}, 'who?'] }, /lets nobody in \(HTTP 401\)/],
	['that leads nowhere', { answer: [502, {}, 'bad gateway'] }, /the proxy at \S+ does not reach davenport \(HTTP 502\): lead it to/],
	['that is another server', { answer: [404, { Server: 'pages/1' }, 'no such page'] }, /does not lead here: pages\/1 answers with HTTP 404/],
	['that shows a page', { answer: [200, { 'Content-Type': 'text/html' }, '<h1>'] }, /is not what was sent \(text\/html\)/],
];

async function checks(pictures, step) {
	const port = await freePort(), direct = `http://127.0.0.1:${port}`;
	const env = { ...pictures.environment({ PUBLIC_LISTEN: `127.0.0.1:${port}`, PUBLIC_URL: direct }), COUCHDB_URL: pictures.world.server.url };
	const check = (more = {}) => pictures.world.check({ env: { ...env, ...more } });
	const words = ({ findings }) => findings.map(({ state, words: said }) => `${state}: ${said}`).join('\n');

	await step('with nothing at PUBLIC_LISTEN it answers there itself', async () => {
		const found = await check();
		assert.match(words(found), /ok: pictures can be served on 127/);
		assert.match(words(found), /ok: \S+ for pictures is made at the first start/);
		assert.match(words(found), new RegExp(`ok: a signed link leads through ${direct} to pictures, and their headers come back whole`));
		assert.match(words(found), /not checked: whether Airtable reaches/);
		assert.deepEqual(found.problems, [], found.log);
	});
	for (const [what, how, said] of SPOILED) {
		await step(`a proxy ${what} is named`, async () => {
			const spoiler = await Spoiler.open(direct, how);
			const found = await check({ PUBLIC_URL: spoiler.url });
			await spoiler.close();
			assert.equal(found.status, 1);
			assert.equal(found.problems.length, 1, words(found));
			assert.match(found.problems[0], said);
			assert.match(found.problems[0], /^PUBLIC_URL: /);
		});
	}
	await step('a proxy that keeps answers without their query is named', async () => {
		const key = pictures.ring()[0];
		const spoiler = await Spoiler.open(direct, { target: (url) => { first ??= url; return first; } });
		let first = null;
		const found = await check({ PUBLIC_URL: spoiler.url });
		await spoiler.close();
		assert.equal(found.problems.length, 1, words(found));
		assert.match(found.problems[0], /gives the picture for a forged link as well/);
		assert.ok(!words(found).includes(key.secret));
	});
	await step('an address where nobody answers is named', async () => {
		const found = await check({ PUBLIC_URL: `http://127.0.0.1:${await freePort()}` });
		assert.equal(found.problems.length, 1, words(found));
		assert.match(found.problems[0], /^PUBLIC_URL: a picture cannot be fetched: .*look at the name, the proxy and what the router forwards/);
	});
	await step('an address where TLS does not come about is named', async () => {
		const found = await check({ PUBLIC_URL: direct.replace('http', 'https') });
		assert.match(found.problems[0], /^PUBLIC_URL: a picture cannot be fetched: GET https:/);
	});
	await step('an address that is none of this machine\'s is named', async () => {
		const found = await check({ PUBLIC_LISTEN: '127.0.0.1.example:1' });
		assert.match(found.problems[0], /^PUBLIC_LISTEN is 127\.0\.0\.1\.example:1, and nobody can listen there: .*is no address to listen on/);
		assert.equal(found.problems.length, 1, words(found));
	});
	await step('a folder that cannot be made is named', async () => {
		const found = await check({ DATA_DIR: path.join(pictures.keyFile, 'data') });
		assert.match(words(found), /problem: DATA_DIR: pictures cannot be kept in \S+\/keys\/data \(Not a directory\)/);
	});

	const bridge = await pictures.run({ PUBLIC_LISTEN: `127.0.0.1:${port}` });
	await step('beside a davenport that runs it asks that one', async () => {
		const found = await check();
		assert.match(words(found), /ok: davenport serves pictures on 127/);
		assert.match(words(found), /ok: a signed link leads through/);
		assert.deepEqual(found.problems, []);
	});
	await pictures.keys('rotate');
	await step('one that was not told of a new key is named', async () => {
		const found = await check();
		assert.match(found.problems[0], /does not know the first key of IMAGE_KEYS: send it SIGHUP/);
		assert.match(words(found), /not checked: whether http:\S+ leads here/);
	});
	await bridge.stop();
	await step('another program on the port is named', async () => {
		const other = http.createServer((request, response) => response.end('hello'));
		await new Promise((resolve) => { other.listen(port, '127.0.0.1', resolve); });
		const found = await check();
		other.closeAllConnections();
		await new Promise((resolve) => { other.close(resolve); });
		assert.match(found.problems[0], /and another program listens there \(HTTP 200\): choose another port/);
	});
}

await playAll([
	withPictures('served', served),
	withPictures('unsigned', unsigned),
	withPictures('CouchDB away', couchAway),
	withPictures('rotation', rotation),
	withPictures('taken', taken),
	withPictures('check', checks),
]);

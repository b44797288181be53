/* The public port and those who mean no good: requests that two servers could read in two ways, paths and links that are
 * put together anew, floods, slow clients, a CouchDB that is slow, a full disk, and a crash while a picture comes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CountingProxy } from './lib/counting_proxy.mjs';
import { JPEG, PNG, get, withPictures } from './lib/pictures.mjs';
import { openRaw, sendRaw } from './lib/raw_http.mjs';
import { playAll, skip } from './lib/tap.mjs';

const HOST = 'Host: x\r\n';
const ATTACHMENT = '/image-1440';

const request = (method, target, headers = '') => Buffer.from(`${method} ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`, 'latin1');
const last = (method, target, headers = '') => request(method, target, `Connection: close\r\n${headers}`);
const statusesOf = (answers) => answers.map(({ status }) => status);

/* Holds the second half of each attachment back, while 'holds'. */
class HoldingProxy extends CountingProxy {
	constructor(target) {
		super(target);
		this.holds = false;
		this.held = [];
	}

	handOn(asked, response, options = {}) {
		const passBack = this.holds && asked.url.includes(ATTACHMENT) ? (answer) => this.passHalf(answer, response) : options.passBack;
		super.handOn(asked, response, passBack ? { ...options, passBack } : options);
	}

	async passHalf(answer, response) {
		const pieces = [];
		for await (const piece of answer)
			pieces.push(piece);
		const body = Buffer.concat(pieces), half = body.length >> 1;
		response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
		response.write(body.subarray(0, half));
		await new Promise((resolve) => { this.held.push(resolve); });
		response.end(body.subarray(half));
	}

	letGo() {
		this.holds = false;
		for (const go of this.held.splice(0))
			go();
	}

	async close() {
		this.letGo();
		await super.close();
	}
}

async function assertCat(pictures, port, from = '127.0.0.1') {
	const { status, body } = await get(port, pictures.path('cat'), { from });
	assert.equal(status, 200);
	assert.ok(body.equals(JPEG));
}

/* ---- requests that are not what they seem ---- */

/* [what, headers, the only status that is answered]: a good request stands behind each, where its body may be */
const FRAMES = [
	['two lengths that differ', 'Content-Length: 0\r\nContent-Length: 44\r\n', 400],
	['two lengths that differ, the larger first', 'Content-Length: 44\r\nContent-Length: 0\r\n', 400],
	['two lengths that are equal', 'Content-Length: 0\r\ncontent-length: 0\r\n', 400],
	['a list of lengths', 'Content-Length: 0, 44\r\n', 400],
	['a length with a sign', 'Content-Length: +0\r\n', 400],
	['a length below 0', 'Content-Length: -1\r\n', 400],
	['a length in hex', 'Content-Length: 0x0\r\n', 400],
	['a length beyond 64 bits', 'Content-Length: 18446744073709551616\r\n', 413],
	['a length of two zeros', 'Content-Length: 00\r\n', 413],
	['a length that is empty', 'Content-Length: \r\n', 400],
	['a length on a second line', 'Content-Length:\r\n 44\r\n', 400],
	['a length behind another header', 'X: a\r\n Content-Length: 44\r\n', 400],
	['a length behind a bare CR', 'X: a\rContent-Length: 44\r\n', 400],
	['a length with a blank before the colon', 'Content-Length : 44\r\n', 400],
	['a length with a tab before the colon', 'Content-Length\t: 44\r\n', 400],
	['a length with a NUL in its name', 'Content-Length\0: 44\r\n', 400],
	['a length and pieces', 'Content-Length: 0\r\nTransfer-Encoding: chunked\r\n', 413],
	['pieces and a length', 'Transfer-Encoding: chunked\r\nContent-Length: 0\r\n', 413],
	['pieces with a blank before the colon', 'Transfer-Encoding : chunked\r\n', 400],
	['pieces on a second line', 'Transfer-Encoding:\r\n chunked\r\n', 400],
	['pieces of an unknown kind', 'Transfer-Encoding: xchunked\r\n', 413],
	['pieces of no kind', 'Transfer-Encoding: identity\r\n', 413],
	['a body', 'Content-Length: 44\r\n', 413],
	['a body that waits to be asked for', 'Content-Length: 44\r\nExpect: 100-continue\r\n', 413],
	['a line without a colon', 'Content-Length 44\r\n', 400],
];

/* [what, the link's path made another one]: nothing is there */
const PATHS = [
	['a whole address', (good) => `http://127.0.0.1${good}`],
	['a host before the path', (good) => `//127.0.0.1${good}`],
	['no slash', (good) => good.slice(1)],
	['a dot', (good) => `/.${good}`],
	['up and down', (good) => `/x/..${good}`],
	['up and down, encoded', (good) => `/x/%2e%2e${good}`],
	['up and down behind the database', (good) => good.replace('/images/', '/images/../images/')],
	['an encoded slash between', (good) => good.replace('/images/', '%2fimages%2f')],
	['an encoded slash before the name', (good) => good.replace('/cat', '/%2fcat')],
	['an encoded dot and slash', (good) => good.replace('/cat', '/%2e%2fcat')],
	['a backslash', (good) => good.replace('/images/', '\\images\\')],
	['an encoded backslash', (good) => good.replace('/cat', '/%5ccat')],
	['encoded twice', (good) => good.replace('/cat', '/%2563at')],
	['the folder encoded', (good) => good.replace('/images/', '/%69mages/')],
	['an overlong letter', (good) => good.replace('/cat', '/%c1%a3at')],
	['an overlong dot', (good) => good.replace('cat.jpg', 'cat%c0%aejpg')],
	['an overlong slash', (good) => good.replace('/cat', '%c0%afcat')],
	['an encoded NUL', (good) => good.replace('cat.jpg', 'cat.jpg%00')],
	['an encoded NUL before the dot', (good) => good.replace('cat.jpg', 'cat%00.jpg')],
	['a blank behind', (good) => good.replace('cat.jpg', 'cat.jpg%20')],
	['a blank in the line', (good) => good.replace('cat.jpg', 'cat.jpg ')],
	['a parameter of the path', (good) => good.replace('cat.jpg', 'cat.jpg;a=b')],
	['a fragment', (good) => good.replace('?', '#?')],
	['a slash behind', (good) => good.replace('?', '/?')],
	['capitals', (good) => good.replace('cat.jpg', 'CAT.JPG')],
	['a second query', (good) => good.replace('?', '??')],
	['the query encoded', (good) => good.replace('?d=', '%3fd=')],
	['a parameter\'s name encoded', (good) => good.replace('&s=', '&%73=')],
	['the signature encoded', (good) => good.replace(/&s=(.)/, (all, letter) => `&s=%${letter.charCodeAt(0).toString(16)}`)],
	['semicolons', (good) => good.replaceAll('&', ';')],
	['the signature twice', (good) => `${good}&${/s=.*/.exec(good)[0]}`],
	['the thumbnail', (good) => good.replace('/cat.jpg', '/cat.jpg/thumbnail-128')],
	['the document', (good) => good.replace('/images/cat.jpg', '/zz20-image-cat')],
	['the document\'s id', (good) => good.replace('/cat', '/zz20-image-cat')],
	['15,000 bytes', (good) => `${good}&x=${'a'.repeat(15000)}`],
	['15,000 dots', () => `/${'../'.repeat(5000)}etc/passwd`],
];

/* [what, the bytes for a good link, statuses that may be]: more than anybody needs */
const FLOODS = [
	['an address of 100,000 bytes', (good) => last('GET', `${good}&x=${'a'.repeat(100000)}`), [[], [414]]],
	['2,000 parameters', (good) => last('GET', good + '&a'.repeat(2000)), [[], [404], [414]]],
	['a header of 100,000 bytes', (good) => last('GET', good, `X: ${'a'.repeat(100000)}\r\n`), [[], [431]]],
	['2,000 headers', (good) => last('GET', good, 'a:b\r\n'.repeat(2000)), [[], [431]]],
	['2,000 cookies', (good) => last('GET', good, `Cookie: ${'a=b; '.repeat(2000)}\r\n`), [[], [431]]],
	['1,000 parts', (good) => last('GET', good, `Range: bytes=${Array.from({ length: 1000 }, (_, at) => `${at}-${at}`)}\r\n`), [[200]]],
	['a part of 10,000 digits', (good) => last('GET', good, `Range: bytes=0-${'9'.repeat(10000)}\r\n`), [[206]]],
	['2,000 tags', (good) => last('GET', good, `If-None-Match: ${'"a",'.repeat(2000)}\r\n`), [[200]]],
	['another protocol', () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), [[505]]],
	['TLS', () => Buffer.concat([Buffer.from('16030102000100', 'hex'), Buffer.alloc(500, 7), Buffer.from('\r\n\r\n')]), [[], [400]]],
	['a method with an escape', () => last('\x1b[31mGET', '/'), [[405]]],
	['a method of 5,000 letters', () => last('A'.repeat(5000), '/'), [[405]]],
];

/* All links that can be joined out of the parts of two. */
function joined(one, other) {
	const parts = [/^[^?]*/, /d=[^&]*/, /e=[^&]*/, /s=.*/].map((part) => [part.exec(one)[0], part.exec(other)[0]]);
	const key = /k=[^&]*/.exec(one)[0];
	return Array.from({ length: 16 }, (_, number) => {
		const [where, digest, expiry, signature] = parts.map((both, at) => both[(number >> at) & 1]);
		return `${where}?${digest}&${expiry}&${key}&${signature}`;
	}).filter((link) => link !== one && link !== other);
}

async function shapes(pictures, step) {
	const bridge = await pictures.run(), { port } = bridge;
	const good = pictures.path('cat');

	await assertCat(pictures, port);
	assert.equal((await get(port, pictures.path('dog'))).status, 200);
	const before = pictures.asked();
	for (const [what, headers, status] of FRAMES) {
		await step(`what stands behind ${what} is no request`, async () => {
			assert.deepEqual(statusesOf(await sendRaw(port, Buffer.concat([request('GET', good, headers), last('GET', good)]))), [status]);
			const [{ status: posted }, ...more] = await sendRaw(port, Buffer.concat([request('POST', good, headers), last('GET', good)]));
			assert.deepEqual([posted, more], [status === 413 ? posted : status, []]);
		});
	}
	await step('three good requests in one piece have three answers', async () => {
		assert.deepEqual(statusesOf(await sendRaw(port, Buffer.concat([request('GET', good), request('GET', good), last('GET', good)]))),
			[200, 200, 200]);
	});
	for (const [what, spoil] of PATHS) {
		await step(`not there: ${what}`, async () => {
			const [answer, ...more] = await sendRaw(port, last('GET', spoil(good)), { from: '127.0.0.2' });
			assert.deepEqual([answer.status, answer.body.toString(), more], [404, 'There is nothing here.\n', []]);
		});
	}
	await step('no part of one link opens another', async () => {
		const other = pictures.path('dog', { expires: Math.floor(Date.now() / 1000) + 90000 });
		const links = joined(good, other);
		assert.equal(links.length, 14);
		for (const link of links)
			assert.equal((await get(port, link, { from: '127.0.0.3' })).status, 404, link);
		assert.equal((await get(port, other)).status, 200);
	});
	for (const [what, bytes, statuses] of FLOODS) {
		await step(`more than anybody needs: ${what}`, async () => {
			const answered = JSON.stringify(statusesOf(await sendRaw(port, bytes(good), { from: '127.0.0.4' })));
			assert.ok(statuses.some((some) => JSON.stringify(some) === answered), answered);
			await assertCat(pictures, port);
		});
	}
	await step('CouchDB was asked nothing for all of it, and the log has neither escapes nor signatures', () => {
		assert.equal(pictures.asked(), before);
		assert.ok(!bridge.log().includes('\x1b'));
		assert.ok(!bridge.log().includes(good.split('&s=')[1]));
	});
}

/* ---- slow clients ---- */

const IDLE = 2000;
const SLOW = 10;

function openFilesMost() {
	return Number(/^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
}

async function slowClients(pictures, step) {
	if (openFilesMost() < 3 * IDLE) {
		skip('slow clients', `${IDLE} connections are more than this machine lets a process have`);
		return;
	}
	const big = Buffer.concat([JPEG, Buffer.alloc(7000000, 1)]);
	await pictures.put('big', big, 'image/jpeg');
	const { port } = await pictures.run();
	const silent = [];

	await assertCat(pictures, port);
	await step('2,000 that say nothing keep nobody out', async () => {
		for (let number = 0; number < IDLE; number++)
			silent.push(await openRaw(port, { from: `127.0.1.${1 + number % 40}` }));
		await assertCat(pictures, port);
	});
	const dripping = [], readers = [];
	for (let number = 0; number < SLOW; number++) {
		dripping.push(await openRaw(port, { from: '127.0.2.1', bytes: 'GET /robots.txt HTTP/1.1\r\nX: ' }));
		readers.push(await openRaw(port, { from: '127.0.2.2', reads: false,
			bytes: request('GET', pictures.path('big', { bytes: big, extension: 'jpg' })) }));
	}
	const second = setInterval(() => {
		dripping.filter(({ ended }) => !ended).forEach(({ socket }) => socket.write('x'));
		readers.forEach(({ socket }) => socket.read(1));
	}, 1000);
	try {
		await step('those that send or read a byte a second keep nobody out', async () => {
			for (let number = 0; number < 50; number++)
				await assertCat(pictures, port);
		});
		await step('those that say nothing or too little are ended, and nobody else', async () => {
			await pictures.world.until('the last one is', async () => {
				await assertCat(pictures, port);
				return [...silent, ...dripping].every(({ ended }) => ended);
			});
		});
	} finally {
		clearInterval(second);
		[...silent, ...dripping, ...readers].forEach(({ socket }) => socket.destroy());
	}
}

/* ---- while a picture comes ---- */

const WAITERS = 64;

function cached(pictures, ending) {
	return readdirSync(path.join(pictures.folder, 'data/pictures')).filter((name) => name.endsWith(ending));
}

/* A client asks for the cat, and half of it has come from CouchDB: { answer }, to be waited for. */
async function askAndHold(pictures, port) {
	pictures.proxy.holds = true;
	const answer = get(port, pictures.path('cat')).catch((error) => error);
	await pictures.world.until('half of it came', () => pictures.proxy.held.length === 1);
	await pictures.world.until('it is being kept', () => cached(pictures, '.part').length === 1);
	return { answer };
}

async function slowCouch(pictures, step) {
	const { port } = await pictures.run();
	const dog = () => get(port, pictures.path('dog'));

	assert.equal((await dog()).status, 200);
	pictures.proxy.holds = true;
	const waiting = Array.from({ length: WAITERS }, (_, number) => get(port, pictures.path('cat'), { from: `127.0.3.${number + 1}` }));
	await step('while 64 wait for one picture, others are answered', async () => {
		await pictures.world.until('CouchDB is asked', () => pictures.proxy.held.length === 1);
		assert.ok((await dog()).body.equals(PNG));
		assert.equal((await get(port, pictures.path('cat').replace(/.$/, '-'))).status, 404);
	});
	await step('all of them have it in the end, and CouchDB was asked once', async () => {
		pictures.proxy.letGo();
		for (const { status, body } of await Promise.all(waiting)) {
			assert.equal(status, 200);
			assert.ok(body.equals(JPEG));
		}
		assert.equal(pictures.asked('zz20-image-cat'), 2, 'its document and its bytes');
	});
}

function limitFiles(pid, bytes) {
	execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}

/* To a program a file that may not grow is a full disk. */
async function fullDisk(pictures, step) {
	const bridge = await pictures.run(), { port } = bridge;
	const { answer } = await askAndHold(pictures, port);

	await step('a disk that gets full while a picture comes: it is passed on, and nothing of it kept', async () => {
		limitFiles(bridge.pid, JPEG.length / 2);
		pictures.proxy.letGo();
		const { status, body } = await answer;
		assert.equal(status, 200);
		assert.ok(body.equals(JPEG));
		assert.match(bridge.log(), /pictures are passed on without being kept/);
		assert.deepEqual(cached(pictures, '.jpg'), []);
	});
	await step('a disk that is full: likewise', async () => {
		await assertCat(pictures, port);
		assert.deepEqual([...cached(pictures, '.jpg'), ...cached(pictures, '.part')], []);
	});
	await step('a disk that has room again keeps them again', async () => {
		limitFiles(bridge.pid, 'unlimited');
		await assertCat(pictures, port);
		assert.equal(cached(pictures, '.jpg').length, 1);
		const before = pictures.asked(ATTACHMENT);
		await assertCat(pictures, port);
		assert.equal(pictures.asked(ATTACHMENT), before);
	});
}

async function crash(pictures, step) {
	const bridge = await pictures.run();
	const { answer } = await askAndHold(pictures, bridge.port);

	bridge.program.child.kill('SIGKILL');
	await answer;
	await step('what a crash left of a picture is gone at the next start, and the picture is had anew', async () => {
		assert.equal(cached(pictures, '.part').length, 1);
		pictures.proxy.letGo();
		const { port } = await pictures.run();
		assert.deepEqual([...cached(pictures, '.jpg'), ...cached(pictures, '.part')], []);
		const before = pictures.asked(ATTACHMENT);
		await assertCat(pictures, port);
		assert.equal(pictures.asked(ATTACHMENT), before + 1);
		assert.equal(cached(pictures, '.jpg').length, 1);
	});
}

await playAll([
	withPictures('slow clients', slowClients),
	withPictures('shapes', shapes),
	withPictures('slow CouchDB', slowCouch, { proxy: HoldingProxy }),
	withPictures('full disk', fullDisk, { proxy: HoldingProxy }),
	withPictures('crash', crash, { proxy: HoldingProxy }),
]);

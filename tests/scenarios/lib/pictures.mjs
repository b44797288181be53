/* A world with pictures in its database, and clients of the public port. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { CountingProxy } from './counting_proxy.mjs';
import { signedPath } from './picture_links.mjs';
import { DAVENPORT, runToEnd } from './programs.mjs';
import { inWorld } from './world.mjs';

export const SERVED = /pictures are served on \S+ \(port (\d+)\)/;
export const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), randomBytes(60000)]);
export const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(500)]);
const NOT_FOUND = 'There is nothing here.\n';

/* As it is sent: fetch() would set paths right. */
export function get(port, target, { method = 'GET', headers = {}, from = '127.0.0.1', agent = false } = {}) {
	return new Promise((resolve, reject) => {
		const request = http.request({ host: '127.0.0.1', port, path: target, method, headers, agent, localAddress: from }, (answer) => {
			const pieces = [];
			answer.on('data', (piece) => pieces.push(piece));
			answer.on('error', reject);
			answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
		});
		request.on('error', reject);
		request.end();
	});
}

export async function assertNothing(port, target, words) {
	const { status, headers, body } = await get(port, target);
	assert.equal(status, 404, words);
	assert.equal(body.toString(), NOT_FOUND, words);
	assert.equal(headers['cache-control'], 'no-store', words);
}

/* Pictures in the world's database, a file of keys, and a proxy that counts what CouchDB is asked. */
export class Pictures {
	static async open(world, Before) {
		const pictures = new Pictures(world);
		await pictures.put('cat', JPEG, 'image/jpeg');
		await pictures.put('dog', PNG, 'image/png');
		await pictures.put('note', Buffer.from('<script>'), 'text/html');
		await pictures.put('liar', Buffer.from('<script>alert(1)</script>'), 'image/png');
		pictures.proxy = await Before.open(world.server.url);
		await pictures.keys('make');
		return pictures;
	}

	constructor(world) {
		this.world = world;
		this.folder = mkdtempSync(path.join(os.tmpdir(), 'davenport-pictures-'));
		this.keyFile = path.join(this.folder, 'keys');
	}

	async close() {
		await this.proxy?.close();
		rmSync(this.folder, { recursive: true, force: true });
	}

	put(id, bytes, type) {
		return this.world.couch.put(this.world.database, { _id: `zz20-image-${id}`, type: 'image',
			data: { filename: `${id}.x` }, _attachments: {
				'image-1440': { content_type: type, data: bytes.toString('base64') },
				'thumbnail-128': { content_type: type, data: bytes.subarray(0, 200).toString('base64') } } });
	}

	async keys(...words) {
		const done = await runToEnd(DAVENPORT, ['keys', ...words], { env: { IMAGE_KEYS_FILE: this.keyFile } });
		assert.equal(done.status, 0, done.log);
	}

	/* { id, secret } of each, the active one first. */
	ring() {
		return readFileSync(this.keyFile, 'utf8').trim().split('\n').map((line) => {
			const [id, secret] = line.split(' ');
			return { id, secret };
		});
	}

	path(image, options = {}) {
		const bytes = { cat: JPEG, dog: PNG }[image] ?? Buffer.from('');
		return signedPath({ database: this.world.database, image, extension: image === 'cat' ? 'jpg' : 'png', bytes,
			key: this.ring()[0], ...options });
	}

	environment(env = {}) {
		return { COUCHDB_URL: this.proxy.url, PUBLIC_URL: 'https://pictures.example', PUBLIC_LISTEN: '127.0.0.1:0',
			IMAGE_KEYS_FILE: this.keyFile, DATA_DIR: path.join(this.folder, 'data'), ...env };
	}

	async run(env = {}) {
		const bridge = await this.world.run({ env: this.environment(env) });
		await this.world.until('pictures are served', () => SERVED.test(bridge.log()));
		return Object.assign(bridge, { port: Number(SERVED.exec(bridge.log())[1]) });
	}

	/* How often CouchDB was asked for image documents or their attachments. */
	asked(words = 'zz20-image-') {
		return Object.entries(this.proxy.count().paths).filter(([line]) => line.includes(words))
			.reduce((sum, [, times]) => sum + times, 0);
	}
}

/* 'proxy': the kind of proxy before CouchDB; 'items': of the sample. */
export function withPictures(title, play, { proxy = CountingProxy, items = 2 } = {}) {
	return inWorld(title, { items }, async (world, step) => {
		const pictures = await Pictures.open(world, proxy);
		try {
			await play(pictures, step);
		} finally {
			await world.processes.stopAll();
			await pictures.close();
		}
	});
}

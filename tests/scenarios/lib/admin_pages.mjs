/* The admin port of a bridge as a browser, or something worse, sees it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import { DAVENPORT, plainEnvironment } from './programs.mjs';

export const PASSWORD = 'correct horse battery';
export const ADMIN_TOKEN = 'token-of-scripts-0123456789';

/* What `davenport password` makes of it. */
export function hashOf(password) {
	return new Promise((resolve, reject) => {
		const child = spawn(DAVENPORT, ['password'], { env: plainEnvironment(), stdio: ['pipe', 'pipe', 'inherit'] });
		let out = '';
		child.stdout.setEncoding('utf8').on('data', (piece) => { out += piece; });
		child.once('error', reject);
		child.once('close', (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(`davenport password ended with ${code}`))));
		child.stdin.end(`${password}\n`);
	});
}

export class AdminPages {
	static async of(world, bridge) {
		let port;
		await world.until('it tells its port', () => {
			port = /admin pages at http:\/\/127\.0\.0\.1:(\d+)\//.exec(bridge.log())?.[1];
			return port !== undefined;
		});
		return new AdminPages(Number(port));
	}

	constructor(port) {
		this.port = port;
		this.cookie = '';
	}

	ask(method, address, { headers = {}, body = null, from = '127.0.0.1' } = {}) {
		const options = { host: '127.0.0.1', port: this.port, method, path: address, localAddress: from, agent: false,
			headers: { ...(this.cookie ? { Cookie: this.cookie } : {}), ...headers } };
		return new Promise((resolve, reject) => {
			const request = http.request(options, (response) => {
				const pieces = [];
				response.on('data', (piece) => pieces.push(piece)).on('error', reject).on('end', () => resolve({
					status: response.statusCode, text: Buffer.concat(pieces).toString(), headers: new Headers(Object.entries(response.headers)
						.map(([name, value]) => [name, String(value)])), cookie: response.headers['set-cookie']?.[0] }));
			});
			request.on('error', reject);
			request.end(body);
		});
	}

	get(address, options = {}) {
		return this.ask('GET', address, options);
	}

	post(address, form, { headers = {}, ...options } = {}) {
		const body = new URLSearchParams(form).toString();
		return this.ask('POST', address, { ...options, body,
			headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body), ...headers } });
	}

	async logIn({ password = PASSWORD, from = '127.0.0.1' } = {}) {
		const { status, cookie } = await this.post('/login', { password }, { from });
		assert.equal(status, 303);
		[this.cookie] = cookie.split(';');
	}

	async formToken() {
		return /name="form_token" value="([\w-]{43})"/.exec((await this.get('/')).text)[1];
	}
}

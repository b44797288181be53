/* A proxy before CouchDB that hands everything on but what 'refuse' answers itself: refuse(method, path, body) gives
 * { status, body, type } in the server's place, CUT for a connection that ends without an answer, or nothing; or a promise of
 * it, so that something can happen before the request goes on. */
import http from 'node:http';

export const CUT = Symbol('cut');

function whole(request) {
	return new Promise((resolve, reject) => {
		const pieces = [];
		request.on('data', (piece) => pieces.push(piece));
		request.on('end', () => resolve(Buffer.concat(pieces)));
		request.on('error', reject);
	});
}

export class RefusingProxy {
	static async open(server, refuse = () => undefined) {
		const proxy = new RefusingProxy(new URL(server), refuse);
		await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
		proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
		return proxy;
	}

	constructor(target, refuse) {
		this.target = target;
		this.refuse = refuse;
		this.refused = 0;
		this.server = http.createServer((request, response) => {
			this.pass(request, response).catch(() => response.destroy());
		});
	}

	close() {
		this.server.closeAllConnections();
		return new Promise((resolve) => this.server.close(resolve));
	}

	async pass(request, response) {
		const body = await whole(request);
		const own = await this.refuse(request.method, request.url, body);
		if (own === undefined) {
			this.handOn(request, response, body);
			return;
		}
		this.refused++;
		if (own === CUT) {
			request.socket.destroy();
			return;
		}
		response.writeHead(own.status, { 'Content-Type': own.type ?? 'application/json' });
		response.end(own.body);
	}

	handOn(request, response, body) {
		const onward = http.request({ host: this.target.hostname, port: this.target.port, method: request.method,
			path: request.url, headers: request.headers });
		onward.on('response', (answer) => {
			response.writeHead(answer.statusCode, answer.statusMessage, answer.headers);
			response.flushHeaders();
			answer.pipe(response);
		});
		onward.on('error', () => response.destroy());
		response.on('close', () => {
			if (!response.writableEnded)
				onward.destroy();
		});
		onward.end(body);
	}
}

/* The documents that a request writes. */
export function written(method, body) {
	if (method === 'GET' || method === 'HEAD' || body.length === 0)
		return [];
	try {
		const json = JSON.parse(body);
		return Array.isArray(json.docs) ? json.docs : [json];
	} catch {
		return [];
	}
}

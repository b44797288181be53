/* A proxy before CouchDB that hands everything on but what 'refuse' answers itself: refuse(method, path, body) gives
 * { status, body, type } in the server's place, CUT for a connection that ends without an answer, or nothing; or a promise of
 * it, so that something can happen before the request goes on. */
import { Proxy } from './proxy.mjs';

export const CUT = Symbol('cut');

function whole(request) {
	return new Promise((resolve, reject) => {
		const pieces = [];
		request.on('data', (piece) => pieces.push(piece));
		request.on('end', () => resolve(Buffer.concat(pieces)));
		request.on('error', reject);
	});
}

export class RefusingProxy extends Proxy {
	constructor(target, refuse = () => undefined) {
		super(target);
		this.refuse = refuse;
		this.refused = 0;
	}

	pass(request, response) {
		this.answer(request, response).catch(() => response.destroy());
	}

	async answer(request, response) {
		const body = await whole(request);
		const own = await this.refuse(request.method, request.url, body);
		if (own === undefined) {
			this.handOn(request, response, { body });
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

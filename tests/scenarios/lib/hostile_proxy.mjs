/* A proxy before a server that answers what no server should, for as long as a fault is on. It counts what is asked meanwhile. */
import { Proxy } from './proxy.mjs';

export class HostileProxy extends Proxy {
	constructor(target) {
		super(target);
		this.fault = null;
		this.asked = 0;
		this.spoilt = 0;
		this.paths = []; /* of what was asked since the fault began */
	}

	/* 'fault': { at: which paths, answer(exchange) }. What is open already is cut, so that it comes again and meets the fault. */
	begin(fault) {
		Object.assign(this, { fault, asked: 0, spoilt: 0, paths: [] });
		this.cut();
	}

	cut() {
		this.server.closeAllConnections();
	}

	/* What hangs is let go, as a proxy does that is started anew. */
	end() {
		this.fault = null;
		this.cut();
	}

	/* For a complaint. */
	mostAsked() {
		const counts = new Map();
		for (const path of this.paths)
			counts.set(path, (counts.get(path) ?? 0) + 1);
		return [...counts].sort(([, one], [, other]) => other - one).slice(0, 8)
			.map(([path, count]) => `${count} of ${path}`).join(', ');
	}

	pass(request, response) {
		this.asked++;
		response.on('error', () => {});
		if (this.fault !== null) {
			this.paths.push(`${request.method} ${request.url.split('&since=')[0].slice(0, 120)}`);
			if (this.fault.at.test(`${request.method} ${request.url}`)) {
				this.spoilt++;
				this.spoil(this.fault, request, response);
				return;
			}
		}
		this.handOn(request, response);
	}

	spoil(fault, request, response) {
		const { socket } = request;
		if (fault.answer !== undefined) {
			request.resume();
			request.on('end', () => fault.answer({ request, response, socket }));
			return;
		}
		/* The real answer, changed. */
		this.handOn(request, response, { headers: { 'accept-encoding': 'identity' }, passBack: (answer) => {
			const pieces = [];
			answer.on('data', (piece) => pieces.push(piece));
			answer.on('end', () => fault.change({ request, response, socket, status: answer.statusCode,
				text: Buffer.concat(pieces).toString() }));
		} });
	}
}

/* A proxy before a server that answers what no server should, for as long as a fault is on. It counts what is asked meanwhile. */
import http from 'node:http';

export class HostileProxy {
	/* 'target' is the address of the real one. */
	static async open(target) {
		const proxy = new HostileProxy(new URL(target));
		await new Promise((resolve, reject) => {
			proxy.server.once('error', reject);
			proxy.server.listen(0, '127.0.0.1', resolve);
		});
		proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
		return proxy;
	}

	constructor(target) {
		this.target = target;
		this.agent = new http.Agent({ keepAlive: true });
		this.server = http.createServer((request, response) => this.pass(request, response));
		this.server.keepAliveTimeout = 60000;
		this.server.requestTimeout = 0;
		this.fault = null;
		this.asked = 0;
		this.spoilt = 0;
		this.paths = []; /* of what was asked since the fault began */
	}

	close() {
		this.server.closeAllConnections();
		this.agent.destroy();
		return new Promise((resolve) => this.server.close(resolve));
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
		this.handOn(request, response, (answer) => {
			response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
			response.flushHeaders();
			answer.pipe(response);
		});
	}

	spoil(fault, request, response) {
		const { socket } = request;
		if (fault.answer !== undefined) {
			request.resume();
			request.on('end', () => fault.answer({ request, response, socket }));
			return;
		}
		/* The real answer, changed. */
		this.handOn(request, response, (answer) => {
			const pieces = [];
			answer.on('data', (piece) => pieces.push(piece));
			answer.on('end', () => fault.change({ request, response, socket, status: answer.statusCode,
				text: Buffer.concat(pieces).toString() }));
		}, { 'accept-encoding': 'identity' });
	}

	handOn(request, response, passBack, headers = {}) {
		const onward = http.request({ host: this.target.hostname, port: this.target.port, method: request.method,
			path: request.url, headers: { ...request.headers, ...headers }, agent: this.agent });
		onward.on('response', (answer) => {
			answer.on('error', () => response.destroy());
			passBack(answer);
		});
		onward.on('error', () => response.destroy());
		response.on('close', () => {
			if (!response.writableEnded)
				onward.destroy();
		});
		request.pipe(onward);
	}
}

/* A proxy before a server, which hands everything on as it comes, feeds too. Whoever extends it says in pass() what becomes of a
 * request. */
import http from 'node:http';

export class Proxy {
	/* 'server' is the address of the real one; what follows it is the constructor's. */
	static async open(server, ...words) {
		const proxy = new this(new URL(server), ...words);
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
	}

	close() {
		this.server.closeAllConnections();
		this.agent.destroy();
		return new Promise((resolve) => this.server.close(resolve));
	}

	pass(request, response) {
		this.handOn(request, response);
	}

	/* 'headers' in place of the request's; 'body': what was read of it already; 'passBack' takes the real answer. */
	handOn(request, response, { headers = {}, body = null, passBack = (answer) => this.giveBack(answer, response) } = {}) {
		const onward = http.request({ host: this.target.hostname, port: this.target.port, method: request.method,
			path: request.url, headers: { ...request.headers, ...headers }, agent: this.agent });
		onward.on('response', (answer) => {
			answer.on('error', () => response.destroy());
			passBack(answer);
		});
		onward.on('error', () => response.destroy());
		/* Also a feed that its client leaves is left there. */
		response.on('close', () => {
			if (!response.writableEnded)
				onward.destroy();
		});
		if (body === null)
			request.pipe(onward);
		else
			onward.end(body);
	}

	giveBack(answer, response) {
		response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
		response.flushHeaders();
		answer.pipe(response);
	}
}

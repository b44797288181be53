/* A proxy before CouchDB that hands everything on as it comes, feeds too, and kills a process (-9) at a request of its choice:
 *
 *     before     nothing of it has reached the server, nor will
 *     applied    the server has answered, and not one byte of that goes back
 *     after      the whole answer has been given to the client's connection
 *
 * One request is waited for at a time; feeds are not counted, since they have no end. */
import http from 'node:http';

const WRITING_POSTS = /^\/[^/]+(\/_bulk_docs)?\/?$/;
const FEED = /^\/[^/]+\/_changes\?.*feed=(continuous|longpoll)/;

export function isWrite(method, path) {
	return ['PUT', 'DELETE'].includes(method) || (method === 'POST' && WRITING_POSTS.test(path.split('?')[0]));
}

export class CouchProxy {
	/* 'server' is the address of the real one. */
	static async open(server) {
		const proxy = new CouchProxy(new URL(server));
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
		this.plan = null;
		this.killed = []; /* { point, method, path } */
	}

	close() {
		this.server.closeAllConnections();
		this.agent.destroy();
		return new Promise((resolve) => this.server.close(resolve));
	}

	/* At the nth request from now on, of all or of those that write. */
	killAt({ pid, nth, point, write = false }) {
		this.plan = { pid, left: nth, point, write };
	}

	forget() {
		this.plan = null;
	}

	/* The plan whose request this is, or null. */
	chosen({ method, url }) {
		const { plan } = this;
		if (plan === null || FEED.test(url) || (plan.write && !isWrite(method, url)) || --plan.left > 0)
			return null;
		this.plan = null;
		return plan;
	}

	kill({ pid, point }, { method, url }) {
		this.killed.push({ point, method, path: url.split('?')[0] });
		process.kill(pid, 'SIGKILL');
	}

	pass(request, response) {
		const plan = this.chosen(request);
		if (plan?.point === 'before') {
			this.kill(plan, request);
			request.socket.destroy();
			return;
		}
		const onward = http.request({ host: this.target.hostname, port: this.target.port, method: request.method,
			path: request.url, headers: request.headers, agent: this.agent });
		onward.on('response', (answer) => this.passBack(plan, request, response, answer));
		onward.on('error', () => response.destroy());
		/* Also a feed that its client leaves is left there. */
		response.on('close', () => {
			if (!response.writableEnded)
				onward.destroy();
		});
		request.pipe(onward);
	}

	passBack(plan, request, response, answer) {
		answer.on('error', () => response.destroy());
		if (plan?.point === 'applied') {
			answer.resume().on('end', () => {
				this.kill(plan, request);
				request.socket.destroy();
			});
			return;
		}
		response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
		response.flushHeaders();
		answer.pipe(response);
		if (plan?.point === 'after')
			response.on('finish', () => this.kill(plan, request));
	}
}

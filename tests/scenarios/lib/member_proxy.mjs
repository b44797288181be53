/* A proxy before CouchDB behind which somebody is no administrator of the server: a user who is a member of some databases, and
 * answered as Apache CouchDB 3.5 answers such a one. */
import http from 'node:http';

export class MemberProxy {
	/* 'server' is the real one, with its administrator. */
	static async open(server, { user = 'member', password = 'of-some-databases', databases = [] } = {}) {
		const proxy = new MemberProxy();
		Object.assign(proxy, { target: new URL(server.url), admin: server, user, password, databases: new Set(databases),
			agent: new http.Agent({ keepAlive: true }), refused: [] });
		proxy.server = http.createServer((request, response) => proxy.pass(request, response));
		await new Promise((resolve, reject) => {
			proxy.server.once('error', reject);
			proxy.server.listen(0, '127.0.0.1', resolve);
		});
		proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
		proxy.env = { COUCHDB_URL: proxy.url, COUCHDB_USER: user, COUCHDB_PASSWORD: password };
		return proxy;
	}

	close() {
		this.server.closeAllConnections();
		this.agent.destroy();
		return new Promise((resolve) => this.server.close(resolve));
	}

	answer(response, status, body) {
		response.writeHead(status, { 'Content-Type': 'application/json' });
		response.end(JSON.stringify(body));
	}

	/* [status, reason] of what this user may not, or null. */
	refusal({ method, url }) {
		const [database, rest = ''] = url.split('?')[0].replace(/^\//, '').split(/\/(.*)/);
		if (database === '')
			return null;
		if (database === '_all_dbs')
			return [401, 'You are not a server admin.'];
		if (['PUT', 'DELETE'].includes(method) && rest === '')
			return [401, 'You are not a server admin.'];
		if (!this.databases.has(database))
			return [403, 'You are not allowed to access this db.'];
		if (method === 'PUT' && rest === '_security')
			return [401, 'You are not a db or server admin.'];
		return null;
	}

	pass(request, response) {
		const basic = (user, password) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
		if (request.headers.authorization !== basic(this.user, this.password))
			return this.answer(response, 401, { error: 'unauthorized', reason: 'Name or password is incorrect.' });
		if (request.url === '/_session')
			return this.answer(response, 200, { ok: true, userCtx: { name: this.user, roles: [] } });
		const refusal = this.refusal(request);
		if (refusal !== null) {
			this.refused.push(`${request.method} ${request.url}`);
			request.resume();
			return this.answer(response, refusal[0], { error: refusal[0] === 403 ? 'forbidden' : 'unauthorized',
				reason: refusal[1] });
		}
		if (request.method === 'GET' && request.url.endsWith('/_security'))
			return this.answer(response, 200, { admins: { names: [], roles: ['_admin'] }, members: { names: [this.user], roles: [] } });
		const onward = http.request({ host: this.target.hostname, port: this.target.port, method: request.method,
			path: request.url, agent: this.agent,
			headers: { ...request.headers, authorization: basic(this.admin.user, this.admin.password) } });
		onward.on('response', (answer) => {
			answer.on('error', () => response.destroy());
			response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
			response.flushHeaders();
			answer.pipe(response);
		});
		onward.on('error', () => response.destroy());
		response.on('close', () => { if (!response.writableEnded) onward.destroy(); });
		return request.pipe(onward);
	}
}

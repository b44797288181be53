/* A proxy before CouchDB behind which somebody is no administrator of the server: a user who is a member of some databases, and
 * answered as Apache CouchDB 3.5 answers such a one. */
import { Proxy } from './proxy.mjs';

export class MemberProxy extends Proxy {
	/* 'server' is the real one, with its administrator. */
	static async open(server, { user = 'member', password = 'of-some-databases', databases = [] } = {}) {
		const proxy = await super.open(server.url);
		Object.assign(proxy, { admin: server, user, password, databases: new Set(databases), refused: [],
			env: { COUCHDB_URL: proxy.url, COUCHDB_USER: user, COUCHDB_PASSWORD: password } });
		return proxy;
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
		return this.handOn(request, response,
			{ headers: { authorization: basic(this.admin.user, this.admin.password) } });
	}
}

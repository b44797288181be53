/* The two servers as the demo and its checker see them: plain HTTP, no code of the bridge's. */

async function ask(method, url, { headers = {}, body } = {}) {
	const response = await fetch(url, {
		method,
		headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	const text = await response.text();
	let json = null;
	try {
		json = JSON.parse(text);
	} catch {
		/* told below, when the status is wrong as well */
	}
	if (!response.ok)
		throw Object.assign(new Error(`${method} ${new URL(url).pathname}: HTTP ${response.status}: ${text.slice(0, 300)}`),
			{ status: response.status });
	if (json === null)
		throw new Error(`${method} ${new URL(url).pathname}: no JSON: ${text.slice(0, 300)}`);
	return json;
}

export function couchAt(url, user, password) {
	const headers = user ? { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } : {};
	const root = url.replace(/\/+$/, '');
	const at = (...parts) => `${root}/${parts.map(encodeURIComponent).join('/')}`;
	return {
		url: root,
		documentUrl: (database, id) => at(database, id),
		makeDatabase: (database) => ask('PUT', at(database), { headers }),
		get: (database, id) => ask('GET', at(database, id), { headers }),
		put: (database, document) => ask('PUT', at(database, document._id), { headers, body: document }),
		remove: (database, document) =>
			ask('DELETE', `${at(database, document._id)}?rev=${encodeURIComponent(document._rev)}`, { headers }),
		async putAll(database, docs) {
			const answers = await ask('POST', at(database, '_bulk_docs'), { headers, body: { docs } });
			const refused = answers.filter((answer) => answer.error);
			if (refused.length > 0)
				throw new Error(`_bulk_docs refused ${refused.length}, the first: ${JSON.stringify(refused[0])}`);
		},
		async all(database) {
			const answer = await ask('GET', `${at(database, '_all_docs')}?include_docs=true`, { headers });
			return answer.rows.map((row) => row.doc).filter((doc) => doc !== null && doc !== undefined);
		},
	};
}

export function couchFromEnvironment() {
	const { COUCHDB_URL, COUCHDB_USER, COUCHDB_PASSWORD } = process.env;
	if (!COUCHDB_URL)
		throw new Error('COUCHDB_URL is not set');
	return couchAt(COUCHDB_URL, COUCHDB_USER, COUCHDB_PASSWORD);
}

/* The sandbox through its control routes: they are no calls of the API, and no limit holds for them. */
export function sandboxAt(url) {
	const root = url.replace(/\/+$/, '');
	return {
		url: root,
		async rows(base, table) {
			const answer = await ask('GET', `${root}/_sandbox/rows?base=${base}&table=${encodeURIComponent(table)}`);
			return answer.records;
		},
		/* A person's edit of cells, by the names of their fields. */
		edit: (base, table, record, fields) => ask('POST', `${root}/_sandbox/edit`, { body: { base,
			actions: [{ action: 'update', table, record, fields }] } }),
		/* A person attaches a file in the grid. */
		attach: (base, table, record, field, { name, type, bytes }) => ask('POST', `${root}/_sandbox/file`, { body: { base, table, record, field,
			filename: name, contentType: type, file: bytes.toString('base64') } }),
		/* An attached file's bytes, from the address that its row shows. */
		async file(address) {
			const response = await fetch(address);
			if (!response.ok)
				throw new Error(`GET ${new URL(address).pathname}: HTTP ${response.status}`);
			return Buffer.from(await response.arrayBuffer());
		},
		counts: () => ask('GET', `${root}/_sandbox/counts`),
	};
}

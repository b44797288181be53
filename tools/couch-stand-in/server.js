/* A CouchDB to try things with: express-pouchdb over PouchDB's leveldb, behind a guard.
 *
 * What it is: a real, independent server that speaks CouchDB's protocol and keeps its databases on disk. The
 * demo uses it, and the tests where no other CouchDB is given to them.
 * What it is not: Apache CouchDB. Sequences are small integers, a limit of 0 acts as 1, instance_start_time is
 * the server's start, _local documents are guarded by their revision, nothing is too large, numbers above 2^53
 * lose digits. Nothing that is worth anything may be kept in it.
 *
 *     node server.js --port 5985 --dir DIR --user NAME --password WORD
 *
 * It prints "listening http://127.0.0.1:PORT" once it is ready (port 0 picks a free one), listens on loopback
 * only, ends on SIGTERM with 0, and ends with 1, and why on stderr, on anything unexpected: a half-dead server
 * keeps the lock on its databases, and the next one could not start.
 *
 * Some requests kill or wedge the server inside. The guards stand in the list 'guards', each with its reason. */
'use strict';

const fs = require('fs');
const http = require('http');
const path = require('path');
const crypto = require('crypto');

const REQUEST_LIMIT = '64mb';
const KEEP_ALIVE_MS = 120000;
const DRAIN_MS = 2000;

function die(sentence) {
	fs.writeSync(2, `couch-stand-in: ${sentence}\n`);
	process.exit(1);
}

process.on('uncaughtException', (error) => die(`uncaught: ${error && error.stack ? error.stack : error}`));
process.on('unhandledRejection', (error) => die(`unhandled: ${error && error.stack ? error.stack : error}`));

/* ---- the command line ---- */

function usage(sentence) {
	fs.writeSync(2, `couch-stand-in: ${sentence}\n` +
		'usage: node server.js --port P --dir DIR --user U --password W\n');
	process.exit(2);
}

function readOptions(words) {
	const options = { port: null, dir: null, user: null, password: null };
	for (let at = 0; at < words.length; at += 2) {
		const name = words[at].replace(/^--/, '');
		if (!(name in options) || words[at] === name)
			usage(`unknown option ${words[at]}`);
		if (at + 1 >= words.length)
			usage(`${words[at]} needs a value`);
		options[name] = words[at + 1];
	}
	for (const name of Object.keys(options)) {
		if (!options[name])
			usage(`--${name} is missing`);
	}
	if (!/^\d{1,5}$/.test(options.port) || Number(options.port) > 65535)
		usage(`--port ${options.port} is no port`);
	if (options.user.includes(':'))
		usage('--user may hold no colon');
	return options;
}

const options = readOptions(process.argv.slice(2));

/* ---- answers ---- */

function refuse(response, status, error, reason) {
	const body = JSON.stringify({ error, reason }) + '\n';
	response.writeHead(status, {
		'Content-Type': 'application/json',
		'Content-Length': Buffer.byteLength(body),
		...(status === 401 ? { 'WWW-Authenticate': 'Basic realm="server"' } : {}),
	});
	response.end(body);
}

/* A request of our own to ourselves, as the admin; answers [status, parsed body]. */
function askSelf(method, url, body) {
	return new Promise((resolve, reject) => {
		const request = http.request({
			host: '127.0.0.1', port: server.address().port, method, path: url, agent: false,
			auth: `${options.user}:${options.password}`,
			headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
		}, (response) => {
			let text = '';
			response.setEncoding('utf8');
			response.on('data', (piece) => { text += piece; });
			response.on('error', reject);
			response.on('end', () => {
				try {
					resolve([response.statusCode, JSON.parse(text)]);
				} catch (error) {
					reject(error);
				}
			});
		});
		request.on('error', reject);
		request.end(body === undefined ? undefined : JSON.stringify(body));
	});
}

/* ---- guards: (request, response, next), in this order ---- */

function sameText(a, b) {
	const digest = (text) => crypto.createHash('sha256').update(text).digest();
	return crypto.timingSafeEqual(digest(a), digest(b));
}

function credentials(request) {
	const match = /^ *basic +([A-Za-z0-9._~+/-]+=*) *$/i.exec(request.headers.authorization || '');
	const pair = match && /^([^:]*):([\s\S]*)$/.exec(Buffer.from(match[1], 'base64').toString());
	return pair ? { user: pair[1], password: pair[2] } : null;
}

/* As CouchDB tells whoever watches it. */
function saysThatItIsUp(request, response, next) {
	if (request.method !== 'GET' || request.path !== '/_up')
		return next();
	return response.json({ status: 'ok', seeds: {} });
}

/* Nobody without a name gets at anything but the greeting. An anonymous PUT or DELETE of a database would kill
 * the server inside; a cookie that expired would make its bearer anonymous, so cookies do not count. */
function knowsTheCaller(request, response, next) {
	delete request.headers.cookie;
	request.caller = credentials(request);
	if (!request.caller && !(request.method === 'GET' && request.path === '/'))
		return refuse(response, 401, 'unauthorized', 'Authentication required.');
	return next();
}

/* DELETE of a database by somebody who is not the admin wedges the server inside. */
function onlyAdminMakesDatabases(request, response, next) {
	const { caller } = request;
	if (!['PUT', 'DELETE'].includes(request.method) || !/^\/[^/]+\/?$/.test(request.path))
		return next();
	if (!caller || !sameText(caller.user, options.user) || !sameText(caller.password, options.password))
		return refuse(response, 401, 'unauthorized', 'You are not a server admin.');
	return next();
}

/* With an unknown revision it is fatal, and nothing here needs it. */
function withoutLatest(request, response, next) {
	request.url = request.url.replace(/([?&])latest=[^&]*/g, '$1').replace(/[?&]+$/, '');
	return next();
}

/* A part without a file name is taken for text, and text that is no JSON is fatal. */
function withoutMultipart(request, response, next) {
	if (/^multipart\/(related|mixed)/i.test(request.headers['content-type'] || ''))
		return refuse(response, 415, 'bad_content_type', 'This stand-in takes no multipart documents: ' +
			'send attachments in the document (base64) or each with its own PUT.');
	return next();
}

/* Of two who make the same database at once both would be told that they did, and both then make it private, which is
 * fatal. So who makes or deletes a database waits for whoever does so. */
let turn = Promise.resolve();

function oneAtATime(request, response, next) {
	if (!['PUT', 'DELETE'].includes(request.method) || !/^\/[^/]+\/?$/.test(request.path))
		return next();
	turn = turn.then(() => new Promise((resolve) => {
		if (response.destroyed)
			return resolve();
		response.once('close', resolve);
		return next();
	}));
	return turn;
}

/* Databases are made private, as CouchDB makes them; one without _security would be open to everybody here. */
const ADMINS_ONLY = { admins: { names: [], roles: ['_admin'] }, members: { names: [], roles: ['_admin'] } };

function makesPrivate(request, response, next) {
	if (request.method !== 'PUT' || !/^\/[^/]+\/?$/.test(request.path))
		return next();
	const end = response.end;
	response.end = function endPrivate(...words) {
		response.end = end;
		if (response.statusCode !== 201)
			return end.apply(response, words);
		askSelf('PUT', `${request.path.replace(/\/$/, '')}/_security`, ADMINS_ONLY).then(([status]) => {
			if (status !== 200)
				throw new Error(`_security of ${request.path}: status ${status}`);
			end.apply(response, words);
		}).catch((error) => die(`making a database private: ${error.message}`));
		return response;
	};
	return next();
}

/* filter= of a design document that is missing is fatal, also for built-in names that PouchDB does not know. */
const jsonBody = require('express').json({ limit: REQUEST_LIMIT, type: () => true });

function isFeed(request) {
	return /^\/[^/]+\/_changes$/.test(request.path);
}

function replaceFilter(request, name, value) {
	const url = new URL(request.url, 'http://stand-in');
	url.searchParams.delete('filter');
	if (name)
		url.searchParams.set(name, value);
	request.url = url.pathname + url.search;
}

async function checkDesignFilter(request, response, filter) {
	const [design, name] = filter.split('/');
	const database = request.path.split('/')[1];
	const [status, document] = name === undefined
		? [404, null]
		: await askSelf('GET', `/${database}/_design/${encodeURIComponent(design)}`);
	if (status === 200 && typeof (document.filters || {})[name] === 'string')
		return true;
	refuse(response, 404, 'not_found', `missing filter ${filter}`);
	return false;
}

const FILTERS = {
	_selector(request, response) {
		const selector = (request.body || {}).selector;
		if (selector === null || typeof selector !== 'object' || Array.isArray(selector)) {
			refuse(response, 400, 'bad_request', 'Selector must be specified in POST payload');
			return false;
		}
		replaceFilter(request, 'selector', JSON.stringify(selector));
		return true;
	},
	_doc_ids(request, response) {
		const url = new URL(request.url, 'http://stand-in');
		const ids = (request.body || {}).doc_ids || JSON.parse(url.searchParams.get('doc_ids'));
		if (!Array.isArray(ids)) {
			refuse(response, 400, 'bad_request', '`doc_ids` filter parameter is not a list.');
			return false;
		}
		replaceFilter(request, null);
		return true;
	},
	_design(request) {
		replaceFilter(request, 'selector', JSON.stringify({ _id: { $regex: '^_design/' } }));
		return true;
	},
	_view(request, response) {
		refuse(response, 501, 'not_implemented', 'This stand-in has no _view filter.');
		return false;
	},
};

function mapsFilters(request, response, next) {
	const filter = request.query.filter;
	if (!isFeed(request) || filter === undefined)
		return next();
	return jsonBody(request, response, (failure) => {
		if (failure)
			return refuse(response, failure.status || 400, 'bad_request', 'invalid UTF-8 JSON');
		const map = FILTERS[filter] || ((q, r) => checkDesignFilter(q, r, String(filter)));
		return Promise.resolve().then(() => map(request, response)).then((goOn) => {
			if (goOn)
				next();
		}).catch((error) => refuse(response, 400, 'bad_request', error.message));
	});
}

/* PouchDB takes a place that is none for one from which nothing comes, ever. Apache CouchDB says so. */
function knowsThePlace(request, response, next) {
	const { since } = request.query;
	if (!isFeed(request) || since === undefined || /^("?\d+"?|now)$/.test(since))
		return next();
	return refuse(response, 400, 'bad_request', 'Malformed sequence supplied in \'since\' parameter.');
}

/* A dropped feed would keep its listener and its heartbeat for ever, and each makes every write slower. So the
 * feeds are noted as they are made, and ended with their connection, and with their database. */
const feeds = new Set();

function endFeed(feed) {
	if (!feeds.delete(feed))
		return;
	/* The server's own listener for errors is what stops its heartbeat, and it ends the answer. */
	const gone = Object.assign(new Error('Database does not exist.'), { name: 'not_found', status: 404 });
	for (const listener of feed.changes.listeners('error'))
		listener.call(feed.changes, gone);
	feed.changes.cancel();
	feed.response.end();
}

function watchesFeeds(request, response, next) {
	if (!isFeed(request) || !['continuous', 'longpoll'].includes(request.query.feed))
		return next();
	let database;
	Object.defineProperty(request, 'db', {
		get: () => database,
		set: (given) => {
			const change = (query) => {
				const changes = given.changes(query);
				const feed = { changes, response, name: given.name };
				if (query.live) {
					/* Once the listeners are on. */
					setImmediate(() => {
						feeds.add(feed);
						if (response.destroyed)
							endFeed(feed);
						else
							response.once('close', () => endFeed(feed));
					});
				}
				return changes;
			};
			database = new Proxy(given, { get: (of, name) => (name === 'changes' ? change : of[name]) });
		},
	});
	return next();
}

const guards = [
	saysThatItIsUp, knowsTheCaller, onlyAdminMakesDatabases, withoutLatest, withoutMultipart, oneAtATime, makesPrivate,
	mapsFilters, knowsThePlace, watchesFeeds,
];

/* ---- the server ---- */

function writeConfiguration(file) {
	/* The password is hashed by the server as it starts, and the file is written again. */
	const configuration = {
		admins: { [options.user]: options.password },
		couch_httpd_auth: { secret: crypto.randomBytes(16).toString('hex') },
		log: { level: 'error' },
	};
	fs.writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 });
}

fs.mkdirSync(path.join(options.dir, 'databases'), { recursive: true, mode: 0o700 });
const configPath = path.join(options.dir, 'config.json');
writeConfiguration(configPath);

/* Its parts use Buffer() and punycode; that is theirs to mend. */
process.noDeprecation = true;
require('events').defaultMaxListeners = 0; /* a listener for each feed is no leak */
const express = require('express');
const PouchDB = require('pouchdb-node').defaults({ prefix: path.join(options.dir, 'databases') + path.sep });
const couch = require('express-pouchdb')(PouchDB, { configPath, logPath: path.join(options.dir, 'log.txt') });

PouchDB.on('destroyed', (name) => {
	for (const feed of [...feeds]) {
		if (feed.name === name || decodeURIComponent(feed.name) === decodeURIComponent(name))
			endFeed(feed);
	}
});

const app = express();
app.disable('x-powered-by');
let underWay = 0;
app.use((request, response, next) => {
	if (!isFeed(request)) {
		underWay++;
		response.once('close', () => { underWay--; });
	}
	next();
});
guards.forEach((guard) => app.use(guard));
app.use((request, response, next) => {
	request.query = undefined; /* read again by the server inside, from what the guards made of the URL */
	next();
});
app.use(couch);

const server = http.createServer(app);
server.keepAliveTimeout = KEEP_ALIVE_MS;
server.headersTimeout = KEEP_ALIVE_MS + 1000; /* must be longer, or a kept connection is reset */
server.on('error', (error) => die(`port ${options.port}: ${error.message}`));
server.listen(Number(options.port), '127.0.0.1', () => {
	/* Ready when it answers, not when it listens: the first request opens the databases of users. */
	askSelf('GET', '/_all_dbs').then(([status]) => {
		if (status !== 200)
			die(`not ready: status ${status}`);
		fs.writeSync(1, `listening http://127.0.0.1:${server.address().port}\n`);
	}).catch((error) => die(`not ready: ${error.message}`));
});

function leave() {
	server.close();
	const until = Date.now() + DRAIN_MS;
	setInterval(() => {
		if (underWay === 0 || Date.now() > until)
			process.exit(0);
	}, 10);
}
process.on('SIGTERM', leave);
process.on('SIGINT', leave);

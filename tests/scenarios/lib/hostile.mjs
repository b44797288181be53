/* Servers that a client is to survive: they take a connection and then do not what they should. */
import http from 'node:http';
import net from 'node:net';

const DRIP_MS = 1000;

/* Takes connections and never says a word. */
export function startSilent() {
	return listen(net.createServer((socket) => socket.on('error', () => {})));
}

/* Begins an answer and goes on with one byte a second, so that it is never silent for long and never done. */
export function startDripping() {
	return listen(http.createServer((request, response) => {
		request.resume();
		response.writeHead(200, { 'Content-Type': 'application/json', Date: new Date().toUTCString() });
		response.write('{');
		const drip = setInterval(() => response.write(' '), DRIP_MS);
		response.on('close', () => clearInterval(drip));
	}));
}

/* Hands everything on to 'target' until spoil(how): from then on every connection, old ones too, is silent or drips. */
export async function startSpoilable(target) {
	const { hostname, port } = new URL(target);
	const bad = { silent: await startSilent(), drip: await startDripping() };
	let how = null;
	const sockets = new Set();
	const server = await listen(net.createServer((socket) => {
		const to = how === null ? { host: hostname, port } : { host: '127.0.0.1', port: bad[how].port };
		const onward = net.connect(to);
		for (const [one, other] of [[socket, onward], [onward, socket]]) {
			sockets.add(one);
			one.on('error', () => other.destroy());
			one.on('close', () => { sockets.delete(one); other.destroy(); });
		}
		socket.pipe(onward).pipe(socket);
	}));
	return { ...server,
		spoil(kind) {
			how = kind;
			for (const socket of sockets)
				socket.destroy();
		},
		async close() {
			for (const socket of sockets)
				socket.destroy();
			await Promise.all([server.close(), bad.silent.close(), bad.drip.close()]);
		} };
}

function listen(server) {
	const sockets = new Set();
	server.on('connection', (socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port,
			url: `http://127.0.0.1:${server.address().port}`,
			close: () => {
				for (const socket of sockets)
					socket.destroy();
				return new Promise((done) => server.close(done));
			} }));
	});
}

/* HTTP as bytes, for requests that no client of a library would send. */
import net from 'node:net';

const PATIENCE_MS = 120000;

/* [{ status, head, body }] of all whole answers in the bytes; none of them has a body in pieces. */
export function answersIn(bytes) {
	const answers = [];
	for (let rest = bytes; ;) {
		const end = rest.indexOf('\r\n\r\n');
		if (end < 0)
			return answers;
		const head = rest.subarray(0, end).toString('latin1');
		const length = Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1] ?? 0);
		const body = rest.subarray(end + 4, end + 4 + length);
		if (body.length < length)
			return answers;
		answers.push({ status: Number(head.split(' ')[1]), head, body });
		rest = rest.subarray(end + 4 + length);
	}
}

/* Sends the bytes and reads until the server ends the connection. */
export function sendRaw(port, bytes, { from = '127.0.0.1' } = {}) {
	return new Promise((resolve, reject) => {
		const socket = net.connect({ host: '127.0.0.1', port, localAddress: from }), pieces = [];
		const late = setTimeout(() => {
			socket.destroy();
			reject(new Error(`the connection was not ended: ${bytes.toString('latin1').slice(0, 200)}`));
		}, PATIENCE_MS);
		socket.on('data', (piece) => pieces.push(piece));
		socket.on('error', () => {}); /* a reset is an end as well */
		socket.on('close', () => {
			clearTimeout(late);
			resolve(answersIn(Buffer.concat(pieces)));
		});
		socket.write(bytes);
	});
}

/* A connection that is kept; .ended is whether the server has ended it. */
export function openRaw(port, { from = '127.0.0.1', bytes = '', reads = true } = {}) {
	return new Promise((resolve, reject) => {
		const socket = net.connect({ host: '127.0.0.1', port, localAddress: from });
		const connection = { socket, ended: false };
		socket.on('error', reject); /* after it is open: of no interest */
		socket.on('close', () => { connection.ended = true; });
		if (reads)
			socket.resume();
		socket.once('connect', () => {
			socket.write(bytes);
			resolve(connection);
		});
	});
}

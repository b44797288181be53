/* Answers that no server should give: { answer(exchange) } in place of the real one, { change(exchange) } made of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const PIECE = Buffer.alloc(64 << 10, 0x20);
const DRIP_MS = 1000;

export function says(status, body = '', headers = {}) {
	const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
	return { answer: ({ response }) => {
		response.writeHead(status, { ...JSON_TYPE, ...headers });
		response.end(bytes);
	} };
}

export const htmlPage = says(200, '<!DOCTYPE html><html><body><h1>Welcome to nginx!</h1></body></html>',
	{ 'Content-Type': 'text/html' });

/* The answer with its JSON changed; a text that is no JSON, and one that 'change' does nothing with, stays as it is. */
export function changed(change) {
	return { change: ({ request, response, status, text }) => {
		let json;
		try {
			json = JSON.parse(text);
		} catch {
			json = undefined;
		}
		const other = json === undefined ? undefined : change(json, request);
		response.writeHead(status, JSON_TYPE);
		response.end(other === undefined ? text : typeof other === 'string' ? other : JSON.stringify(other));
	} };
}

/* The first half of the answer, under the length of the whole one. */
export const cutInBody = { change: ({ response, socket, status, text }) => {
	const bytes = Buffer.from(text);
	response.writeHead(status, { ...JSON_TYPE, 'Content-Length': bytes.length + 1 });
	response.write(bytes.subarray(0, bytes.length / 2), () => socket.destroy());
} };

/* Bytes as they are; then the end, or nothing more. */
export function raw(bytes, { end = true } = {}) {
	return { answer: ({ socket }) => {
		socket.write(bytes);
		if (end)
			socket.end();
	} };
}

export const dropped = { answer: ({ socket }) => socket.destroy() };
export const silent = { answer: () => {} };
export const cutInHeaders = raw('HTTP/1.1 200 OK\r\nContent-Type: applica');
export const silentAfterHeaders = raw('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n',
	{ end: false });
export const garbage = raw('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n');
export const interim = raw('HTTP/1.1 100 Continue\r\n\r\n'.repeat(2000));

/* As fast as it is taken, 'piece' for ever after 'head'. */
function endlessly(head, piece) {
	return { answer: ({ socket }) => {
		const more = () => {
			while (!socket.destroyed && socket.write(piece))
				; /* until its buffer is full */
		};
		socket.on('drain', more);
		socket.write(head);
		more();
	} };
}

export const endlessHeaders = endlessly('HTTP/1.1 200 OK\r\n', `X-More: ${'x'.repeat(4000)}\r\n`.repeat(16));
export const endlessBody = endlessly('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"a":"', PIECE);
export const endlessError = endlessly('HTTP/1.1 500 No\r\nContent-Type: application/json\r\n\r\n{"error":"', PIECE);

/* A byte a second. */
export function dripping(status = 200) {
	return { answer: async ({ response }) => {
		response.writeHead(status, JSON_TYPE);
		response.write('{');
		while (!response.destroyed) {
			response.write(' ');
			await sleep(DRIP_MS);
		}
	} };
}

/* Little on the wire and much in the memory. */
export const EMPTY_OBJECTS = `[${'{},'.repeat((8 << 20) / 3)}{}]`;
export const DEEP = '['.repeat(100000) + ']'.repeat(100000);
const bomb = zlib.gzipSync(Buffer.alloc(256 << 20, 0x20));
export const gzipBomb = says(200, bomb, { 'Content-Encoding': 'gzip' });
export const badGzip = says(200, 'this is no gzip', { 'Content-Encoding': 'gzip' });
export const bigError = (status) => says(status, `{"error":${EMPTY_OBJECTS}}`);

/* Links to pictures, signed without any code of the bridge's: keyed BLAKE2b as RFC 7693 has it. */
import { createHash } from 'node:crypto';

const MASK = (1n << 64n) - 1n;
const START = [0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
	0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n];
const ORDER = ['0123456789abcdef', 'ea489fd61c02b753', 'b8c052fdae367194', '7931dcbe265a40f8', '905724afe1bc683d',
	'2c6a0b834d75fe19', 'c51fed4a0763928b', 'db7ec13950f4862a', '6fe9b308c2d714a5', 'a2847615fb9e3cd0'];

const turn = (word, bits) => ((word >> bits) | (word << (64n - bits))) & MASK;

function mix(v, [a, b, c, d], x, y) {
	v[a] = (v[a] + v[b] + x) & MASK;
	v[d] = turn(v[d] ^ v[a], 32n);
	v[c] = (v[c] + v[d]) & MASK;
	v[b] = turn(v[b] ^ v[c], 24n);
	v[a] = (v[a] + v[b] + y) & MASK;
	v[d] = turn(v[d] ^ v[a], 16n);
	v[c] = (v[c] + v[d]) & MASK;
	v[b] = turn(v[b] ^ v[c], 63n);
}

const LANES = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15], [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];

function compress(h, block, count, last) {
	const m = Array.from({ length: 16 }, (_, at) => block.readBigUInt64LE(at * 8));
	const v = [...h, ...START];
	v[12] ^= BigInt(count);
	if (last)
		v[14] ^= MASK;
	for (let round = 0; round < 12; round++) {
		const order = [...ORDER[round % 10]].map((digit) => parseInt(digit, 16));
		LANES.forEach((lane, at) => mix(v, lane, m[order[2 * at]], m[order[2 * at + 1]]));
	}
	return h.map((word, at) => word ^ v[at] ^ v[at + 8]);
}

export function keyedBlake2b256(key, message) {
	const padded = Buffer.alloc(128 + Math.ceil(message.length / 128) * 128);
	key.copy(padded);
	message.copy(padded, 128);
	let h = START.slice();
	h[0] ^= 0x01010000n ^ (BigInt(key.length) << 8n) ^ 32n;
	for (let at = 0; at < padded.length; at += 128) {
		const last = at + 128 === padded.length;
		h = compress(h, padded.subarray(at, at + 128), last ? 128 + message.length : at + 128, last);
	}
	const out = Buffer.alloc(64);
	h.forEach((word, at) => out.writeBigUInt64LE(word, at * 8));
	return out.subarray(0, 32);
}

/* The path of a link, with its '?'. 'key': { id, secret (hex) }; 'bytes': the picture's. */
export function signedPath({ database, image, extension, bytes, key, expires = Math.floor(Date.now() / 1000) + 86400 }) {
	const digest = createHash('md5').update(bytes).digest('base64url');
	const words = [database, image, extension, 'image-1440', digest, String(expires), key.id];
	const message = Buffer.concat([Buffer.from('davenport image v1'), ...words.flatMap((word) => {
		const length = Buffer.alloc(4);
		length.writeUInt32BE(Buffer.byteLength(word));
		return [length, Buffer.from(word)];
	})]);
	const signature = keyedBlake2b256(Buffer.from(key.secret, 'hex'), message).toString('base64url');
	return `/${encodeURIComponent(database)}/images/${encodeURIComponent(image)}.${extension}?d=${digest}&e=${expires}&k=${key.id}&s=${signature}`;
}

/* `davenport keys` by hand: what each word does to the file, what it says, and what it never does to a file that others read. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DAVENPORT, runToEnd } from './lib/programs.mjs';
import { playAll } from './lib/tap.mjs';

const ONE = `k1 ${'1'.repeat(64)}\n`;
const TWO = `k2 ${'2'.repeat(64)}\n${ONE}`;
const EIGHT = Array.from({ length: 8 }, (_, at) => `k${8 - at} ${String(at + 1).repeat(64)}\n`).join('');
const NEW = '[0-9a-f]{64}';

/* [what is given, the file before (null: none), words, exit, what is said, the file after (null: as before)] */
const CASES = [
	['make without a file', null, ['make'], 0, /has its first key, k1: it signs new links/, `^k1 ${NEW}\n$`],
	['make where the file is empty', '', ['make'], 0, /has its first key, k1/, `^k1 ${NEW}\n$`],
	['make where there are keys', ONE, ['make'], 1, /has keys already: 'davenport keys rotate' adds one/],
	['list', TWO, ['list'], 0, /^k2 +signs new links\nk1 +checks links that were given out before\n$/],
	['list without a file', null, ['list'], 1, /has no keys: 'davenport keys make' makes the first one/],
	['rotate', ONE, ['rotate'], 0, /^k2 signs new links once 'davenport run' gets SIGHUP. k1 still checks .*48 hours/, `^k2 ${NEW}\n${ONE}$`],
	['rotate with an id of one\'s own', ONE.replace('k1', 'summer'), ['rotate'], 0, /^k1 signs new links/, `^k1 ${NEW}\nsummer 1`],
	['rotate without a file', null, ['rotate'], 1, /has no keys: 'davenport keys make'/],
	['rotate with eight keys', EIGHT, ['rotate'], 1, /there are 8 keys already: retire one/],
	['retire', TWO, ['retire', 'k1'], 0, /^k1 is gone: links that it signed end once 'davenport run' gets SIGHUP/, `^k2 ${'2'.repeat(64)}\n$`],
	['retire the one that signs', TWO, ['retire', 'k2'], 1, /the key k2 signs new links: rotate first, then retire it/],
	['retire what is not there', TWO, ['retire', 'k9'], 1, /there is no key with the id k9/],
	['a file that holds no keys', 'k1 short\n', ['list'], 1, /keys: line 1 is no key: write "<key id> <64 hex digits>"/],
	['no word', ONE, [], 2, /^davenport: keys takes make, list, rotate or retire\n$/],
	['another word', ONE, ['frob'], 2, /^davenport: keys takes make, list, rotate or retire, and 'frob' is none of them\n$/],
	['retire without an id', ONE, ['retire'], 2, /^davenport: keys retire takes the ID of one key: 'davenport keys list' shows them\n$/],
	['list with an id', ONE, ['list', 'k1'], 2, /^davenport: keys list takes nothing behind it\n$/],
];

async function inFolder(play) {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'davenport-keys-'));
	try {
		await play(path.join(folder, 'keys'), folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

const keys = (file, ...words) => runToEnd(DAVENPORT, ['keys', ...words], { env: { IMAGE_KEYS_FILE: file } });

async function words(step) {
	for (const [what, before, line, status, said, after] of CASES) {
		await step(`${what}: ends with ${status}, says so, and what the file is then`, () => inFolder(async (file, folder) => {
			if (before !== null)
				writeFileSync(file, before);
			const done = await keys(file, ...line);
			assert.equal(done.status, status, done.log);
			assert.match(status === 0 ? done.out : done.log, said);
			if (after !== undefined)
				assert.match(readFileSync(file, 'utf8'), new RegExp(after));
			else if (before !== null)
				assert.equal(readFileSync(file, 'utf8'), before);
			else
				assert.ok(!existsSync(file));
			assert.deepEqual(readdirSync(folder).filter((name) => name !== 'keys'), [], 'nothing else is left there');
			for (const secret of [...(before ?? '').matchAll(/[0-9a-f]{64}/g), ...(existsSync(file) ? readFileSync(file, 'utf8').matchAll(/[0-9a-f]{64}/g) : [])])
				assert.ok(!done.out.includes(secret[0]) && !done.log.includes(secret[0]), 'a secret is shown');
		}));
	}
	await step('--json says the same to programs', () => inFolder(async (file) => {
		writeFileSync(file, TWO);
		assert.deepEqual(JSON.parse((await keys(file, 'list', '--json')).out), { file, keys: [{ id: 'k2', active: true }, { id: 'k1', active: false }] });
		assert.match(JSON.parse((await keys(file, 'retire', 'k2', '--json')).out).error, /rotate first/);
	}));
}

async function files(step) {
	await step('a new file is its owner\'s alone', () => inFolder(async (file) => {
		await keys(file, 'make');
		assert.equal(statSync(file).mode & 0o777, 0o600);
	}));
	await step('an old file keeps its permissions', () => inFolder(async (file) => {
		writeFileSync(file, ONE);
		chmodSync(file, 0o640);
		await keys(file, 'rotate');
		assert.equal(statSync(file).mode & 0o777, 0o640);
	}));
	await step('a link to the file stays one', () => inFolder(async (file, folder) => {
		const real = path.join(folder, 'real');
		writeFileSync(real, ONE);
		symlinkSync(real, file);
		assert.equal((await keys(file, 'rotate')).status, 0);
		assert.ok(lstatSync(file).isSymbolicLink());
		assert.match(readFileSync(real, 'utf8'), /^k2 /);
	}));
	await step('five that rotate at once make five keys', () => inFolder(async (file) => {
		writeFileSync(file, ONE);
		const done = await Promise.all(Array.from({ length: 5 }, () => keys(file, 'rotate')));
		assert.ok(done.every(({ status }) => status === 0));
		assert.deepEqual(readFileSync(file, 'utf8').match(/^k\d/gm), ['k6', 'k5', 'k4', 'k3', 'k2', 'k1']);
	}));
	await step('a folder that is not there is named', () => inFolder(async (file) => {
		const done = await keys(path.join(path.dirname(file), 'none', 'keys'), 'make');
		assert.equal(done.status, 1);
		assert.match(done.log, /none cannot be opened: No such file or directory/);
	}));
	await step('without IMAGE_KEYS_FILE it says which setting is missing', async () => {
		const done = await runToEnd(DAVENPORT, ['keys', 'make']);
		assert.deepEqual([done.status, done.log], [2,
			'davenport: IMAGE_KEYS_FILE is not set: name the file in it that holds the keys, or is to hold them\n']);
	});
	await step('keys that stand in the environment itself cannot be changed', async () => {
		const done = await runToEnd(DAVENPORT, ['keys', 'rotate'], { env: { IMAGE_KEYS: ONE } });
		assert.equal(done.status, 2);
		assert.match(done.log, /IMAGE_KEYS is given in the environment itself, and not as IMAGE_KEYS_FILE/);
		assert.ok(!done.log.includes('1'.repeat(64)));
	});
	await step('the file of settings may name it', () => inFolder(async (file, folder) => {
		const settings = path.join(folder, 'settings');
		writeFileSync(settings, `IMAGE_KEYS_FILE=${file}\n`);
		assert.equal((await runToEnd(DAVENPORT, ['keys', 'make'], { env: { DAVENPORT_CONFIG: settings } })).status, 0);
		assert.ok(existsSync(file));
	}));
}

await playAll([{ title: 'words', play: words }, { title: 'files', play: files }]);

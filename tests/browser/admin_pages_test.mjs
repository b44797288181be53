/* The admin pages in a browser: wide and narrow, light and dark, by keyboard, with and without scripts; what axe says of them, and that
 * nothing of a stranger's runs. Pictures go to build/screenshots/. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { Processes } from '../../demo/processes.mjs';
import { runAll, test } from '../node/tap.mjs';
import { AdminPages, hashOf, PASSWORD } from '../scenarios/lib/admin_pages.mjs';
import { ROOT, startCouch } from '../scenarios/lib/programs.mjs';
import { idOf, sampleDocuments, World } from '../scenarios/lib/world.mjs';

const SCREENSHOTS = path.join(ROOT, 'build/screenshots');
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'];
const WAIT_MS = 30_000;
const HOSTILE = '<img src=x onerror="window.hurt=1"> & "quotes" 工具箱';
const PAGES = [['Overview', '/'], ['Problems', '/problems'], ['History', '/history'], ['Health', '/health']];
const LOOKS = [['wide-light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
	['wide-dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
	['narrow-light', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
	['narrow-dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
	['without-scripts', { viewport: { width: 390, height: 844 }, colorScheme: 'light', javaScriptEnabled: false }]];

let folder;
let processes;
let world;
let pages;
let browser;
let item;
let contested;

/* ---- the world ---- */

async function open() {
	folder = mkdtempSync(path.join(os.tmpdir(), 'davenport-pages-'));
	processes = new Processes(folder, () => {});
	const couch = await startCouch(processes, { folder: path.join(folder, 'couch') });
	const documents = sampleDocuments({ items: 12 });
	const items = documents.filter(({ type }) => type === 'item');
	items[0].data.name = HOSTILE;
	item = idOf(items[0]);
	world = await World.open({ server: couch.at, documents });
	contested = idOf(items[2]);
	await world.syncWell();
	await world.editRow(contested, { Notes: 'from the grid' });
	await world.save(contested, { notes: 'from the phone' });
	await world.syncWell();
	const bridge = await world.run({ env: { ADMIN_PASSWORD_HASH: await hashOf(PASSWORD) } });
	pages = await AdminPages.of(world, bridge);
	await world.until('it is ready', async () => (await pages.get('/readyz')).status === 200);
	await world.editRow(item, { Notes: 'From the grid.\nTwo lines.', 'Purchase Price': 12.5 });
	await world.until('the history has it', async () => (await world.histories()).some(({ data_id: id }) => id === item));
	await world.editRow(idOf(items[1]), { Name: null });
	await world.edit({ action: 'create', table: 'Items', fields: { Notes: 'no name, no collection' } });
	await pages.logIn();
	await world.until('there is a problem', async () => !/There are no problems/.test((await pages.get('/problems')).text));
	browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
}

async function close() {
	await browser?.close();
	await world?.close();
	await processes?.stopAll();
	if (folder)
		rmSync(folder, { recursive: true, force: true });
}

/* ---- a reader ---- */

class Reader {
	static async open(look) {
		const context = await browser.newContext(look);
		const page = await context.newPage();
		const reader = new Reader(context, page, look.javaScriptEnabled !== false);
		page.setDefaultTimeout(WAIT_MS);
		page.on('pageerror', (error) => reader.complaints.push(error.stack));
		page.on('console', (message) => message.type() === 'error' && reader.complaints.push(message.text()));
		page.on('request', (request) => reader.asked.push(new URL(request.url()).origin));
		return reader;
	}
	constructor(context, page, runsScripts) {
		Object.assign(this, { context, page, runsScripts, complaints: [], asked: [], origin: `http://127.0.0.1:${pages.port}` });
	}
	go(address) {
		return this.page.goto(`${this.origin}${address}`);
	}
	/* With the keyboard alone: the field has the focus. */
	async logIn() {
		await this.go('/');
		await this.page.locator('#password').waitFor();
		await this.page.locator('#password').focus();
		await this.page.keyboard.type(PASSWORD);
		await this.page.keyboard.press('Enter');
		await this.page.getByRole('heading', { name: 'Overview' }).waitFor();
	}
	shoot(name) {
		return this.page.screenshot({ path: path.join(SCREENSHOTS, `admin-${name}.png`), fullPage: true });
	}
	heading() {
		return this.page.locator('h1').textContent();
	}
}

/* As a browser's own tools evaluate, which no policy of a page keeps from it. */
async function evaluate(reader, expression) {
	const tools = await reader.context.newCDPSession(reader.page);
	const { result, exceptionDetails } = await tools.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
	await tools.detach();
	assert.equal(exceptionDetails, undefined, exceptionDetails?.exception?.description);
	return result.value;
}

/* Where scripts are off none of ours runs either. */
async function assertGood(reader, name) {
	if (!reader.runsScripts)
		return;
	const [width, room, hurt] = await evaluate(reader,
		'[document.documentElement.scrollWidth, document.documentElement.clientWidth, String(window.hurt)]');
	assert.ok(width <= room, `${name} is ${width} wide, and its window ${room}`);
	assert.equal(hurt, 'undefined', `${name} ran a stranger's script`);
	await evaluate(reader, readFileSync(AXE, 'utf8'));
	const { violations } = await evaluate(reader, 'axe.run({ resultTypes: ["violations"] }).then((found) => JSON.parse(JSON.stringify(found)))');
	assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3).join(' ')}`), [], name);
}

for (const [name, look] of LOOKS) {
	test(`every page, ${name}`, async () => {
		const reader = await Reader.open(look);
		await reader.go('/login');
		await reader.shoot(`login-${name}`);
		await assertGood(reader, 'Log in');
		await reader.logIn();
		for (const [title, address] of PAGES) {
			await reader.page.getByRole('link', { name: title, exact: true }).first().click();
			await reader.page.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor();
			assert.equal(new URL(reader.page.url()).pathname, address);
			await reader.shoot(`${title.toLowerCase()}-${name}`);
			await assertGood(reader, title);
		}
		await reader.go('/history');
		await reader.page.locator('main ul.plain a').first().click();
		await reader.page.locator('h2', { hasText: 'Batch of' }).waitFor();
		await reader.shoot(`batch-${name}`);
		await assertGood(reader, 'a batch');
		await reader.page.getByRole('link', { name: 'Undo all of this batch' }).click();
		await reader.page.getByRole('heading', { name: 'What undoing does' }).waitFor();
		await reader.shoot(`undo-${name}`);
		await assertGood(reader, 'what undoing does');
		await reader.go(`/history?${new URLSearchParams({ database: world.database, document: `item-${contested}` })}`);
		await reader.page.getByRole('link', { name: 'Use this value' }).first().waitFor();
		await reader.shoot(`conflict-${name}`);
		await assertGood(reader, 'a conflict');
		assert.deepEqual(reader.complaints, []);
		assert.deepEqual([...new Set(reader.asked)], [reader.origin], 'another server was asked');
		await reader.context.close();
	});
}

test('a change is found by the item\'s name', async () => {
	const reader = await Reader.open(LOOKS[0][1]);
	await reader.logIn();
	await reader.go('/history');
	await reader.page.getByLabel('Item').fill('工具箱');
	await reader.page.keyboard.press('Enter');
	await reader.page.getByRole('link', { name: HOSTILE }).click();
	const row = reader.page.locator('tr', { has: reader.page.locator('th', { hasText: 'Notes' }) }).first();
	assert.match(await row.textContent(), /From the grid\./);
	await reader.context.close();
});

test('the value that gave way in a conflict is used, and that is undone', async () => {
	const reader = await Reader.open(LOOKS[2][1]);
	const notes = async () => (await world.document(contested)).data.notes;
	const [conflict] = (await world.histories()).filter(({ event_name: event }) => event === 'sync_conflict');
	await reader.logIn();
	await reader.go(`/history?${new URLSearchParams({ database: world.database, document: `item-${contested}` })}`);
	await reader.page.locator('tr', { has: reader.page.locator('th', { hasText: 'Notes' }) }).getByRole('link', { name: 'Use this value' }).click();
	await reader.page.getByRole('button', { name: 'Use this value' }).click();
	await reader.page.getByRole('heading', { name: 'Undone' }).waitFor();
	await assertGood(reader, 'what was undone');
	assert.equal(await notes(), conflict.original_data.notes);
	await reader.page.getByRole('link', { name: 'see it, or undo it' }).click();
	await reader.page.getByRole('link', { name: 'Undo all of this batch' }).click();
	await reader.page.getByRole('button', { name: 'Undo it' }).click();
	await reader.page.getByText('1 document undone').waitFor();
	assert.equal(await notes(), conflict.new_data.notes);
	assert.deepEqual(reader.complaints, []);
	await reader.context.close();
});

test('the keyboard comes to the content first, and to everything', async () => {
	const reader = await Reader.open(LOOKS[0][1]);
	await reader.logIn();
	await reader.page.keyboard.press('Tab');
	assert.equal(await evaluate(reader, 'document.activeElement.textContent'), 'Skip to the content');
	await reader.page.keyboard.press('Enter');
	assert.equal(await evaluate(reader, 'document.activeElement.id'), 'main');
	await reader.page.keyboard.press('Tab');
	assert.ok(await evaluate(reader, 'document.querySelector("main").contains(document.activeElement)'));
	await reader.context.close();
});

test('the overview follows what happens, and a pause from it is heard', async () => {
	const reader = await Reader.open(LOOKS[0][1]);
	await reader.logIn();
	await reader.page.getByRole('button', { name: 'Pause' }).click();
	await reader.page.locator('.state', { hasText: 'paused' }).waitFor();
	await reader.shoot('paused');
	await reader.page.getByRole('button', { name: 'Resume' }).click();
	await reader.page.locator('.state', { hasText: 'in sync' }).waitFor();
	assert.deepEqual(reader.complaints, []);
	await reader.context.close();
});

test('what changes elsewhere is shown by itself', async () => {
	const reader = await Reader.open(LOOKS[0][1]);
	const asked = [];
	reader.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
	await reader.logIn();
	const change = reader.page.locator('dt', { hasText: 'To CouchDB' }).locator('xpath=following-sibling::dd[1]');
	for (const words of ['seen at once', 'seen again']) {
		const before = await change.textContent();
		await world.editRow(contested, { Notes: words });
		await world.until('it is shown', async () => (await change.textContent()) !== before);
	}
	assert.ok(asked.includes('/api/events'), 'no events were asked for');
	assert.deepEqual(reader.complaints, []);
	await reader.context.close();
});

test('whoever logs out is out', async () => {
	const reader = await Reader.open(LOOKS[2][1]);
	await reader.logIn();
	await reader.page.getByRole('button', { name: 'Log out' }).click();
	await reader.page.getByRole('heading', { name: 'Log in' }).waitFor();
	await reader.go('/history');
	assert.equal(await reader.heading(), 'Log in');
	await reader.context.close();
});

if (!existsSync(CHROMIUM)) {
	process.stdout.write(`1..1\nok 1 - the admin pages # SKIP ${CHROMIUM} is not there\n`);
} else {
	mkdirSync(SCREENSHOTS, { recursive: true });
	try {
		await open();
	} catch (error) {
		await close();
		throw error;
	}
	await runAll({ after: close });
}

/* The sandbox's page in a browser, as a person uses it: keys and clicks, and what the API shows afterwards.
 * Pictures go to build/screenshots/. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { startSandbox } from '../node/sandbox.mjs';
import { runAll, test } from '../node/tap.mjs';

const ROOT = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const SCREENSHOTS = path.join(ROOT, 'build/screenshots');
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'];
const BASE = 'appSandboxPage001';
const WAIT_MS = 15_000;

let sandbox;
let browser;

/* ---- the world ---- */

const collections = ['Living room', 'Garage', 'Attic 屋根裏'].map((Name, i) => ({ Name, ID: `collection-${i}`, 'Ref. No.': `000${i}` }));
const items = [
	{ Name: 'Bookshelf', Type: 'Container', 'Can Contain Items': true, 'Purchase Price': 249, PPC: 'EUR', 'Purchase Date': '2024-03-01T12:00:00.000Z' },
	{ Name: 'Desk lamp', Type: 'Item', 'Purchase Price': 39.9, PPC: 'EUR', Notes: 'Warm light.\nThe switch sticks a little.' },
	{ Name: 'Tool box 工具箱', Type: 'Generic Container', 'Can Contain Items': true },
	{ Name: 'Ladder', Type: 'Item', Serial: 7, 'Model Name': 'L-300' },
	{ Name: 'AA batteries 🔋', Type: 'Consumable', 'Stock Quantity': 24, 'Stock Quantity Unit': 'pcs', 'Min Stock Level': 8 },
	{ Name: 'Bicycle', Type: 'Item with Parts', 'Can Contain Items': true, 'Purchase Price': 1200.5, PPC: 'USD' },
	{ Name: 'مصباح', Type: 'Item', Notes: 'from the market' },
	{ Name: 'Printer paper', Type: 'Consumable', 'Stock Quantity': 3, 'Will Not Restock': true },
	{ Name: '<img src=x onerror="window.hurt=1"> & "quotes"', Type: 'Item' },
	{ Name: 'Empty one' },
];

/* A picture that a browser can draw: a sky of one colour over a ground of another. */
function png(width, height, sky, ground) {
	const crc = (bytes) => bytes.reduce((sum, byte) => {
		sum ^= byte;
		for (let bit = 0; bit < 8; bit++)
			sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
		return sum >>> 0;
	}, 0xffffffff) ^ 0xffffffff;
	const chunk = (type, data) => {
		const bytes = Buffer.alloc(data.length + 12);
		bytes.writeUInt32BE(data.length, 0);
		bytes.write(type, 4, 'latin1');
		data.copy(bytes, 8);
		bytes.writeUInt32BE(crc(bytes.subarray(4, data.length + 8)) >>> 0, data.length + 8);
		return bytes;
	};
	const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	const lines = Array.from({ length: height }, (_, y) => Buffer.concat([Buffer.from([0]),
		...Array(width).fill(Buffer.from((y < height * 0.6 ? sky : ground).map((part) => Math.max(0, part - Math.floor(y / height * 60)))))]));
	return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.concat(lines))), chunk('IEND', Buffer.alloc(0))]);
}
const MEADOW = png(640, 400, [150, 200, 255], [70, 150, 60]);
const DESERT = png(300, 420, [255, 190, 120], [190, 140, 90]);

const edit = (...actions) => sandbox.control('POST', 'edit', { base: BASE, actions });
const rowsOf = async (table) => (await sandbox.control('GET', `rows?base=${BASE}&table=${table}`)).records;
const rowNamed = async (name, table = 'Items') => (await rowsOf(table)).find((row) => row.fields.Name === name);

async function fill() {
	await sandbox.fill({ templates: [BASE] });
	const made = await edit(...collections.map((fields) => ({ action: 'create', table: 'Collections', fields })));
	await edit(...items.map((fields, i) => ({ action: 'create', table: 'Items', fields: {
		...fields, ID: `item-${i}`, Collection: [made.results[i % 3].id], 'Created At': '2026-01-05T08:00:00.000Z',
		...(i === 1 ? { Images: [{ url: 'http://127.0.0.1:9/lamp.jpg', filename: 'lamp.jpg' }, { url: 'http://127.0.0.1:9/box.jpg', filename: 'box.jpg' }] } : {}),
	} })));
	const { id } = await rowNamed('Bicycle');
	const { bases: [{ tables }] } = await sandbox.control('GET', 'bases');
	const field = tables.find((table) => table.name === 'Items').fields.find((each) => each.name === 'Images').id;
	for (const [filename, bytes] of [['meadow.png', MEADOW], ['desert.png', DESERT]])
		await sandbox.control('POST', 'file', { base: BASE, record: id, field, filename, contentType: 'image/png', file: bytes.toString('base64') });
}

/* ---- the page ---- */

class Grid {
	constructor(page) {
		this.page = page;
		this.problems = [];
		this.asked = [];
		page.setDefaultTimeout(WAIT_MS);
		page.on('pageerror', (error) => this.problems.push(error.stack));
		page.on('request', (request) => this.asked.push(request.url()));
	}
	async open(table = 'Items') {
		await this.page.goto(`${sandbox.url}/`);
		await this.page.getByRole('tab', { name: table, exact: true }).click();
		await this.page.locator('.row').first().waitFor();
		const { bases } = await sandbox.control('GET', 'bases');
		this.fields = bases[0].tables.find((each) => each.name === table).fields;
	}
	row(name) {
		return this.page.locator('.row', { has: this.page.locator('.first', { hasText: name }) });
	}
	cell(name, field) {
		return this.row(name).locator(`[data-field="${this.fields.find((each) => each.name === field).id}"]`);
	}
	async choose(name, field) {
		await this.bring(field);
		await this.cell(name, field).click();
	}
	async openCell(name, field) {
		await this.bring(field);
		await this.cell(name, field).dblclick();
	}
	/* Scrolls sideways until the field is in sight: what is under the frozen column takes no click. */
	async bring(field) {
		const { id } = this.fields.find((each) => each.name === field);
		await this.page.evaluate((fieldId) => {
			const grid = document.getElementById('grid');
			const cell = document.querySelector(`.row [data-field="${fieldId}"]`);
			if (!cell.classList.contains('first'))
				grid.scrollLeft = cell.offsetLeft - document.querySelector('.row .first').offsetWidth - 80;
		}, id);
	}
	keys(...names) {
		return names.reduce((before, name) => before.then(() => this.page.keyboard.press(name)), Promise.resolve());
	}
	type(words) {
		return this.page.keyboard.type(words);
	}
	/* The active cell as { row, field }. */
	active() {
		return this.page.evaluate(() => {
			const cell = document.getElementById(document.getElementById('grid').getAttribute('aria-activedescendant'));
			return cell && { row: Number(cell.closest('.row').getAttribute('aria-rowindex')) - 1, field: cell.dataset.field };
		});
	}
	async bubble() {
		const bubble = this.page.locator('#bubble');
		await bubble.waitFor();
		return bubble.textContent();
	}
	count() {
		return this.page.locator('#count').textContent();
	}
	async becomes(locator, words) {
		await eventually(async () => assert.equal(await locator.textContent(), words));
	}
	picture(name) {
		return this.page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
	}
	/* Findings that would keep somebody from using it. */
	async axe() {
		if (!await this.page.evaluate(() => Boolean(window.axe)))
			await this.page.addScriptTag({ path: AXE });
		const { violations } = await this.page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
		return violations.filter((each) => ['serious', 'critical'].includes(each.impact))
			.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
	}
}

/* Waits until the sandbox holds what it should; the last look's difference when it does not. */
async function eventually(look) {
	const end = Date.now() + WAIT_MS;
	for (;;) {
		try {
			return await look();
		} catch (error) {
			if (Date.now() > end)
				throw error;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}
}

async function holds(name, field, expected, table) {
	await eventually(async () => assert.deepEqual((await rowNamed(name, table))?.fields[field], expected));
}

/* ---- a case: a fresh page over the same rows ---- */


function onPage(name, run, options = {}) {
	test(name, async () => {
		const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light', ...options });
		try {
			const grid = new Grid(await context.newPage());
			await grid.open();
			await run(grid);
			assert.deepEqual(grid.problems, []);
			const elsewhere = grid.asked.filter((url) => !url.startsWith(sandbox.url) && !url.startsWith('data:'));
			assert.deepEqual(elsewhere, [], 'the page asks nobody but the sandbox');
		} finally {
			await context.close();
		}
	});
}

/* ---- looking ---- */

onPage('shows the tables as tabs and the rows with their cells', async (grid) => {
	assert.deepEqual(await grid.page.getByRole('tab').allTextContents(), (await sandbox.control('GET', 'bases')).bases[0].tables.map((table) => table.name));
	assert.equal(await grid.count(), '10 rows');
	assert.equal(await grid.cell('Bookshelf', 'Type').textContent(), 'Container');
	assert.equal(await grid.cell('Bookshelf', 'Purchase Price').textContent(), '249.00');
	assert.equal(await grid.cell('Bookshelf', 'Collection').textContent(), 'Living room');
	assert.equal(await grid.cell('Bookshelf', 'Purchase Date').textContent(), '2024-03-01 12:00');
	assert.equal(await grid.cell('Desk lamp', 'Images').textContent(), 'lamp.jpgbox.jpg');
	await grid.picture('sandbox-items-light');
});

onPage('shows what people type as text, never as HTML', async (grid) => {
	const [name] = await grid.page.locator('.row .first').filter({ hasText: 'onerror' }).allTextContents();
	assert.equal(name, items[8].Name);
	assert.equal(await grid.page.evaluate(() => window.hurt), undefined);
});

onPage('keeps table and base over a reload', async (grid) => {
	await grid.page.getByRole('tab', { name: 'Collections' }).click();
	await grid.page.locator('.first', { hasText: 'Garage' }).waitFor();
	await grid.page.reload();
	await grid.page.locator('.first', { hasText: 'Garage' }).waitFor();
	assert.equal(await grid.page.getByRole('tab', { selected: true }).textContent(), 'Collections');
});

/* ---- editing ---- */

onPage('a cell is edited by typing into it and Enter', async (grid) => {
	await grid.choose('Ladder', 'Model Name');
	await grid.type('L-400');
	await grid.keys('Enter');
	await holds('Ladder', 'Model Name', 'L-400');
	await grid.becomes(grid.cell('Ladder', 'Model Name'), 'L-400');
	assert.equal((await grid.active()).row, 5, 'Enter goes one row down');
});

onPage('Enter opens a cell with its text picked, Escape leaves it as it was', async (grid) => {
	await grid.choose('Ladder', 'Model Name');
	await grid.keys('Enter');
	assert.equal(await grid.page.locator('.editor input').inputValue(), 'L-300');
	await grid.type('other');
	await grid.keys('Escape');
	assert.equal(await grid.page.locator('.editor').count(), 0);
	assert.equal(await grid.cell('Ladder', 'Model Name').textContent(), 'L-300');
	assert.equal((await rowNamed('Ladder')).fields['Model Name'], 'L-300');
});

onPage('Tab saves and goes on, a click elsewhere saves as well', async (grid) => {
	await grid.openCell('Bicycle', 'Model Name');
	await grid.type('B1');
	await grid.keys('Tab');
	await holds('Bicycle', 'Model Name', 'B1');
	await grid.openCell('Ladder', 'Model Name');
	await grid.page.locator('.editor input').fill('L9');
	await grid.cell('Bicycle', 'Model Name').click();
	await holds('Ladder', 'Model Name', 'L9');
});

onPage('Delete empties a cell', async (grid) => {
	await grid.choose('Ladder', 'Model Name');
	await grid.keys('Delete');
	await holds('Ladder', 'Model Name', undefined);
});

onPage('what is pasted is there to be saved', async (grid) => {
	await grid.choose('Ladder', 'Model Name');
	await grid.page.evaluate(() => {
		const clipboardData = new DataTransfer();
		clipboardData.setData('text/plain', 'L-600\r\n');
		document.getElementById('grid').dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
	});
	assert.equal(await grid.page.locator('.editor input').inputValue(), 'L-600');
	await grid.keys('Enter');
	await holds('Ladder', 'Model Name', 'L-600');
});

onPage('numbers are written as numbers', async (grid) => {
	await grid.choose('Ladder', 'Purchase Price');
	await grid.type('12.5');
	await grid.keys('Enter');
	await holds('Ladder', 'Purchase Price', 12.5);
});

onPage('what is no number is refused at its cell, and the typed words stay', async (grid) => {
	await grid.choose('Ladder', 'Purchase Price');
	await grid.type('1x');
	await grid.keys('Enter');
	assert.match(await grid.bubble(), /“1x” is not a number/);
	assert.equal(await grid.page.locator('.editor input').inputValue(), '1x');
	await grid.picture('sandbox-error-light');
	await grid.keys('Escape');
	assert.equal(await grid.page.locator('#bubble').count(), 0);
	assert.equal((await rowNamed('Ladder')).fields['Purchase Price'], undefined);
});

onPage('what the sandbox refuses is shown at the cell where it happened', async (grid) => {
	await grid.openCell('Ladder', 'Notes');
	await grid.page.locator('.editor textarea').fill('x'.repeat(100001));
	await grid.keys('Enter');
	await grid.page.locator('.wrong').waitFor();
	await grid.keys('ArrowUp');
	assert.match(await grid.bubble(), /Notes.*cannot accept the provided value/);
	assert.equal(await grid.cell('Ladder', 'Notes').getAttribute('aria-invalid'), 'true');
	assert.equal((await rowNamed('Ladder')).fields.Notes, undefined);
	await grid.keys('Enter');
	assert.equal((await grid.page.locator('.editor textarea').inputValue()).length, 100001, 'what was typed is not lost');
	await grid.page.locator('.editor textarea').fill('short');
	await grid.keys('Enter');
	await holds('Ladder', 'Notes', 'short');
	assert.equal(await grid.page.locator('.wrong').count(), 0);
});

onPage('long text takes new lines by Shift+Enter', async (grid) => {
	await grid.choose('Ladder', 'Notes');
	await grid.keys('Enter');
	await grid.type('one');
	await grid.keys('Shift+Enter');
	await grid.type('two');
	await grid.picture('sandbox-long-text-light');
	await grid.keys('Enter');
	await holds('Ladder', 'Notes', 'one\ntwo');
});

onPage('a checkbox toggles by click and by the space bar', async (grid) => {
	await grid.bring('Can Contain Items');
	await grid.cell('Ladder', 'Can Contain Items').locator('.tickbox').click();
	await holds('Ladder', 'Can Contain Items', true);
	await grid.keys(' ');
	await holds('Ladder', 'Can Contain Items', undefined);
});

onPage('a select is chosen from its list by keys', async (grid) => {
	await grid.openCell('Ladder', 'Type');
	await grid.type('cons');
	await grid.picture('sandbox-select-light');
	await grid.keys('Enter');
	await holds('Ladder', 'Type', 'Consumable');
	await grid.becomes(grid.cell('Ladder', 'Type'), 'Consumable');
});

onPage('a select takes what is typed without opening it first', async (grid) => {
	await grid.choose('Ladder', 'Type');
	await grid.type('gen');
	await grid.keys('Enter');
	await holds('Ladder', 'Type', 'Generic Container');
});

onPage('a select is chosen by click and can be cleared', async (grid) => {
	await grid.openCell('Ladder', 'PPC');
	await grid.page.getByRole('option', { name: 'JPY' }).click();
	await holds('Ladder', 'PPC', 'JPY');
	await grid.openCell('Ladder', 'PPC');
	await grid.page.getByRole('button', { name: 'Clear' }).click();
	await holds('Ladder', 'PPC', undefined);
});

onPage('typing a new word offers a new option', async (grid) => {
	await grid.openCell('Ladder', 'PPC');
	await grid.type('CHF');
	await grid.page.getByRole('option', { name: 'New option CHF' }).click();
	await holds('Ladder', 'PPC', 'CHF');
	await grid.openCell('Bicycle', 'PPC');
	await grid.type('chf');
	await grid.page.getByRole('option', { name: 'CHF', exact: true }).click();
	await holds('Bicycle', 'PPC', 'CHF');
});

onPage('times are edited in UTC', async (grid) => {
	await grid.openCell('Ladder', 'Purchase Date');
	await grid.page.locator('.editor input').fill('2025-12-24T18:30');
	await grid.keys('Enter');
	await holds('Ladder', 'Purchase Date', '2025-12-24T18:30:00.000Z');
	await grid.becomes(grid.cell('Ladder', 'Purchase Date'), '2025-12-24 18:30');
}, { timezoneId: 'Asia/Taipei' });

onPage('a link is chosen by the name of its row and shows on the other side', async (grid) => {
	await grid.openCell('Ladder', 'Container');
	await grid.type('book');
	await grid.picture('sandbox-links-light');
	await grid.page.getByRole('option', { name: 'Bookshelf' }).click();
	if (await grid.page.locator('.editor').count() > 0)
		await grid.page.getByRole('button', { name: 'Done' }).click();
	await holds('Ladder', 'Container', [(await rowNamed('Bookshelf')).id]);
	await grid.becomes(grid.cell('Ladder', 'Container'), 'Bookshelf');
});

onPage('a changed link follows in the other table', async (grid) => {
	const garage = await rowNamed('Garage', 'Collections');
	await edit({ action: 'update', table: 'Items', record: (await rowNamed('Bookshelf')).id, fields: { Collection: [garage.id] } });
	await grid.becomes(grid.cell('Bookshelf', 'Collection'), 'Garage');
	await edit({ action: 'update', table: 'Collections', record: garage.id, fields: { Name: 'Car port' } });
	await grid.becomes(grid.cell('Bookshelf', 'Collection'), 'Car port');
});

onPage('files are added by address and removed', async (grid) => {
	await grid.openCell('Desk lamp', 'Images');
	await grid.page.getByRole('button', { name: 'Remove lamp.jpg' }).click();
	await grid.page.getByLabel('Add a file by its address').fill('http://127.0.0.1:9/new/third.png');
	await grid.picture('sandbox-files-light');
	await grid.page.getByRole('button', { name: 'Done' }).click();
	await eventually(async () => assert.deepEqual((await rowNamed('Desk lamp')).fields.Images.map((file) => file.filename), ['box.jpg', 'third.png']));
	await grid.becomes(grid.cell('Desk lamp', 'Images'), 'box.jpgthird.png');
});

const namesOf = async (name) => ((await rowNamed(name)).fields.Images ?? []).map((file) => file.filename);
const isDrawn = (image) => image.evaluate((element) => element.complete && element.naturalWidth > 0);

onPage('pictures are small in their cell, with their names, and large on a click; Escape closes', async (grid) => {
	await grid.bring('Images');
	const thumbs = grid.cell('Bicycle', 'Images').getByRole('img');
	assert.deepEqual(await thumbs.evaluateAll((images) => images.map((image) => image.alt)), ['meadow.png', 'desert.png']);
	for (const thumb of await thumbs.all()) {
		await eventually(async () => assert.ok(await isDrawn(thumb)));
		assert.ok((await thumb.boundingBox()).height <= 34);
	}
	await grid.cell('Bicycle', 'Images').getByRole('button', { name: 'Show desert.png' }).click();
	const viewer = grid.page.getByRole('dialog', { name: 'desert.png' });
	const large = viewer.getByRole('img', { name: 'desert.png' });
	await eventually(async () => assert.ok(await isDrawn(large)));
	assert.deepEqual(await large.evaluate((image) => [image.naturalWidth, image.naturalHeight]), [300, 420]);
	assert.match(await viewer.locator('.facts').textContent(), /^2 of 2 · 300 × 420 · /);
	await grid.keys('Escape');
	await viewer.waitFor({ state: 'detached' });
	assert.equal(await grid.page.evaluate(() => document.activeElement.id), 'grid');
});

onPage('pictures are looked at by keys alone', async (grid) => {
	await grid.choose('Bicycle', 'Images');
	await grid.keys(' ');
	const shown = () => grid.page.locator('dialog img').getAttribute('alt');
	assert.equal(await shown(), 'meadow.png');
	await grid.keys('ArrowRight');
	assert.equal(await shown(), 'desert.png');
	await grid.keys('ArrowRight');
	assert.equal(await shown(), 'meadow.png');
	await grid.keys('ArrowLeft', 'Enter'); /* the button that has the focus closes it */
	const closed = () => grid.page.locator('dialog').waitFor({ state: 'detached' });
	await closed();
	await grid.keys('Enter', 'Shift+Tab', 'Shift+Tab');
	assert.equal(await grid.page.locator('.editor').count(), 1, 'Enter opens the list of files');
	await grid.page.locator('.editor .thumb').first().focus();
	await grid.keys('Enter');
	assert.equal(await shown(), 'meadow.png');
	await grid.keys('Escape');
	await closed();
	assert.equal(await grid.page.locator('.editor').count(), 1, 'Escape closes the picture alone');
	await grid.keys('Escape');
	assert.equal(await grid.page.locator('.editor').count(), 0);
	assert.deepEqual(await namesOf('Bicycle'), ['meadow.png', 'desert.png']);
});

onPage('a chosen file is in the cell at once, and can be removed again', async (grid) => {
	await grid.openCell('Ladder', 'Images');
	await grid.page.getByLabel('Add files of this machine').setInputFiles([{ name: 'at home.png', mimeType: 'image/png', buffer: DESERT },
		{ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('words') }]);
	await grid.page.locator('.editor .foot', { hasText: 'note.txt is in the cell' }).waitFor();
	const [picture, note] = (await rowNamed('Ladder')).fields.Images;
	assert.deepEqual([picture.filename, picture.type, picture.size, picture.width], ['at home.png', 'image/png', DESERT.length, 300]);
	assert.deepEqual([note.filename, note.type, note.size], ['note.txt', 'text/plain', 5]);
	const response = await fetch(picture.url);
	assert.deepEqual(Buffer.from(await response.arrayBuffer()), DESERT);
	await grid.picture('sandbox-files-chosen-light');
	await grid.page.getByRole('button', { name: 'Remove note.txt' }).click();
	await grid.page.getByRole('button', { name: 'Done' }).click();
	await eventually(async () => assert.deepEqual(await namesOf('Ladder'), ['at home.png']));
	await eventually(async () => assert.ok(await isDrawn(grid.cell('Ladder', 'Images').getByRole('img', { name: 'at home.png' }))));
	await grid.openCell('Ladder', 'Images');
	await grid.page.getByRole('button', { name: 'Remove at home.png' }).click();
	await grid.page.getByRole('button', { name: 'Done' }).click();
	await holds('Ladder', 'Images', undefined);
});

onPage('a file that is given by its address appears when it was fetched, and what fails goes away', async (grid) => {
	const server = createServer((request, response) => response.writeHead(request.url === '/meadow.png' ? 200 : 404, { 'Content-Type': 'image/png' }).end(MEADOW));
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		await sandbox.control('POST', 'options', { fetch: true });
		await grid.openCell('Ladder', 'Images');
		for (const name of ['meadow.png', 'none.png']) {
			await grid.page.getByLabel('Add a file by its address').fill(`http://127.0.0.1:${server.address().port}/${name}`);
			await grid.page.getByRole('button', { name: 'Add', exact: true }).click();
		}
		await grid.page.getByRole('button', { name: 'Done' }).click();
		await eventually(async () => assert.ok(await isDrawn(grid.cell('Ladder', 'Images').getByRole('img', { name: 'meadow.png' }))));
		await eventually(async () => assert.deepEqual(await namesOf('Ladder'), ['meadow.png']));
		await grid.becomes(grid.cell('Ladder', 'Images'), '');
	} finally {
		await sandbox.control('POST', 'options', { fetch: false });
		server.close();
	}
});

onPage('pictures stay as they are drawn while others change their row', async (grid) => {
	await grid.bring('Images');
	const image = grid.cell('Bicycle', 'Images').getByRole('img', { name: 'meadow.png' });
	const before = await image.getAttribute('src');
	const lit = grid.page.waitForFunction(() => {
		const cells = [...document.querySelectorAll('.changed')];
		return cells.length > 0 && cells.map((cell) => cell.dataset.field);
	});
	await edit({ action: 'update', table: 'Items', record: (await rowNamed('Bicycle')).id, fields: { Serial: 99 } });
	const fields = await (await lit).jsonValue();
	assert.ok(!fields.includes(grid.fields.find((field) => field.name === 'Images').id), 'the files have not changed');
	assert.equal(await image.getAttribute('src'), before);
});

onPage('an address that is none is refused where it was typed', async (grid) => {
	await grid.openCell('Ladder', 'Images');
	await grid.page.getByLabel('Add a file by its address').fill('lamp.jpg');
	await grid.page.getByRole('button', { name: 'Done' }).click();
	assert.match(await grid.page.locator('.editor .foot').textContent(), /begins with http/);
	await grid.keys('Escape');
	assert.equal((await rowNamed('Ladder')).fields.Images, undefined);
});

onPage('a computed cell cannot be edited and says so', async (grid) => {
	await grid.choose('Ladder', 'Record ID');
	await grid.keys('Enter');
	assert.equal(await grid.page.locator('.editor').count(), 0);
	assert.match(await grid.page.locator('#voice').textContent(), /Record ID is computed/);
});

/* ---- rows ---- */

onPage('a row is added and named', async (grid) => {
	await grid.page.getByRole('button', { name: 'Add row' }).click();
	await eventually(async () => assert.equal((await rowsOf('Items')).length, 11));
	await grid.page.locator('#count', { hasText: '11 rows' }).waitFor();
	await grid.type('Kettle');
	await grid.keys('Enter');
	await eventually(async () => assert.ok(await rowNamed('Kettle')));
});

onPage('rows are deleted, and Undo brings them back as they were', async (grid) => {
	const before = await rowsOf('Items');
	for (const name of ['Ladder', 'Bicycle'])
		await grid.row(name).locator('.edge input').check();
	await grid.page.getByRole('button', { name: 'Delete 2 rows' }).click();
	await grid.page.locator('#count', { hasText: '8 rows' }).waitFor();
	assert.equal((await rowsOf('Items')).length, 8);
	await grid.picture('sandbox-deleted-light');
	await grid.page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
	await grid.page.locator('#count', { hasText: '10 rows' }).waitFor();
	const settled = (rows) => rows.map(({ id, fields: { 'Modified At': _, '#': __, Images, ...fields } }) => ({ id, fields, images: Images?.map((file) => file.id) })).sort((a, b) => a.id.localeCompare(b.id));
	assert.deepEqual(settled(await rowsOf('Items')), settled(before));
});

onPage('Ctrl+Z in the grid undoes a deletion', async (grid) => {
	await grid.choose('Ladder', 'Name');
	await grid.keys('Shift+ ');
	await grid.page.getByRole('button', { name: 'Delete 1 row' }).click();
	await eventually(async () => assert.equal(await rowNamed('Ladder'), undefined));
	/* The sandbox has deleted it; the page can undo that once it has the answer. */
	await grid.page.locator('.toast').getByRole('button', { name: 'Undo' }).waitFor();
	await grid.page.locator('#grid').focus();
	await grid.keys('Control+z');
	await eventually(async () => assert.ok(await rowNamed('Ladder')));
	await grid.row('Ladder').waitFor();
});

/* ---- finding ---- */

onPage('the search shows rows that have the words in any cell', async (grid) => {
	await grid.page.getByLabel('Find rows').fill('STICKS');
	assert.equal(await grid.count(), '1 of 10 rows');
	assert.deepEqual(await grid.page.locator('.row .first').allTextContents(), ['Desk lamp']);
	await grid.page.getByLabel('Find rows').fill('屋根裏');
	assert.equal(await grid.count(), '3 of 10 rows', 'by the name of a linked row');
	await grid.picture('sandbox-search-light');
	await grid.page.getByLabel('Find rows').fill('no such words');
	assert.equal(await grid.page.locator('.nothing').textContent(), 'No row has these words.');
	await grid.page.getByLabel('Find rows').fill('');
	assert.equal(await grid.count(), '10 rows');
	await grid.row('Ladder').locator('.edge input').check();
	await grid.page.getByLabel('Find rows').fill('STICKS');
	assert.ok(await grid.page.locator('#delete').isDisabled(), 'a row that is not seen is not picked');
});

onPage('2,000 rows: few are drawn, all are found, the last is reached', async (grid) => {
	const many = Array.from({ length: 2000 }, (_, i) => ({ action: 'create', table: 'Items', fields: { Name: `Piece ${String(i).padStart(4, '0')}`, ID: `piece-${i}` } }));
	await edit(...many);
	await grid.page.locator('#count', { hasText: '2010 rows' }).waitFor();
	assert.ok(await grid.page.locator('.row').count() < 80);
	await grid.choose('Bookshelf', 'Name');
	await grid.keys('Control+End');
	await grid.page.locator('.row[aria-rowindex="2011"]').waitFor();
	assert.equal((await grid.active()).row, 2010);
	await grid.page.getByLabel('Find rows').fill('piece 1234');
	assert.equal(await grid.count(), '1 of 2010 rows');
	assert.deepEqual(await grid.page.locator('.row .first').allTextContents(), ['Piece 1234']);
});

/* ---- others ---- */

onPage('what others change appears and lights up', async (grid) => {
	const { id } = await rowNamed('Ladder');
	const idOf = (name) => grid.fields.find((field) => field.name === name).id;
	await grid.bring('Model Name');
	const lit = grid.page.waitForFunction(() => {
		const cells = [...document.querySelectorAll('.changed')];
		return cells.length > 0 && cells.map((cell) => [cell.closest('.row').dataset.id, cell.dataset.field]);
	});
	await edit({ action: 'update', table: 'Items', record: id, fields: { 'Model Name': 'L-500' } });
	const cells = await (await lit).jsonValue();
	await grid.picture('sandbox-changed-light');
	assert.equal(await grid.cell('Ladder', 'Model Name').textContent(), 'L-500');
	/* The time of the edit is in whole seconds: it stays as it was when the row was made within the same one. */
	assert.deepEqual(cells.filter(([, field]) => field !== idOf('Modified At')), [[id, idOf('Model Name')]]);
	assert.ok(cells.every(([row]) => row === id), 'no other row lights up');
	await grid.page.locator('.changed').first().waitFor({ state: 'detached' });
});

onPage('what the API writes appears', async (grid) => {
	const response = await fetch(`${sandbox.url}/v0/${BASE}/Items`, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: 'Bearer patPage0000000000.x' },
		body: JSON.stringify({ records: [{ fields: { Name: 'By the API' } }] }) });
	assert.equal(response.status, 200);
	await grid.row('By the API').waitFor();
	const { records: [{ id }] } = await response.json();
	await edit({ action: 'delete', table: 'Items', record: id });
	await grid.row('By the API').waitFor({ state: 'detached' });
});

onPage("one's own edits do not light up in the cell that was typed", async (grid) => {
	await grid.choose('Ladder', 'Model Name');
	await grid.type('mine');
	await grid.keys('Enter');
	await holds('Ladder', 'Model Name', 'mine');
	await grid.page.waitForResponse((response) => response.url().includes('/_sandbox/counts'));
	assert.ok(!(await grid.cell('Ladder', 'Model Name').getAttribute('class')).includes('changed'));
});

onPage('typing goes on while others change the same row', async (grid) => {
	await grid.openCell('Ladder', 'Model Name');
	await grid.page.locator('.editor input').fill('half of it');
	await edit({ action: 'update', table: 'Items', record: (await rowNamed('Ladder')).id, fields: { Serial: 99 } });
	await grid.becomes(grid.cell('Ladder', 'Serial'), '99');
	assert.equal(await grid.page.locator('.editor input').inputValue(), 'half of it');
	await grid.keys('Enter');
	await holds('Ladder', 'Model Name', 'half of it');
	assert.equal((await rowNamed('Ladder')).fields.Serial, 99);
});

onPage('a row that is deleted under the editor closes it and says so', async (grid) => {
	await grid.openCell('Ladder', 'Model Name');
	await edit({ action: 'delete', table: 'Items', record: (await rowNamed('Ladder')).id });
	await grid.page.locator('.toast', { hasText: 'deleted the row that you were editing' }).waitFor();
	assert.equal(await grid.page.locator('.editor').count(), 0);
});

onPage('a new field appears', async (grid) => {
	await edit({ action: 'addField', table: 'Items', name: 'Shelf mark', type: 'singleLineText' });
	await grid.page.getByRole('columnheader', { name: 'Shelf mark' }).waitFor({ state: 'attached' });
});

onPage('calls of the API, the rate and a penalty stand in the corner', async (grid) => {
	const ask = () => fetch(`${sandbox.url}/v0/${BASE}/Items`, { headers: { Authorization: 'Bearer patPage0000000000.x' } });
	await ask();
	await grid.page.locator('#calls', { hasText: 'API calls 1' }).waitFor();
	assert.equal(await grid.page.locator('#kinds').textContent(), 'list 1');
	await sandbox.control('POST', 'options', { rate: 1 });
	await Promise.all(Array.from({ length: 8 }, ask));
	await grid.page.locator('#rate.penalty', { hasText: /refusing for \d+ s/ }).waitFor();
	await grid.picture('sandbox-penalty-light');
	await sandbox.control('POST', 'options', { rate: 0 });
	await grid.page.locator('#rate.penalty').waitFor({ state: 'detached' });
});

onPage('a sandbox that does not answer is said, and found again', async (grid) => {
	await grid.page.route('**/_sandbox/**', (route) => route.abort());
	await grid.page.locator('#trouble', { hasText: 'does not answer' }).waitFor();
	await grid.choose('Ladder', 'Model Name');
	await grid.type('lost?');
	await grid.keys('Enter', 'ArrowUp');
	assert.match(await grid.bubble(), /does not answer/);
	await grid.page.unroute('**/_sandbox/**');
	await grid.page.locator('#trouble').waitFor({ state: 'hidden' });
	await grid.keys('Enter');
	assert.equal(await grid.page.locator('.editor input').inputValue(), 'lost?');
	await grid.keys('Enter');
	await holds('Ladder', 'Model Name', 'lost?');
});

/* ---- keys ---- */

onPage('arrows, Home, End and their like move the active cell', async (grid) => {
	const nameOf = (id) => grid.fields.find((field) => field.id === id).name;
	const at = async () => { const { row, field } = await grid.active(); return [row, nameOf(field)]; };
	await grid.page.locator('#grid').focus();
	assert.deepEqual(await at(), [1, 'Name']);
	const [, second] = grid.fields;
	const steps = [['ArrowDown', 2, 'Name'], ['ArrowRight', 2, second.name], ['ArrowLeft', 2, 'Name'], ['ArrowUp', 1, 'Name'], ['ArrowUp', 1, 'Name'],
		['End', 1, grid.fields.at(-1).name], ['Home', 1, 'Name'], ['Control+End', 10, grid.fields.at(-1).name], ['Control+Home', 1, 'Name'], ['PageDown', 10, 'Name']];
	for (const [key, row, field] of steps) {
		await grid.keys(key);
		assert.deepEqual(await at(), [row, field], key);
	}
});

onPage('everything can be reached by keys alone', async (grid) => {
	await grid.page.getByLabel('Find rows').fill('ladder');
	await grid.keys('ArrowDown');
	assert.equal(await grid.page.evaluate(() => document.activeElement.id), 'grid');
	await grid.keys('Shift+ ');
	await grid.keys('Shift+Tab', 'Shift+Tab');
	assert.equal(await grid.page.evaluate(() => document.activeElement.id), 'delete');
	await grid.keys('Enter');
	await eventually(async () => assert.equal(await rowNamed('Ladder'), undefined));
	await grid.page.locator('.toast').getByRole('button', { name: 'Undo' }).focus();
	await grid.keys('Enter');
	await eventually(async () => assert.ok(await rowNamed('Ladder')));
});

onPage('tabs change by arrow keys', async (grid) => {
	await grid.page.getByRole('tab', { selected: true }).focus();
	const before = await grid.page.getByRole('tab', { selected: true }).textContent();
	await grid.keys('ArrowRight');
	const after = await grid.page.getByRole('tab', { selected: true }).textContent();
	assert.notEqual(after, before);
	assert.equal(await grid.page.evaluate(() => document.activeElement.getAttribute('aria-selected')), 'true');
});

/* ---- accessibility, in every dress ---- */

const DRESSES = [
	['light', { colorScheme: 'light' }],
	['dark', { colorScheme: 'dark' }],
	['narrow', { colorScheme: 'light', viewport: { width: 390, height: 760 } }],
	['narrow and dark', { colorScheme: 'dark', viewport: { width: 390, height: 760 } }],
];
const STATES = [
	['the grid', async (grid) => { await grid.choose('Bookshelf', 'Name'); }],
	['an open text editor', async (grid) => { await grid.openCell('Ladder', 'Model Name'); }],
	['an open list', async (grid) => { await grid.openCell('Ladder', 'Type'); }],
	['an open list of files', async (grid) => { await grid.openCell('Desk lamp', 'Images'); }],
	['pictures', async (grid) => {
		await grid.choose('Bicycle', 'Images');
		await eventually(async () => assert.ok(await isDrawn(grid.cell('Bicycle', 'Images').getByRole('img').last())));
	}],
	['a list of pictures', async (grid) => {
		await grid.openCell('Bicycle', 'Images');
		await eventually(async () => assert.ok(await isDrawn(grid.page.locator('.editor').getByRole('img').last())));
	}],
	['a large picture', async (grid) => {
		await grid.choose('Bicycle', 'Images');
		await grid.keys(' ');
		await eventually(async () => assert.ok(await isDrawn(grid.page.locator('dialog img'))));
	}],
	['an error at a cell', async (grid) => {
		await grid.choose('Ladder', 'Purchase Price');
		await grid.type('1x');
		await grid.keys('Enter');
		await grid.bubble();
	}],
	['picked rows and a toast', async (grid) => {
		await grid.row('Ladder').locator('.edge input').check();
		await grid.page.locator('#delete').click();
		await grid.page.locator('.toast').waitFor();
		await grid.row('Bicycle').locator('.edge input').check();
	}],
];
for (const [dress, options] of DRESSES) {
	for (const [state, bring] of STATES) {
		onPage(`axe finds nothing serious: ${dress}, ${state}`, async (grid) => {
			await bring(grid);
			await grid.picture(`sandbox-${`${dress}-${state}`.replace(/\W+/g, '-')}`);
			assert.deepEqual(await grid.axe(), []);
		}, options);
	}
}

onPage('the page fits a narrow window', async (grid) => {
	const { scroll, width } = await grid.page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }));
	assert.ok(scroll <= width, `${scroll} > ${width}`);
	await grid.openCell('Ladder', 'Notes');
	const box = await grid.page.locator('.editor').boundingBox();
	assert.ok(box.x >= 0 && box.x + box.width <= width, JSON.stringify(box));
}, { viewport: { width: 390, height: 760 } });

/* ---- ---- */

if (!existsSync(CHROMIUM))
	throw new Error(`${CHROMIUM} is not there: run tools/install test`);
mkdirSync(SCREENSHOTS, { recursive: true });
sandbox = await startSandbox('--fetch', 'off'); /* most addresses here lead nowhere */
try {
	browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
	await runAll({ before: fill });
} finally {
	await browser?.close();
	await sandbox.stop();
}

/* The pictures of the admin pages that README.md shows, of real pages: docs/images/overview.png and docs/images/history.png. A sample
 * inventory is synced, people edit on both sides, and one edit gives way. `make screenshots` runs it. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { Processes } from '../../demo/processes.mjs';
import { AdminPages } from '../scenarios/lib/admin_pages.mjs';
import { ROOT, startCouch } from '../scenarios/lib/programs.mjs';
import { idOf, World } from '../scenarios/lib/world.mjs';

const FOLDER = path.join(ROOT, 'docs/images');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'];

/* Edits of both sides, and one of the same field. */
async function edit(world) {
	const items = (await world.documents()).filter(({ data }) => data.name && !data._can_contain_items);
	const [one, other, third, fourth] = items.map(idOf);
	await world.syncWell();
	await world.editRows([[one, { Notes: 'Lent to Ana until Friday', 'Purchase Price': 84.5 }], [other, { 'Model Name': 'TX-200' }],
		[third, { Notes: 'Battery is weak' }]]);
	await world.save(fourth, { notes: 'Checked in spring' });
	await world.syncWell();
	await world.editRow(third, { Notes: 'New battery ordered' });
	await world.save(third, { notes: 'Lies in the second drawer' });
	await world.syncWell();
}

async function shoot(world, pages) {
	const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
	const take = async (name, address, colorScheme) => {
		const context = await browser.newContext({ viewport: { width: 1200, height: 720 }, colorScheme, timezoneId: 'UTC' });
		const page = await context.newPage();
		const file = path.join(FOLDER, `${name}.png`);
		await page.goto(`http://127.0.0.1:${pages.port}${address}`);
		await page.screenshot({ path: file });
		await context.close();
		process.stdout.write(`${path.relative(ROOT, file)}: ${statSync(file).size} bytes\n`);
	};
	try {
		const conflict = (await world.histories()).find(({ event_name: event }) => event === 'sync_conflict');
		await take('overview', '/', 'light');
		await take('history', `/history?${new URLSearchParams({ database: world.database, batch: conflict.batch, by: conflict.created_by })}`, 'dark');
	} finally {
		await browser.close();
	}
}

async function main() {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'davenport-screenshots-'));
	const processes = new Processes(folder, () => {});
	let world = null;
	try {
		const couch = await startCouch(processes, { folder: path.join(folder, 'couch') });
		world = await World.open({ server: couch.at, items: 60, database: 'inventory' });
		await edit(world);
		const pages = await AdminPages.of(world, await world.run());
		await world.until('it is in sync', async () => /in sync/.test((await pages.get('/')).text));
		mkdirSync(FOLDER, { recursive: true });
		await shoot(world, pages);
	} finally {
		await world?.close();
		await processes.stopAll();
		rmSync(folder, { recursive: true, force: true });
	}
}

await main();

/* Undoing from the history's pages: what the preview says, that it writes nothing, that only a form of ours undoes, what is left alone, and
 * how the value that gave way in a conflict comes back. */
import assert from 'node:assert/strict';
import { AdminPages, hashOf, PASSWORD, ADMIN_TOKEN } from './lib/admin_pages.mjs';
import { DAVENPORT, runToEnd } from './lib/programs.mjs';
import { playAll } from './lib/tap.mjs';
import { INTEGRATION_ID, World, idOf, sampleDocuments } from './lib/world.mjs';

const HOSTILE = '<script>window.hurt=1</script>"\'><img src=x onerror="window.hurt=1">';
const BY = `integration-${INTEGRATION_ID}`;

/* The fields of the form that does what the page says. */
function formOf(html) {
	const form = /<form method="post" action="\/history\/undo">(.*?)<\/form>/s.exec(html)?.[1];
	assert.ok(form, html);
	const words = (value) => value.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>')
		.replaceAll('&amp;', '&');
	return Object.fromEntries([...form.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, words(value)]));
}

const address = (words) => `/history/undo?${new URLSearchParams(words)}`;
const linksTo = (html, words) => [...html.matchAll(/href="([^"]*)"[^>]*>([^<]*)/g)].filter(([, , said]) => said.startsWith(words))
	.map(([, link]) => link.replaceAll('&amp;', '&'));

class Undoing {
	static async open() {
		const documents = sampleDocuments({ items: 6 });
		const [named, ...others] = documents.filter(({ type }) => type === 'item');
		named.data.name = HOSTILE;
		const world = await World.open({ documents });
		try {
			const hash = await hashOf(PASSWORD);
			await world.syncWell();
			return Object.assign(new Undoing(), { world, hash, ids: [named, ...others].map(idOf) });
		} catch (error) {
			await world.close();
			throw error;
		}
	}
	async begin() {
		const bridge = await this.world.run({ env: { ADMIN_PASSWORD_HASH: this.hash, ADMIN_TOKEN } });
		this.pages = await AdminPages.of(this.world, bridge);
		await this.pages.logIn();
	}
	async notes(id) {
		return (await this.world.document(id)).data.notes;
	}
	async histories(event) {
		const all = await this.world.histories();
		return all.filter(({ event_name: name }) => name === event);
	}
}

async function batch(step, undoing) {
	const { world, ids } = undoing;
	const before = await Promise.all(ids.map((id) => undoing.notes(id)));
	await world.editRows(ids.slice(0, 3).map((id, number) => [id, { Notes: `from the grid ${number}` }]));
	await world.syncWell();
	const [{ batch: number }] = await undoing.histories('sync');
	await world.save(ids[2], { notes: 'edited since' });
	await undoing.begin();
	const { pages } = undoing;
	const wish = { database: world.database, batch: number, by: BY };
	const preview = await pages.get(address(wish));
	await step('the history leads to a preview', async () => {
		const [link] = linksTo((await pages.get(`/history?${new URLSearchParams(wish)}`)).text, 'Undo all of this batch');
		assert.equal((await pages.get(link)).text.replace(/value="[\w-]{43}"/g, ''), preview.text.replace(/value="[\w-]{43}"/g, ''));
	});
	await step('it says what goes back and what is left alone, and writes nothing', async () => {
		assert.equal(preview.status, 200);
		assert.match(preview.text, /2 documents would be undone; 1 left alone in part or as a whole/);
		assert.match(preview.text, /Edited since, left alone/);
		assert.ok(!/<script>window|<img/.test(preview.text), 'a hostile name is markup');
		assert.equal(await undoing.notes(ids[0]), 'from the grid 0');
		assert.equal((await undoing.histories(undefined)).length, 0);
	});
	await step('programs and the command are told the same', async () => {
		const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, Cookie: '' };
		const { status, text } = await pages.get(`/api/undo?${new URLSearchParams(wish)}`, { headers });
		assert.equal(status, 200);
		const { out } = await runToEnd(DAVENPORT, ['revert', '--json', '--dry-run', '--batch', String(number)], { env: world.environment() });
		assert.deepEqual(JSON.parse(text), JSON.parse(out));
	});
	await step('a form without the token of its page undoes nothing', async () => {
		for (const path of ['/history/undo', '/api/undo'])
			for (const form of [{ ...wish }, { ...wish, form_token: 'A'.repeat(43) }])
				assert.equal((await pages.post(path, form)).status, 403);
		assert.equal((await pages.post('/history/undo', formOf(preview.text), { headers: { Origin: 'https://evil.example' } })).status, 403);
		assert.equal((await pages.post('/api/undo', wish, { headers: { Cookie: '' } })).status, 401);
		assert.equal(await undoing.notes(ids[0]), 'from the grid 0');
	});
	await step('its button undoes it, and the rows follow', async () => {
		const done = await pages.post('/history/undo', formOf(preview.text));
		assert.equal(done.status, 200);
		assert.match(done.text, /2 documents undone; 1 left alone/);
		assert.deepEqual(await Promise.all(ids.slice(0, 3).map((id) => undoing.notes(id))), [before[0], before[1], 'edited since']);
		await world.untilEqual();
		const [link] = linksTo(done.text, 'see it, or undo it');
		assert.match((await pages.get(link)).text, /Undo all of this batch/);
	});
	await step('what was edited since goes back when that is said', async () => {
		const all = await pages.get(address({ ...wish, all: 1 }));
		assert.match(all.text, /1 document would be undone\./);
		assert.equal((await pages.post('/history/undo', formOf(all.text))).status, 200);
		assert.equal(await undoing.notes(ids[2]), before[2]);
	});
	await step('sent once more there is nothing left to undo', async () => {
		assert.match((await pages.post('/history/undo', formOf(preview.text))).text, /0 documents undone\./);
	});
}

async function conflict(step, undoing) {
	const { world, ids } = undoing;
	await world.editRow(ids[1], { Notes: 'from the grid', 'Model Name': 'grid' });
	await world.save(ids[1], { notes: 'from the phone', model_name: 'phone' });
	await world.syncWell();
	const [entry] = await undoing.histories('sync_conflict');
	const gaveWay = entry.original_data.notes, won = entry.new_data.notes;
	assert.deepEqual([gaveWay, won].sort(), ['from the grid', 'from the phone']);
	await undoing.begin();
	const { pages } = undoing;
	await step('the loser of a conflict has a way to use its value', async () => {
		const { text } = await pages.get(`/history?${new URLSearchParams({ database: world.database, document: `item-${ids[1]}` })}`);
		const links = linksTo(text, 'Use this value');
		assert.equal(links.length, 2);
		const preview = await pages.get(links.find((link) => link.endsWith('field=notes')));
		assert.match(preview.text, /<button>Use this value<\/button>/);
		assert.equal((await pages.post('/history/undo', formOf(preview.text))).status, 200);
	});
	await step('that field alone has it, in the document, the history and the row', async () => {
		const now = (await world.document(ids[1])).data;
		assert.equal(now.notes, gaveWay);
		assert.equal(now.model_name, entry.new_data.model_name);
		const put = (await world.histories()).find(({ created_by: by }) => by === 'history_restore');
		assert.deepEqual([put.original_data.notes, put.new_data.notes], [won, gaveWay]);
		await world.untilEqual();
		assert.equal((await world.rowOf(ids[1])).fields.Notes, gaveWay);
	});
	await step('the command does the same with the other field', async () => {
		const { status } = await runToEnd(DAVENPORT, ['revert', '--entry', entry._id, '--only', 'Model Name'], { env: world.environment() });
		assert.equal(status, 0);
		assert.equal((await world.document(ids[1])).data.model_name, entry.original_data.model_name);
		assert.equal((await world.document(ids[1])).data.notes, gaveWay);
	});
	await step('once it was edited it is left alone until that is said', async () => {
		await world.save(ids[1], { notes: 'a third' });
		const wish = { database: world.database, entry: entry._id, field: 'notes' };
		assert.match((await pages.get(address(wish))).text, /0 documents would be undone; 1 left alone/);
		await pages.post('/api/undo', { ...wish, all: 1 }, { headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, Cookie: '' } });
		assert.equal(await undoing.notes(ids[1]), gaveWay);
	});
	await step('what cannot be asked is refused with a reason', async () => {
		const database = world.database;
		for (const [wish, status, reason] of [[{ database }, 400, /Either a change or a batch/],
			[{ database, entry: entry._id, batch: 1 }, 400, /Either a change or a batch/],
			[{ database, batch: 1, field: 'notes' }, 400, /A field is one of a change/],
			[{ database: '_users', entry: entry._id }, 404, /No integration has a database of that name/],
			[{ database, entry: `${entry._id}0` }, 404, /There is no such change/],
			[{ database, entry: ids[0] }, 404, /There is no such change/],
			[{ database, batch: 17, by: BY }, 404, /There is no such change/],
			[{ database, entry: entry._id, field: 'quantity' }, 422, /none of the field quantity alone/]]) {
			const answer = await pages.get(address(wish));
			assert.deepEqual([answer.status, reason.test(answer.text)], [status, true], JSON.stringify(wish));
			assert.equal((await pages.get(`/api/undo?${new URLSearchParams(wish)}`)).status, status);
		}
	});
}

const inUndoing = (title, play) => ({ title, play: async (step) => {
	const undoing = await Undoing.open();
	try {
		await play(step, undoing);
	} finally {
		await undoing.world.close();
	}
} });

await playAll([inUndoing('a batch', batch), inUndoing('a conflict', conflict)]);

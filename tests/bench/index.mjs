/* What it costs to know 10,000 pairs, and 100,000: a start; a start with one change; one with a refusal that is resolved. A
 * tenth of the pairs is refused, each for another document, and 1,000 collections are listed.
 *
 *     ITEMS=n    another number in the place of 100,000; a tenth of it in the place of 10,000
 *
 * The figures are the CPU time of `davenport sync`, by the system's count, whatever else runs on the machine. CouchDB is one
 * of the bench's own, in memory; Airtable's sandbox keeps to no rate, and what is prepared is done by a bridge that keeps to
 * none, so that there are 100,000 pairs in minutes. */
import { assetReference, INTEGRATION_ID, sampleDocuments } from '../../demo/sample.mjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { World } from '../scenarios/lib/world.mjs';
import { startFastCouch } from './lib/fast_couch.mjs';
import { countedSync, tell, UNLIMITED } from './lib/passes.mjs';

const ITEMS = Number(process.env.ITEMS ?? 100000);
const COLLECTIONS = 1000;
const REFUSED = 10; /* one of so many */
const SERIAL = 1;
const EDITS = 1000; /* rows that are edited by one request */
const SAVED_MS = Date.UTC(2024, 0, 15, 8, 30, 0, 123);
const QUIET_MS = 61000; /* then marks are written */
const MICROSECONDS = 1e6;

const uuid = (kind, number) => `${kind}0000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const reference = (number) => String(100000 + number);

/* One inventory: item n stands in collection n modulo their number. */
class Inventory {
	constructor(items) {
		this.items = items;
		this.collections = Math.min(COLLECTIONS, items / REFUSED);
		this.refused = items / REFUSED;
		const [config, ...others] = sampleDocuments({ items: 0 });
		const integration = others.find((document) => document._id === `integration-${INTEGRATION_ID}`);
		this.configUuid = config.uuid;
		integration.data.config.collection_ids_to_sync = this.each(this.collections, (number) => uuid('c', number));
		this.documents = [{ ...config, collections_order: [] }, integration,
			...this.each(this.collections, (number) => this.collection(number)),
			...this.each(items, (number) => this.item(number, reference(number)))];
	}

	each(count, make) {
		return Array.from({ length: count }, (_, number) => make(number));
	}

	saved(type, id, data) {
		return { _id: `${type}-${id}`, type, data: { ...data, config_uuid: this.configUuid }, created_at: SAVED_MS,
			updated_at: SAVED_MS };
	}

	number(collection) {
		return String(1000 + collection);
	}

	collection(number) {
		return this.saved('collection', uuid('c', number), { name: `Collection ${number}`, icon_name: 'cube',
			icon_color: 'gray', collection_reference_number: this.number(number) });
	}

	codes(number, wanted) {
		return { item_reference_number: wanted, serial: SERIAL,
			...assetReference(this.number(number % this.collections), wanted, SERIAL) };
	}

	item(number, wanted) {
		return this.saved('item', uuid('a', number), { name: `Item ${number}`, collection_id: uuid('c', number % this.collections),
			...this.codes(number, wanted), use_mixed_rfid_tag_access_password: false, _show_in_collection: true,
			notes: 'Checked in spring, works. The manual is in the upper drawer; the charger went to the workshop.',
			model_name: 'MK-2', purchase_price_x1000: 129900, purchase_price_currency: 'EUR', purchased_from: 'Baumarkt Müller' });
	}

	/* Whose number item 'number' is to get, and may not. In the same collection, and not refused itself. */
	cause(number) {
		return number + this.items / 2;
	}
}

/* A tenth of the rows gets the number of another item. */
async function refuseSome(world, inventory) {
	const records = new Map((await world.rows()).map((row) => [row.fields.ID, row.id]));
	for (let from = 0; from < inventory.refused; from += EDITS)
		await world.edit(...inventory.each(Math.min(EDITS, inventory.refused - from), (at) => (
			{ action: 'update', table: 'Items', record: records.get(uuid('a', from + at)),
				fields: { 'Ref. No.': reference(inventory.cause(from + at)) } })));
}

/* Says on stderr how long each step takes, since a bench of minutes is watched. */
class Steps {
	constructor(items) {
		this.items = items;
	}

	async take(what, step) {
		const began = performance.now();
		const done = await step();
		const cpu = done?.cpu === undefined ? '' : `, ${done.cpu.toFixed(2)} s of CPU`;
		process.stderr.write(`# ${this.items} items: ${what}: ${((performance.now() - began) / 1000).toFixed(1)} s${cpu}\n`);
		return done;
	}
}

async function measureIn(world, inventory, steps) {
	const prepare = (what) => steps.take(what, () => countedSync(world, { program: UNLIMITED }));
	const sync = (what) => steps.take(what, () => countedSync(world));
	const first = await prepare('the first sync');
	await steps.take('edits that are refused', () => refuseSome(world, inventory));
	const refusing = await prepare('the refusals');
	await steps.take('a quiet minute', () => sleep(QUIET_MS));
	await world.advance(QUIET_MS); /* so that the polls' overlap is over, */
	await prepare('the marks');    /* and all marks are written and heard */
	await prepare('the marks, heard');
	const restart = await sync('a restart');
	await world.save(uuid('a', inventory.items - 1), { notes: 'Moved.' });
	const change = await sync('one change');
	const freed = inventory.cause(0);
	await world.save(uuid('a', freed), inventory.codes(freed, reference(inventory.items + freed)));
	const resolved = await sync('one refusal resolved');
	return { inventory, first, refusing, restart, change, resolved };
}

async function measure(items, server) {
	const inventory = new Inventory(items);
	const steps = new Steps(items);
	const world = await steps.take('documents', () => World.open({ documents: inventory.documents, server }));
	try {
		return await measureIn(world, inventory, steps);
	} finally {
		await world.close();
	}
}

function perPair({ inventory, restart, change, resolved }) {
	return Math.round((restart.cpu + change.cpu + resolved.cpu) * MICROSECONDS / (inventory.items + inventory.collections));
}

const couch = await startFastCouch();
try {
	const small = await measure(ITEMS / 10, couch);
	const large = await measure(ITEMS, couch);
	const good = [small, large].every(({ inventory, refusing, resolved }) =>
		refusing.report.problems === inventory.refused && resolved.report.problems === inventory.refused - 1);
	tell('index', { items: ITEMS, refused: large.refusing.report.problems,
		cpu_us_per_pair_10k: perPair(small), cpu_us_per_pair_100k: perPair(large), cpu_s_restart_100k: large.restart.cpu,
		cpu_s_restart_10k: small.restart.cpu, cpu_s_first_10k: small.first.cpu, cpu_s_first_100k: large.first.cpu,
		cpu_s_refusing_100k: large.refusing.cpu, cpu_s_change_100k: large.change.cpu, cpu_s_resolved_100k: large.resolved.cpu,
		seconds_restart_100k: large.restart.seconds, calls_restart_100k: large.restart.counts.total,
		rss_mib_restart_100k: large.restart.rssMib, good });
	if (!good)
		process.exitCode = 1;
} finally {
	await couch.close();
}

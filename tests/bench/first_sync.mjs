/* How fast 2,000 items go out to an empty base, against the limits of the real Airtable and answers that take 300 ms.
 *
 *     ITEMS=n    another number of them
 *
 * records_per_second is over the time from the first write's arrival at the sandbox to the last write's answer. Airtable
 * allows 50 records a second (5 requests of 10); what passes that earns a penalty. */
import { bench, measuredSync, REAL_LIMITS } from './lib/passes.mjs';

const ITEMS = Number(process.env.ITEMS ?? 2000);
const LATENCY_MS = 300;

await bench('first_sync', { items: ITEMS, sandbox: [...REAL_LIMITS, '--latency', String(LATENCY_MS)] }, async (world) => {
	const { seconds, counts } = await measuredSync(world);
	const rows = (await world.rows('Collections')).length + (await world.rows('Items')).length;
	const writing = (counts.last_write_answered_ms - counts.first_write_arrived_ms) / 1000;
	return { items: ITEMS, rows, records_per_second: rows / writing, penalties: counts.penalties, calls: counts.total,
		max_in_any_second: counts.max_in_any_second, seconds, equal: (await world.differences()).length === 0 };
});

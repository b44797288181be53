/* The most memory that the bridge has resident: through a first sync of 20,000 items, through the pass after that, whose
 * poll shows all of those rows once, and through one that compares everything.
 *
 *     ITEMS=n    another number of them
 *
 * Airtable's rate, which the bridge keeps by itself, makes this a matter of eight minutes. */
import { bench, measuredSync, REAL_LIMITS } from './lib/passes.mjs';

const ITEMS = Number(process.env.ITEMS ?? 20000);

await bench('memory', { items: ITEMS, sandbox: REAL_LIMITS }, async (world) => {
	const first = await measuredSync(world);
	const poll = await measuredSync(world);
	const full = await measuredSync(world, { full: true });
	return { items: ITEMS, rss_mib: first.rssMib, rss_mib_poll: poll.rssMib, rss_mib_full: full.rssMib,
		calls: first.counts.total, calls_poll: poll.counts.total, calls_full: full.counts.total,
		seconds: first.seconds, seconds_poll: poll.seconds, seconds_full: full.seconds,
		equal: (await world.differences()).length === 0 };
});

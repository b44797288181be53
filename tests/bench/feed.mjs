/* What it costs when CouchDB shows 10,000 changes again that were handled already: no call of Airtable's, and how long.
 *
 *     ITEMS=n    another number of them
 *
 * First they are synced, at Airtable's rate, and given their marks; this makes it a matter of five minutes. 'calls' are those
 * beyond a pass without news; documents_per_second is over the time that the pass took longer than that one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bench, measuredSync, REAL_LIMITS, rewindFeed } from './lib/passes.mjs';

const ITEMS = Number(process.env.ITEMS ?? 10000);
const QUIET_MS = 61000; /* after which the app's marks are written; longer than the polls' overlap */

await bench('feed', { items: ITEMS, sandbox: REAL_LIMITS }, async (world) => {
	await measuredSync(world);
	await sleep(QUIET_MS);
	const marking = await measuredSync(world);
	await world.advance(QUIET_MS);
	await measuredSync(world); /* hears of its own marks */
	const quiet = await measuredSync(world);
	await rewindFeed(world);
	const replay = await measuredSync(world);
	return { items: ITEMS, marked: marking.report.documents_written,
		documents_per_second: marking.report.pairs / (replay.seconds - quiet.seconds),
		calls: replay.counts.total - quiet.counts.total, calls_without_news: quiet.counts.total,
		written: replay.report.documents_written + replay.report.rows_created + replay.report.rows_updated,
		seconds: replay.seconds, seconds_without_news: quiet.seconds, rss_mib: replay.rssMib,
		equal: (await world.differences({ marks: true })).length === 0 };
});

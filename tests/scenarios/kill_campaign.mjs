/* 50 kills in a first sync of 2,000 items and 500 edits on both sides: `make kill`, some minutes.
 *
 *     KILL_SEED=n   other requests, other edits
 *     FAULTS=1      with what else can go wrong on the way to Airtable
 *     TWO=1         of two bridges that take over from each other */
import { killing } from './lib/kills.mjs';
import { playAll } from './lib/tap.mjs';

await playAll([killing('killed', { items: 2000, kills: 50, edits: 500, seed: Number(process.env.KILL_SEED ?? 1),
	faults: Boolean(process.env.FAULTS), two: Boolean(process.env.TWO) })]);

/* The bridge is killed (-9) at requests to both servers, and begun again: kills.mjs says what must be so in the end. This is
 * the short form; `make kill` runs the long one.
 *
 *     KILL_SEED=n   other requests, other edits */
import { killing } from './lib/kills.mjs';
import { playAll } from './lib/tap.mjs';

const seed = Number(process.env.KILL_SEED ?? 1);

await playAll([
	killing('killed', { items: 300, kills: 16, edits: 100, seed }),
	killing('killed with faults', { items: 100, kills: 8, edits: 50, faults: true, seed: seed + 1000 }),
	killing('two that take over', { items: 100, kills: 8, edits: 50, two: true, seed: seed + 2000 }),
]);

/* The demo's inventory with its pictures, as CouchDB's _bulk_docs takes it:
 *
 *     node demo/inventory.mjs [--items N] >inventory.json
 *
 * DEMO_DRAW says where the program is that draws; build/plain/demo/draw if nothing is said. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { choosePictures, drawPictures, pictureDocuments } from './pictures.mjs';
import { sampleDocuments } from './sample.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const DRAW = process.env.DEMO_DRAW ?? path.join(ROOT, 'build/plain/demo/draw');

const { values: { items } } = parseArgs({ options: { items: { type: 'string', default: '200' } } });
const folder = mkdtempSync(path.join(os.tmpdir(), 'davenport-inventory-'));
try {
	const documents = sampleDocuments({ items: Number(items) });
	const chosen = choosePictures(documents);
	const drawn = await drawPictures(DRAW, folder, chosen.flatMap(({ names }) => names));
	process.stdout.write(JSON.stringify({ docs: [...documents, ...pictureDocuments(chosen, drawn)] }));
} finally {
	rmSync(folder, { recursive: true });
}

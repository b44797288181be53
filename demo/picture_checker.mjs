/* Do an item's row and its documents have the same pictures? Judged from the outside, as demo/checker.mjs does. */
import { createHash } from 'node:crypto';

const PREFIX = 'zz20-image-';
const LARGE = 'image-1440';
const EXTENSIONS = { 'image/jpeg': 'jpg', 'image/png': 'png' };

/* A Map: item id → [{ name, type, size, digest, filename }], the files that its row must show, in order. One that was attached there
 * stays as it was attached, and has 'filename' for its name. */
export function wantedPictures(documents) {
	const images = new Map(documents.filter((doc) => doc.type === 'image' && doc._attachments?.[LARGE] !== undefined)
		.map((doc) => [doc._id.slice(PREFIX.length), doc]));
	const wanted = new Map();
	const links = documents.filter((doc) => doc.type === 'item_image' && images.get(doc.data.image_id) !== undefined);
	for (const { data } of links.sort((a, b) => a.data.order - b.data.order)) {
		const { data: { filename }, _attachments: { [LARGE]: { content_type: type, length, digest } } } = images.get(data.image_id);
		const picture = { name: `${data.image_id}.${EXTENSIONS[type]}`, type, size: length, digest, filename };
		wanted.set(data.item_id, [...(wanted.get(data.item_id) ?? []), picture]);
	}
	return wanted;
}

const wasAttached = ({ filename }, attachment) => attachment !== undefined && attachment.filename === filename;

const brief = ({ name, type, size }) => `${name} ${size === undefined ? 'not there yet' : `${type} ${size}`}`;

/* Tells 'differ' of each row of Items with other pictures than its item: others, in another order, not fetched yet. */
export function comparePictures(documents, rows, differ) {
	const wanted = wantedPictures(documents);
	for (const row of rows) {
		const pictures = wanted.get(row.fields.ID) ?? [], attachments = row.fields.Images ?? [];
		const couch = pictures.map((picture, at) => (wasAttached(picture, attachments[at]) ? picture.filename : brief(picture)));
		const airtable = attachments.map(({ filename, type, size }, at) => (pictures[at] !== undefined && wasAttached(pictures[at], { filename })
			? filename : brief({ name: filename, type, size })));
		if (JSON.stringify(couch) !== JSON.stringify(airtable))
			differ({ what: 'pictures', document: `item-${row.fields.ID}`, row: row.id, field: 'Images', couch, airtable });
	}
}

/* Whether the files that the rows show have the bytes that CouchDB has: fetched, and their digests compared, but for those that were
 * attached there. Answers how many there are; throws with the name of one that differs. */
export async function compareFiles({ documents, rows }, fetchFile) {
	const wanted = wantedPictures(documents);
	let files = 0;
	for (const { fields } of rows.Items) {
		for (const [at, attachment] of (fields.Images ?? []).entries()) {
			const picture = wanted.get(fields.ID)[at], { name, digest } = picture;
			if (wasAttached(picture, attachment))
				continue;
			const found = `md5-${createHash('md5').update(await fetchFile(attachment.url)).digest('base64')}`;
			if (found !== digest)
				throw new Error(`${fields.Name}: Airtable's file ${name} has the digest ${found}, CouchDB's has ${digest}`);
			files++;
		}
	}
	return files;
}

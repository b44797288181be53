/* The demo without a person: pictures are added to an item, removed and put into another order in CouchDB, as the app does it; and
 * photographs are attached in Airtable. */
import { linkDocument } from './pictures.mjs';
import { wantedPictures } from './picture_checker.mjs';

const imageDocumentId = (imageId) => `zz20-image-${imageId}`;

/* The items' links, in order: a Map of item id → documents. */
function linksOf(both) {
	const links = new Map();
	for (const link of both.documents.filter((doc) => doc.type === 'item_image').sort((a, b) => a.data.order - b.data.order))
		links.set(link.data.item_id, [...(links.get(link.data.item_id) ?? []), link]);
	return links;
}

/* The app saves an image again whenever a link to it comes or goes. */
async function saveImage(play, imageId) {
	const { documents } = await play.both();
	const image = documents.find((doc) => doc._id === imageDocumentId(imageId));
	const links = documents.filter((doc) => doc.type === 'item_image' && doc.data.image_id === imageId);
	image.data._item_ids = links.map((link) => link.data.item_id);
	image.data._item_collection_ids = [...new Set(links.map((link) => link.data._item_collection_id))];
	image.updated_at = Date.now();
	await play.couch.put(play.database, image);
}

/* ---- the edits: each answers the documents that it touched ---- */

async function reverse(play, links) {
	for (const [at, link] of links.entries())
		await play.couch.put(play.database, { ...link, data: { ...link.data, order: links.length - 1 - at }, updated_at: Date.now() });
	return links.map((link) => link._id);
}

async function add(play, itemId, links, imageId) {
	const item = await play.couch.get(play.database, `item-${itemId}`);
	const link = linkDocument(item, imageId, links.length);
	await play.couch.put(play.database, { ...link, created_at: Date.now(), updated_at: Date.now() });
	await saveImage(play, imageId);
	return [link._id, imageDocumentId(imageId)];
}

async function removeFirst(play, [link]) {
	await play.couch.remove(play.database, link);
	await saveImage(play, link.data.image_id);
	return [link._id, imageDocumentId(link.data.image_id)];
}

/* ---- ---- */

const namesIn = (both, id) => (both.rows.Items.find((row) => row.fields.ID === id)?.fields.Images ?? []).map((file) => file.filename);
const showsPictures = (words, id, names) => [`${words}: ${id} shows ${names.length} pictures in order`,
	(both) => JSON.stringify(namesIn(both, id)) === JSON.stringify(names)];

/* Edits the pictures of three items that are none of 'others'. Answers { touched: ids of documents, items: [id], wanted: what play.until() takes }. */
export async function editPictures(play, others) {
	const both = await play.both();
	const before = linksOf(both), wanted = wantedPictures(both.documents);
	const free = [...before.keys()].filter((id) => !others.includes(id));
	const [turned, reduced] = free.filter((id) => before.get(id).length > 1);
	const names = (id) => wanted.get(id).map(({ name }) => name);
	const [guest] = names(turned);
	const grown = free.find((id) => before.get(id).length === 1 && names(id)[0] !== guest);
	const touched = [
		...await reverse(play, before.get(turned)),
		...await add(play, grown, before.get(grown), before.get(turned)[0].data.image_id),
		...await removeFirst(play, before.get(reduced)),
	];
	return { touched, items: [turned, grown, reduced], wanted: [
		showsPictures('the other way round', turned, names(turned).reverse()),
		showsPictures('one more', grown, [...names(grown), guest]),
		showsPictures('one less', reduced, names(reduced).slice(1)),
	] };
}

/* Attaches the photographs to the row of an item that has no pictures and is none of 'others'. Answers { item, wanted }. */
export async function attachPhotos(play, others) {
	const { base, documents, rows } = await play.both();
	const pictured = new Set(documents.filter((doc) => doc.type === 'item_image').map((doc) => doc.data.item_id));
	const row = rows.Items.find(({ fields: { ID: id } }) => !pictured.has(id) && !others.includes(id));
	const item = row.fields.ID, names = play.photos.map(({ name }) => name);
	for (const photo of play.photos)
		await play.sandbox.attach(base, 'Items', row.id, 'Images', photo);
	const same = (list) => JSON.stringify(list) === JSON.stringify(names);
	return { item, wanted: [
		[`${item} has the pictures ${names.join(', ')}, as JPEGs`, (both) => {
			const pictures = wantedPictures(both.documents).get(item) ?? [];
			return same(pictures.map(({ filename }) => filename)) && pictures.every(({ type }) => type === 'image/jpeg');
		}],
		[`the row of ${item} shows what was attached`, (both) => same(namesIn(both, item))],
	] };
}

/* What nobody touched has the attachments that it had: none was sent twice. */
export function sameAttachments(before, others) {
	const idsOf = (row) => JSON.stringify((row.fields.Images ?? []).map((file) => file.id));
	const had = new Map(before.rows.Items.filter((row) => !others.includes(row.fields.ID)).map((row) => [row.id, idsOf(row)]));
	return ['each picture was sent once', (both) => both.rows.Items.find((row) => had.has(row.id) && had.get(row.id) !== idsOf(row))
		?.fields.Name ?? true];
}

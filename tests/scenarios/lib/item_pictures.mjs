/* The pictures of an item: as the app links them, and as its row shows them. */

/* ---- the app ---- */

export const linkOf = (item, image) => `item_image-${item}-${image}`;

export async function link(world, item, image, order) {
	const now = Date.now(), { data } = await world.document(item);
	await world.couch.put(world.database, { _id: linkOf(item, image), type: 'item_image', created_at: now, updated_at: now,
		data: { item_id: item, image_id: image, order, _item_collection_id: data.collection_id } });
}

export async function unlink(world, item, image) {
	await world.couch.remove(world.database, await world.couch.get(world.database, linkOf(item, image)));
}

export async function move(world, item, image, order) {
	const document = await world.couch.get(world.database, linkOf(item, image));
	document.data.order = order;
	await world.couch.put(world.database, document);
}

/* The pictures of an item's links, in order. */
export async function linked(world, item) {
	return (await world.documents('item_image')).filter(({ data }) => data.item_id === item)
		.sort((a, b) => a.data.order - b.data.order).map(({ data }) => data.image_id);
}

/* ---- the row ---- */

export const images = async (world, item) => (await world.rowOf(item))?.fields.Images ?? [];
export const shown = async (world, item) => (await images(world, item)).map(({ filename, size }) =>
	`${filename.split('.')[0]}${size === undefined ? '~' : ''}`);

export async function untilShown(world, item, wanted) {
	await world.until(`the row of ${item} shows ${wanted}`, async () =>
		JSON.stringify(await shown(world, item)) === JSON.stringify(wanted));
}

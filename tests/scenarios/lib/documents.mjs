/* Documents beside those of the sample. */
import { idOf } from '../../../demo/checker.mjs';

const MADE_MS = Date.UTC(2025, 4, 20, 9, 15, 0, 500);

/* A plain item in the sample's first collection; what is undefined in 'data' is left out. */
export function newItem(sample, id, data = {}) {
	const collection = sample.find((doc) => doc.type === 'collection');
	const all = { name: `Item ${id}`, collection_id: idOf(collection), config_uuid: collection.data.config_uuid, ...data };
	return { _id: `item-${id}`, type: 'item', data: Object.fromEntries(Object.entries(all).filter(([, value]) =>
		value !== undefined)), created_at: MADE_MS, updated_at: MADE_MS };
}

export function newCollection(sample, id, data = {}) {
	const { data: { config_uuid: uuid } } = sample.find((doc) => doc.type === 'collection');
	return { _id: `collection-${id}`, type: 'collection', data: { name: `Collection ${id}`,
		collection_reference_number: '0900', config_uuid: uuid, ...data }, created_at: MADE_MS, updated_at: MADE_MS };
}

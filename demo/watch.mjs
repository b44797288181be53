/* Prints what changes on either side, a line for each value. */

const OWN_WORDS = new Set(['updated_at', 'integrations', 'Updated At', 'Modified At']);

function brief(value) {
	const text = value === undefined ? '(empty)' : JSON.stringify(value);
	return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/* Lines for what differs between two plain objects; what follows from every edit is left out. */
function differences(before, after) {
	return [...new Set([...Object.keys(before), ...Object.keys(after)])]
		.filter((key) => !OWN_WORDS.has(key) && JSON.stringify(before[key]) !== JSON.stringify(after[key]))
		.map((key) => `${key}: ${brief(before[key])} → ${brief(after[key])}`);
}

/* One side: what it held at the last look, and what it holds now. 'now' is a Map of id → { name, values }. */
class Side {
	constructor(label, say) {
		this.label = label;
		this.say = say;
		this.known = null;
	}

	look(now) {
		for (const [id, { name, values }] of this.known === null ? [] : now) {
			const before = this.known.get(id);
			if (before === undefined)
				this.say(`${this.label}  new: ${name}`);
			else
				differences(before.values, values).forEach((line) => this.say(`${this.label}  ${name}: ${line}`));
		}
		for (const [id, { name }] of this.known ?? []) {
			if (!now.has(id))
				this.say(`${this.label}  deleted: ${name}`);
		}
		this.known = now;
	}
}

/* An attachment by its name: its address differs from look to look. */
function cellsOf({ Images: files, ...cells }) {
	return files === undefined ? cells : { ...cells, Images: files.map((file) => file.filename) };
}

/* A Map: item id → the ids of its pictures, in order. */
function picturesOf(documents) {
	const ids = new Map();
	for (const { data } of documents.filter((doc) => doc.type === 'item_image').sort((a, b) => a.data.order - b.data.order))
		ids.set(`item-${data.item_id}`, [...(ids.get(`item-${data.item_id}`) ?? []), data.image_id]);
	return ids;
}

export function watchBoth(say) {
	const documents = new Side('CouchDB ', say);
	const rows = new Side('Airtable', say);
	return {
		look(both) {
			const pictures = picturesOf(both.documents);
			documents.look(new Map(both.documents.filter((doc) => doc.type === 'item' || doc.type === 'collection')
				.map((doc) => [doc._id, { name: doc.data.name, values: { ...doc.data, pictures: pictures.get(doc._id) } }])));
			rows.look(new Map([...both.rows.Collections, ...both.rows.Items]
				.map((row) => [row.id, { name: row.fields.Name ?? row.id, values: cellsOf(row.fields) }])));
		},
	};
}

/* People on both sides of a world, who edit, make, delete and move things; what each of them did is looked for in the end.
 *
 * Everybody has an item of his own, but for those who edit two fields of one item, each on his side: so the outcome of each is
 * known, whatever happens in between. */
import { newItem } from './documents.mjs';
import { idOf } from './world.mjs';

/* What an edit may change: [key of the document, field of the row, the value of edit number n]; the same on both sides. */
const CHANGES = [
	['notes', 'Notes', (n) => `Edit ${n}: a note`],
	['model_name', 'Model Name', (n) => `Model of edit ${n}`],
	['purchased_from', 'Purchased From', (n) => `Shop ${n} · 店`],
	['icon_name', 'Icon Name', (n) => `icon-${n}`],
];

/* How often each is done: of every 20 edits. A row that is merely deleted is put back. */
const DEEDS = { fieldInDocument: 4, fieldInRow: 4, fieldsOnBothSides: 1, documentMade: 2, rowMade: 2, documentDeleted: 2,
	rowTicked: 2, documentMoved: 1, rowMoved: 1, rowDeleted: 1 };
const NEEDS_ROW = new Set(['fieldInRow', 'fieldsOnBothSides', 'rowTicked', 'rowMoved', 'rowDeleted']);

export class People {
	/* 'documents' is what the world began with. */
	constructor(world, random, documents) {
		Object.assign(this, { world, random, documents });
		const items = documents.filter((doc) => doc.type === 'item');
		this.collections = documents.filter((doc) => doc.type === 'collection').map(idOf);
		this.containers = items.filter((doc) => doc.data.item_type?.endsWith('container')).map(idOf);
		/* Nothing stands in these, and they stand nowhere: they may go or move. One with a reference may not: in another collection
		 * there may be one like it. */
		this.plain = items.filter(({ data }) => [data.item_type, data.container_id, data.item_reference_number].every((value) =>
			value === undefined)).map(idOf);
		this.others = items.map(idOf).filter((id) => !this.plain.includes(id));
		this.rows = new Map(); /* of items: { id: record id } */
		this.collectionRows = new Map();
		this.count = 0;
		this.done = {}; /* how often what was done */
		this.expected = []; /* { words, of: { id } or { name }, holds(document or null, row or undefined), shows } */
		this.alive = new Set(items.map(idOf));
		this.made = 0;
		this.deck = [];
	}

	/* What rows there are; answers the rows of items. */
	async look() {
		const rows = await this.world.rows();
		this.rows = new Map(rows.map((row) => [row.fields.ID, row.id]));
		this.collectionRows = new Map((await this.world.rows('Collections')).map((row) => [row.fields.ID, row.id]));
		return rows;
	}

	/* An item that is nobody's, from 'list', which it leaves. */
	take(list, { withRow = false } = {}) {
		const fitting = withRow ? list.filter((id) => this.rows.has(id)) : list;
		if (fitting.length === 0)
			return null;
		const id = this.random.pick(fitting);
		list.splice(list.indexOf(id), 1);
		return id;
	}

	/* 'shows' says what is there instead. */
	expect(words, of, holds, shows = () => []) {
		this.expected.push({ words: `edit ${this.count}: ${words} (${of.id ?? of.name})`, of, holds, shows });
	}

	nextDeed() {
		if (this.deck.length === 0)
			this.deck = this.random.shuffle(Object.entries(DEEDS).flatMap(([deed, often]) => Array(often).fill(deed)));
		const deed = this.deck.pop();
		/* Without rows there is nothing to be done to them yet. */
		return NEEDS_ROW.has(deed) && this.rows.size === 0 ? 'fieldInDocument' : deed;
	}

	/* One edit, of whichever kind comes next. */
	async act() {
		this.deed = this.nextDeed();
		this.count++;
		if (await this[this.deed](this.count) === false) {
			this.deed = 'fieldInDocument';
			await this.fieldInDocument(this.count);
		}
		this.done[this.deed] = (this.done[this.deed] ?? 0) + 1;
	}

	async several(count) {
		for (let edit = 0; edit < count; edit++)
			await this.act();
	}

	/* ---- deeds; false: nobody is left for it ---- */

	inRow(id, fields) {
		return this.world.edit({ action: 'update', table: 'Items', record: this.rows.get(id), fields });
	}

	takeAny({ withRow }) {
		return this.take(this.random.chance(0.5) ? this.plain : this.others, { withRow });
	}

	expectField(id, [key, field], value, side = '') {
		this.expect(`${this.deed}${side}, ${field} is "${value}"`, { id }, (document, row) =>
			document?.data[key] === value && row?.fields[field] === value,
		(document, row) => [document?.data[key], row?.fields[field]]);
	}

	async fieldInDocument(n) {
		const id = this.takeAny({ withRow: false });
		if (id === null)
			return false;
		const change = this.random.pick(CHANGES), value = change[2](n);
		this.expectField(id, change, value);
		await this.world.save(id, { [change[0]]: value });
		return true;
	}

	async fieldInRow(n) {
		const id = this.takeAny({ withRow: true });
		if (id === null)
			return false;
		const change = this.random.pick(CHANGES), value = change[2](n);
		this.expectField(id, change, value);
		await this.inRow(id, { [change[1]]: value });
		return true;
	}

	async fieldsOnBothSides(n) {
		const id = this.takeAny({ withRow: true });
		if (id === null)
			return false;
		const first = this.random.between(0, CHANGES.length - 1);
		const inRow = CHANGES[first], inDocument = CHANGES[(first + 1) % CHANGES.length];
		this.expectField(id, inRow, inRow[2](n), ' (row)');
		this.expectField(id, inDocument, inDocument[2](n), ' (document)');
		await this.inRow(id, { [inRow[1]]: inRow[2](n) });
		await this.world.save(id, { [inDocument[0]]: inDocument[2](n) });
		return true;
	}

	expectOne(name) {
		this.made++;
		this.expect('is there once on either side', { name }, (document, row) => document !== null && row !== undefined);
	}

	async documentMade(n) {
		const name = `Made as a document, ${n}`;
		this.expectOne(name);
		await this.world.couch.putAll(this.world.database, [newItem(this.documents, `made-${n}`, { name, notes: 'saved',
			container_id: this.random.chance(0.5) ? this.random.pick(this.containers) : undefined })]);
	}

	async rowMade(n) {
		const collection = this.collectionRows.get(this.random.pick(this.collections));
		if (collection === undefined)
			return false;
		const name = `Made as a row, ${n}`;
		this.expectOne(name);
		await this.world.edit({ action: 'create', table: 'Items', fields: { Name: name, Collection: [collection],
			Notes: 'typed', Type: 'Item' } });
		return true;
	}

	expectGone(id) {
		this.alive.delete(id);
		this.expect('is gone', { id }, (document, row) => document === null && row === undefined);
	}

	async documentDeleted() {
		const id = this.take(this.plain);
		if (id === null)
			return false;
		this.expectGone(id);
		await this.world.remove(id);
		return true;
	}

	async rowTicked() {
		const id = this.take(this.plain, { withRow: true });
		if (id === null)
			return false;
		this.expectGone(id);
		await this.inRow(id, { Delete: true });
		return true;
	}

	async rowDeleted() {
		const id = this.take(this.plain, { withRow: true });
		if (id === null)
			return false;
		const record = this.rows.get(id);
		this.expect('has its row again', { id }, (document, row) => document !== null && row !== undefined && row.id !== record);
		await this.world.edit({ action: 'delete', table: 'Items', record });
		return true;
	}

	/* Into a container, or to another collection. */
	async documentMoved() {
		const id = this.take(this.plain);
		if (id === null)
			return false;
		const [key, target] = this.random.chance(0.5) ? ['container_id', this.random.pick(this.containers)]
			: ['collection_id', this.random.pick(this.collections)];
		this.expect(`${key} is ${target}`, { id }, (document) => document?.data[key] === target);
		await this.world.save(id, { [key]: target });
		return true;
	}

	async rowMoved() {
		const inside = this.random.chance(0.5);
		const [key, field, target, rows] = inside ? ['container_id', 'Container', this.random.pick(this.containers), this.rows]
			: ['collection_id', 'Collection', this.random.pick(this.collections), this.collectionRows];
		const id = rows.has(target) ? this.take(this.plain, { withRow: true }) : null;
		if (id === null)
			return false;
		this.expect(`${field} is the row of ${target}`, { id }, (document, row) => document?.data[key] === target &&
			row?.fields[field]?.[0] === this.finalRows.get(target));
		await this.inRow(id, { [field]: [rows.get(target)] });
		return true;
	}

	/* ---- in the end ---- */

	/* Of what was done, what is not so: [{ id, words }]. 'both' is what there is on both sides. */
	missing({ documents, rows }) {
		const documentsBy = { id: new Map(), name: new Map() }, rowsBy = { id: new Map(), name: new Map() };
		const add = (map, key, value) => map.set(key, [...(map.get(key) ?? []), value]);
		for (const document of documents.filter((doc) => doc.type === 'item')) {
			add(documentsBy.id, idOf(document), document);
			add(documentsBy.name, document.data.name, document);
		}
		for (const row of rows.Items) {
			add(rowsBy.id, row.fields.ID, row);
			add(rowsBy.name, row.fields.Name, row);
		}
		this.finalRows = new Map([...rows.Items, ...rows.Collections].map((row) => [row.fields.ID, row.id]));
		return this.expected.flatMap(({ words, of, holds, shows }) => {
			const [by, key] = Object.entries(of)[0];
			const there = documentsBy[by].get(key) ?? [], shown = rowsBy[by].get(key) ?? [];
			const fine = there.length <= 1 && shown.length <= 1 && holds(there[0] ?? null, shown[0]);
			return fine ? [] : [{ id: key, words: `${words}: ${there.length} documents, ${shown.length} rows, ${
				shows(there[0] ?? null, shown[0]).map((value) => JSON.stringify(value) ?? 'nothing').join(' and ')}` }];
		});
	}

	/* How many items there must be. */
	get items() {
		return this.alive.size + this.made;
	}

	told() {
		return Object.entries(this.done).map(([deed, count]) => `${count} ${deed}`).join(', ');
	}
}

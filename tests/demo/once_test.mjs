/* `make demo ONCE=1` passes with a bridge that does right, and fails with each that does one thing wrong. Both servers and
 * the bridges are a few lines in memory. */
import { idOf } from '../../demo/checker.mjs';
import { runOnce } from '../../demo/once.mjs';
import { wantedPictures } from '../../demo/picture_checker.mjs';
import { BASE_ID } from '../../demo/sample.mjs';
import { check, plan, recordNames, rowOf, samplePictured, withStubs } from './world.mjs';

const PACE = { lookMs: 0, stepMs: 60, documentMs: 0, apartMs: 5, settledMs: 5 };
const TEXTS = [['Notes', 'notes'], ['Model Name', 'model_name'], ['Purchased From', 'purchased_from']];

/* A CouchDB of one database, an Airtable of one base, and a bridge that takes a turn at each look. */
function stageWith(faults) {
	const sample = samplePictured({ items: 60 });
	const documents = new Map(sample.map((doc) => [doc._id, { ...structuredClone(withStubs(doc)), _rev: '1-a' }]));
	const rows = { Collections: new Map(), Items: new Map() };
	const stage = { sample, faults, documents, rows, agreed: new Map(), recordOf: recordNames(), edited: new Map(), sent: 0,
		running: false };
	const put = (document) => documents.set(document._id,
		{ ...structuredClone(document), _rev: `${parseInt(document._rev ?? '0', 10) + 1}-a` });
	stage.put = put;
	stage.couch = {
		get: async (_, id) => structuredClone(documents.get(id)),
		put: async (_, document) => put(document),
		remove: async (_, document) => documents.delete(document._id),
		all: async () => {
			if (stage.running)
				turn(stage);
			return structuredClone([...documents.values()]);
		},
	};
	stage.sandbox = {
		rows: async (base, table) => (base === BASE_ID ? structuredClone([...rows[table].values()]) : []),
		edit: async (base, table, record, fields) => {
			Object.assign([...rows[table].values()].find((row) => row.id === record).fields, fields);
			stage.edited.set(record, Date.now());
		},
		attach: async (base, table, record, field, { name, type, bytes }) => {
			const { fields } = [...rows[table].values()].find((row) => row.id === record);
			fields[field] = [...fields[field] ?? [], { id: `att${stage.sent++}`, filename: name, type, size: bytes.length, url: `http://airtable/${name}` }];
		},
		file: async (url) => Buffer.from(faults.spoilsBytes ? 'no picture' : wordsOf(sample, url)),
		counts: async () => ({ total: 1, penalties: 0 }),
	};
	stage.bridge = {
		start: async () => { stage.running = true; },
		stop: async () => { stage.running = false; return faults.leavesWith ?? 0; },
	};
	const photos = ['one.webp', 'two.heic'].map((name) => ({ name, type: 'image/x', bytes: Buffer.from(name) }));
	return Object.assign(stage, { photos, database: 'inventory', say() {}, stopped: () => false, began: Date.now(), pace: PACE });
}

/* The bytes of the picture that an address ends with. */
function wordsOf(sample, url) {
	const id = url.split('/').at(-1).split('.')[0];
	return Buffer.from(sample.find((doc) => doc._id === `zz20-image-${id}`)._attachments['image-1440'].data, 'base64');
}

/* Each photograph that was attached becomes a picture of the item. */
function takePhotos(stage, itemId, files) {
	const taken = new Set([...stage.documents.values()].map((doc) => doc.data?.filename));
	for (const { name } of stage.photos.filter((photo) => !taken.has(photo.name) && files.some((file) => file.filename === photo.name))) {
		const order = stage.photos.findIndex((photo) => photo.name === name);
		stage.put({ _id: `zz20-image-${name}`, type: 'image', data: { filename: name, _item_ids: [itemId] },
			_attachments: { 'image-1440': { content_type: stage.faults.photoType ?? 'image/jpeg', length: 1, digest: 'md5-x' } } });
		stage.put({ _id: `item_image-${itemId}-${name}`, type: 'item_image', data: { item_id: itemId, image_id: name,
			order: stage.faults.photoOrder?.(order) ?? order } });
	}
}

/* The attachments of an item's row; those that it had stay as they were. */
function showPictures(stage, itemId, before = []) {
	const wanted = wantedPictures([...stage.documents.values()]).get(itemId) ?? [];
	const files = wanted.map(({ name, type, size, filename }) => before.find((file) => file.filename === name || file.filename === filename) ??
		{ id: `att${stage.sent++}`, filename: name, type, size, url: `http://airtable/${name}` });
	stage.rows.Items.get(itemId).fields.Images = stage.faults.pictures?.(files, before) ?? files;
}

function keep(stage, id, key, lost) {
	if (!stage.faults.keepsNoLoser)
		stage.put({ _id: `zzd-history-${id}-${key}`, type: '_history', data_id: id, event_name: 'sync_conflict',
			original_data: { [key]: lost }, new_data: {} });
}

function mergeTexts(stage, document, row) {
	const id = idOf(document);
	for (const [field, key] of TEXTS) {
		const agreed = stage.agreed.get(id)?.[key];
		const cell = row.fields[field];
		if (cell === document.data[key])
			continue;
		const both = cell !== agreed && document.data[key] !== agreed;
		let rowWins = both ? stage.edited.get(row.id) > document.updated_at : cell !== agreed;
		if (both && stage.faults.olderWins)
			rowWins = !rowWins;
		if (both)
			keep(stage, id, key, rowWins ? document.data[key] : cell);
		if (rowWins) {
			document.data[key] = cell;
			document.updated_at = Date.now();
			stage.put(document);
		}
	}
	stage.agreed.set(id, { ...document.data });
	stage.rows.Items.set(id, rowOf('Items', document, stage.recordOf));
}

/* What it finds, it brings in step; and its fault, where it has one. */
function turn(stage) {
	const { documents, rows, faults } = stage;
	faults.eachTurn?.(stage);
	for (const document of [...documents.values()].filter((doc) => doc.type === 'collection'))
		rows.Collections.set(idOf(document), rowOf('Collections', document, stage.recordOf));
	for (const [id, row] of [...rows.Items]) {
		if (row.fields.Delete && !faults.ignoresTheBox)
			documents.delete(`item-${id}`);
		if (!documents.has(`item-${id}`) && !faults.leavesRows)
			rows.Items.delete(id);
	}
	for (const document of [...documents.values()].filter((doc) => doc.type === 'item')) {
		const row = rows.Items.get(idOf(document));
		if (row !== undefined && !row.fields.Delete)
			mergeTexts(stage, structuredClone(document), row);
		else if (row === undefined) {
			rows.Items.set(idOf(document), rowOf('Items', document, stage.recordOf));
			stage.agreed.set(idOf(document), { ...document.data });
		}
		if (!faults.takesNoPhotos)
			takePhotos(stage, idOf(document), row?.fields.Images ?? []);
		if (!row?.fields.Delete)
			showPictures(stage, idOf(document), row?.fields.Images);
	}
}

async function verdict(faults) {
	const stage = stageWith(faults);
	try {
		return await runOnce(stage);
	} catch (error) {
		return { converged: false, problem: error.message };
	}
}

const everyItem = (stage) => [...stage.documents.values()].filter((doc) => doc.type === 'item');
let sentAgain = 0;
const names = (files) => files.map((file) => file.filename);
const FAULTS = [
	['sends no pictures', { pictures: () => [] }],
	['leaves pictures unfetched', { pictures: (files) => files.map(({ id, filename, url }) => ({ id, filename, url })) }],
	['sends pictures the other way round', { pictures: (files) => [...files].reverse() }],
	['leaves pictures in the order that they had', { pictures: (files, before) => (names(files).sort().join() === names(before).sort().join()
		? before : files) }],
	['leaves a picture that was removed', { pictures: (files, before) => (before.length > files.length ? before : files) }],
	['adds no picture to a row', { pictures: (files, before) => (before.length > 0 && files.length > before.length ? before : files) }],
	['sends every picture again', { pictures: (files) => files.map((file) => ({ ...file, id: `again${sentAgain++}` })) }],
	['sends a picture twice', { pictures: (files) => [...files, ...files.slice(0, 1)] }],
	['sends other bytes', { spoilsBytes: true }],
	['drops a link to a picture', { eachTurn: (stage) => stage.documents.delete(stage.sample.find((doc) => doc.type === 'item_image')._id) }],
	['takes no photographs', { takesNoPhotos: true }],
	['takes photographs the other way round', { photoOrder: (order) => -order }],
	['keeps a photograph as the app cannot show it', { photoType: 'image/heic' }],
	['puts its own file in a photograph\'s place', { pictures: (files) => files.map((file) => (file.filename.endsWith('.heic')
		? { ...file, filename: `${file.filename}.jpg` } : file)) }],
	['keeps no loser', { keepsNoLoser: true }],
	['lets the older edit win', { olderWins: true }],
	['leaves the row of a deleted document', { leavesRows: true }],
	['ignores the Delete box', { ignoresTheBox: true }],
	['leaves with an error', { leavesWith: 1 }],
	['spoils an emoji on both sides', { eachTurn: (stage) => everyItem(stage).forEach((doc) => {
		doc.data.notes &&= doc.data.notes.replace(/\u200d/g, '');
	}) }],
	['drops false flags from documents', { eachTurn: (stage) => everyItem(stage).forEach((doc) => {
		delete doc.data.use_mixed_rfid_tag_access_password;
	}) }],
	['touches the time of what nobody edited', { eachTurn: (stage) => { everyItem(stage)[0].updated_at += 1; } }],
	['writes the integration document', { eachTurn: (stage) => stage.put([...stage.documents.values()]
		.find((doc) => doc.type === 'integration')) }],
	['makes an item of its own on both sides', { eachTurn: (stage) => stage.put({ ...everyItem(stage)[0], _id: 'item-twin' }) }],
	['deletes another item on both sides', { eachTurn: (stage) => stage.documents.delete(everyItem(stage).at(-1)._id) }],
	['writes a history of what nobody touched', { eachTurn: (stage) => stage.put({ _id: 'zzd-history-x', type: '_history',
		data_id: idOf(everyItem(stage)[0]) }) }],
];

const right = await verdict({});
check('a bridge that does right passes', right.converged === true && right.items === 58 && right.rows === 63 && right.pictures > 30, right);
const marking = await verdict({ eachTurn: (stage) => everyItem(stage).forEach((doc) => {
	doc.data.integrations = { x: { id: 'rec' } };
}) });
check('the app\'s mark is no spoiling', marking.converged === true, marking);
for (const [name, faults] of FAULTS) {
	const said = await verdict(faults);
	check(`a bridge that ${name} fails`, said.converged === false, said);
}
plan();

/* Shows or changes a document of the running demo, by its name or id, as the app would save it.
 *
 *     node demo/document.mjs NAME [key=value…]        a value is JSON where it reads as JSON, else text; nothing removes it */
import { couchAt } from './servers.mjs';

const [name, ...changes] = process.argv.slice(2);
const port = process.env.DEMO_COUCHDB_PORT ?? 5985;
const couch = couchAt(`http://127.0.0.1:${port}`, 'demo', 'davenport');

function valueOf(text) {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function change(document, words) {
	const [, key, text] = /^([a-z_0-9]+)=(.*)$/s.exec(words) ?? [];
	if (key === undefined)
		throw new Error(`"${words}" is no key=value`);
	if (text === '')
		delete document.data[key];
	else
		document.data[key] = valueOf(text);
}

try {
	if (name === undefined)
		throw new Error('usage: node demo/document.mjs NAME [key=value…]');
	const found = (await couch.all('inventory')).filter((doc) => doc._id === name || doc.data?.name === name);
	if (found.length !== 1)
		throw new Error(`${found.length} documents are called ${JSON.stringify(name)}`);
	const [document] = found;
	if (changes.length > 0) {
		changes.forEach((words) => change(document, words));
		document.updated_at = Date.now();
		await couch.put('inventory', document);
	}
	process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
} catch (error) {
	process.stderr.write(`${error.cause?.code === 'ECONNREFUSED' ? `nothing listens on port ${port}: is the demo running?`
		: error.message}\n`);
	process.exitCode = 1;
}

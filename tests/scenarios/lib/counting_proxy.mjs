/* A proxy before CouchDB that counts what is asked, and how many documents of the data's database are written. */
import { isWrite } from './couch_proxy.mjs';
import { Proxy } from './proxy.mjs';

const FEED = /^\/[^/]+\/_changes\?.*feed=continuous/;
const DATA_BULK = /^\/(?!.*-davenport\/)[^/]+\/_bulk_docs/;

export class CountingProxy extends Proxy {
	constructor(target) {
		super(target);
		this.reset();
	}

	reset() {
		this.paths = new Map();
		this.documents = 0;
	}

	count() {
		const requests = [...this.paths.values()].reduce((sum, times) => sum + times, 0);
		return { requests, documents: this.documents, paths: Object.fromEntries(this.paths) };
	}

	pass(request, response) {
		const { method, url } = request, path = `${method} ${url.split('?')[0]}`;
		if (!FEED.test(url))
			this.paths.set(path, (this.paths.get(path) ?? 0) + 1);
		if (!isWrite(method, url) || !DATA_BULK.test(url)) {
			this.handOn(request, response);
			return;
		}
		const pieces = [];
		request.on('data', (piece) => pieces.push(piece)).on('end', () => {
			const body = Buffer.concat(pieces);
			this.documents += JSON.parse(body).docs.length;
			this.handOn(request, response, { body });
		});
	}
}

/* A proxy before CouchDB that hands everything on as it comes, feeds too, and kills a process (-9) at a request of its choice:
 *
 *     before     nothing of it has reached the server, nor will
 *     applied    the server has answered, and not one byte of that goes back
 *     after      the whole answer has been given to the client's connection
 *
 * One request is waited for at a time; feeds are not counted, since they have no end. */
import { Proxy } from './proxy.mjs';

const WRITING_POSTS = /^\/[^/]+(\/_bulk_docs)?\/?$/;
const FEED = /^\/[^/]+\/_changes\?.*feed=(continuous|longpoll)/;

export function isWrite(method, path) {
	return ['PUT', 'DELETE'].includes(method) || (method === 'POST' && WRITING_POSTS.test(path.split('?')[0]));
}

export class CouchProxy extends Proxy {
	constructor(target) {
		super(target);
		this.plan = null;
		this.killed = []; /* { point, method, path } */
	}

	/* At the nth request from now on, of all or of those that write. */
	killAt({ pid, nth, point, write = false }) {
		this.plan = { pid, left: nth, point, write };
	}

	forget() {
		this.plan = null;
	}

	/* The plan whose request this is, or null. */
	chosen({ method, url }) {
		const { plan } = this;
		if (plan === null || FEED.test(url) || (plan.write && !isWrite(method, url)) || --plan.left > 0)
			return null;
		this.plan = null;
		return plan;
	}

	kill({ pid, point }, { method, url }) {
		this.killed.push({ point, method, path: url.split('?')[0] });
		process.kill(pid, 'SIGKILL');
	}

	pass(request, response) {
		const plan = this.chosen(request);
		if (plan?.point === 'before') {
			this.kill(plan, request);
			request.socket.destroy();
			return;
		}
		this.handOn(request, response, { passBack: (answer) => this.passBack(plan, request, response, answer) });
	}

	passBack(plan, request, response, answer) {
		if (plan?.point === 'applied') {
			answer.resume().on('end', () => {
				this.kill(plan, request);
				request.socket.destroy();
			});
			return;
		}
		this.giveBack(answer, response);
		if (plan?.point === 'after')
			response.on('finish', () => this.kill(plan, request));
	}
}

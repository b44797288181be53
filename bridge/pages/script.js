/* Nothing needs this: it shows times as the reader's clock has them, and keeps a page that says so up to date: by events, and where there
 * are none, by a look now and then. */
'use strict';

const EVERY_MS = 20000;
const SOON_MS = 1000;
const AGAIN_MS = 60000; /* until events are asked for once more where they were refused */

function showTimes(root) {
	for (const time of root.querySelectorAll('time[datetime]')) {
		const when = new Date(time.dateTime);
		if (Number.isNaN(when.getTime()))
			continue;
		time.title = time.dateTime;
		time.textContent = when.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
	}
}

/* Whoever is at something on the page is not disturbed. */
function isInUse(main) {
	const selection = document.getSelection();
	return main.contains(document.activeElement) || (selection && !selection.isCollapsed && main.contains(selection.anchorNode));
}

let isOld = false; /* something has changed since the page was loaded */
let isAsking = false;

async function load(main) {
	const response = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'error' });
	if (!response.ok)
		return;
	const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main');
	if (isInUse(main)) {
		isOld = true;
		return;
	}
	showTimes(fresh);
	if (fresh.innerHTML !== main.innerHTML)
		main.replaceChildren(...fresh.childNodes);
}

/* One request at a time; what changes meanwhile is asked for behind it. */
async function refresh() {
	const main = document.querySelector('main');
	isOld = true;
	if (document.hidden || isAsking || isInUse(main))
		return;
	isAsking = true;
	try {
		isOld = false;
		await load(main);
	} catch {
		/* the next one may succeed */
	} finally {
		isAsking = false;
		if (isOld)
			setTimeout(refresh, SOON_MS);
	}
}

/* A page that nobody sees holds no connection. */
function follow() {
	let events = null;
	let refusedAt = -AGAIN_MS;
	const begin = () => {
		if (events || document.hidden || performance.now() - refusedAt < AGAIN_MS)
			return;
		events = new EventSource('/api/events');
		events.onmessage = refresh;
		events.onerror = () => {
			if (events.readyState !== EventSource.CLOSED)
				return;
			events = null;
			refusedAt = performance.now();
		};
	};
	const end = () => {
		events?.close();
		events = null;
	};
	document.addEventListener('visibilitychange', () => {
		if (document.hidden) {
			end();
		} else {
			begin();
			refresh();
		}
	});
	document.addEventListener('focusout', () => isOld && setTimeout(refresh));
	addEventListener('pagehide', end);
	addEventListener('pageshow', begin);
	setInterval(() => {
		begin();
		if (isOld || !events)
			refresh();
	}, EVERY_MS);
	begin();
}

showTimes(document);
if (document.body.dataset.live !== undefined)
	follow();

/* Nothing needs this: it shows times as the reader's clock has them, and keeps a page that says so up to date. */
'use strict';

const EVERY_MS = 5000;

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

async function refresh() {
	const main = document.querySelector('main');
	if (document.hidden || isInUse(main))
		return;
	const response = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'error' });
	if (!response.ok || isInUse(main))
		return;
	const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main');
	showTimes(fresh);
	if (fresh.innerHTML !== main.innerHTML)
		main.replaceChildren(...fresh.childNodes);
}

showTimes(document);
if (document.body.dataset.live !== undefined)
	setInterval(() => refresh().catch(() => { /* the next one may succeed */ }), EVERY_MS);

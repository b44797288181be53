/* What a bridge shows to Prometheus, and what the files of deploy/ make of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const DEPLOY = new URL('../../../deploy/', import.meta.url);
const OF_PROMETHEUS = new Set(['up']);
const NAMES = /\b(?:davenport|process)_\w+/g;

/* Name -> the names of its labels, of every name that has a TYPE. */
export function metricsOf(text) {
	const labels = new Map();
	for (const line of text.split('\n')) {
		const [, begun] = /^# TYPE (\w+) /.exec(line) ?? [], [, name, list] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
		if (begun)
			labels.set(begun, new Set(['job', 'instance']));
		else if (name)
			for (const [, label] of (list ?? '').matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g))
				labels.get(name).add(label);
	}
	return labels;
}

/* The expressions of the dashboard and of the alerts, with where they stand. */
export function expressionsOfDeploy() {
	const { panels } = JSON.parse(readFileSync(new URL('grafana-dashboard.json', DEPLOY), 'utf8'));
	assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, 'each panel has an id of its own');
	const shown = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ where: title, expr })));
	const lines = readFileSync(new URL('alerts.yml', DEPLOY), 'utf8').split('\n');
	const alerts = lines.flatMap((line, at) => {
		const [, where] = /^ *- alert: (\w+)$/.exec(line) ?? [];
		if (!where)
			return [];
		const rest = lines.slice(at + 1), end = rest.findIndex((one) => /^ *(- alert|for|labels):/.test(one));
		return [{ where, expr: rest.slice(0, end).join(' ').replace(/^ *expr: (>-)?/, '') }];
	});
	return [...shown, ...alerts];
}

/* Each name is one that is shown, and each label one that some name of the expression has. */
export function checkExpression({ where, expr }, metrics) {
	const names = expr.match(NAMES) ?? [], known = new Set(names.flatMap((name) => [...(metrics.get(name) ?? [])]));
	assert.ok(names.length > 0 || [...OF_PROMETHEUS].some((name) => expr.startsWith(`${name}{`)), `${where}: ${expr}`);
	for (const name of names)
		assert.ok(metrics.has(name), `${where}: there is no ${name}`);
	const selected = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner]) => [...inner.matchAll(/(\w+)=/g)].map(([, label]) => label));
	const grouped = [...expr.matchAll(/\b(on|by|group_left) *\(([\w, ]*)\)/g)].flatMap(([, , list]) => list.split(/, */));
	for (const label of [...selected, ...grouped])
		assert.ok(known.has(label) || names.length === 0, `${where}: no metric has the label ${label}`);
}

/* The pictures of the demo's things, as drawings: demo/draw makes the app's two pictures of each. The names are those that the
 * sample's items begin with. */
import { camping } from './drawings/camping.mjs';
import { containers } from './drawings/containers.mjs';
import { kitchen } from './drawings/kitchen.mjs';
import { library } from './drawings/library.mjs';
import { office } from './drawings/office.mjs';
import { workshop } from './drawings/workshop.mjs';

/* What phones and cameras give: lying and standing, larger than what the app keeps and smaller than a thumbnail. */
const SIZES = [[2000, 1500, 'jpg'], [1000, 750, 'png'], [900, 1600, 'jpg'], [640, 480, 'jpg'], [768, 1024, 'png'], [1400, 1050, 'png'],
	[96, 128, 'png'], [1024, 1024, 'jpg'], [320, 240, 'png'], [2400, 1200, 'jpg']];
const WALLS = ['#dfe7ee', '#efe6d8', '#e3ecdf', '#f0dfe0', '#e4e0ee'];
const TABLES = ['#b7a58d', '#9fb0bd', '#a9b79b', '#bfa6a0', '#aaa3bb'];
const DETAIL_OF_EVERY = 3;

/* A thing on a table before a wall. 'side' is how much of the picture's shorter side is 100 of the drawing: 120 shows it whole with nothing around it, more a part of it. */
function scene(drawing, [width, height], at, side) {
	const [viewWidth, viewHeight] = width > height ? [12000 / side * width / height, 12000 / side] : [12000 / side, 12000 / side * height / width];
	const [left, top] = [50 - viewWidth / 2, 50 - viewHeight / 2];
	const wall = WALLS[at % WALLS.length], table = TABLES[at % TABLES.length];
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${[left, top, viewWidth, viewHeight].map((number) => number.toFixed(2)).join(' ')}">
		<defs><linearGradient id="wall" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="${wall}"/></linearGradient></defs>
		<rect x="-300" y="-300" width="700" height="372" fill="${wall}"/><rect x="-300" y="-60" width="700" height="132" fill="url(#wall)"/>
		<rect x="-300" y="72" width="700" height="330" fill="${table}"/><ellipse cx="50" cy="86" rx="40" ry="7" fill="#000" opacity=".16"/>
		${drawing}</svg>\n`;
}

/* [{ thing, view, name, svg }]: of each thing a picture, and of every third a nearer one. 'name' is that of the file. */
export function drawings() {
	const things = Object.entries({ ...workshop, ...kitchen, ...camping, ...library, ...office, ...containers });
	const list = [];
	const add = (thing, drawing, view, at, side) => {
		const size = SIZES[at % SIZES.length];
		list.push({ thing, view, name: `IMG_${String(1001 + list.length)}.${size[2]}`, svg: scene(drawing, size, at, side) });
	};
	things.forEach(([thing, drawing], at) => add(thing, drawing, 'whole', at, 112));
	things.forEach(([thing, drawing], at) => at % DETAIL_OF_EVERY === 0 && add(thing, drawing, 'detail', at + 4, 190));
	return list;
}

/* [{ thing, name, svg }]: what somebody photographs to attach it in Airtable, each in a form that the app does not keep. */
export function photographs() {
	const things = { ...workshop, ...kitchen, ...camping };
	return [['Cordless drill', 'drill.webp', [1600, 1200]], ['Espresso machine', 'espresso.heic', [1800, 1350]], ['Tent, two persons', 'tent.jpg', [1200, 1600]]]
		.map(([thing, name, size], at) => ({ thing, name, svg: scene(things[thing], size, at, 112) }));
}

/* Cases in TAP. A scenario is a story of steps that share a world; each step is a case of its own, and one that fails
 * does not keep the next from being tried. */
let number = 0;
let failed = 0;

function tell(holds, name, error) {
	number++;
	if (!holds)
		failed++;
	const lines = holds ? [] : String(error?.stack ?? error).split('\n').slice(0, 40).map((line) => `# ${line}\n`);
	process.stdout.write(`${holds ? 'ok' : 'not ok'} ${number} - ${name}\n${lines.join('')}`);
}

/* For what cannot be tried here; the reason is shown, and it counts neither way. */
export function skip(name, reason) {
	number++;
	process.stdout.write(`ok ${number} - ${name} # SKIP ${reason}\n`);
}

/* For the reader of the log. */
export function note(words) {
	process.stdout.write(words.split('\n').map((line) => `# ${line}\n`).join(''));
}

async function playOne({ title, play }) {
	const step = async (name, check) => {
		try {
			await check();
			tell(true, `${title}: ${name}`);
		} catch (error) {
			tell(false, `${title}: ${name}`, error);
		}
	};
	const began = Date.now();
	try {
		await play(step);
	} catch (error) {
		tell(false, `${title}: to its end`, error);
	}
	note(`${title}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/* Plays [{ title, play(step) }], some at the same time: most of their time is waiting. Ends the program's status. */
export async function playAll(scenarios, { atOnce = 3 } = {}) {
	const only = process.env.SCENARIO; /* for a look at one of them */
	const waiting = scenarios.filter(({ title }) => only === undefined || title.includes(only));
	const worker = async () => {
		while (waiting.length > 0)
			await playOne(waiting.shift());
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	process.stdout.write(`1..${number}\n`);
	process.exitCode = failed === 0 ? 0 : 1;
}

/* Cases by name, run one after the other, told in TAP. */

const cases = [];

export function test(name, run) {
	cases.push({ name, run });
}

/* The reason as comment lines, so that tests/run shows it below the case. */
function tellWhy(error) {
	const words = error?.stack ?? JSON.stringify(error, null, 1) ?? String(error);
	process.stdout.write(words.split('\n').slice(0, 12).map((line) => `# ${line}\n`).join(''));
}

/* Runs all; 'before' gets ready for each and answers what the case is given. ONLY=words picks cases by name. */
export async function runAll({ before = () => undefined, after = () => undefined } = {}) {
	const wanted = cases.filter((each) => each.name.includes(process.env.ONLY ?? ''));
	let failed = 0;
	process.stdout.write(`1..${wanted.length}\n`);
	for (const [index, { name, run }] of wanted.entries()) {
		try {
			await run(await before());
			process.stdout.write(`ok ${index + 1} - ${name}\n`);
		} catch (error) {
			failed++;
			process.stdout.write(`not ok ${index + 1} - ${name}\n`);
			tellWhy(error);
		}
	}
	await after();
	process.exitCode = failed === 0 ? 0 : 1;
}

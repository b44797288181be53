/* Chance that follows from a seed (mulberry32). */
export class Random {
	constructor(seed) {
		this.state = seed >>> 0;
	}

	/* In [0, 1). */
	next() {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	}

	between(from, to) {
		return from + Math.floor(this.next() * (to - from + 1));
	}

	chance(probability) {
		return this.next() < probability;
	}

	pick(list) {
		return list[Math.floor(this.next() * list.length)];
	}

	/* Out of the list, which gets shorter. */
	take(list) {
		return list.splice(this.between(0, list.length - 1), 1)[0];
	}

	shuffle(list) {
		for (let at = list.length - 1; at > 0; at--) {
			const other = this.between(0, at);
			[list[at], list[other]] = [list[other], list[at]];
		}
		return list;
	}
}

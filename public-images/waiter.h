/* A request that waits for another thread. */
#pragma once

struct image_waiter {
	struct image_waiter *next;
	/* Both are called under a lock of whom it waits for: stop() before wake() can be, and wake() exactly once after it, from
	 * any thread. Neither may call back. */
	void (*stop)(struct image_waiter *waiter);
	void (*wake)(struct image_waiter *waiter);
};

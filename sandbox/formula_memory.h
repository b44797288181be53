/* Memory of a formula: given out piece by piece, taken back all at once. */
#pragma once
#include <stddef.h>

struct formula_block;
struct formula_memory {
	struct formula_block *blocks; /* owned */
	size_t used;
	size_t ceiling; /* 0: none */
};
/* Zeroed; NULL past the ceiling. */
void *formula_memory_get(struct formula_memory *memory, size_t size);
/* Forgets what was given out; one block is kept for the next row. */
void formula_memory_reset(struct formula_memory *memory);
void formula_memory_done(struct formula_memory *memory);

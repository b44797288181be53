#include "sandbox/formula_memory.h"

#include "base/own.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)16 << 10)

struct formula_block {
	struct formula_block *next;
	size_t size, used;
	_Alignas(max_align_t) char bytes[];
};

void *formula_memory_get(struct formula_memory *memory, size_t size)
{
	size_t rounded = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);

	if (memory->ceiling > 0 && (rounded > memory->ceiling || memory->used > memory->ceiling - rounded))
		return NULL;
	struct formula_block *block = memory->blocks;
	if (!block || block->size - block->used < rounded) {
		size_t wanted = rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE;
		block = own_alloc(sizeof *block + wanted);
		block->size = wanted;
		block->next = memory->blocks;
		memory->blocks = block;
	}
	void *piece = block->bytes + block->used;
	block->used += rounded;
	memory->used += rounded;
	memset(piece, 0, rounded);
	return piece;
}

void formula_memory_reset(struct formula_memory *memory)
{
	while (memory->blocks && memory->blocks->next) {
		struct formula_block *next = memory->blocks->next;
		free(memory->blocks);
		memory->blocks = next;
	}
	if (memory->blocks)
		memory->blocks->used = 0;
	memory->used = 0;
}

void formula_memory_done(struct formula_memory *memory)
{
	formula_memory_reset(memory);
	free(memory->blocks);
	memory->blocks = NULL;
}

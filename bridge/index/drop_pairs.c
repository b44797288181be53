#include "bridge/index/drop_pairs.h"

#include "bridge/index/parents.h"

static bool is_in_use(const struct pair *pair)
{
	bool watches = false, due = false;

	for (size_t kind = 0; kind < WATCH_KINDS; kind++)
		watches = watches || pair->watches[kind];
	for (size_t kind = 0; kind < DUE_KINDS; kind++)
		due = due || pair->due[kind].at_ms;
	return pair->queued || pair->under_way || pair->unsettled || pair->scope_doubted || pair->conflict ||
	       watches || due;
}

static bool is_pointed_to(const struct pair *pair)
{
	return pair->contents || pair->insiders || pair->copies || pair->claimants || pair->twins;
}

static bool has_ended(const struct pair *pair)
{
	return pair->state == ENTRY_NONE && pair->document != PAIR_DOCUMENT_THERE && !pair->record_id[0] &&
	       !pair->has_problem && !pair->unstored && !pair->waits && !pair->went_back && !pair->copy_of &&
	       !pair->claims && !pair->twin_of;
}

static void drop_tab(struct pairs *pairs, const struct pair *pair)
{
	size_t kept = 0;

	for (size_t i = 0; i < pairs->tabbed_count; i++)
		if (pairs->tabbed[i] != pair)
			pairs->tabbed[kept++] = pairs->tabbed[i];
	pairs->tabbed_count = kept;
}

static void drop(struct pairs *pairs, struct pair *pair)
{
	pairs_set_parents(pairs, pair, NULL, NULL);
	pairs_set_agreed(pairs, pair, NULL, NULL);
	for (size_t kind = 0; kind < VALUE_KINDS; kind++)
		values_set(&pairs->values, pair, (enum value_kind)kind, NULL);
	drop_tab(pairs, pair);
	index_remove(&pairs->by_id[pair->table], pair->id);
	pair_free(pair);
}

size_t pairs_drop_ended(struct pairs *pairs)
{
	size_t kept = 0, count = pairs->count;

	for (size_t i = 0; i < count; i++) {
		struct pair *pair = pairs->list[i];
		if (has_ended(pair) && !is_in_use(pair) && !is_pointed_to(pair))
			drop(pairs, pair);
		else
			pairs->list[kept++] = pair;
	}
	pairs->count = kept;
	return count - kept;
}

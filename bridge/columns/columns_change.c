#include "bridge/columns/columns_change.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_choices(const struct column *a, const struct column *b)
{
	if (a->choice_count != b->choice_count)
		return false;
	for (size_t i = 0; i < a->choice_count; i++) {
		const struct column_choice *one = &a->choices[i], *other = &b->choices[i];
		if (one->gone != other->gone || !same_text(one->id, other->id) ||
		    !same_text(one->name, other->name) || !same_text(one->canonical, other->canonical))
			return false;
	}
	return true;
}

static bool same_column(const struct column *a, const struct column *b)
{
	return same_text(a->id, b->id) && same_text(a->key, b->key) && same_text(a->name, b->name) &&
	       same_text(a->type, b->type) && same_text(a->stopped_reason, b->stopped_reason) &&
	       same_text(a->linked_table_id, b->linked_table_id) && a->tolerance == b->tolerance &&
	       same_choices(a, b);
}

bool columns_equal(const struct columns *a, const struct columns *b)
{
	bool same = same_text(a->table_id, b->table_id) && same_text(a->table_name, b->table_name);

	same = same && same_column(&a->images, &b->images) &&
	       same_column(&a->remove_images, &b->remove_images);
	for (size_t field = 0; same && field < FIELD_COUNT; field++)
		same = same_column(&a->of[field], &b->of[field]);
	return same;
}

/* Its choices are the same ones, whatever they are called. */
static bool keeps_choices(const struct column *before, const struct column *now)
{
	if (before->choice_count != now->choice_count)
		return false;
	for (size_t i = 0; i < now->choice_count; i++) {
		const struct column_choice *former = column_choice_by_id(before, now->choices[i].id);
		if (!former || former->gone != now->choices[i].gone)
			return false;
	}
	return true;
}

bool columns_any_renewed(const struct columns *before, const struct columns *now)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const char *former = columns_key(before, (enum field)field);
		if (columns_flow(now, (enum field)field) &&
		    (!columns_flow(before, (enum field)field) ||
		     !same_text(former, columns_key(now, (enum field)field)) ||
		     !keeps_choices(&before->of[field], &now->of[field])))
			return true;
	}
	return false;
}

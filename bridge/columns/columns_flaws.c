#include "bridge/columns/columns_flaws.h"

#include "base/text.h"
#include "bridge/columns/choices.h"

#include <string.h>

static bool has_choice(const struct column *column, const char *canonical)
{
	for (size_t i = 0; i < column->choice_count; i++)
		if (!column->choices[i].gone && strcmp(column->choices[i].canonical, canonical) == 0)
			return true;
	return false;
}

/* The types that a select cannot show, in quotes with commas between; NULL: none. The caller frees. What a person may
 * write as a currency is not known here: of those a document says it that has one. */
static char *missing_types(const struct column *column)
{
	struct text words = {0};

	for (size_t i = 0; mapping_type_at(i); i++)
		if (!has_choice(column, mapping_type_at(i)))
			text_format(&words, "%s\"%s\"", words.length ? ", " : "", mapping_type_at(i));
	if (words.length)
		return text_take(&words);
	text_done(&words);
	return NULL;
}

static char *flaw_of(const struct columns *columns, enum field field)
{
	const struct column *column = &columns->of[field];

	if (!column->id)
		return own_format("table \"%s\" has no column \"%s\": what it would hold is not synced; add "
				  "it to sync it",
				  columns->table_name, field_rule(field)->name);
	if (column->stopped)
		return own_format("column \"%s\" of table \"%s\" does not flow: %s",
				  column->name ? column->name : field_rule(field)->name, columns->table_name,
				  column->stopped_reason);
	if (field != FIELD_TYPE || strcmp(column->type, "singleSelect") != 0)
		return NULL;
	scoped_text missing = missing_types(column);
	return missing ? own_format("column \"%s\" of table \"%s\" lacks the choice %s: items of that type "
				    "cannot show it; add it as a choice",
				    column->name, columns->table_name, missing)
		       : NULL;
}

size_t columns_report_flaws(const struct columns *columns, enum table table, columns_flaw *report,
			    void *context)
{
	size_t flowing = 0;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!field_in_table((enum field)field, table))
			continue;
		scoped_text words = flaw_of(columns, (enum field)field);
		flowing += columns_flow(columns, (enum field)field);
		if (words)
			report(context, words);
	}
	return flowing;
}

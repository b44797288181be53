#include "bridge/columns/choices.h"

#include <assert.h>
#include <string.h>

/* ---- the words of Type ---- */

static const struct {
	const char *choice; /* in the template */
	const char *word;   /* in the document; NULL: absent */
} types[] = {
	{MAPPING_TYPE_ITEM, NULL},
	{"Container", "container"},
	{"Generic Container", "generic_container"},
	{"Item with Parts", "item_with_parts"},
	{"Consumable", "consumable"},
};

static char folded(char byte)
{
	if (byte == '_')
		return ' ';
	return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool same_folded(const char *a, const char *b)
{
	while (*a && folded(*a) == folded(*b)) {
		a++;
		b++;
	}
	return !*a && !*b;
}

const char *mapping_type_choice(const char *name)
{
	for (size_t i = 0; i < countof(types); i++)
		if (same_folded(types[i].choice, name))
			return types[i].choice;
	return NULL;
}

const char *mapping_type_at(size_t place)
{
	return place < countof(types) ? types[place].choice : NULL;
}

bool mapping_type_word(const char *choice, const char **word_out)
{
	for (size_t i = 0; i < countof(types); i++) {
		if (same_folded(types[i].choice, choice)) {
			*word_out = types[i].word;
			return true;
		}
	}
	return false;
}

/* A name as a choice; of Type by the template's names. */
static struct cell choice_cell(enum field field, const char *name)
{
	if (field != FIELD_TYPE)
		return cell_choice(name);
	return cell_choice(*name && !mapping_type_choice(name)
				   ? name
				   : mapping_type_choice(*name ? name : MAPPING_TYPE_ITEM));
}

struct cell choice_from_row(const struct column *column, enum field field, const char *name,
			    bool *unknown_out)
{
	if (!column->type || strcmp(column->type, "singleSelect") != 0 || !*name)
		return choice_cell(field, name);
	for (size_t gone = 0; gone < 2; gone++)
		for (size_t i = 0; i < column->choice_count; i++)
			if (column->choices[i].gone == (gone == 1) &&
			    strcmp(column->choices[i].name, name) == 0)
				return cell_choice(column->choices[i].canonical);
	*unknown_out = true;
	return choice_cell(field, name);
}

/* Airtable takes a choice by the name that it has now. */
bool choice_to_row(const struct column *column, enum field field, const struct cell *cell,
		   struct json_object **value_out, struct error *error)
{
	const char *name = NULL;

	assert(cell->text);
	if (strcmp(column->type, "singleSelect") != 0)
		name = cell->text;
	for (size_t i = 0; i < column->choice_count && !name; i++)
		if (!column->choices[i].gone && strcmp(column->choices[i].canonical, cell->text) == 0)
			name = column->choices[i].name;
	if (!name && (field != FIELD_TYPE || strcmp(cell->text, MAPPING_TYPE_ITEM) != 0))
		return cell_refuse(
			error, column->name, cell,
			"is not among the column's choices; add it there, or choose another value");
	*value_out = name ? json_new_text(name) : NULL; /* an empty Type says "Item" too */
	return true;
}

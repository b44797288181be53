/* Every type of field, by its name. */
#include "sandbox/cells_read.h"
#include "sandbox/computed.h"
#include "sandbox/refusal.h"
#include <string.h>

static const struct sandbox_type types[] = {
	{"singleLineText", TYPE_MERGES, sandbox_read_text, NULL},
	{"multilineText", TYPE_MERGES, sandbox_read_text, NULL},
	{"richText", 0, sandbox_read_text, NULL},
	{"email", TYPE_MERGES, sandbox_read_text, NULL},
	{"url", TYPE_MERGES, sandbox_read_text, NULL},
	{"phoneNumber", TYPE_MERGES, sandbox_read_text, NULL},
	{"number", TYPE_MERGES | TYPE_OPTIONS, sandbox_read_number, NULL},
	{"percent", TYPE_OPTIONS, sandbox_read_number, NULL},
	{"currency", TYPE_OPTIONS, sandbox_read_number, NULL},
	{"duration", TYPE_OPTIONS, sandbox_read_number, NULL},
	{"rating", TYPE_OPTIONS, sandbox_read_rating, NULL},
	{"checkbox", TYPE_OPTIONS, sandbox_read_checkbox, NULL},
	{"singleSelect", TYPE_MERGES | TYPE_OPTIONS, sandbox_read_select, NULL},
	{"multipleSelects", TYPE_MERGES | TYPE_OPTIONS, sandbox_read_selects, NULL},
	{"date", TYPE_MERGES | TYPE_OPTIONS, sandbox_read_date, NULL},
	{"dateTime", TYPE_OPTIONS, sandbox_read_time, NULL},
	{"multipleRecordLinks", TYPE_OPTIONS, sandbox_read_links, NULL},
	{"multipleAttachments", TYPE_OPTIONS, sandbox_read_files, NULL},
	{"singleCollaborator", 0, sandbox_read_raw, NULL},
	{"multipleCollaborators", 0, sandbox_read_raw, NULL},
	{"barcode", 0, sandbox_read_raw, NULL},
	{"autoNumber", TYPE_COMPUTED, NULL, sandbox_compute_auto_number},
	{"createdTime", TYPE_COMPUTED | TYPE_OPTIONS, NULL, sandbox_compute_created},
	{"lastModifiedTime", TYPE_COMPUTED | TYPE_OPTIONS, NULL, sandbox_compute_modified},
	{"formula", TYPE_COMPUTED | TYPE_OPTIONS, NULL, sandbox_compute_formula},
	{"multipleLookupValues", TYPE_COMPUTED | TYPE_OPTIONS, NULL, sandbox_compute_lookup},
	{"count", TYPE_COMPUTED | TYPE_OPTIONS, NULL, sandbox_compute_count},
	{"", TYPE_COMPUTED | TYPE_OPTIONS, NULL, NULL}, /* rollup, button, aiText and what else may come */
};

const struct sandbox_type *sandbox_type_find(const char *name)
{
	size_t i = 0;

	while (i < countof(types) - 1 && strcmp(types[i].name, name) != 0)
		i++;
	return &types[i];
}

bool sandbox_type_known(const char *name)
{
	return *name && *sandbox_type_find(name)->name;
}

bool sandbox_field_computed(const struct sandbox_field *field)
{
	return (field->type->flags & TYPE_COMPUTED) != 0;
}

bool sandbox_cell_read(const struct sandbox_reading *reading, struct json_object *value,
		       struct sandbox_cell *cell_out, struct error *error)
{
	if (sandbox_field_computed(reading->field))
		return sandbox_refuse(error, 422, "INVALID_VALUE_FOR_COLUMN",
				      "Field \"%s\" cannot accept a value because the field is computed",
				      reading->field->name);
	if (!value) {
		*cell_out = (struct sandbox_cell){0};
		return true;
	}
	return reading->field->type->read(reading, value, cell_out, error);
}

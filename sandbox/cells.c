#include "sandbox/cells.h"
#include "base/clock.h"
#include "sandbox/computed.h"
#include "sandbox/refusal.h"
#include "sandbox/rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool refuse_value(const struct sandbox_reading *reading, struct error *error)
{
	return sandbox_refuse(error, 422, "INVALID_VALUE_FOR_COLUMN",
			      "Field \"%s\" cannot accept the provided value", reading->field->name);
}

/* A string; with typecast also what a number or a truth is called. */
static bool words_of(const struct sandbox_reading *reading, struct json_object *value, char **words_out,
		     struct error *error)
{
	if (json_object_is_type(value, json_type_string)) {
		*words_out = own_copy(json_object_get_string(value));
		return true;
	}
	if (!reading->typecast || !(json_is_number(value) || json_object_is_type(value, json_type_boolean)))
		return refuse_value(reading, error);
	*words_out = json_write(value);
	return true;
}

static bool read_text(const struct sandbox_reading *reading, struct json_object *value,
		      struct sandbox_cell *cell_out, struct error *error)
{
	scoped_text words = NULL;

	if (!words_of(reading, value, &words, error))
		return false;
	if (text_utf16_length(words) > SANDBOX_TEXT_LIMIT)
		return refuse_value(reading, error);
	*cell_out = *words ? (struct sandbox_cell){.kind = CELL_TEXT, .text = take(words)}
			   : (struct sandbox_cell){0};
	return true;
}

/* "1,234.5", "12 %". */
static bool number_of_words(const char *words, double *number_out)
{
	char digits[64];
	size_t length = 0;
	double scale = 1;
	char *end;

	for (; *words; words++) {
		if (*words == ',' || *words == ' ')
			continue;
		if (*words == '%' && words[1] == '\0')
			scale = 100;
		else if (strchr("0123456789+-.eE", *words) && length + 1 < sizeof(digits))
			digits[length++] = *words;
		else
			return false;
	}
	digits[length] = '\0';
	double number = strtod(digits, &end) / scale;
	if (length == 0 || *end || !isfinite(number))
		return false;
	*number_out = number;
	return true;
}

static bool read_number(const struct sandbox_reading *reading, struct json_object *value,
			struct sandbox_cell *cell_out, struct error *error)
{
	double number = 0;

	if (json_is_number(value)) {
		number = json_object_get_double(value);
	} else if (reading->typecast && json_object_is_type(value, json_type_string)) {
		if (json_object_get_string_len(value) == 0) {
			*cell_out = (struct sandbox_cell){0};
			return true;
		}
		if (!number_of_words(json_object_get_string(value), &number))
			return refuse_value(reading, error);
	} else {
		return refuse_value(reading, error);
	}
	*cell_out = (struct sandbox_cell){.kind = CELL_NUMBER, .number = number};
	return true;
}

static bool read_rating(const struct sandbox_reading *reading, struct json_object *value,
			struct sandbox_cell *cell_out, struct error *error)
{
	struct sandbox_cell cell = {0};

	if (!read_number(reading, value, &cell, error))
		return false;
	double most = (double)json_int_or(reading->field->options, "max", 5);
	if (cell.kind == CELL_NUMBER &&
	    (cell.number != floor(cell.number) || cell.number < 1 || cell.number > most))
		return refuse_value(reading, error);
	*cell_out = cell;
	return true;
}

static bool truth_of_words(const char *words, bool *truth_out)
{
	static const char *const yes[] = {"true", "checked", "yes", "1", "on"};
	static const char *const no[] = {"", "false", "unchecked", "no", "0", "off"};

	for (size_t i = 0; i < countof(yes); i++) {
		if (strcasecmp(words, yes[i]) == 0) {
			*truth_out = true;
			return true;
		}
	}
	for (size_t i = 0; i < countof(no); i++) {
		if (strcasecmp(words, no[i]) == 0) {
			*truth_out = false;
			return true;
		}
	}
	return false;
}

static bool read_checkbox(const struct sandbox_reading *reading, struct json_object *value,
			  struct sandbox_cell *cell_out, struct error *error)
{
	bool truth = false;

	if (json_object_is_type(value, json_type_boolean)) {
		truth = json_object_get_boolean(value);
	} else {
		scoped_text words = NULL;
		if (!words_of(reading, value, &words, error))
			return false;
		if (!reading->typecast || !truth_of_words(words, &truth))
			return refuse_value(reading, error);
	}
	*cell_out = (struct sandbox_cell){.kind = truth ? CELL_TRUE : CELL_EMPTY};
	return true;
}

static struct sandbox_choice *choice_named(struct sandbox_field *field, const char *name)
{
	for (size_t i = 0; i < field->choice_count; i++) {
		if (!field->choices[i]->deleted && strcmp(field->choices[i]->name, name) == 0)
			return field->choices[i];
	}
	return NULL;
}

/* Adds the choice of that name once. A rehearsal adds nothing for a choice that is still to be made. */
static bool add_choice(const struct sandbox_reading *reading, const char *name, struct sandbox_cell *cell,
		       struct error *error)
{
	struct sandbox_choice *choice = choice_named(reading->field, name);

	if (!choice && (!reading->typecast || !*name))
		return sandbox_refuse(error, 422, "INVALID_MULTIPLE_CHOICE_OPTIONS",
				      "Insufficient permissions to create new select option \"\\\"%s\\\"\"",
				      name);
	if (!choice && !reading->rehearsal)
		choice = sandbox_add_choice(reading->field, NULL, name);
	for (uint32_t i = 0; i < cell->count; i++) {
		if (cell->choices[i] == choice)
			return true;
	}
	if (!choice)
		return true;
	cell->choices = own_resize(cell->choices, cell->count + 1, sizeof(struct sandbox_choice *));
	cell->choices[cell->count++] = choice;
	cell->kind = CELL_CHOICES;
	return true;
}

static bool read_select(const struct sandbox_reading *reading, struct json_object *value,
			struct sandbox_cell *cell_out, struct error *error)
{
	scoped_text name = NULL;
	struct sandbox_cell cell = {0};

	if (!words_of(reading, value, &name, error))
		return false;
	if (!(reading->typecast && !*name) && !add_choice(reading, name, &cell, error))
		return false;
	*cell_out = cell;
	return true;
}

/* "a, b,c" as a JSON array of its trimmed parts. */
static struct json_object *split_words(const char *words)
{
	struct json_object *parts = json_object_new_array();

	while (*words) {
		size_t length = strcspn(words, ",");
		const char *from = words, *to = words + length;
		while (from < to && *from == ' ')
			from++;
		while (to > from && to[-1] == ' ')
			to--;
		if (to > from)
			json_object_array_add(parts, json_object_new_string_len(from, (int)(to - from)));
		words += length + (words[length] == ',');
	}
	return parts;
}

/* The array, or what a typecast makes of a string; the caller puts it. */
static struct json_object *array_of(const struct sandbox_reading *reading, struct json_object *value)
{
	if (json_object_is_type(value, json_type_array))
		return json_object_get(value);
	if (reading->typecast && json_object_is_type(value, json_type_string))
		return split_words(json_object_get_string(value));
	return NULL;
}

static bool read_selects(const struct sandbox_reading *reading, struct json_object *value,
			 struct sandbox_cell *cell_out, struct error *error)
{
	scoped(json_object) names = array_of(reading, value);
	struct sandbox_cell cell = {0};

	if (!names)
		return refuse_value(reading, error);
	for (size_t i = 0; i < json_object_array_length(names); i++) {
		scoped_text name = NULL;
		if (!words_of(reading, json_object_array_get_idx(names, i), &name, error) ||
		    !add_choice(reading, name, &cell, error)) {
			sandbox_cell_done(&cell);
			return false;
		}
	}
	*cell_out = cell;
	return true;
}

/* "2026-04-24", with typecast also with a time behind. */
static bool read_date(const struct sandbox_reading *reading, struct json_object *value,
		      struct sandbox_cell *cell_out, struct error *error)
{
	char day[11];
	int64_t time_ms = 0;
	const char *words = json_object_get_string(value);

	if (!json_object_is_type(value, json_type_string))
		return refuse_value(reading, error);
	if (reading->typecast && !*words) {
		*cell_out = (struct sandbox_cell){0};
		return true;
	}
	size_t length = strnlen(words, sizeof(day));
	if (length < sizeof(day) - 1 || (length >= sizeof(day) && !(reading->typecast && words[10] == 'T')))
		return refuse_value(reading, error);
	memcpy(day, words, sizeof(day) - 1);
	day[sizeof(day) - 1] = '\0';
	if (!clock_from_iso(day, &time_ms))
		return refuse_value(reading, error);
	*cell_out = (struct sandbox_cell){.kind = CELL_TIME, .time_ms = time_ms};
	return true;
}

static bool read_time(const struct sandbox_reading *reading, struct json_object *value,
		      struct sandbox_cell *cell_out, struct error *error)
{
	int64_t time_ms = 0;
	const char *words = json_object_get_string(value);

	if (!json_object_is_type(value, json_type_string))
		return refuse_value(reading, error);
	if (reading->typecast && !*words) {
		*cell_out = (struct sandbox_cell){0};
		return true;
	}
	if (strlen(words) > 40)
		return refuse_value(reading, error);
	scoped_text with_zone = own_format("%sZ", words);
	if (!clock_from_iso(words, &time_ms) && !clock_from_iso(with_zone, &time_ms))
		return refuse_value(reading, error);
	*cell_out = (struct sandbox_cell){.kind = CELL_TIME, .time_ms = time_ms};
	return true;
}

static struct sandbox_record *record_named(struct sandbox_table *table, const char *name)
{
	struct sandbox_record *found = NULL;
	struct text text = {0};

	for (size_t i = 0; i < table->record_count && !found; i++) {
		text_clear(&text);
		sandbox_cell_text(table->records[i], table->primary, &text);
		if (strcmp(text_or_empty(&text), name) == 0)
			found = table->records[i];
	}
	text_done(&text);
	return found;
}

/* A typecast's row in the linked table, with that name in its primary field. */
static bool make_linked(const struct sandbox_reading *reading, const char *name,
			struct sandbox_record **record_out, struct error *error)
{
	struct sandbox_table *linked = reading->field->linked;
	struct sandbox_reading primary = {linked->primary, NULL, true, reading->rehearsal};
	scoped(json_object) words = json_object_new_string(name);
	struct sandbox_cell cell = {0};

	if (!sandbox_cell_read(&primary, words, &cell, error))
		return false;
	if (reading->rehearsal) {
		sandbox_cell_done(&cell);
		return true;
	}
	*record_out = sandbox_add_record(linked, NULL);
	sandbox_row_set(*record_out, linked->primary, &cell);
	return true;
}

static bool linked_record(const struct sandbox_reading *reading, const char *key,
			  struct sandbox_record **record_out, struct error *error)
{
	struct sandbox_table *linked = reading->field->linked;
	struct sandbox_record *record = sandbox_find_record(linked->base, key);

	if (record && record->table == linked) {
		*record_out = record;
		return true;
	}
	if (!reading->typecast || !*key || sandbox_id_shaped(key, "rec"))
		return sandbox_refuse(error, 422, "ROW_DOES_NOT_EXIST",
				      "Record ID %s does not exist in this table", key);
	*record_out = record_named(linked, key);
	return *record_out || make_linked(reading, key, record_out, error);
}

static void add_link(struct sandbox_cell *cell, struct sandbox_record *record)
{
	for (uint32_t i = 0; i < cell->count; i++) {
		if (cell->links[i] == record)
			return;
	}
	cell->links = own_resize(cell->links, cell->count + 1, sizeof(struct sandbox_record *));
	cell->links[cell->count++] = record;
	cell->kind = CELL_LINKS;
}

/* "rec…" or {"id":"rec…"}. */
static const char *link_key(struct json_object *element)
{
	if (json_object_is_type(element, json_type_object))
		return json_text_or(element, "id", NULL);
	return json_object_is_type(element, json_type_string) ? json_object_get_string(element) : NULL;
}

static bool read_links(const struct sandbox_reading *reading, struct json_object *value,
		       struct sandbox_cell *cell_out, struct error *error)
{
	scoped(json_object) keys = array_of(reading, value);
	struct sandbox_cell cell = {0};

	if (!keys || !reading->field->linked)
		return sandbox_refuse(error, 422, "INVALID_VALUE_FOR_COLUMN",
				      "Value is not an array of record IDs.");
	for (size_t i = 0; i < json_object_array_length(keys); i++) {
		const char *key = link_key(json_object_array_get_idx(keys, i));
		struct sandbox_record *record = NULL;
		if (!key || !linked_record(reading, key, &record, error)) {
			sandbox_cell_done(&cell);
			return key ? false
				   : sandbox_refuse(error, 422, "INVALID_VALUE_FOR_COLUMN",
						    "Value is not an array of record IDs.");
		}
		if (record)
			add_link(&cell, record);
	}
	*cell_out = cell;
	return true;
}

static bool refuse_file(const struct sandbox_reading *reading, const char *why, struct error *error)
{
	return sandbox_refuse(error, 422, "INVALID_ATTACHMENT_OBJECT",
			      "Invalid attachment object for field %s: %s", reading->field->name, why);
}

static const struct sandbox_file *kept_file(const struct sandbox_reading *reading, const char *id)
{
	const struct sandbox_cell *cell =
		reading->record ? &reading->record->slots[reading->field->slot].cell : NULL;

	for (uint32_t i = 0; cell && cell->kind == CELL_FILES && i < cell->count; i++) {
		if (strcmp(cell->files[i].id, id) == 0)
			return &cell->files[i];
	}
	return NULL;
}

/* The last part of the path, as Airtable names a file that came without a name. */
static char *name_of_url(const char *url)
{
	size_t length = strcspn(url, "?#");
	size_t from = length;

	while (from > 0 && url[from - 1] != '/')
		from--;
	return from < length ? own_copy_bytes(url + from, length - from) : own_copy("a");
}

static bool new_file(const struct sandbox_reading *reading, struct json_object *element,
		     struct sandbox_file *file_out, struct error *error)
{
	const char *url = json_text_or(element, "url", NULL);
	const char *filename = json_text_or(element, "filename", NULL);
	char id[SANDBOX_ID_SIZE];

	json_object_object_foreach (element, key, value) {
		if ((strcmp(key, "url") != 0 && strcmp(key, "filename") != 0) ||
		    !json_object_is_type(value, json_type_string))
			return refuse_file(reading, "only url and filename are taken", error);
	}
	if (!url || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0))
		return refuse_file(reading, "the url must be http or https", error);
	sandbox_mint(reading->field->table->base->store, "att", id);
	*file_out = (struct sandbox_file){own_copy(id), own_copy(url),
					  filename && *filename ? own_copy(filename) : name_of_url(url)};
	return true;
}

static bool read_file(const struct sandbox_reading *reading, struct json_object *element,
		      struct sandbox_file *file_out, struct error *error)
{
	const char *id = json_text_or(element, "id", NULL);

	if (!json_object_is_type(element, json_type_object))
		return refuse_file(reading, "an object is needed", error);
	if (!id)
		return new_file(reading, element, file_out, error);
	const struct sandbox_file *kept = kept_file(reading, id);
	if (json_object_object_length(element) != 1 || !kept)
		return refuse_file(reading, "only the id of a file in this cell is taken", error);
	*file_out = (struct sandbox_file){own_copy(kept->id), own_copy(kept->url), own_copy(kept->filename)};
	return true;
}

static bool read_files(const struct sandbox_reading *reading, struct json_object *value,
		       struct sandbox_cell *cell_out, struct error *error)
{
	struct sandbox_cell cell = {0};

	if (!json_object_is_type(value, json_type_array))
		return refuse_file(reading, "an array is needed", error);
	for (size_t i = 0; i < json_object_array_length(value); i++) {
		struct sandbox_file file = {0};
		if (!read_file(reading, json_object_array_get_idx(value, i), &file, error)) {
			sandbox_cell_done(&cell);
			return false;
		}
		cell.files = own_resize(cell.files, cell.count + 1, sizeof(file));
		cell.files[cell.count++] = file;
		cell.kind = CELL_FILES;
	}
	*cell_out = cell;
	return true;
}

/* Kept as it was given, when it has what is needed to know whom or what it means. */
static bool read_raw(const struct sandbox_reading *reading, struct json_object *value,
		     struct sandbox_cell *cell_out, struct error *error)
{
	bool many = strcmp(reading->field->type->name, "multipleCollaborators") == 0;
	bool barcode = strcmp(reading->field->type->name, "barcode") == 0;
	size_t count =
		many && json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 1;

	if (many != json_object_is_type(value, json_type_array))
		return refuse_value(reading, error);
	for (size_t i = 0; i < count; i++) {
		struct json_object *one = many ? json_object_array_get_idx(value, i) : value;
		bool named = barcode ? json_text_or(one, "text", NULL) != NULL
				     : json_text_or(one, "id", NULL) || json_text_or(one, "email", NULL);
		if (!named && !(many && json_object_is_type(one, json_type_string)))
			return refuse_value(reading, error);
	}
	*cell_out = count == 0 ? (struct sandbox_cell){0}
			       : (struct sandbox_cell){.kind = CELL_RAW, .text = json_write(value)};
	return true;
}

static const struct sandbox_type types[] = {
	{"singleLineText", TYPE_MERGES, read_text, NULL},
	{"multilineText", TYPE_MERGES, read_text, NULL},
	{"richText", 0, read_text, NULL},
	{"email", TYPE_MERGES, read_text, NULL},
	{"url", TYPE_MERGES, read_text, NULL},
	{"phoneNumber", TYPE_MERGES, read_text, NULL},
	{"number", TYPE_MERGES | TYPE_OPTIONS, read_number, NULL},
	{"percent", TYPE_OPTIONS, read_number, NULL},
	{"currency", TYPE_OPTIONS, read_number, NULL},
	{"duration", TYPE_OPTIONS, read_number, NULL},
	{"rating", TYPE_OPTIONS, read_rating, NULL},
	{"checkbox", TYPE_OPTIONS, read_checkbox, NULL},
	{"singleSelect", TYPE_MERGES | TYPE_OPTIONS, read_select, NULL},
	{"multipleSelects", TYPE_MERGES | TYPE_OPTIONS, read_selects, NULL},
	{"date", TYPE_MERGES | TYPE_OPTIONS, read_date, NULL},
	{"dateTime", TYPE_OPTIONS, read_time, NULL},
	{"multipleRecordLinks", TYPE_OPTIONS, read_links, NULL},
	{"multipleAttachments", TYPE_OPTIONS, read_files, NULL},
	{"singleCollaborator", 0, read_raw, NULL},
	{"multipleCollaborators", 0, read_raw, NULL},
	{"barcode", 0, read_raw, NULL},
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

static struct json_object *show_time(const struct sandbox_cell *cell, const struct sandbox_field *field)
{
	char iso[CLOCK_ISO_SIZE];

	if (!clock_iso(cell->time_ms, iso))
		return NULL;
	if (strcmp(field->type->name, "date") == 0)
		iso[10] = '\0';
	return json_object_new_string(iso);
}

static struct json_object *show_choices(const struct sandbox_cell *cell, const struct sandbox_field *field)
{
	if (strcmp(field->type->name, "singleSelect") == 0)
		return json_object_new_string(cell->choices[0]->name);
	struct json_object *names = json_object_new_array_ext((int)cell->count);
	for (uint32_t i = 0; i < cell->count; i++)
		json_object_array_add(names, json_object_new_string(cell->choices[i]->name));
	return names;
}

static struct json_object *show_links(const struct sandbox_cell *cell)
{
	struct json_object *ids = json_object_new_array_ext((int)cell->count);

	for (uint32_t i = 0; i < cell->count; i++)
		json_object_array_add(ids, json_object_new_string(cell->links[i]->id));
	return ids;
}

static struct json_object *show_files(const struct sandbox_cell *cell)
{
	struct json_object *files = json_object_new_array_ext((int)cell->count);

	for (uint32_t i = 0; i < cell->count; i++) {
		struct json_object *file = json_object_new_object();
		json_put_text(file, "id", cell->files[i].id);
		json_put_text(file, "url", cell->files[i].url);
		json_put_text(file, "filename", cell->files[i].filename);
		json_object_array_add(files, file);
	}
	return files;
}

static struct json_object *show_raw(const struct sandbox_cell *cell)
{
	struct json_object *json = NULL;

	return json_read(cell->text, strlen(cell->text), &json, NULL, NULL) ? json : NULL;
}

struct json_object *sandbox_cell_show(const struct sandbox_record *record, struct sandbox_field *field)
{
	if (sandbox_field_computed(field))
		return field->type->compute ? field->type->compute(record, field) : NULL;
	const struct sandbox_cell *cell = &record->slots[field->slot].cell;
	switch (cell->kind) {
	case CELL_EMPTY:
		return NULL;
	case CELL_TEXT:
		return json_object_new_string(cell->text);
	case CELL_NUMBER:
		return json_number(cell->number);
	case CELL_TRUE:
		return json_object_new_boolean(true);
	case CELL_CHOICES:
		return show_choices(cell, field);
	case CELL_TIME:
		return show_time(cell, field);
	case CELL_LINKS:
		return show_links(cell);
	case CELL_FILES:
		return show_files(cell);
	case CELL_RAW:
		return show_raw(cell);
	}
	return NULL;
}

static void text_of_json(struct json_object *json, struct text *text)
{
	if (json_object_is_type(json, json_type_string)) {
		text_add(text, json_object_get_string(json));
	} else if (json_object_is_type(json, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(json); i++) {
			text_add(text, i ? ", " : "");
			text_of_json(json_object_array_get_idx(json, i), text);
		}
	} else if (json) {
		json_add_to(text, json);
	}
}

/* Two rows whose primary fields are links to each other would never end. */
static void text_of_links(const struct sandbox_cell *cell, struct sandbox_field *field, struct text *text)
{
	if (field->evaluating)
		return;
	field->evaluating = true;
	for (uint32_t i = 0; i < cell->count; i++) {
		text_add(text, i ? ", " : "");
		sandbox_cell_text(cell->links[i], field->linked->primary, text);
	}
	field->evaluating = false;
}

static void text_of_files(const struct sandbox_cell *cell, struct text *text)
{
	for (uint32_t i = 0; i < cell->count; i++) {
		text_add(text, i ? ", " : "");
		text_add(text, cell->files[i].filename);
	}
}

void sandbox_cell_text(const struct sandbox_record *record, struct sandbox_field *field, struct text *text)
{
	const struct sandbox_cell *cell = &record->slots[field->slot].cell;

	if (!sandbox_field_computed(field) && cell->kind == CELL_TEXT) {
		text_add(text, cell->text);
	} else if (!sandbox_field_computed(field) && cell->kind == CELL_LINKS) {
		text_of_links(cell, field, text);
	} else if (!sandbox_field_computed(field) && cell->kind == CELL_FILES) {
		text_of_files(cell, text);
	} else {
		scoped(json_object) json = sandbox_cell_show(record, field);
		text_of_json(json, text);
	}
}

static bool files_equal(const struct sandbox_cell *a, const struct sandbox_cell *b)
{
	for (uint32_t i = 0; i < a->count; i++) {
		if (strcmp(a->files[i].id, b->files[i].id) != 0)
			return false;
	}
	return true;
}

bool sandbox_cell_equal(const struct sandbox_cell *a, const struct sandbox_cell *b)
{
	if (a->kind != b->kind || a->count != b->count)
		return false;
	switch (a->kind) {
	case CELL_EMPTY:
	case CELL_TRUE:
		return true;
	case CELL_TEXT:
	case CELL_RAW:
		return strcmp(a->text, b->text) == 0;
	case CELL_NUMBER:
		return a->number == b->number;
	case CELL_TIME:
		return a->time_ms == b->time_ms;
	case CELL_CHOICES:
		return memcmp(a->choices, b->choices, a->count * sizeof(struct sandbox_choice *)) == 0;
	case CELL_LINKS:
		return memcmp(a->links, b->links, a->count * sizeof(struct sandbox_record *)) == 0;
	case CELL_FILES:
		return files_equal(a, b);
	}
	return false;
}

static double choice_place(const struct sandbox_field *field, const struct sandbox_choice *choice)
{
	for (size_t i = 0; i < field->choice_count; i++) {
		if (field->choices[i] == choice)
			return (double)i;
	}
	return (double)field->choice_count;
}

struct sandbox_sort_key sandbox_cell_sort_key(const struct sandbox_record *record,
					      struct sandbox_field *field)
{
	const struct sandbox_cell *cell = &record->slots[field->slot].cell;
	bool computed = sandbox_field_computed(field);

	if (!computed && cell->kind == CELL_EMPTY)
		return (struct sandbox_sort_key){0};
	if (!computed && cell->kind == CELL_NUMBER)
		return (struct sandbox_sort_key){true, cell->number, NULL};
	if (!computed && cell->kind == CELL_TRUE)
		return (struct sandbox_sort_key){true, 1, NULL};
	if (!computed && cell->kind == CELL_TIME)
		return (struct sandbox_sort_key){true, (double)cell->time_ms, NULL};
	if (!computed && cell->kind == CELL_CHOICES)
		return (struct sandbox_sort_key){true, choice_place(field, cell->choices[0]), NULL};
	if (computed) {
		scoped(json_object) json = sandbox_cell_show(record, field);
		if (!json || json_is_number(json))
			return (struct sandbox_sort_key){json != NULL, json_object_get_double(json), NULL};
	}
	struct text text = {0};
	sandbox_cell_text(record, field, &text);
	return (struct sandbox_sort_key){true, 0, text_take(&text)};
}

void sandbox_sort_key_done(struct sandbox_sort_key *key)
{
	free(key->text);
	*key = (struct sandbox_sort_key){0};
}

int sandbox_sort_key_compare(const struct sandbox_sort_key *a, const struct sandbox_sort_key *b)
{
	if (a->filled != b->filled)
		return a->filled ? 1 : -1;
	if (a->text && b->text) {
		int order = strcasecmp(a->text, b->text);
		return order ? order : strcmp(a->text, b->text);
	}
	return a->number < b->number ? -1 : a->number > b->number;
}

#define _GNU_SOURCE /* qsort_r */
#include "sandbox/list.h"
#include "base/text.h"
#include "sandbox/cells.h"
#include "sandbox/computed.h"
#include "sandbox/listings.h"
#include "sandbox/refusal.h"
#include <stdlib.h>
#include <string.h>

#define PAGE_LIMIT 100
#define SORT_LIMIT 20

struct order {
	struct sandbox_field *field;
	bool descending;
};

struct query {
	size_t page_size, most; /* most 0: all */
	bool by_id, has_view;
	const char *offset, *formula; /* "" for none */
	size_t order_count;
	struct order orders[SORT_LIMIT];
	size_t field_count;
	struct sandbox_field *fields[SANDBOX_FIELD_LIMIT];
};

enum parameter_type {
	PARAMETER_TEXT,
	PARAMETER_COUNT,
	PARAMETER_TRUTH,
	PARAMETER_TEXTS,
	PARAMETER_TEXT_OR_TEXTS,
	PARAMETER_ORDERS
};

static const struct parameter {
	const char *name;
	enum parameter_type type;
	bool post_only;
} parameters[] = {
	{"pageSize", PARAMETER_COUNT, false},
	{"maxRecords", PARAMETER_COUNT, false},
	{"offset", PARAMETER_TEXT, false},
	{"view", PARAMETER_TEXT, false},
	{"sort", PARAMETER_ORDERS, false},
	{"filterByFormula", PARAMETER_TEXT, false},
	{"fields", PARAMETER_TEXTS, false},
	{"cellFormat", PARAMETER_TEXT, false},
	{"timeZone", PARAMETER_TEXT, false},
	{"userLocale", PARAMETER_TEXT, false},
	{"returnFieldsByFieldId", PARAMETER_TRUTH, false},
	{"recordMetadata", PARAMETER_TEXT_OR_TEXTS, false},
	{"includeDateDependencyMetadata", PARAMETER_TRUTH, false},
	{"method", PARAMETER_TEXT, true}, /* the official client sends it along */
};

static const struct parameter *parameter_named(const char *name, size_t length)
{
	for (size_t i = 0; i < countof(parameters); i++) {
		if (strlen(parameters[i].name) == length && strncmp(parameters[i].name, name, length) == 0)
			return &parameters[i];
	}
	return NULL;
}

/* The array at 'name', made when it is not there. */
static struct json_object *array_at(struct json_object *query, const char *name)
{
	struct json_object *array = json_child(query, name, json_type_array);

	if (array)
		return array;
	array = json_new_array();
	json_put(query, name, array);
	return array;
}

/* "[0][field]" */
static bool add_order(struct json_object *query, const char *brackets, const char *value, struct error *error)
{
	char *end;
	unsigned long place = *brackets == '[' ? strtoul(brackets + 1, &end, 10) : SORT_LIMIT;

	if (place >= SORT_LIMIT || end == brackets + 1 ||
	    (strcmp(end, "][field]") != 0 && strcmp(end, "][direction]") != 0))
		return sandbox_refuse_request(error);
	struct json_object *orders = array_at(query, "sort");
	struct json_object *order = json_at(orders, place);
	if (!order) {
		order = json_new_object();
		json_set_at(orders, place, order);
	}
	json_put_text(order, end[2] == 'f' ? "field" : "direction", value);
	return true;
}

static bool add_count(struct json_object *query, const char *name, const char *value, struct error *error)
{
	size_t length = strlen(value);

	if (length == 0 || length > 9 || strspn(value, "0123456789") != length)
		return sandbox_refuse_request(error);
	json_put(query, name, json_new_int(strtol(value, NULL, 10)));
	return true;
}

static bool add_truth(struct json_object *query, const char *name, const char *value, struct error *error)
{
	bool truth = false;

	if (!sandbox_read_truth(value, &truth, error))
		return false;
	json_put(query, name, json_new_bool(truth));
	return true;
}

/* "", "[]" and "[3]" */
static bool is_plain_list(const char *brackets)
{
	return !*brackets || (*brackets == '[' && brackets[1 + strspn(brackets + 1, "0123456789")] == ']' &&
			      strchr(brackets, ']')[1] == '\0');
}

static bool add_pair(struct json_object *query, const struct sandbox_pair *pair, struct error *error)
{
	size_t length = strcspn(pair->name, "[");
	const struct parameter *parameter = parameter_named(pair->name, length);
	const char *brackets = pair->name + length;

	if (!parameter || parameter->post_only)
		return sandbox_refuse_request(error);
	if (parameter->type == PARAMETER_ORDERS)
		return add_order(query, brackets, pair->value, error);
	if (parameter->type == PARAMETER_TEXTS || parameter->type == PARAMETER_TEXT_OR_TEXTS) {
		if (!is_plain_list(brackets))
			return sandbox_refuse_request(error);
		json_append(array_at(query, parameter->name), json_new_text(pair->value));
		return true;
	}
	if (*brackets)
		return sandbox_refuse_request(error);
	if (parameter->type == PARAMETER_COUNT)
		return add_count(query, parameter->name, pair->value, error);
	if (parameter->type == PARAMETER_TRUTH)
		return add_truth(query, parameter->name, pair->value, error);
	json_put_text(query, parameter->name, pair->value);
	return true;
}

static bool has_type(struct json_object *value, enum parameter_type type)
{
	static const enum json_type types[] = {
		[PARAMETER_TEXT] = json_type_string,   [PARAMETER_COUNT] = json_type_int,
		[PARAMETER_TRUTH] = json_type_boolean, [PARAMETER_TEXTS] = json_type_array,
		[PARAMETER_ORDERS] = json_type_array,
	};

	if (type == PARAMETER_TEXT_OR_TEXTS)
		return json_is(value, json_type_string) || has_type(value, PARAMETER_TEXTS);
	if (!json_is(value, types[type]))
		return false;
	if (type != PARAMETER_TEXTS && type != PARAMETER_ORDERS)
		return true;
	for (size_t i = 0; i < json_length(value); i++) {
		if (!json_is(json_at(value, i),
			     type == PARAMETER_TEXTS ? json_type_string : json_type_object))
			return false;
	}
	return true;
}

static bool check_types(struct json_object *json, struct error *error)
{
	json_each (json, key, value) {
		const struct parameter *parameter = parameter_named(key, strlen(key));
		if (!parameter || !has_type(value, parameter->type))
			return sandbox_refuse_request(error);
	}
	return true;
}

static bool read_counts(struct json_object *json, struct query *query, struct error *error)
{
	int64_t page_size = json_int_or(json, "pageSize", PAGE_LIMIT);
	int64_t most = json_int_or(json, "maxRecords", INT32_MAX);

	if (page_size < 1 || page_size > PAGE_LIMIT || most < 1)
		return sandbox_refuse_request(error);
	query->page_size = (size_t)page_size;
	query->most = (size_t)most;
	return true;
}

static bool read_orders(struct json_object *json, struct sandbox_table *table, struct query *query,
			struct error *error)
{
	struct json_object *orders = json_child(json, "sort", json_type_array);
	size_t count = orders ? json_length(orders) : 0;

	if (count > SORT_LIMIT)
		return sandbox_refuse_request(error);
	for (size_t i = 0; i < count; i++) {
		struct json_object *order = json_at(orders, i);
		const char *name = json_text_or(order, "field", NULL);
		const char *direction = json_text_or(order, "direction", "asc");
		bool descending = strcmp(direction, "desc") == 0;
		if (!name || (!descending && strcmp(direction, "asc") != 0))
			return sandbox_refuse_request(error);
		struct sandbox_field *field = sandbox_find_field(table, name);
		if (!field)
			return sandbox_refuse_field_name(error, name);
		query->orders[query->order_count++] = (struct order){field, descending};
	}
	return true;
}

static void add_field(struct query *query, struct sandbox_field *field)
{
	for (size_t i = 0; i < query->field_count; i++) {
		if (query->fields[i] == field)
			return;
	}
	query->fields[query->field_count++] = field;
}

static bool read_fields(struct json_object *json, struct sandbox_table *table, struct query *query,
			struct error *error)
{
	struct json_object *names = json_child(json, "fields", json_type_array);

	query->field_count = 0;
	for (size_t i = 0; !names && i < table->field_count; i++)
		query->fields[query->field_count++] = table->fields[i];
	for (size_t i = 0; names && i < json_length(names); i++) {
		const char *name = json_text_of(json_at(names, i));
		struct sandbox_field *field = sandbox_find_field(table, name);
		if (!field)
			return sandbox_refuse_field_name(error, name);
		add_field(query, field);
	}
	return true;
}

/* One view a table, "Grid view". */
static bool read_view(struct json_object *json, struct sandbox_table *table, struct query *query,
		      struct error *error)
{
	const char *view = json_text_or(json, "view", "");

	query->has_view = *view != '\0';
	if (!*view || strcmp(view, table->view_id) == 0 || strcmp(view, "Grid view") == 0)
		return true;
	for (size_t i = 0; i < table->base->table_count; i++) {
		if (strcmp(table->base->tables[i]->view_id, view) == 0)
			return sandbox_refuse_bare(error, 422, "FAILED_STATE_CHECK");
	}
	return sandbox_refuse(error, 422,
			      sandbox_id_shaped(view, "viw") ? "VIEW_ID_NOT_FOUND" : "VIEW_NAME_NOT_FOUND",
			      "View %s not found", view);
}

static bool read_metadata(struct json_object *json, struct error *error)
{
	struct json_object *names = json_child(json, "recordMetadata", json_type_array);
	const char *alone = json_text_or(json, "recordMetadata", "commentCount");
	const char *format = json_text_or(json, "cellFormat", "json");

	for (size_t i = 0; names && i < json_length(names); i++) {
		if (strcmp(json_text_of(json_at(names, i)), "commentCount") != 0)
			return sandbox_refuse_request(error);
	}
	if (strcmp(alone, "commentCount") != 0)
		return sandbox_refuse_request(error);
	if (strcmp(format, "string") == 0)
		return sandbox_refuse(
			error, 422, "INVALID_REQUEST_UNKNOWN",
			"The sandbox shows cells as JSON only: cellFormat \"string\" is not there.");
	return strcmp(format, "json") == 0 ? true : sandbox_refuse_request(error);
}

static bool read_query(struct json_object *json, struct sandbox_table *table, struct query *query,
		       struct error *error)
{
	if (!check_types(json, error) || !read_counts(json, query, error) || !read_metadata(json, error) ||
	    !read_view(json, table, query, error) || !read_orders(json, table, query, error) ||
	    !read_fields(json, table, query, error))
		return false;
	query->by_id = json_bool_or(json, "returnFieldsByFieldId", false);
	query->offset = json_text_or(json, "offset", "");
	query->formula = json_text_or(json, "filterByFormula", "");
	return true;
}

static bool refuse_offset(const char *offset, struct error *error)
{
	return sandbox_refuse(error, 422, "INVALID_OFFSET_VALUE", "The value of offset %s is invalid",
			      offset);
}

/* *at_out: behind that row. Mostly the next page is asked for. */
static bool find_place(const struct sandbox_listing *listing, const char *row_id, size_t *at_out)
{
	for (size_t i = 0; i < listing->count; i++) {
		size_t place = (listing->behind + i + listing->count - 1) % listing->count;
		if (strcmp(listing->records[place]->id, row_id) == 0) {
			*at_out = place + 1;
			return true;
		}
	}
	return false;
}

/* "itr…/rec…", the row being the last one given; *at_out is behind it. */
static bool continue_listing(struct sandbox_call *call, const char *offset,
			     struct sandbox_listing **listing_out, size_t *at_out, struct error *error)
{
	const char *slash = strchr(offset, '/');
	struct sandbox *sandbox = call->sandbox;

	if (!slash || slash - offset != SANDBOX_ID_SIZE - 1 || strncmp(offset, "itr", 3) != 0 || !slash[1])
		return refuse_offset(offset, error);
	struct sandbox_listing *listing = sandbox_listing_find(sandbox->store->listings, offset);
	if (!listing && sandbox->before)
		listing = sandbox_listing_find(sandbox->before->listings, offset);
	if (!listing)
		return sandbox_refuse_bare(error, 422, "LIST_RECORDS_ITERATOR_NOT_AVAILABLE");
	if (strcmp(listing->table->id, call->table->id) != 0)
		return refuse_offset(offset, error);
	*listing_out = listing;
	return find_place(listing, slash + 1, at_out) || refuse_offset(offset, error);
}

struct sortable {
	struct sandbox_record *record;
	struct sandbox_sort_key keys[];
};

static int compare_by_orders(const void *left, const void *right, void *context)
{
	const struct query *query = context;
	const struct sortable *a = *(struct sortable *const *)left, *b = *(struct sortable *const *)right;

	for (size_t i = 0; i < query->order_count; i++) {
		int order = sandbox_sort_key_compare(&a->keys[i], &b->keys[i]);
		if (order)
			return query->orders[i].descending ? -order : order;
	}
	return a->record->number < b->record->number ? -1 : a->record->number > b->record->number;
}

static int compare_by_id(const void *left, const void *right)
{
	const struct sandbox_record *a = *(struct sandbox_record *const *)left;
	const struct sandbox_record *b = *(struct sandbox_record *const *)right;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return strcmp(a->id, b->id);
}

static void sort_by_orders(struct sandbox_listing *listing, struct query *query)
{
	struct sortable **rows = own_alloc((listing->count + 1) * sizeof(struct sortable *));

	for (size_t i = 0; i < listing->count; i++) {
		rows[i] = own_alloc(sizeof(struct sortable) +
				    query->order_count * sizeof(struct sandbox_sort_key));
		rows[i]->record = listing->records[i];
		for (size_t j = 0; j < query->order_count; j++)
			rows[i]->keys[j] = sandbox_cell_sort_key(rows[i]->record, query->orders[j].field);
	}
	qsort_r(rows, listing->count, sizeof(struct sortable *), compare_by_orders, query);
	for (size_t i = 0; i < listing->count; i++) {
		listing->records[i] = rows[i]->record;
		for (size_t j = 0; j < query->order_count; j++)
			sandbox_sort_key_done(&rows[i]->keys[j]);
		free(rows[i]);
	}
	free(rows);
}

/* Without a view or an order it is any order: by ids, as has been seen. */
static void sort_listing(struct sandbox_listing *listing, struct query *query)
{
	if (query->order_count > 0)
		sort_by_orders(listing, query);
	else if (!query->has_view && listing->count > 0)
		qsort(listing->records, listing->count, sizeof(struct sandbox_record *), compare_by_id);
	if (listing->count > query->most)
		listing->count = query->most;
}

static bool start_listing(struct sandbox_call *call, struct query *query,
			  struct sandbox_listing **listing_out, struct error *error)
{
	struct sandbox_table *table = call->table;
	struct formula *formula = NULL;

	if (*query->formula &&
	    !formula_parse(query->formula, sandbox_formula_field, table, &formula, error)) {
		error->status = 422;
		return false;
	}
	struct sandbox_listing *listing = own_alloc(sizeof(*listing));
	listing->table = table;
	listing->started_us = call->now_us;
	listing->records = own_alloc((table->record_count + 1) * sizeof(struct sandbox_record *));
	for (size_t i = 0; i < table->record_count; i++) {
		if (!formula || sandbox_formula_matches(formula, table->records[i]))
			listing->records[listing->count++] = table->records[i];
	}
	formula_close(&formula);
	sort_listing(listing, query);
	*listing_out = listing;
	return true;
}

static bool more_behind(const struct sandbox_listing *listing, size_t at)
{
	while (at < listing->count && listing->records[at]->deleted)
		at++;
	return at < listing->count;
}

/* Writes the page from 'at' on; the number of the row behind it. */
static size_t write_page(struct sandbox_call *call, const struct sandbox_listing *listing, size_t at,
			 const struct query *query)
{
	struct text *text = &call->answer.body;
	size_t given = 0, shown = 0;

	text_add(text, "{\"records\":[");
	for (; at < listing->count && given < query->page_size; at++) {
		const struct sandbox_record *record = listing->records[at];
		if (record->deleted || ++given == call->skip_row)
			continue;
		scoped(json_object) json =
			sandbox_record_show(record, query->fields, query->field_count, query->by_id);
		text_add(text, shown++ ? "," : "");
		json_add_to(text, json);
	}
	text_add(text, "]");
	call->sandbox->counts.records_listed += shown;
	return at;
}

static void keep_listing(struct sandbox_store *store, struct sandbox_listing *listing)
{
	sandbox_mint(store, "itr", listing->id);
	listing->next = store->listings;
	store->listings = listing;
}

static bool list(struct sandbox_call *call, struct json_object *json, struct error *error)
{
	struct sandbox *sandbox = call->sandbox;
	struct query query = {0};
	struct sandbox_listing *listing = NULL;
	size_t at = 0;

	if (!read_query(json, call->table, &query, error))
		return false;
	sandbox_listings_expire(&sandbox->store->listings, call->now_us, sandbox->options.iterator_ms);
	if (sandbox->before)
		sandbox_listings_expire(&sandbox->before->listings, call->now_us,
					sandbox->options.iterator_ms);
	bool first = !*query.offset;
	if (first ? !start_listing(call, &query, &listing, error)
		  : !continue_listing(call, query.offset, &listing, &at, error))
		return false;
	if (listing->table != call->table && !read_fields(json, listing->table, &query, error))
		return false; /* a listing of what was before a stale read's write */
	size_t behind = write_page(call, listing, at, &query);
	listing->behind = behind;
	bool more = behind > at && more_behind(listing, behind);
	if (more && first)
		keep_listing(listing->table->base->store, listing);
	if (more)
		text_format(&call->answer.body, ",\"offset\":\"%s/%s\"", listing->id,
			    listing->records[behind - 1]->id);
	if (!more && first)
		sandbox_listing_free(listing);
	text_add(&call->answer.body, "}");
	call->answer.status = 200;
	return true;
}

bool sandbox_list_get(struct sandbox_call *call, struct error *error)
{
	scoped(json_object) json = json_new_object();

	if (call->target->bad_query)
		return sandbox_refuse_request(error);
	for (size_t i = 0; i < call->target->pair_count; i++) {
		if (!add_pair(json, &call->target->pairs[i], error))
			return false;
	}
	return list(call, json, error);
}

/* timeZone and userLocale stay in the query. */
bool sandbox_list_post(struct sandbox_call *call, struct error *error)
{
	scoped(json_object) ignored = json_new_object();

	if (call->target->bad_query)
		return sandbox_refuse_request(error);
	for (size_t i = 0; i < call->target->pair_count; i++) {
		if (!add_pair(ignored, &call->target->pairs[i], error))
			return false;
	}
	return list(call, call->json, error);
}

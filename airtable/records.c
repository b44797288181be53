/* Listing. Nothing promises that a listing is a snapshot: rows that move while it is paged may come twice
 * (given once) or not at all (which is why an absence has to be asked for by id). */
#include "airtable/records.h"
#include "airtable/answer.h"
#include "airtable/request.h"
#include "airtable/row.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	RESTARTS = 3,            /* of a listing whose iterator the server lost */
	PAGES_WITHOUT_NEWS = 10, /* in a row: then the offsets lead nowhere */
	RECORDS_MOST = 500000,   /* of a base, on the largest plan */
	OFFSET_ROOM = 300,       /* of a URL; offsets are seen with 35 characters */
};

void airtable_records_done(struct airtable_records *records)
{
	for (size_t i = 0; i < records->count; i++)
		json_release(records->list[i].fields);
	free(records->list);
	*records = (struct airtable_records){0};
}

struct listing {
	struct airtable_client *airtable;
	const struct airtable_list *list;
	airtable_visit *visit;
	void *context;
	bool by_post;
	struct airtable_ids *given; /* owned; since the last start */
	int pages_without_news;
	size_t given_count;
	int64_t date_ms; /* of the first page; 0: none came yet */
};

static size_t page_size_of(const struct airtable_list *list)
{
	return list->page_size == 0 || list->page_size > AIRTABLE_PAGE_LIMIT ? AIRTABLE_PAGE_LIMIT
									     : list->page_size;
}

static void add_table_path(struct text *path, struct airtable_client *airtable, const char *table_id)
{
	text_add(path, "/v0/");
	text_add_url(path, airtable_client_base(airtable));
	text_add(path, "/");
	text_add_url(path, table_id);
}

static void add_get_path(struct text *path, const struct listing *listing, const char *offset)
{
	const struct airtable_list *list = listing->list;
	add_table_path(path, listing->airtable, list->table_id);
	text_format(path, "?returnFieldsByFieldId=true&pageSize=%zu", page_size_of(list));
	if (list->most > 0)
		text_format(path, "&maxRecords=%zu", list->most);
	for (size_t i = 0; i < list->field_count; i++) {
		text_add(path, "&fields%5B%5D=");
		text_add_url(path, list->field_ids[i]);
	}
	if (list->formula) {
		text_add(path, "&filterByFormula=");
		text_add_url(path, list->formula);
	}
	if (offset) {
		text_add(path, "&offset=");
		text_add_url(path, offset);
	}
}

static struct json_object *post_body(const struct airtable_list *list, const char *offset)
{
	struct json_object *body = json_new_object();
	struct json_object *fields = list->field_count ? json_new_array() : NULL;
	for (size_t i = 0; i < list->field_count; i++)
		json_append(fields, json_new_text(list->field_ids[i]));
	if (fields)
		json_put(body, "fields", fields);
	json_put(body, "returnFieldsByFieldId", json_new_bool(true));
	json_put(body, "pageSize", json_new_int((int64_t)page_size_of(list)));
	if (list->most > 0)
		json_put(body, "maxRecords", json_new_int((int64_t)list->most));
	json_put_text(body, "filterByFormula", list->formula);
	json_put_text(body, "offset", offset);
	return body;
}

static bool is_long(const struct listing *listing)
{
	struct text path = {0};
	add_get_path(&path, listing, NULL);
	size_t length = strlen(airtable_client_endpoint(listing->airtable)) + path.length + OFFSET_ROOM;
	text_done(&path);
	return length > AIRTABLE_URL_LIMIT;
}

static bool request_page(const struct listing *listing, const char *offset, struct json_object **answer_out,
			 int64_t *date_ms_out, struct error *error)
{
	struct text path = {0};
	scoped(json_object) body = NULL;
	if (listing->by_post) {
		add_table_path(&path, listing->airtable, listing->list->table_id);
		text_add(&path, "/listRecords");
		body = post_body(listing->list, offset);
	} else {
		add_get_path(&path, listing, offset);
	}
	scoped_text path_text = text_take(&path);
	struct airtable_call call = {listing->by_post ? "POST" : "GET", path_text, body,
				     listing->list->purpose, .read = true};
	return airtable_request(listing->airtable, &call, answer_out, date_ms_out, error);
}

/* The page's records that were not given yet. */
static bool read_page(struct listing *listing, struct json_object *answer, struct airtable_records *page_out,
		      struct error *error)
{
	struct json_object *array = json_child(answer, "records", json_type_array);
	if (!array)
		return error_set(error, ERROR_RETRY, "the answer is damaged: it has no records");
	size_t count = json_length(array);
	struct airtable_records page = {.list = own_alloc((count + 1) * sizeof(*page.list))};
	for (size_t i = 0; i < count; i++) {
		struct airtable_record *record = &page.list[page.count];
		if (!airtable_record_read(json_at(array, i), record, error)) {
			airtable_records_done(&page);
			return false;
		}
		if (airtable_ids_add(listing->given, record->id))
			page.count++;
		else
			json_release(take(record->fields));
	}
	*page_out = page;
	return true;
}

static bool give_page(struct listing *listing, struct json_object *answer, int64_t date_ms,
		      struct error *error)
{
	struct airtable_records page = {0};
	if (!read_page(listing, answer, &page, error))
		return false;
	page.date_ms = date_ms;
	listing->pages_without_news = page.count > 0 ? 0 : listing->pages_without_news + 1;
	listing->given_count += page.count;
	bool good = page.count == 0 || listing->visit(listing->context, &page, error);
	airtable_records_done(&page);
	return good;
}

/* Where the next page begins: NULL at the end. The caller frees. */
static bool next_offset(const struct listing *listing, struct json_object *answer, const char *offset,
			char **next_out, struct error *error)
{
	const char *next = json_text_or(answer, "offset", "");
	bool stuck =
		listing->pages_without_news >= PAGES_WITHOUT_NEWS || (offset && strcmp(next, offset) == 0);
	if (next[0] && stuck)
		return error_set(error, ERROR_RETRY,
				 "the pages lead nowhere: offset '%s' again without a new row", next);
	if (next[0] && listing->given_count > RECORDS_MOST)
		return error_set(error, ERROR_RETRY,
				 "the pages have no end: %zu records came, more than a base can hold",
				 listing->given_count);
	*next_out = next[0] ? own_copy(next) : NULL;
	return true;
}

static bool list_from_start(struct listing *listing, struct error *error)
{
	scoped_text offset = NULL;
	do {
		scoped(json_object) answer = NULL;
		int64_t date_ms = 0;
		char *next = NULL;
		if (!request_page(listing, offset, &answer, &date_ms, error))
			return false;
		if (listing->date_ms == 0)
			listing->date_ms = date_ms;
		if (!give_page(listing, answer, date_ms, error) ||
		    !next_offset(listing, answer, offset, &next, error))
			return false;
		free(offset);
		offset = next;
	} while (offset);
	return true;
}

bool airtable_records_list(struct airtable_client *airtable, const struct airtable_list *list,
			   airtable_visit *visit, void *context, int64_t *date_ms_out, struct error *error)
{
	struct error why;
	struct listing listing = {.airtable = airtable, .list = list, .visit = visit, .context = context};
	listing.by_post = is_long(&listing);
	for (int restarts = 0;; restarts++) {
		listing.given = airtable_ids_open();
		listing.pages_without_news = 0;
		listing.given_count = 0;
		bool good = list_from_start(&listing, &why);
		airtable_ids_close(&listing.given);
		if (good)
			break;
		if (!airtable_answer_is_iterator_lost(&why) || restarts == RESTARTS) {
			if (error)
				*error = why;
			return false;
		}
	}
	if (date_ms_out)
		*date_ms_out = listing.date_ms;
	return true;
}

/* One call's worth of airtable_records_read(). */
struct reading {
	const char *const *ids;
	size_t count;
	struct airtable_records *found;
};

static bool is_among(const char *id, const struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++) {
		if (strcmp(reading->ids[i], id) == 0)
			return true;
	}
	return false;
}

/* A listing that starts again repeats itself: the newer one counts. */
static struct airtable_record *place_for(struct airtable_records *found, const char *id)
{
	for (size_t i = 0; i < found->count; i++) {
		if (strcmp(found->list[i].id, id) == 0) {
			json_release(take(found->list[i].fields));
			return &found->list[i];
		}
	}
	found->list = own_resize(found->list, found->count + 1, sizeof(*found->list));
	return &found->list[found->count++];
}

static bool keep_page(void *context, struct airtable_records *page, struct error *error)
{
	struct reading *reading = context;
	for (size_t i = 0; i < page->count; i++) {
		struct airtable_record *record = &page->list[i];
		if (!is_among(record->id, reading))
			return error_set(error, ERROR_RETRY,
					 "the answer is damaged: nobody asked for record %s", record->id);
		struct airtable_record *kept = place_for(reading->found, record->id);
		*kept = *record;
		kept->fields = take(record->fields);
	}
	return true;
}

bool airtable_records_read(struct airtable_client *airtable, const char *table_id,
			   const char *const *field_ids, size_t field_count, const char *const *record_ids,
			   size_t count, struct airtable_records *records_out, struct error *error)
{
	struct airtable_records all = {0};
	for (size_t first = 0; first < count; first += AIRTABLE_PAGE_LIMIT) {
		size_t left = count - first;
		struct reading reading = {record_ids + first,
					  left < AIRTABLE_PAGE_LIMIT ? left : AIRTABLE_PAGE_LIMIT, &all};
		struct text formula = {0};
		airtable_formula_any_record(&formula, reading.ids, reading.count);
		struct airtable_list list = {
			.table_id = table_id,
			.field_ids = field_ids,
			.field_count = field_count,
			.formula = text_or_empty(&formula),
			.purpose = AIRTABLE_FOR_ROWS,
		};
		int64_t date_ms = 0;
		bool good = airtable_records_list(airtable, &list, keep_page, &reading, &date_ms, error);
		text_done(&formula);
		if (!good) {
			airtable_records_done(&all);
			return false;
		}
		if (first == 0)
			all.date_ms = date_ms;
	}
	*records_out = all;
	return true;
}

void airtable_formula_text(struct text *formula, const char *literal)
{
	text_add(formula, "'");
	for (; *literal; literal++) {
		if (*literal == '\\' || *literal == '\'')
			text_add(formula, "\\");
		text_add_bytes(formula, literal, 1);
	}
	text_add(formula, "'");
}

void airtable_formula_any_record(struct text *formula, const char *const *record_ids, size_t count)
{
	text_add(formula, "OR(");
	for (size_t i = 0; i < count; i++) {
		text_add(formula, i > 0 ? ",RECORD_ID()=" : "RECORD_ID()=");
		airtable_formula_text(formula, record_ids[i]);
	}
	text_add(formula, ")");
}

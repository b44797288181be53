#include "bridge/review/newest_batches.h"

#include "couch/newest_ids.h"
#include "inventory/document.h"
#include "inventory/history_id.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_MOST INT64_C(9999999999999) /* 13 digits, as times in ms have them until the year 2286 */
#define NOBODY     "undefined"

struct collecting {
	struct couch_client *couch;
	const struct newest_wish *wish;
	struct history_batches batches;
	int64_t floor_ms; /* of what was read to its end: older ones may be missing */
	bool more;
};

/* ---- out of _ids ---- */

static bool is_wished(const struct newest_wish *wish, int64_t batch)
{
	return batch && batch >= wish->from_ms && (!wish->before_ms || batch < wish->before_ms);
}

static bool continues(const struct history_batches *batches, size_t first, const struct history_id *id)
{
	if (batches->count <= first)
		return false;
	const struct history_read_batch *last = &batches->list[batches->count - 1];
	const char *by = last->created_by ? last->created_by : NOBODY;

	return last->batch == id->batch && strlen(by) == id->created_by_length &&
	       strncmp(by, id->created_by, id->created_by_length) == 0;
}

static void count_id(struct collecting *collecting, size_t first, const char *full_id)
{
	struct history_batches *batches = &collecting->batches;
	struct history_id id;

	if (!history_id_read(full_id, &id) || !is_wished(collecting->wish, id.batch))
		return;
	if (continues(batches, first, &id)) {
		batches->list[batches->count - 1].entries++;
		return;
	}
	scoped_text by = own_copy_bytes(id.created_by, id.created_by_length);
	batches->list = own_resize(batches->list, batches->count + 1, sizeof *batches->list);
	batches->list[batches->count++] = (struct history_read_batch){
		.created_by = strcmp(by, NOBODY) == 0 ? NULL : own_copy(by), .batch = id.batch, .entries = 1};
}

/* A range of which there is more ends in the midst of a batch, perhaps. */
static bool read_range(struct collecting *collecting, const char *first, const char *behind,
		       struct error *error)
{
	scoped(json_object) ids = NULL;
	size_t begin = collecting->batches.count;
	bool more = false;

	if (!couch_newest_ids(collecting->couch, first, behind, NEWEST_IDS, &ids, &more, error))
		return error_wrap(error, "reading the newest of the history");
	for (size_t i = 0; i < json_length(ids); i++)
		count_id(collecting, begin, json_text_of(json_at(ids, i)));
	collecting->more = collecting->more || more;
	if (!more || collecting->batches.count == begin)
		return true;
	struct history_read_batch *oldest = &collecting->batches.list[collecting->batches.count - 1];
	oldest->cut = true;
	if (!collecting->wish->others && oldest->batch > collecting->floor_ms)
		collecting->floor_ms = oldest->batch;
	return true;
}

/* ---- ranges ---- */

static bool read_maker(struct collecting *collecting, const char *maker, struct error *error)
{
	const struct newest_wish *wish = collecting->wish;
	int64_t before = wish->before_ms && wish->before_ms <= BATCH_MOST ? wish->before_ms : BATCH_MOST;
	scoped_text first =
		own_format("%s%s-%013" PRId64, document_prefix(DOCUMENT_HISTORY), maker, wish->from_ms);
	scoped_text behind = own_format("%s%s-%013" PRId64, document_prefix(DOCUMENT_HISTORY), maker, before);

	return read_range(collecting, first, behind, error);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What lies between those of the makers. Behind all that begin with "a-" comes "a.". */
static bool read_others(struct collecting *collecting, struct error *error)
{
	const char *prefix = document_prefix(DOCUMENT_HISTORY), *makers[NEWEST_MAKERS_MOST] = {NULL};
	scoped_text begin = own_copy(prefix);
	size_t count = collecting->wish->maker_count;

	memcpy(makers, collecting->wish->makers, count * sizeof *makers);
	qsort(makers, count, sizeof *makers, compare_words);
	for (size_t i = 0; i < count; i++) {
		scoped_text end = own_format("%s%s-", prefix, makers[i]);
		if (strcmp(begin, end) < 0 && !read_range(collecting, begin, end, error))
			return false;
		free(begin);
		begin = own_format("%s%s.", prefix, makers[i]);
	}
	scoped_text behind = own_copy(prefix);
	behind[strlen(behind) - 1]++;
	return read_range(collecting, begin, behind, error);
}

/* ---- all ---- */

static int compare_batches(const void *a, const void *b)
{
	const struct history_read_batch *one = a, *other = b;

	return (one->batch < other->batch) - (one->batch > other->batch);
}

/* Those below the floor would have gaps between them. */
static void keep_newest(struct collecting *collecting)
{
	struct history_batches *batches = &collecting->batches;

	if (batches->count)
		qsort(batches->list, batches->count, sizeof *batches->list, compare_batches);
	while (batches->count && (batches->count > collecting->wish->most ||
				  batches->list[batches->count - 1].batch < collecting->floor_ms)) {
		free(batches->list[--batches->count].created_by);
		collecting->more = true;
	}
}

bool newest_batches_read(struct couch_client *couch, const struct newest_wish *wish,
			 struct history_batches *batches_out, bool *more_out, struct error *error)
{
	struct collecting collecting = {.couch = couch, .wish = wish};
	bool good = true;

	assert(wish->maker_count <= NEWEST_MAKERS_MOST);
	if (wish->others)
		good = read_others(&collecting, error);
	for (size_t i = 0; good && !wish->others && i < wish->maker_count; i++)
		good = read_maker(&collecting, wish->makers[i], error);
	if (!good) {
		history_batches_done(&collecting.batches);
		return false;
	}
	keep_newest(&collecting);
	*batches_out = collecting.batches;
	*more_out = collecting.more;
	return true;
}

#include "bridge/images/settle_imports.h"

#include "bridge/images/images_cell.h"
#include "bridge/images/images_way.h"
#include "bridge/job/job_images.h"
#include "bridge/limits.h"

#include <string.h>

#define TOLD_MOST 3 /* files that a problem names */

struct settling {
	struct batch *batch;
	struct job *job;
	const struct picture_importer *importer;
	struct ledger_imports kept;
	int64_t now_ms;
};

/* ---- ordering ---- */

/* Its URL is the one that the row has just shown. While it is under way the problem that it had stays. */
static void order(const struct settling *settling, struct ledger_import *one)
{
	const struct job *job = settling->job;
	const struct columns *columns = &settling->batch->sync->columns[job->pair->table];
	struct json_object *shown = images_attachment(columns, job->row.body, one->attachment_id);
	const struct picture_order order = {
		.attachment_id = one->attachment_id,
		.url = json_text_or(shown, "url", ""),
		.name = json_text_or(shown, "filename", ""),
		.item_id = job->pair->id,
	};

	one->next_try_ms = one->problem ? settling->now_ms + IMPORT_LOOK_MS : 0;
	(void)!settling->importer->order(settling->importer->self, &order);
}

static void order_if_due(const struct settling *settling, struct ledger_import *one)
{
	bool refused = one->problem && !one->next_try_ms;
	bool held = (one->problem || one->lost) && one->next_try_ms > settling->now_ms;

	if (ledger_import_is_open(one))
		one->failures = 0; /* looks, while Airtable had no file yet */
	if (!refused && !held)
		order(settling, one);
}

/* Whether it counts as a modification of the row that Airtable has the file is not known. */
static void await_file(const struct settling *settling, struct ledger_import *one)
{
	static const int64_t looks_ms[] = {5000, 20000, 60000};
	size_t looks = (size_t)one->failures;

	one->failures++;
	one->next_try_ms = settling->now_ms +
			   (looks < countof(looks_ms) ? looks_ms[looks] : images_pause_ms(one->failures));
}

/* ---- what has come of it ---- */

static void fail(const struct settling *settling, struct ledger_import *one, const char *words)
{
	settling->batch->sync->counts.pictures[PICTURES_NOT_TAKEN]++;
	one->lost = false;
	one->failures++;
	one->next_try_ms = settling->now_ms + images_pause_ms(one->failures);
	ledger_import_set_problem(one, words);
}

/* A URL is good for two hours. The row is read anew, once, by the time that what was read of it now is too old. */
static void lose(const struct settling *settling, struct ledger_import *one, const char *words)
{
	if (one->lost) {
		fail(settling, one, words);
		return;
	}
	one->lost = true;
	one->next_try_ms = settling->now_ms + SYNC_FRESH_MS + 1;
}

static void take_told(const struct settling *settling, const struct picture_import *told,
		      struct ledger_import *one)
{
	switch (told->end) {
	case IMPORT_UNKNOWN:
		order_if_due(settling, one);
		return;
	case IMPORT_UNDER_WAY:
	case IMPORT_READY: /* since it was looked at */
		one->next_try_ms = one->problem ? settling->now_ms + IMPORT_LOOK_MS : 0;
		return;
	case IMPORT_LOST:
		lose(settling, one, told->words);
		break;
	case IMPORT_FAILED:
		fail(settling, one, told->words);
		break;
	case IMPORT_REFUSED:
		settling->batch->sync->counts.pictures[PICTURES_REFUSED]++;
		*one = (struct ledger_import){one->attachment_id, one->image_id, .problem = one->problem};
		ledger_import_set_problem(one, told->words);
		break;
	}
	settling->importer->forget(settling->importer->self, one->attachment_id);
}

/* ---- one attachment ---- */

static size_t place_of(const struct job_images *images, const char *attachment_id)
{
	size_t place = 0;

	while (place < images->row_count && strcmp(images->row[place].id, attachment_id) != 0)
		place++;
	return place;
}

/* It is the item's by now, or leaves the row. */
static bool is_done(const struct job *job, const struct picture_decision *decision)
{
	switch (decision->action) {
	case PICTURE_IMPORT:
		return decision->image_id && job->images->links_written;
	case PICTURE_TAKE_OUT:
		return !decision->image_id;
	case PICTURE_WAIT:
		return decision->image_id != NULL;
	default:
		return true;
	}
}

static void settle_one(struct settling *settling, const struct picture_decision *decision)
{
	const struct job_images *images = settling->job->images;
	const char *attachment_id = decision->attachment_id;
	size_t place = attachment_id ? place_of(images, attachment_id) : images->row_count;
	const struct ledger_import *former = NULL;

	if (place == images->row_count || !*attachment_id)
		return;
	former = ledger_imports_find(&images->before.imports, attachment_id);
	if (is_done(settling->job, decision)) {
		if (decision->action == PICTURE_IMPORT)
			settling->batch->sync->counts.pictures[PICTURES_TAKEN]++;
		settling->importer->forget(settling->importer->self, attachment_id);
	} else if (decision->action == PICTURE_IMPORT && !decision->image_id) {
		take_told(settling, &images->imports[place].told,
			  ledger_imports_add(&settling->kept, attachment_id, former));
	} else if (decision->action == PICTURE_WAIT) {
		await_file(settling, ledger_imports_add(&settling->kept, attachment_id, former));
	} else if (former || images->row[place].image_id) {
		struct ledger_import *one = ledger_imports_add(&settling->kept, attachment_id, former);
		if (images->row[place].image_id)
			ledger_import_set_image(one, images->row[place].image_id);
	}
}

/* ---- the job ---- */

void job_settle_imports(struct batch *batch, struct job *job)
{
	struct ledger_imports *imports = &job->entry.pictures.imports;
	struct settling settling = {
		.batch = batch,
		.job = job,
		.importer = batch->sync->importer,
		.now_ms = job->images->planned_ms,
	};

	if (!settling.importer)
		return;
	for (size_t i = 0; i < job->images->plan.count; i++)
		settle_one(&settling, &job->images->plan.list[i]);
	ledger_imports_done(imports);
	*imports = settling.kept;
}

void job_describe_imports(const struct job *job, struct text *words)
{
	const struct ledger_imports *imports = &job->entry.pictures.imports;
	size_t count = 0;

	for (size_t i = 0; i < imports->count; i++) {
		if (!imports->list[i].problem || count++ >= TOLD_MOST)
			continue;
		scoped_text sentence = own_copy(imports->list[i].problem);
		text_drop_stop(sentence);
		text_format(words, "%sImages: %s", words->length ? ". " : "", sentence);
	}
	if (count > TOLD_MOST)
		text_format(words, ". Images: the same of %zu more files", count - TOLD_MOST);
}

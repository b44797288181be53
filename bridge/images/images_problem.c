#include "bridge/images/images_problem.h"

#include "bridge/images/images_way.h"
#include "bridge/images/settle_imports.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"

#include <stdlib.h>

#define NAMED_MOST 3 /* pictures that a sentence names */

struct names {
	struct text words;
	size_t count;
};

static void add_name(struct names *names, const char *image_id)
{
	if (names->count++ < NAMED_MOST)
		text_format(&names->words, "%s%s", names->words.length ? ", " : "", image_id);
}

/* "<begins> p1, p2 and 3 more<ends>", if there are any. */
static void add_sentence(struct text *words, const char *begins, struct names *names, const char *ends)
{
	if (names->count > NAMED_MOST)
		text_format(&names->words, " and %zu more", names->count - NAMED_MOST);
	if (names->count)
		text_format(words, "%s%s%s%s", words->length ? ". " : "", begins,
			    text_or_empty(&names->words), ends);
	text_done(&names->words);
	*names = (struct names){0};
}

static void add_failed(const struct batch *batch, const struct job *job, struct text *words)
{
	const struct pictures_plan *plan = &job->images->plan;
	struct names names = {0};

	for (size_t i = 0; i < plan->kept; i++) {
		const struct ledger_picture *one =
			plan->list[i].image_id
				? ledger_pictures_find(&job->entry.pictures, plan->list[i].image_id)
				: NULL;
		if (one && one->failures && one->state == PICTURE_SENT && !one->gone_ms)
			add_name(&names, one->image_id);
	}
	if (batch->sync->signer)
		add_sentence(words, "Images: Airtable did not take ", &names,
			     ": it is sent again, with pauses of up to an hour; "
			     "check that PUBLIC_URL can be reached from outside");
	else
		add_sentence(words, "Images: ", &names,
			     " could not be uploaded: it is tried again, with pauses of up to an hour");
}

static void add_too_large(const struct job *job, struct text *words)
{
	const struct pictures_plan *plan = &job->images->plan;
	struct names names = {0};

	for (size_t i = 0; job->images->by_upload && i < plan->kept; i++) {
		const struct job_image *image = plan->list[i].action == PICTURE_SEND
							? job_image_of(job->images, plan->list[i].image_id)
							: NULL;
		if (image && image_is_too_large(image))
			add_name(&names, image->image_id);
	}
	add_sentence(words, "Images: ", &names,
		     " has more than 5 MB, which Airtable takes by no upload: by a link it would, with "
		     "PUBLIC_URL");
}

void job_describe_images(const struct batch *batch, struct job *job)
{
	struct text words = {0};
	struct ledger_pictures *agreed = &job->entry.pictures;

	add_failed(batch, job, &words);
	add_too_large(job, &words);
	if (job->images->plan.problem)
		text_format(&words, "%sImages: %s", words.length ? ". " : "", job->images->plan.problem);
	if (agreed->refusals)
		text_format(&words, "%s" IMAGES_REFUSED, words.length ? ". " : "");
	job_describe_imports(job, &words);
	own_free_text(&agreed->problem);
	agreed->problem = words.length ? own_copy(text_or_empty(&words)) : NULL;
	text_done(&words);
}

void job_report_images(struct job *job)
{
	if (job->entry.pictures.problem && !job->needs_no_row && !job_has_ended(job))
		job_problem(job, "%s.", job->entry.pictures.problem);
}

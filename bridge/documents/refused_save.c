#include "bridge/documents/refused_save.h"

#include "bridge/index/pair.h"
#include "bridge/job/job_problem.h"

#include <string.h>

/* Other documents than its own that it looked at. */
static struct json_object *blocked_by_of(const struct job *job, struct json_object *seen)
{
	struct json_object *blocked_by = json_new_array();

	json_each (seen, full_id, revision) {
		const char *id;
		enum table table;
		(void)revision;
		if (strcmp(full_id, job->pair->full_id) != 0 &&
		    table_of_document_type(document_type_of(full_id, &id), &table))
			json_append(blocked_by, json_new_text(full_id));
	}
	return blocked_by;
}

bool refused_save_is_taken(const struct refusal *refusal)
{
	static const char *const keys[] = {"collection_reference_number", "item_reference_number",
					   "rfid_tag_epc_memory_bank_contents"};

	for (size_t i = 0; i < refusal->count; i++)
		for (size_t k = 0; refusal->reasons[i].key && k < countof(keys); k++)
			if (strcmp(refusal->reasons[i].key, keys[k]) == 0)
				return true;
	return false;
}

void refused_save_tell(struct job *job, const struct refusal *refusal, const struct error *error,
		       struct json_object *seen)
{
	for (size_t i = 0; i < refusal->count; i++)
		job_problem(job, "%s", refusal->reasons[i].sentence);
	if (refusal->count == 0) {
		job_problem(job, "%s", error->text);
		job->problem_passes = true; /* the config document, of which no news come */
	}
	job->blocked_by = blocked_by_of(job, seen);
}

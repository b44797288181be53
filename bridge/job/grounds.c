#include "bridge/job/grounds.h"

static bool are_all_known(struct json_object *seen)
{
	json_each (seen, full_id, revision) {
		(void)full_id;
		if (!json_is(revision, json_type_string))
			return false;
	}
	return true;
}

void look_note_grounds(struct look *look, struct json_object *seen)
{
	scoped(json_object) others = json_copy(seen);

	json_remove(others, look->pair->full_id); /* its own change is seen anyway */
	json_object_close(&look->grounds);
	if (are_all_known(others))
		look->grounds = take(others);
	look->grounds_length = look->problem.length;
}

struct json_object *look_grounds(const struct look *look)
{
	bool alone = look->problem.length == look->grounds_length && !look->waits && !look->withheld &&
		     !look->right_refused;
	bool at_rest = !look->retry && !look->parked && !look->missed && !look->again && !look->again_in_ms &&
		       !look->open;

	return look->grounds && alone && at_rest ? json_share(look->grounds) : NULL;
}

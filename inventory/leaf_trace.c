#include "inventory/leaf_trace.h"

#include "inventory/leaf_paths.h"

/* A hash that is not known is as no other. */
static bool is_same_at(struct json_object *digest, struct json_object *other, const char *path)
{
	struct json_object *left = NULL, *right = NULL;
	bool in_left = json_find(digest, path, &left), in_right = json_find(other, path, &right);

	if (!in_left || !in_right)
		return in_left == in_right;
	return left && right && json_int_of(left) == json_int_of(right);
}

struct trace {
	struct json_object *ancestor, *before, *other, *after;
	bool whole;
	bool took, lacks; /* 'after' has anything, or has not all, that it is asked for */
};

static void trace_path(struct trace *trace, const char *path)
{
	bool both_moved = !is_same_at(trace->ancestor, trace->before, path);

	if (is_same_at(trace->ancestor, trace->other, path) || (both_moved && !trace->whole))
		return;
	bool has = is_same_at(trace->after, trace->other, path);
	trace->lacks = trace->lacks || !has;
	trace->took = trace->took || (has && !both_moved && !leaf_path_is_in(path, LEAF_IN_MARKS));
}

bool leaf_was_merged(struct json_object *ancestor, struct json_object *before, struct json_object *other,
		     struct json_object *after, bool whole)
{
	struct trace trace = {ancestor, before, other, after, whole, false, false};

	json_each (other, path, hash) {
		(void)hash;
		trace_path(&trace, path);
	}
	json_each (ancestor, former, former_hash) {
		(void)former_hash;
		if (!json_find(other, former, NULL))
			trace_path(&trace, former);
	}
	return trace.took && !trace.lacks;
}

#include "inventory/leaf_trace.h"

#include "inventory/leaf_paths.h"

#include <string.h>

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
	enum leaf_taken taken;
	bool took, lacks; /* 'after' has anything, or has not all, that it is asked for */
	bool has_more;    /* it moved something that 'other' has not */
};

/* Of what both had moved to different values a merge has the one or the other. */
static bool may_have_given_way(const struct trace *trace, const char *path)
{
	if (trace->taken != LEAF_TAKEN_IN_PART || is_same_at(trace->ancestor, trace->before, path))
		return false;
	return leaf_path_is_in(path, LEAF_IN_MARKS) || is_same_at(trace->before, trace->other, path) ||
	       is_same_at(trace->after, trace->before, path);
}

/* The time of a digest; below 0 when it is not known. */
static int64_t time_of(struct json_object *digest)
{
	return json_int_or(digest, LEAF_TIME, -1);
}

static bool has_time_of_merge(const struct trace *trace)
{
	int64_t before_ms = time_of(trace->before), others_ms = time_of(trace->other);
	int64_t newest_ms = before_ms > others_ms ? before_ms : others_ms, after_ms = time_of(trace->after);

	return before_ms < 0 || others_ms < 0 || after_ms < 0 || after_ms == newest_ms ||
	       after_ms == newest_ms + 1;
}

static void trace_path(struct trace *trace, const char *path)
{
	bool both_moved = !is_same_at(trace->ancestor, trace->before, path);

	if (strcmp(path, LEAF_TIME) == 0 || is_same_at(trace->ancestor, trace->other, path))
		return;
	bool has = is_same_at(trace->after, trace->other, path);
	trace->lacks = trace->lacks || (!has && !may_have_given_way(trace, path));
	trace->took = trace->took || (has && !both_moved && !leaf_path_is_in(path, LEAF_IN_MARKS));
}

static void trace_more(struct trace *trace, const char *path)
{
	bool moved = !is_same_at(trace->before, trace->after, path);

	trace->has_more = trace->has_more || (moved && !is_same_at(trace->after, trace->other, path) &&
					      leaf_path_is_edited(path));
}

/* Each path that is in any of both. */
static void trace_all(struct trace *trace, struct json_object *one, struct json_object *other,
		      void (*visit)(struct trace *trace, const char *path))
{
	json_each (one, path, hash) {
		(void)hash;
		visit(trace, path);
	}
	json_each (other, its_path, its_hash) {
		(void)its_hash;
		if (!json_find(one, its_path, NULL))
			visit(trace, its_path);
	}
}

bool leaf_was_merged(struct json_object *ancestor, struct json_object *before, struct json_object *other,
		     struct json_object *after, enum leaf_taken taken)
{
	struct trace trace = {ancestor, before, other, after, taken, false, false, false};

	trace_all(&trace, other, ancestor, trace_path);
	if (taken == LEAF_TAKEN_ALONE)
		trace_all(&trace, after, before, trace_more);
	return trace.took && !trace.lacks && !trace.has_more && has_time_of_merge(&trace);
}

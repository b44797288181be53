#include "sandbox/faults.h"
#include "base/json.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	enum sandbox_fault_kind kind;
	int64_t ms; /* unless the rule says otherwise */
} fault_names[] = {
	{"cut", FAULT_CUT, 0},
	{"timeout", FAULT_TIMEOUT, 0},
	{"applied-unanswered", FAULT_UNANSWERED, 0},
	{"applied-late", FAULT_LATE, 1000},
	{"hold", FAULT_HOLD, 0},
	{"edit", FAULT_EDIT, 0},
	{"stale-read", FAULT_STALE, 2000},
	{"skip-row", FAULT_SKIP_ROW, 0},
	{"kill", FAULT_KILL, 0},
	{"fetch-fails", FAULT_FETCH_FAILS, 0},
	{"fetch-broken", FAULT_FETCH_BROKEN, 0},
	{"fetch-lost", FAULT_FETCH_LOST, 1000},
	{"fetch-hold", FAULT_FETCH_HOLD, 0},
	{"fetch-refused", FAULT_FETCH_REFUSED, 0},
};

static const char *const point_names[] = {
	[POINT_BEFORE] = "before",
	[POINT_APPLIED] = "applied",
	[POINT_AFTER] = "after",
};

void sandbox_fault_close(struct sandbox_fault **fault)
{
	if (*fault && --(*fault)->users == 0) {
		json_release((*fault)->json);
		free(*fault);
	}
	*fault = NULL;
}

static bool is_of_fetches(const struct sandbox_fault *fault)
{
	return fault->kind >= FAULT_FETCH_FAILS;
}

static bool wrong(struct error *error, const char *what, const char *value)
{
	return error_set(error, ERROR_REFUSED, "a fault's %s cannot be \"%s\"", what, value);
}

static bool read_what(struct sandbox_fault *fault, struct error *error)
{
	const char *name = json_text_or(fault->json, "fault", "");

	if (strlen(name) == 3 && strspn(name, "0123456789") == 3 && name[0] >= '4' && name[0] <= '5') {
		fault->kind = FAULT_STATUS;
		fault->status = (int)strtol(name, NULL, 10);
		return true;
	}
	for (size_t i = 0; i < countof(fault_names); i++) {
		if (strcmp(fault_names[i].name, name) == 0) {
			fault->kind = fault_names[i].kind;
			fault->ms = json_int_or(fault->json, "ms", fault_names[i].ms);
			return fault->ms >= 0 && fault->ms <= 86400000 ? true : wrong(error, "ms", "that");
		}
	}
	return wrong(error, "name", name);
}

static bool read_status(struct sandbox_fault *fault, struct error *error)
{
	int64_t status = json_int_or(fault->json, "status", SANDBOX_BROKEN_STATUS);

	if (fault->kind != FAULT_FETCH_BROKEN)
		return true;
	if (status < 400 || status > 599)
		return wrong(error, "status", "that");
	fault->status = (int)status;
	return true;
}

static bool read_point(struct sandbox_fault *fault, struct error *error)
{
	const char *name = json_text_or(fault->json, "point", "before");

	for (size_t i = 0; i < countof(point_names); i++) {
		if (strcmp(point_names[i], name) == 0) {
			fault->point = (enum sandbox_fault_point)i;
			return true;
		}
	}
	return wrong(error, "point", name);
}

/* Never the sandbox itself, a group of processes or init. */
static bool read_pid(struct sandbox_fault *fault, bool allow_kill, struct error *error)
{
	fault->pid = json_int_or(fault->json, "pid", 0);
	if (fault->kind != FAULT_KILL)
		return true;
	if (!allow_kill)
		return error_set(error, ERROR_REFUSED, "the fault \"kill\" needs the option --allow-kill");
	if (fault->pid <= 1 || fault->pid == getpid() || fault->pid > INT32_MAX)
		return wrong(error, "pid", "that");
	return true;
}

static struct json_object *find_either(struct json_object *a, struct json_object *b, const char *key)
{
	struct json_object *value = NULL;

	if (!json_find(a, key, &value) && b)
		json_find(b, key, &value);
	return value;
}

static const char *filter_text(struct json_object *rule, struct json_object *by, const char *key)
{
	struct json_object *value = find_either(rule, by, key);

	return json_is(value, json_type_string) ? json_text_of(value) : NULL;
}

static int64_t filter_int(struct json_object *rule, struct json_object *by, const char *key, int64_t fallback)
{
	struct json_object *value = find_either(rule, by, key);

	return json_is(value, json_type_int) ? json_int_of(value) : fallback;
}

/* Of a fetch there is its URL alone. */
static bool check_filters(const struct sandbox_fault *fault, struct error *error)
{
	if (!is_of_fetches(fault) ||
	    (!fault->at && !fault->method && !fault->request_kind && fault->write < 0))
		return true;
	return error_set(error, ERROR_REFUSED,
			 "a fault of fetches takes no \"at\", \"method\", \"kind\" and \"write\"");
}

static bool read_when(struct sandbox_fault *fault, struct error *error)
{
	struct json_object *by = json_child(fault->json, "by", json_type_object);
	struct json_object *write = find_either(fault->json, by, "write");

	fault->method = filter_text(fault->json, by, "method");
	fault->path = filter_text(fault->json, by, "pathContains");
	fault->request_kind = filter_text(fault->json, by, "kind");
	fault->write = json_is(write, json_type_boolean) ? json_bool_of(write) : -1;
	fault->every = filter_int(fault->json, by, "every", 0);
	fault->nth = filter_int(fault->json, by, "nth", fault->every ? 0 : 1);
	fault->times_left = filter_int(fault->json, by, "times", fault->every ? -1 : 1);
	if (fault->every < 0 || fault->nth < 0)
		return wrong(error, "nth or every", "negative");
	return check_filters(fault, error);
}

static bool add_rule(struct sandbox_faults *faults, struct json_object *rule, uint64_t at, bool allow_kill,
		     struct error *error)
{
	struct sandbox_fault *fault = own_alloc(sizeof(*fault));

	*fault = (struct sandbox_fault){.users = 1, .json = json_share(rule), .at = at};
	if (!read_what(fault, error) || !read_status(fault, error) || !read_point(fault, error) ||
	    !read_pid(fault, allow_kill, error) || !read_when(fault, error)) {
		sandbox_fault_close(&fault);
		return false;
	}
	fault->row = json_int_or(rule, "row", 1);
	fault->applied = json_bool_or(rule, "applied", true);
	if (faults->count == faults->capacity) {
		faults->capacity = faults->capacity ? faults->capacity * 2 : 16;
		faults->waiting =
			own_resize(faults->waiting, faults->capacity, sizeof(struct sandbox_fault *));
	}
	faults->waiting[faults->count++] = fault;
	return true;
}

/* "at" may be one number or many. */
static bool add_rules(struct sandbox_faults *faults, struct json_object *rule, uint64_t number,
		      bool allow_kill, struct error *error)
{
	struct json_object *at = NULL;
	bool many = json_find(rule, "at", &at) && json_is(at, json_type_array);
	size_t count = many ? json_length(at) : 1;

	if (!at)
		return add_rule(faults, rule, 0, allow_kill, error);
	for (size_t i = 0; i < count; i++) {
		struct json_object *one = many ? json_at(at, i) : at;
		if (!json_is(one, json_type_int) || json_int_of(one) < 1) {
			scoped_text words = json_write(at);
			return wrong(error, "at", words);
		}
		if (!add_rule(faults, rule, number + (uint64_t)json_int_of(one), allow_kill, error))
			return false;
	}
	return true;
}

bool sandbox_faults_add(struct sandbox_faults *faults, struct json_object *rules, uint64_t number,
			bool allow_kill, struct error *error)
{
	size_t before = faults->count;
	bool added = json_is(rules, json_type_array);

	if (!added)
		return error_set(error, ERROR_REFUSED, "an array of faults is needed");
	for (size_t i = 0; added && i < json_length(rules); i++) {
		struct json_object *rule = json_at(rules, i);
		added = json_is(rule, json_type_object)
				? add_rules(faults, rule, number, allow_kill, error)
				: error_set(error, ERROR_REFUSED, "fault %zu is no object", i + 1);
		if (added && faults->count > SANDBOX_FAULT_LIMIT)
			added = error_set(error, ERROR_REFUSED, "more than %d faults", SANDBOX_FAULT_LIMIT);
	}
	while (!added && faults->count > before)
		sandbox_fault_close(&faults->waiting[--faults->count]);
	return added;
}

static bool let_through(const struct sandbox_fault *fault, const struct sandbox_fault_request *request)
{
	return (!fault->method || strcmp(fault->method, request->method) == 0) &&
	       (!fault->path || strstr(request->uri, fault->path)) &&
	       (!fault->request_kind || strcmp(fault->request_kind, sandbox_kind_name(request->kind)) == 0) &&
	       (fault->write < 0 || (fault->write != 0) == sandbox_kind_writes(request->kind));
}

/* Counts the request for this rule, and says whether it is the one. */
static bool is_time(struct sandbox_fault *fault, const struct sandbox_fault_request *request)
{
	if (!let_through(fault, request))
		return false;
	if (fault->at)
		return fault->at == request->number;
	fault->seen++;
	return fault->every ? fault->seen % fault->every == 0 : fault->seen >= fault->nth;
}

static void remember(struct sandbox_faults *faults, const struct sandbox_fault *fault,
		     const struct sandbox_fault_request *request)
{
	struct json_object *json = json_new_object();
	size_t place = faults->fired_total++ % SANDBOX_FIRED_LIMIT;

	json_put(json, "request", json_new_int((int64_t)request->number));
	json_put_text(json, "method", request->method);
	json_put_text(json, "path", request->uri);
	json_put_text(json, "fault", json_text_or(fault->json, "fault", ""));
	json_release(faults->fired[place]);
	faults->fired[place] = json;
	if (faults->fired_count < SANDBOX_FIRED_LIMIT)
		faults->fired_count++;
}

static void remove_at(struct sandbox_faults *faults, size_t place)
{
	sandbox_fault_close(&faults->waiting[place]);
	memmove(faults->waiting + place, faults->waiting + place + 1,
		(--faults->count - place) * sizeof(struct sandbox_fault *));
}

static struct sandbox_fault *next(struct sandbox_faults *faults, const struct sandbox_fault_request *request,
				  bool of_fetches)
{
	struct sandbox_fault *fires = NULL;

	for (size_t i = 0; i < faults->count;) {
		struct sandbox_fault *fault = faults->waiting[i];
		if (is_of_fetches(fault) != of_fetches || !is_time(fault, request) || fires) {
			i++;
			continue;
		}
		fires = fault;
		fires->users++;
		remember(faults, fires, request);
		if (fires->times_left > 0 && --fires->times_left == 0)
			remove_at(faults, i);
		else
			i++;
	}
	return fires;
}

struct sandbox_fault *sandbox_faults_next(struct sandbox_faults *faults,
					  const struct sandbox_fault_request *request)
{
	return next(faults, request, false);
}

struct sandbox_fault *sandbox_faults_next_fetch(struct sandbox_faults *faults, const char *url)
{
	struct sandbox_fault_request request = {0, KIND_OTHER, "GET", url};

	return next(faults, &request, true);
}

struct json_object *sandbox_faults_show(const struct sandbox_faults *faults)
{
	struct json_object *json = json_new_object();
	struct json_object *waiting = json_new_array();
	struct json_object *fired = json_new_array();

	for (size_t i = 0; i < faults->count; i++)
		json_append(waiting, json_share(faults->waiting[i]->json));
	for (uint64_t i = faults->fired_total - faults->fired_count; i < faults->fired_total; i++)
		json_append(fired, json_share(faults->fired[i % SANDBOX_FIRED_LIMIT]));
	json_put(json, "waiting", waiting);
	json_put(json, "fired", fired);
	json_put(json, "fired_total", json_new_int((int64_t)faults->fired_total));
	return json;
}

void sandbox_faults_done(struct sandbox_faults *faults)
{
	for (size_t i = 0; i < faults->count; i++)
		sandbox_fault_close(&faults->waiting[i]);
	for (size_t i = 0; i < faults->fired_count; i++)
		json_release(faults->fired[i]);
	free(faults->waiting);
	*faults = (struct sandbox_faults){0};
}

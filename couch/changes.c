/* The feed: pages until nothing is left, then one request that stays open.
 *
 *     catching up ──(a page says: nothing more)──> following ──(the connection ends)──> catching up
 *
 * Every way back goes through a page: it says at once whether the database is still there, and a long absence
 * is made up for in portions. Wherever something fails, the next try is put off with full jitter, longer each time,
 * until a connection proved good: some servers leak on every feed that is dropped (couchdb-rules 17).
 *
 * 'since' is the place behind the last complete row that was received (couchdb-rules 11): what a cut left of a
 * line is dropped, and the row comes again. Rows are received into a queue, also while the thread waits for
 * other requests; a full queue pauses the connection (couchdb-rules 12).
 *
 * Where a proxy holds the feed back, pages are asked for at intervals instead.
 *
 * The style is all_docs: what the losing leaves are, the document's _conflicts say, but of those that were deleted only the row
 * tells (sync-rules 8). */
#include "couch/changes.h"
#include "base/clock.h"
#include "base/log.h"
#include "couch/wire.h"
#include <stdlib.h>
#include <string.h>

enum {
	REJOIN_FIRST_MS = 500,
	REJOIN_CAP_MS = 30000,
	SILENT_FEEDS = 2,      /* in a row, with good pages between: then something in between keeps them */
	PAGES_A_HEARTBEAT = 3, /* where no feed comes through: every 5 s */
	PAGES_FOR_S = 3600,    /* until a feed is tried again */
	UNREACHED_CAP_MS =
		3000, /* a connection that is refused costs nothing: it is noticed soon when the server is back */
	QUEUE_BYTES = 4 << 20, /* of JSON text, as it came */
	LINE_KEPT = 256 << 10, /* a line's buffer larger than this is given back */
	LINE_BYTES_A_MS = 1,   /* a long line may take its time; one that drips is as good as silence */
};

static const struct log log_of_feed = {"CouchDB"};

struct couch_changes {
	struct couch_client *couch; /* borrowed */
	char *since;                /* owned; JSON text */
	char **wanted;              /* owned, NULL-ended; NULL: all */
	int heartbeat_ms;

	struct couch_change *queue; /* owned */
	size_t queued, capacity, queued_bytes;
	bool paused;   /* the connection, for a full queue */
	bool dropped;  /* nothing was heard since the connection ended */
	bool rejoined; /* asked anew, and answered, since the last page */

	bool following;
	size_t limit; /* of the next page */
	bool caught_up;

	struct http_call *call; /* the open request, or NULL */
	struct text line;       /* what came of the present line */
	struct error trouble;   /* why on_data ended the request */
	bool proved;            /* this connection brought a row */
	bool heard;             /* this connection brought a whole line, if only a heartbeat */
	int64_t opened_ms;
	int64_t line_ms; /* steady; when the last line ended, or since when the present one may come */

	int silent_feeds;       /* in a row: open for two heartbeats, and not a line came */
	int64_t in_pages_until; /* steady; no feed until then */
	int64_t page_ms;        /* steady; when the next of these pages is due */

	int failures;
	struct error failure; /* the last one; ERROR_NONE: it just ended */
	bool waiting;         /* for the next try: */
	int64_t try_ms;       /* steady */
};

/* ---- opening ---- */

static char **copy_list(const char *const *words)
{
	size_t count = 0;

	while (words && words[count])
		count++;
	char **copy = words ? own_alloc((count + 1) * sizeof(*copy)) : NULL;
	for (size_t i = 0; i < count; i++)
		copy[i] = own_copy(words[i]);
	return copy;
}

struct couch_changes *couch_changes_open(struct couch_client *couch, const char *since,
					 const char *const *wanted)
{
	struct couch_changes *changes = own_alloc(sizeof(*changes));

	changes->couch = couch;
	changes->since = own_copy(since ? since : "0");
	changes->wanted = copy_list(wanted);
	changes->heartbeat_ms = COUCH_HEARTBEAT_MS;
	changes->limit = COUCH_PAGE_LIMIT;
	changes->line.ceiling = COUCH_ANSWER_CEILING;
	changes->dropped = true;
	return changes;
}

static void change_done(struct couch_change *change)
{
	own_free_text(&change->seq);
	couch_document_done(&change->document);
}

void couch_page_done(struct couch_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		change_done(&page->changes[i]);
	free(page->changes);
	own_free_text(&page->next_since);
	*page = (struct couch_page){0};
}

void couch_changes_close(struct couch_changes **changes)
{
	if (!*changes)
		return;
	http_call_close(&(*changes)->call);
	for (size_t i = 0; i < (*changes)->queued; i++)
		change_done(&(*changes)->queue[i]);
	free((*changes)->queue);
	for (char **word = (*changes)->wanted; word && *word; word++)
		free(*word);
	free((*changes)->wanted);
	free((*changes)->since);
	text_done(&(*changes)->line);
	free(take(*changes));
}

void couch_changes_set_heartbeat(struct couch_changes *changes, int heartbeat_ms)
{
	changes->heartbeat_ms = heartbeat_ms;
}

/* ---- rows ---- */

static bool is_wanted(const struct couch_changes *changes, const char *id)
{
	static const char design[] = "_design/";

	/* Chosen here and not by the server, whose filters tell nothing of what stops to match (couchdb-rules 15, 24). */
	if (strncmp(id, design, sizeof(design) - 1) == 0)
		return false;
	if (!changes->wanted)
		return true;
	for (char **prefix = changes->wanted; *prefix; prefix++)
		if (strncmp(id, *prefix, strlen(*prefix)) == 0)
			return true;
	return false;
}

static void move_to(struct couch_changes *changes, struct json_object *seq)
{
	free(changes->since);
	changes->since = json_write(seq);
}

static const char *winning_rev(struct json_object *row)
{
	struct json_object *leaves = json_child(row, "changes", json_type_array);

	return leaves ? json_text_or(json_at(leaves, 0), "rev", NULL) : NULL;
}

static struct couch_change *queue_new(struct couch_changes *changes)
{
	if (changes->queued == changes->capacity) {
		changes->capacity = changes->capacity > 0 ? changes->capacity * 2 : 32;
		changes->queue = own_resize(changes->queue, changes->capacity, sizeof(struct couch_change));
	}
	struct couch_change *change = &changes->queue[changes->queued++];
	*change = (struct couch_change){0};
	return change;
}

static bool is_listed(struct json_object *list, const char *rev)
{
	for (size_t i = 0; i < json_length(list); i++) {
		const char *listed = json_text_of(json_at(list, i));
		if (listed && strcmp(listed, rev) == 0)
			return true;
	}
	return false;
}

/* Of all leaves those that are neither shown nor in conflict. */
static struct json_object *ended_leaves(struct json_object *row, const struct couch_document *document)
{
	struct json_object *leaves = json_child(row, "changes", json_type_array), *ended = NULL;

	for (size_t i = 0; i < json_length(leaves); i++) {
		const char *rev = json_text_or(json_at(leaves, i), "rev", NULL);
		if (!rev || strcmp(rev, document->rev) == 0 || is_listed(document->conflicts, rev))
			continue;
		ended = ended ? ended : json_new_array();
		json_append(ended, json_new_text(rev));
	}
	return ended;
}

/* 'path' is the row's place for the flaws. False: it is no row. */
static bool take_row(struct couch_changes *changes, struct json_object *row, const struct json_flaws *flaws,
		     const char *path, const char *unreadable)
{
	const char *id = json_text_or(row, "id", NULL), *rev = winning_rev(row);
	struct json_object *seq = NULL, *doc = json_child(row, "doc", json_type_object);
	scoped_text doc_path = own_format("%s/doc", path);

	if (!id || !rev || !json_find(row, "seq", &seq))
		return false;
	if (!is_wanted(changes, id))
		return true;
	struct couch_change *change = queue_new(changes);
	change->seq = seq ? json_write(seq) : NULL; /* null: a row between (couchdb-rules 13) */
	if (!doc || !couch_document_fill(&change->document, doc, flaws, doc_path)) {
		change->document.id = own_copy(id);
		change->document.rev = own_copy(rev);
		change->document.flaw = couch_flaw_words(flaws, doc_path);
	}
	if (json_bool_or(row, "deleted", false))
		change->document.deleted = true;
	else
		change->document.flaw = change->document.flaw ? change->document.flaw : own_copy(unreadable);
	if (!change->document.deleted && change->document.body)
		change->document.ended = ended_leaves(row, &change->document);
	return true;
}

/* A row may come without its document, when that changed again while it was sent. */
static bool is_unread(const struct couch_change *change)
{
	return !change->document.body && !change->document.deleted && !change->document.flaw;
}

static void drop_from_queue(struct couch_changes *changes, size_t index)
{
	change_done(&changes->queue[index]);
	changes->queued--;
	memmove(&changes->queue[index], &changes->queue[index + 1],
		(changes->queued - index) * sizeof(struct couch_change));
}

static bool read_unread(struct couch_changes *changes, struct error *error)
{
	/* While one is read the queue may grow at its end, and move. */
	for (size_t i = 0; i < changes->queued; i++) {
		struct couch_documents found;
		if (!is_unread(&changes->queue[i]))
			continue;
		scoped_text id = own_copy(changes->queue[i].document.id);
		if (!couch_documents_read(changes->couch, (const char *const[]){id}, 1, &found, error))
			return false;
		couch_document_done(&changes->queue[i].document);
		changes->queue[i].document = found.list[0];
		free(found.list);
		if (changes->queue[i].document.missing) /* purged meanwhile */
			drop_from_queue(changes, i--);
		else if (is_unread(&changes->queue[i]))
			return error_set(error, ERROR_RETRY,
					 "database %s answers for document %s without its body",
					 couch_client_database(changes->couch), id);
	}
	return true;
}

/* ---- what is asked ---- */

/* A string goes without its quotes, as every client sends it; anything else as its JSON text. */
static void add_since(struct text *path, const char *since)
{
	scoped(json_object) seq = NULL;
	struct json_flaws flaws = {0};
	bool readable = json_read(since, strlen(since), &seq, &flaws, NULL);

	json_flaws_done(&flaws);
	text_add(path, "&since=");
	text_add_url(path, readable && json_is(seq, json_type_string) ? json_text_of(seq) : since);
}

static char *page_path(const struct couch_changes *changes, bool bodies)
{
	struct text path = {0};

	/* With seq_interval CouchDB packs one seq for a page instead of one for each row: far cheaper on a cluster. */
	text_format(&path, "_changes?feed=normal&limit=%zu&seq_interval=%zu%s", changes->limit,
		    changes->limit, bodies ? "&style=all_docs&include_docs=true&conflicts=true" : "");
	add_since(&path, changes->since);
	return text_take(&path);
}

static char *feed_path(const struct couch_changes *changes)
{
	struct text path = {0};

	text_format(&path,
		    "_changes?feed=continuous&heartbeat=%d&style=all_docs&include_docs=true&conflicts=true",
		    changes->heartbeat_ms);
	add_since(&path, changes->since);
	return text_take(&path);
}

/* Our place is unknown there, which is no refusal of what we ask (malformed, or of another database). */
static bool name_loss(const struct couch_changes *changes, struct error *error)
{
	if (error && error->status == 400)
		error->kind = ERROR_LOST;
	return error_wrap(error, "reading changes since %.60s", changes->since);
}

/* ---- pages ---- */

/* Whether there is something behind a page that asking for it leads to: else the same question would be asked without end. */
static bool leads_on(struct couch_changes *changes, size_t count, struct json_object *last, int64_t pending,
		     struct error *error)
{
	scoped_text place = json_write(last);
	bool moved = strcmp(place, changes->since) != 0;

	if (changes->caught_up || (count > 0 && moved))
		return true;
	if (count == 0) /* nothing is passed over */
		move_to(changes, last);
	return error_set(error, ERROR_RETRY, "the pages of changes lead nowhere: %lld %s pending, but %s",
			 (long long)pending, pending == 1 ? "change is" : "changes are",
			 count == 0 ? "none of them came" : "the place stays the same");
}

static void drop_queue(struct couch_changes *changes)
{
	while (changes->queued > 0)
		drop_from_queue(changes, changes->queued - 1);
}

static bool take_page(struct couch_changes *changes, struct json_object *answer,
		      const struct json_flaws *flaws, const char *unreadable, struct error *error)
{
	struct json_object *rows = json_child(answer, "results", json_type_array), *last = NULL;

	if (!rows || !json_find(answer, "last_seq", &last) || !last)
		return error_set(error, ERROR_RETRY, "a page of changes without results or last_seq");
	size_t count = json_length(rows);
	for (size_t i = 0; i < count; i++) {
		scoped_text path = own_format("/results/%zu", i);
		if (take_row(changes, json_at(rows, i), flaws, path, unreadable))
			continue;
		drop_queue(changes); /* all of a page or nothing */
		return error_set(error, ERROR_RETRY, "row %zu of a page of changes makes no sense", i);
	}
	/* Not every server says how many are pending. */
	int64_t pending = json_int_or(answer, "pending", -1);
	changes->caught_up = pending >= 0 ? pending == 0 : count < changes->limit;
	if (!leads_on(changes, count, last, pending, error)) {
		drop_queue(changes);
		return false;
	}
	move_to(changes, last);
	return true;
}

static bool ask_page(struct couch_changes *changes, bool bodies, const char *unreadable, struct error *error)
{
	scoped_text path = page_path(changes, bodies);
	scoped(json_object) answer = NULL;
	struct json_flaws flaws = {0};
	struct couch_ask ask = {
		.path = path, .read = true, .ceiling = COUCH_ANSWER_CEILING, .documents = changes->limit};

	if (!couch_ask(changes->couch, &ask, &answer, &flaws, NULL, error))
		return false;
	bool good = take_page(changes, answer, &flaws, unreadable, error);
	json_flaws_done(&flaws);
	return good;
}

static bool catch_up(struct couch_changes *changes, struct error *error)
{
	bool good;

	while (!(good = ask_page(changes, true, NULL, error)) && couch_is_too_much(error) &&
	       changes->limit > 1)
		changes->limit /= 2;
	/* One document that cannot be read: its row, with the reason as its flaw. */
	if (!good && couch_is_too_much(error)) {
		scoped_text unreadable = own_copy(error->text);
		good = ask_page(changes, false, unreadable, error);
	}
	if (!good)
		return name_loss(changes, error);
	changes->limit = changes->limit * 2 < COUCH_PAGE_LIMIT ? changes->limit * 2 : COUCH_PAGE_LIMIT;
	changes->following = changes->caught_up;
	return true;
}

/* ---- the open request ---- */

static bool trouble(struct couch_changes *changes, const char *words)
{
	return error_set(&changes->trouble, ERROR_RETRY, "%s", words);
}

static bool take_object(struct couch_changes *changes, struct json_object *object,
			const struct json_flaws *flaws)
{
	struct json_object *seq = NULL;

	if (json_find(object, "last_seq", &seq) && seq) {
		move_to(changes, seq);
		return true;
	}
	if (take_row(changes, object, flaws, "", NULL)) {
		if (json_find(object, "seq", &seq) && seq)
			move_to(changes, seq);
		changes->proved = true;
		return true;
	}
	const char *word = json_text_or(object, "error", NULL);
	scoped_text words = word ? own_format("in the middle of the feed: %s: %s", word,
					      json_text_or(object, "reason", "no reason given"))
				 : own_copy("a line of the feed makes no sense");
	return trouble(changes, words);
}

/* False ends the request. What cannot be read here is read again by a page, which knows what to do about it. */
static bool take_line(struct couch_changes *changes, const char *line, size_t length)
{
	scoped(json_object) object = NULL;
	struct json_flaws flaws = {0};
	struct error error = {0};

	while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == ' '))
		length--;
	if (length == 0) /* a heartbeat */
		return true;
	if (!json_read(line, length, &object, &flaws, &error))
		return trouble(changes, error.text);
	bool good = take_object(changes, object, &flaws);
	json_flaws_done(&flaws);
	changes->queued_bytes += length;
	return good;
}

static bool end_line(struct couch_changes *changes, const char *rest, size_t length)
{
	if (changes->line.length == 0)
		return take_line(changes, rest, length);
	text_add_bytes(&changes->line, rest, length);
	bool good = changes->line.full ? trouble(changes, "a line of the feed is too long")
				       : take_line(changes, changes->line.bytes, changes->line.length);
	if (changes->line.capacity > LINE_KEPT) {
		text_done(&changes->line);
		changes->line.ceiling = COUCH_ANSWER_CEILING;
	}
	text_clear(&changes->line);
	return good;
}

static bool is_full(const struct couch_changes *changes)
{
	return changes->queued >= COUCH_PAGE_LIMIT || changes->queued_bytes >= QUEUE_BYTES;
}

/* Bytes come, so it is not silent, and yet no line ends, which a heartbeat does. */
static bool drips(const struct couch_changes *changes)
{
	int64_t takes_ms = clock_steady_ms() - changes->line_ms;

	return takes_ms >
	       2 * (int64_t)changes->heartbeat_ms + (int64_t)changes->line.length / LINE_BYTES_A_MS;
}

/* A line comes in any number of pieces, and a piece may hold many lines. */
static bool on_data(void *context, const char *bytes, size_t length)
{
	struct couch_changes *changes = context;
	const char *end;

	while ((end = memchr(bytes, '\n', length))) {
		size_t size = (size_t)(end - bytes);
		if (!end_line(changes, bytes, size))
			return false;
		changes->heard = true;
		changes->line_ms = clock_steady_ms();
		bytes += size + 1;
		length -= size + 1;
	}
	text_add_bytes(&changes->line, bytes, length);
	if (changes->line.full)
		return trouble(changes, "a line of the feed is too long");
	if (drips(changes))
		return trouble(changes, "a line of the feed does not come to its end");
	if (is_full(changes) && !changes->paused) {
		changes->paused = true;
		http_pause(changes->call, true);
	}
	return true;
}

static void open_feed(struct couch_changes *changes)
{
	scoped_text path = feed_path(changes);
	scoped_text url = NULL;
	struct http_request request = {
		.repeatable = true,
		.no_gzip = true, /* some servers deliver nothing while they compress */
		/* Silence of two heartbeats is a dead connection (couchdb-rules 10). Some servers send not
		 * even headers before the first byte of the answer. */
		.header_ms = 2 * changes->heartbeat_ms,
		.idle_ms = 2 * changes->heartbeat_ms,
		.total_ms = -1,
		.on_data = on_data,
		.context = changes,
	};

	couch_fill_request(changes->couch, path, &request, &url);
	text_clear(&changes->line);
	changes->trouble = (struct error){0};
	changes->proved = changes->paused = changes->heard = false;
	changes->opened_ms = changes->line_ms = clock_steady_ms();
	changes->call = http_start(couch_client_http(changes->couch), &request);
}

/* Why the request is over; ERROR_NONE: the server ended it in good order. */
static struct error how_it_ended(struct couch_changes *changes)
{
	struct couch_ask ask = {.path = "_changes"};
	struct error failure = {0};
	struct http_reply reply;

	if (!couch_wait(changes->couch, changes->call, &reply, &failure)) {
		if (changes->trouble.kind != ERROR_NONE)
			failure = changes->trouble;
	} else {
		(void)!couch_judge_status(changes->couch, &ask, &reply, &failure);
	}
	if (failure.kind != ERROR_NONE)
		name_loss(changes, &failure);
	return failure;
}

/* ---- failures ---- */

/* False when waiting is no use. */
static bool put_off(struct couch_changes *changes, const struct error *failure, struct error *error)
{
	changes->failure = *failure;
	changes->dropped = true;
	changes->following = changes->caught_up = false;
	if (failure->kind != ERROR_NONE && failure->kind != ERROR_RETRY) {
		if (error)
			*error = *failure;
		return false;
	}
	int64_t wait_ms = random_backoff_ms(changes->failures++, REJOIN_FIRST_MS,
					    failure->unreached ? UNREACHED_CAP_MS : REJOIN_CAP_MS);
	if (wait_ms < failure->retry_after_ms)
		wait_ms = failure->retry_after_ms;
	changes->waiting = true;
	changes->try_ms = clock_steady_ms() + wait_ms;
	return true;
}

/* A proxy that gathers an answer before it hands it on lets no heartbeat through, and keeps each row for as long. */
static void note_silence(struct couch_changes *changes, const struct error *failure)
{
	bool silent = failure->kind == ERROR_RETRY && !failure->unreached && !changes->heard &&
		      clock_steady_ms() - changes->opened_ms >= 2 * (int64_t)changes->heartbeat_ms;

	changes->silent_feeds = silent ? changes->silent_feeds + 1 : 0;
}

static int page_wait_ms(const struct couch_changes *changes)
{
	return changes->heartbeat_ms / PAGES_A_HEARTBEAT;
}

static void ask_in_pages(struct couch_changes *changes)
{
	int64_t now_ms = clock_steady_ms();

	if (changes->silent_feeds == SILENT_FEEDS)
		log_warn(&log_of_feed,
			 "the changes of database %s do not come through while they happen, though all else "
			 "does: a "
			 "proxy before CouchDB seems to hold them back. They are asked for every %d s now; "
			 "switch off "
			 "the proxy's buffering (proxy_buffering off)",
			 couch_client_database(changes->couch), page_wait_ms(changes) / 1000);
	changes->in_pages_until = now_ms + (int64_t)PAGES_FOR_S * 1000;
}

static bool asks_in_pages(const struct couch_changes *changes)
{
	return clock_steady_ms() < changes->in_pages_until;
}

static bool end_feed(struct couch_changes *changes, struct error *error)
{
	struct error failure = how_it_ended(changes);

	note_silence(changes, &failure);
	if (changes->proved || clock_steady_ms() - changes->opened_ms >= changes->heartbeat_ms)
		changes->failures = 0;
	http_call_close(&changes->call);
	text_clear(&changes->line);
	changes->paused = false;
	return put_off(changes, &failure, error);
}

/* ---- reading ---- */

/* At most a page of the queue; what is behind it stays. */
static size_t page_size(const struct couch_changes *changes)
{
	size_t count = changes->queued < COUCH_PAGE_LIMIT ? changes->queued : COUCH_PAGE_LIMIT;

	/* Only a row with a seq can end a page that is not all. */
	while (count < changes->queued && !changes->queue[count - 1].seq)
		count++;
	return count;
}

static bool give_page(struct couch_changes *changes, struct couch_page *page_out)
{
	size_t count = page_size(changes), left = changes->queued - count;
	struct couch_page page = {
		.count = count,
		.changes = own_alloc((count + 1) * sizeof(*page.changes)),
		.next_since = own_copy(left > 0 ? changes->queue[count - 1].seq : changes->since),
		.caught_up = changes->caught_up && left == 0 && !changes->paused,
		.rejoined = changes->rejoined,
	};

	if (count > 0) {
		memcpy(page.changes, changes->queue, count * sizeof(*page.changes));
		memmove(changes->queue, changes->queue + count, left * sizeof(*page.changes));
	}
	changes->queued = left;
	changes->rejoined = false;
	if (left == 0)
		changes->queued_bytes = 0;
	if (changes->paused && !is_full(changes)) {
		changes->paused = false;
		changes->line_ms = clock_steady_ms();
		http_pause(changes->call, false);
	}
	*page_out = page;
	return true;
}

/* One thing after another until there is something to give, or the time is over. */
enum turn { TURN_AGAIN, TURN_GIVE, TURN_FAIL };

static enum turn turn_waiting(struct couch_changes *changes, int64_t until_ms, struct error *error)
{
	int64_t now_ms = clock_steady_ms();
	int64_t target_ms = changes->try_ms < until_ms ? changes->try_ms : until_ms;

	if (now_ms >= until_ms) {
		if (changes->failure.kind == ERROR_NONE)
			return TURN_GIVE;
		if (error)
			*error = changes->failure;
		return TURN_FAIL;
	}
	if (now_ms < target_ms)
		http_run(couch_client_http(changes->couch), target_ms - now_ms);
	now_ms = clock_steady_ms();
	changes->waiting = now_ms < changes->try_ms;
	return now_ms < target_ms ? TURN_GIVE : TURN_AGAIN;
}

static enum turn turn_catching_up(struct couch_changes *changes, int64_t until_ms, struct error *error)
{
	struct error failure = {0};

	if (!catch_up(changes, &failure))
		return put_off(changes, &failure, error) ? TURN_AGAIN : TURN_FAIL;
	changes->failure = (struct error){0};
	changes->rejoined = changes->rejoined || changes->dropped;
	changes->dropped = false;
	if (changes->silent_feeds >= SILENT_FEEDS && !asks_in_pages(changes))
		ask_in_pages(changes);
	changes->page_ms = clock_steady_ms() + page_wait_ms(changes);
	/* Also when all rows were unwanted: the place moved, and may be kept. */
	return changes->queued > 0 || !changes->caught_up || clock_steady_ms() >= until_ms ? TURN_GIVE
											   : TURN_AGAIN;
}

/* Each time as if a feed had ended: the database may be another one by then. */
static enum turn turn_between_pages(struct couch_changes *changes, int64_t until_ms)
{
	int64_t now_ms = clock_steady_ms();
	int64_t target_ms = changes->page_ms < until_ms ? changes->page_ms : until_ms;

	if (now_ms < target_ms)
		http_run(couch_client_http(changes->couch), target_ms - now_ms);
	if (clock_steady_ms() < changes->page_ms)
		return TURN_GIVE;
	changes->following = false;
	changes->dropped = true;
	return TURN_AGAIN;
}

static enum turn turn_following(struct couch_changes *changes, int64_t until_ms, struct error *error)
{
	if (!changes->call && asks_in_pages(changes))
		return turn_between_pages(changes, until_ms);
	if (!changes->call)
		open_feed(changes);
	http_run(couch_client_http(changes->couch), until_ms - clock_steady_ms());
	if (http_is_over(changes->call) && !end_feed(changes, error))
		return changes->queued > 0 && changes->failure.kind != ERROR_STOPPED ? TURN_GIVE : TURN_FAIL;
	/* A heartbeat or a wake, which come alike: the caller waits again. */
	return changes->following || changes->queued > 0 ? TURN_GIVE : TURN_AGAIN;
}

bool couch_changes_read(struct couch_changes *changes, int64_t wait_ms, struct couch_page *page_out,
			struct error *error)
{
	int64_t until_ms = clock_steady_ms() + (wait_ms > 0 ? wait_ms : 0);
	enum turn turn = changes->queued > 0 ? TURN_GIVE : TURN_AGAIN;

	/* Only here, so that a read without a wait tries once, however short the backoff. */
	changes->waiting = changes->waiting && clock_steady_ms() < changes->try_ms;
	while (turn == TURN_AGAIN) {
		if (http_stopped(couch_client_http(changes->couch)))
			return error_set(error, ERROR_STOPPED, "asked to stop");
		if (changes->waiting)
			turn = turn_waiting(changes, until_ms, error);
		else if (!changes->following)
			turn = turn_catching_up(changes, until_ms, error);
		else
			turn = turn_following(changes, until_ms, error);
	}
	if (turn == TURN_FAIL || !read_unread(changes, error))
		return false;
	return give_page(changes, page_out);
}

bool couch_changes_waiting(const struct couch_changes *changes)
{
	if (changes->queued > 0)
		return true;
	return changes->waiting ? clock_steady_ms() >= changes->try_ms : !changes->following;
}

/* Pairs whose documents have several live leaves, or a deleted leaf beside a live one (sync-rules 8), and what is known of these
 * leaves. Nothing is planned from such a document before its leaves are one again (merge/merge.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;
struct pair;

struct conflict {
	size_t place; /* in the list */
	bool open;    /* there are several live leaves */
	struct json_object
		*ended;  /* owned; array of deleted leaves' revisions, among which are new ones; or NULL */
	char *unmerged;  /* owned; why they cannot be made one, or NULL */
	unsigned tried;  /* the cycle that tried it last */
	unsigned misses; /* tries in a row that met another write, or had no answer */
	struct json_object
		*merged; /* owned; array of the bodies that became one, for the ledger to remember; or NULL */
	char *reported;  /* owned; what a person lost by it, for the next job at the pair; or NULL */
};
struct conflicts {
	size_t count, capacity;
	struct pair **list; /* owned; those with a 'conflict' */
};
void conflicts_done(struct conflicts *conflicts);

/* The document was seen. 'open': it has several live leaves; 'changed': they are others than before, so what was known of them is
 * dropped. */
void conflicts_note(struct conflicts *conflicts, struct pair *pair, bool open, bool changed);
/* The document has these deleted leaves, and not all of them were handled. */
void conflicts_note_ended(struct conflicts *conflicts, struct pair *pair, struct json_object *revisions);
/* A hash of a set of deleted leaves, the same in whatever order; 0: none. */
uint64_t ended_hash(struct json_object *revisions);
uint64_t ended_hash_of(const char *revision);
/* Its leaves are to be made one. */
bool conflict_waits(const struct pair *pair);
/* The same for this cycle, which may try again what an earlier one could not merge. */
bool conflict_is_due(struct pair *pair, unsigned cycle);
/* Why they cannot be merged, or NULL. Borrowed. */
const char *conflict_unmerged(const struct pair *pair);
/* They cannot be merged, for this reason ('words' is taken), until the leaves change or a later cycle tries again. */
void conflict_set_unmerged(struct pair *pair, char *words);
/* A merge met another write, or had no answer. Returns how often in a row. */
unsigned conflict_miss(struct pair *pair);
/* The leaves are one now. 'merged' and 'reported' are taken, or NULL. */
void conflict_end(struct conflicts *conflicts, struct pair *pair, struct json_object *merged, char *reported);
/* What follows from the deleted leaves is decided. 'merged' is taken: the bodies of those that somebody has merged, or NULL. */
void conflict_end_ended(struct conflicts *conflicts, struct pair *pair, struct json_object *merged);
/* Gives the bodies that became one to the caller, once; NULL: there are none. */
struct json_object *conflict_take_merged(struct conflicts *conflicts, struct pair *pair);
/* The next job has to report what a person lost. */
bool conflict_reports(const struct pair *pair);
/* Gives that report to the caller; NULL: there is none. */
char *conflict_take_report(struct conflicts *conflicts, struct pair *pair);

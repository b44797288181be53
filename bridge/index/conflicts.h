/* Pairs whose documents have several live leaves, or a leaf that was deleted beside a live one (sync-rules 8), and what is known
 * of that. Nothing is planned from such a document before its leaves are one again (merging.h). */
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

/* The document was seen, with several leaves or with one; 'changed': other ones than before, of which nothing is known. */
void conflicts_note(struct conflicts *conflicts, struct pair *pair, bool open, bool changed);
/* It has these deleted leaves, of which not all were handled. */
void conflicts_note_ended(struct conflicts *conflicts, struct pair *pair, struct json_object *revisions);
/* A hash of deleted leaves that goes by which there are, in whatever order; 0: none. */
uint64_t ended_hash(struct json_object *revisions);
uint64_t ended_hash_of(const char *revision);
/* Its leaves are to be made one. */
bool conflict_waits(const struct pair *pair);
/* The same for this cycle, which may try again what an earlier one could not merge. */
bool conflict_is_due(struct pair *pair, unsigned cycle);
/* Why they cannot be, or NULL. Borrowed. */
const char *conflict_unmerged(const struct pair *pair);
/* 'words' is taken. It stays so until the leaves are other ones, or a later cycle looks at the pair again. */
void conflict_set_unmerged(struct pair *pair, char *words);
/* Another write was in the way, or there was no answer: the number of times in a row. */
unsigned conflict_miss(struct pair *pair);
/* They are one. 'merged' and 'told' are taken, or NULL. */
void conflict_end(struct conflicts *conflicts, struct pair *pair, struct json_object *merged, char *reported);
/* What follows from its deleted leaves is decided. 'merged' is taken: what those had that were merged by somebody, or NULL. */
void conflict_end_ended(struct conflicts *conflicts, struct pair *pair, struct json_object *merged);
/* The bodies that became one, to the caller; NULL: there are none that were not taken yet. */
struct json_object *conflict_take_merged(struct conflicts *conflicts, struct pair *pair);
/* There is something to be told at the next job. */
bool conflict_reports(const struct pair *pair);
/* What was told, to the caller; NULL: nothing. */
char *conflict_take_report(struct conflicts *conflicts, struct pair *pair);

/* One cell's value, in a form that both sides share. Pure. */
#pragma once
#include "base/json.h"

enum cell_kind {
	CELL_EMPTY, /* absent, null, "", [], false: the same everywhere */
	CELL_TEXT,
	CELL_NUMBER,
	CELL_TRUE,
	CELL_TIME,
	CELL_CHOICE, /* the choice's canonical name: as it was when the field was bound, so that a rename is no edit */
	CELL_LINKS, /* ids of documents, without type prefix, in order */
	CELL_WRONG, /* a value that this field cannot hold; text says what it is */
};

/* Sixteen bytes: a job holds hundreds of them. */
struct cell {
	enum cell_kind kind;
	uint32_t id_count; /* CELL_LINKS, else 0 */
	union {
		char *text;      /* owned; CELL_TEXT, CELL_CHOICE, CELL_WRONG */
		double number;   /* CELL_NUMBER */
		int64_t time_ms; /* CELL_TIME */
		char **ids; /* owned; CELL_LINKS; an id that starts with CELL_UNKNOWN_LINK is a row without a document */
	};
};
/* A link to a row that has no document (yet): this character, then the record id. */
#define CELL_UNKNOWN_LINK '\x01'

/* How two values of one field are compared (sync-rules 18). */
struct cell_equivalence {
	double tolerance;     /* numbers that differ by less are equal; 0: exact */
	bool single_line;     /* a line break counts as one space, and so does a tab */
	bool trailing_breaks; /* line breaks at the end count as nothing */
	bool markdown;        /* the base writes its Markdown in a way of its own: see cell_shows_sent() */
	bool hides_zero;      /* a document's 0 is shown as an empty cell: see cell_hides_zero() */
};

struct cell cell_text(const char *text); /* "" and NULL give CELL_EMPTY */
struct cell cell_number(double number);
struct cell cell_truth(bool truth);
struct cell cell_time(int64_t time_ms);
struct cell cell_choice(const char *name); /* "" and NULL give CELL_EMPTY */
struct cell cell_link(const char *id);     /* "" and NULL give CELL_EMPTY */
struct cell cell_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
void cell_links_add(struct cell *cell, const char *id); /* EMPTY becomes LINKS */
void cell_done(struct cell *cell);                      /* frees, leaves CELL_EMPTY */
struct cell cell_copy(const struct cell *cell);
/* Frees *to and moves *from into it. */
void cell_move(struct cell *to, struct cell *from);

/* Whether both are the same value: absent and empty are; so are numbers within the tolerance, and \r\n and \n; links in the same
 * order. CELL_WRONG equals only the same words. 'equivalence' NULL: numbers exactly, lines as they are. */
bool cell_equal(const struct cell *a, const struct cell *b, const struct cell_equivalence *equivalence);
/* Whether the cell is empty because the document says 0. A 0 that a person types there is another value than nothing. */
bool cell_hides_zero(const struct cell *shown, const struct cell *sent,
		     const struct cell_equivalence *equivalence);
/* Whether the cell shows what was sent to it: equal, or the same but for how Markdown is written ("* a" for "- a"). Of two
 * things that a cell showed at different times cell_equal() tells whether somebody changed it. */
bool cell_shows_sent(const struct cell *shown, const struct cell *sent,
		     const struct cell_equivalence *equivalence);
/* Whether they are the same in every byte. */
bool cell_same(const struct cell *a, const struct cell *b);
/* For logs and messages, at most 60 characters. */
void cell_show(const struct cell *cell, char *words_out, size_t size);
/* Says of which field it is that what stands in the cell cannot be (words in quotes, so that a space at their end is seen), and why.
 * False. */
bool cell_refuse(struct error *error, const char *name, const struct cell *cell, const char *why);

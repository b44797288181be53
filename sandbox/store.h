/* What the sandbox holds: bases, tables, fields, rows with their cells, and the trash.
 *
 * Rows, fields, choices and tables that were deleted stay behind, marked, as long as the store lives,
 * so that whoever holds a pointer to one (the trash, a page of a listing) can ask it. Not thread-safe:
 * the server has one lock around everything. */
#pragma once
#include "base/error.h"
#include "base/json.h"
#include "base/own.h"
#include "sandbox/fetch_queue.h"
#include "sandbox/files.h"
#include "sandbox/ids.h"
#include "sandbox/times.h"
#include <stdint.h>

#define SANDBOX_TEXT_LIMIT  100000 /* UTF-16 units in a cell */
#define SANDBOX_TRASH_LIMIT 10000  /* rows of a base that can be brought back */
#define SANDBOX_FIELD_LIMIT 500
#define SANDBOX_TABLE_LIMIT 1000

struct sandbox_type;
struct sandbox_table;
struct sandbox_field;
struct sandbox_record;
struct sandbox_listing;
struct sandbox_match_notes;

struct sandbox_choice {
	char *id, *name, *color; /* owned; color may be NULL */
	bool deleted;
};

enum sandbox_cell_kind {
	CELL_EMPTY,
	CELL_TEXT,
	CELL_NUMBER,
	CELL_TRUE,
	CELL_CHOICES, /* one for a singleSelect */
	CELL_TIME,    /* a date is its midnight, UTC */
	CELL_LINKS,
	CELL_FILES,
	CELL_RAW, /* JSON text as it was given: collaborators, bar codes */
};

struct sandbox_cell {
	enum sandbox_cell_kind kind;
	uint32_t count; /* of choices, links, files */
	union {
		char *text; /* owned; also CELL_RAW */
		double number;
		int64_t time_ms;
		struct sandbox_choice **choices; /* array owned, choices borrowed from the field */
		struct sandbox_record **links;   /* array owned, rows borrowed from the base */
		struct sandbox_file **files;     /* array owned, files shared */
	};
};

struct sandbox_slot {
	struct sandbox_cell cell;
	int64_t modified_ms; /* 0: never */
};

/* A link that comes back with a row in the trash: one-way ones that pointed at it when it went, and those of rows that came
 * back before it. */
struct sandbox_incoming {
	struct sandbox_record *from;
	struct sandbox_field *field;
	int64_t modified_ms; /* of that cell, by the deletion: changed since means leave it alone */
};

struct sandbox_record {
	char *id;       /* owned */
	uint64_t order; /* the first characters of the id: sorts most rows without looking at it */
	struct sandbox_table *table;
	int64_t created_ms;  /* whole seconds */
	int64_t modified_ms; /* newest change of any editable cell; 0: never */
	int64_t number;      /* autoNumber */
	bool deleted;
	bool limited;                      /* may be neither written nor deleted; see rights.h */
	bool stripped;                     /* too long in the trash: its cells are gone */
	struct sandbox_slot *slots;        /* owned; one for each field of the table */
	struct sandbox_incoming *incoming; /* owned; only in the trash */
	size_t incoming_count;
};

struct sandbox_field {
	char *id, *name, *description; /* owned; description may be NULL */
	const struct sandbox_type *type;
	char *type_name;             /* owned; as given, since unknown types are kept too */
	struct json_object *options; /* owned; as given, but for choices and links; may be NULL */
	struct sandbox_table *table;
	size_t slot;
	bool deleted;
	size_t choice_count;
	struct sandbox_choice **choices; /* owned; deleted ones included */
	struct sandbox_table *linked;    /* multipleRecordLinks */
	struct sandbox_field *inverse;   /* NULL: one-way, as every link to the own table */
	struct formula *formula; /* owned; parsed when first asked, NULL before and when it is wrong */
	bool formula_tried, evaluating;
	struct sandbox_match_notes *matches; /* owned, by matches.h alone; NULL until an upsert asks */
	unsigned limited;                    /* enum sandbox_limited_words: its cells may not be written */
};

struct sandbox_table {
	char *id, *name, *description, *view_id; /* owned */
	struct sandbox_base *base;
	bool deleted;
	size_t field_count;
	struct sandbox_field **fields; /* owned */
	size_t gone_count;
	struct sandbox_field **gone; /* owned; deleted fields */
	struct sandbox_field *primary;
	size_t record_count, record_capacity;
	struct sandbox_record **records; /* live rows in the order they were made */
	size_t trash_count, trash_capacity;
	struct sandbox_record **trash; /* oldest first */
	int64_t last_number;
	unsigned limited_creates, limited_updates, limited_deletes; /* enum sandbox_limited_words */
};

struct sandbox_base {
	char *id, *name; /* owned */
	struct sandbox_store *store;
	size_t table_count;
	struct sandbox_table **tables; /* owned; deleted ones included */
	size_t map_count, map_capacity;
	struct sandbox_record **map; /* owns every row that ever was, by id */
	uint64_t version;            /* moves with every change */
};

struct sandbox_store {
	size_t base_count;
	struct sandbox_base **bases; /* owned */
	uint64_t version;
	/* The world that changes are made in, set by whoever makes them. */
	int64_t now_ms;
	bool bump_equal;       /* writing an equal value counts as a modification */
	bool fresh_unmodified; /* a row has no modified time before its first edit */
	bool quoted_refusals; /* a refused value is always told as 'Field "X" cannot accept the provided value' */
	enum sandbox_times times;
	bool keep_text;      /* texts are not normalised */
	bool fetch_modifies; /* the end of a file's fetch counts as a modification of its cell */
	struct sandbox_files files;
	struct sandbox_fetch_queue fetches;
	bool seeded;
	uint64_t seed;
	struct sandbox_listing *listings; /* owned; the newest, see listings.h */
};

struct sandbox_store *sandbox_store_open(void);
void sandbox_store_close(struct sandbox_store **store);
/* Ids follow from the seed from here on. */
void sandbox_store_seed(struct sandbox_store *store, uint64_t seed);
void sandbox_mint(struct sandbox_store *store, const char *prefix, char id_out[SANDBOX_ID_SIZE]);

/* Lookups answer NULL, and never what was deleted. 'key' is an id or a name. */
struct sandbox_base *sandbox_find_base(struct sandbox_store *store, const char *id);
struct sandbox_table *sandbox_find_table(struct sandbox_base *base, const char *key);
struct sandbox_field *sandbox_find_field(struct sandbox_table *table, const char *key);
struct sandbox_choice *sandbox_find_choice(struct sandbox_field *field, const char *key);
struct sandbox_record *sandbox_find_record(struct sandbox_base *base, const char *id);
/* In the trash, or NULL. */
struct sandbox_record *sandbox_find_trashed(struct sandbox_base *base, const char *id);

/* An id of NULL is minted; ids and names must be free (sandbox_find_… says). Never fail. */
struct sandbox_base *sandbox_add_base(struct sandbox_store *store, const char *id, const char *name);
struct sandbox_table *sandbox_add_table(struct sandbox_base *base, const char *id, const char *name);
/* The first field of a table becomes its primary field. 'type' is that of the name (cells.h). */
struct sandbox_field *sandbox_add_field(struct sandbox_table *table, const char *id, const char *name,
					const struct sandbox_type *type, const char *type_name);
struct sandbox_choice *sandbox_add_choice(struct sandbox_field *field, const char *id, const char *name);
/* A row without cells, behind the others. */
struct sandbox_record *sandbox_add_record(struct sandbox_table *table, const char *id);
/* Something of this base changed. */
void sandbox_touch_base(struct sandbox_base *base);
/* Forgets a parsed formula of every field: names may mean something else now. */
void sandbox_forget_formulas(struct sandbox_base *base);

void sandbox_cell_done(struct sandbox_cell *cell);
/* Behind the others; takes the file. The cell must be empty or hold files. */
void sandbox_cell_add_file(struct sandbox_cell *cell, struct sandbox_file *file);

/* The schema of the app's template, as the base schema request shows it. */
#pragma once
struct json_object;

#define WORLD_SHELF_COLUMN "fldShelf000000000" /* a column that people made for themselves */

/* An array of tables; the same for all worlds of a process, borrowed. */
struct json_object *world_schema(void);
/* The id of the column "Modified At" of Collections (0) or Items (1). */
const char *world_modified_column(unsigned table);

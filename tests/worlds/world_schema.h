/* The schema of the app's template, as the base schema request shows it. */
#pragma once
struct json_object;

/* An array of tables; the same for all worlds of a process, borrowed. */
struct json_object *world_schema(void);

/* What a person does in the grid: rows, fields, choices, tables. No token, no limit, not counted.
 *
 * {"base":"app…","actions":[…]}: each action {"create":{…}} or {"action":"create",…}. Tables, fields and choices by id or
 * name; cells as with typecast.
 *
 *     create        table, fields                       restore       table, record (out of the trash, same id)
 *     update        table, record, fields               renameTable   table, name
 *     delete        table, record or records            deleteTable   table
 *     addField      table, name, type, options          deleteField   table, field
 *     renameField   table, field, name                  retypeField   table, field, type, options
 *     renameChoice  table, field, choice, name          deleteChoice  table, field, choice
 *
 *     limit         table, and record, field, or what ("create", "update", "delete"); words ("named", "quoted" or "bare",
 *                   see rights.h; "" lifts it): the API may not write it
 *
 * deleteField, retypeField, renameChoice, deleteChoice and deleteTable take "touch": false, which leaves the modified times
 * of the cells alone. Stops at the first action that does not fit; those before it stay. */
#pragma once
#include "base/error.h"
#include "base/json.h"
#include "base/own.h"
#include "sandbox/store.h"

/* One result object for each action done, with the "id" of what was made. The store's now_ms must be set. */
must_use bool sandbox_edit(struct sandbox_store *store, struct json_object *request,
			   struct json_object *results, struct error *error);
/* The rule of a fault: {"base"?,"table","record" or "match":{name: value},"fields"}, or {"base"?,"actions"}. Without a base:
 * the store's first. */
must_use bool sandbox_edit_by_rule(struct sandbox_store *store, struct json_object *rule,
				   struct error *error);

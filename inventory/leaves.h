/* The live leaves of one document, made one again: CouchDB keeps side by side what devices wrote apart from each other, shows one of
 * it, and leaves the rest to whoever knows what the data means (sync-rules 8). Pure, without clock or chance: whoever merges the
 * same leaves with the same ancestors makes the same document.
 *
 * Key by key, against what the leaves had before they parted. What one of two moved is taken. Of what both moved, to different
 * values, that of the newer leaf wins (by updated_at; at the same time the one that CouchDB prefers), and the other is lost, which
 * is told. Where the ancestor is not known, both have moved whatever differs. Keys that only make sense together, such as a number
 * and the codes that are made of it, are taken together. App links are merged per integration, and are never told. */
#pragma once
#include "inventory/document_type.h"
#include "inventory/merged_leaves.h"

struct leaf {
	const char *revision;     /* borrowed */
	struct json_object *body; /* borrowed; with "_attachments" stubs */
	/* borrowed; digest of what it has in common with the leaves before it; NULL: not known. Of the first one: NULL */
	struct json_object *ancestor;
};

/* The first leaf is the one that CouchDB shows. The others come in CouchDB's order, the preferred one first (leaf_compare), so that whoever
 * merges them makes the same document. Each is merged into what those before it have become. count > 0. */
void leaves_merge(enum document_type type, const struct leaf *leaves, size_t count,
		  struct merged_leaves *merged_out);

/* CouchDB's order of two live leaves: above 0 when it shows the first of both. */
int leaf_compare(const char *revision, const char *other);

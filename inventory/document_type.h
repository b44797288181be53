/* The types of the Inventory app's documents, and their ids. Pure. */
#pragma once
#include "base/own.h"

enum document_type {
	DOCUMENT_CONFIG,
	DOCUMENT_COLLECTION,
	DOCUMENT_ITEM,
	DOCUMENT_ITEM_IMAGE,
	DOCUMENT_IMAGE,
	DOCUMENT_INTEGRATION,
	DOCUMENT_DELETED_DATA, /* integration_deleted_data */
	DOCUMENT_SHARING,
	DOCUMENT_HISTORY,
	DOCUMENT_OTHER, /* design documents, and what a later app may add */
};

#define DOCUMENT_CONFIG_ID "0000-config"

/* What stands before the id in _id: "item-", "zz20-image-"; "" for other types. */
const char *document_prefix(enum document_type type);
/* "item", "_history": the value of 'type'. */
const char *document_type_name(enum document_type type);
/* The type with this name; DOCUMENT_OTHER: none that has data. */
enum document_type document_type_named(const char *name);
/* "item-<id>"; the config document has one id only, whatever 'id' says. The caller frees. */
char *document_full_id(enum document_type type, const char *id);
/* The type of a full _id, and where its id begins inside it ('id_out' may be NULL); for the config document
 * and others the id is all of it. */
enum document_type document_type_of(const char *full_id, const char **id_out);

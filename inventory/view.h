/* What a save looks up among the other documents: a table of functions, so that whoever calls can read ahead, read
 * from memory, or read from a server.
 *
 * A save changes nothing. A view that does not have an answer yet may note the question and fail (ERROR_RETRY), or
 * note it and answer "none" for the time being; when all that was noted has been read, the save is begun anew and its
 * former outcome dropped. Questions are few and known beforehand: of an item its collection, its container, the config
 * document, the db_sharing document of a foreign config_uuid, its contents (container_id) and the others with its
 * individual_asset_reference or its EPC (rfid_tag_epc_memory_bank_contents and actual_…); of a collection the others
 * with its collection_reference_number and, before a delete, its items (collection_id); afterwards an item's
 * item_images (item_id) and an image's (image_id). */
#pragma once
#include "inventory/document.h"

struct inventory_view {
	void *context;
	/* *body_out is borrowed until the next call; NULL: there is no such document. */
	bool (*get)(void *context, const char *full_id, struct json_object **body_out, struct error *error);
	/* All documents of this type, valid or not, whose data.<key> is this text, by _id: an array, which the
	 * caller frees. */
	bool (*find)(void *context, enum document_type type, const char *key, const char *value,
		     struct json_object **bodies_out, struct error *error);
};

/* 'id' without its prefix. */
must_use bool view_get(const struct inventory_view *view, enum document_type type, const char *id,
		       struct json_object **body_out, struct error *error);
must_use bool view_find(const struct inventory_view *view, enum document_type type, const char *key,
			const char *value, struct json_object **bodies_out, struct error *error);
/* Whether the own config document's owner may write what belongs to the other. */
must_use bool view_may_write(const struct inventory_view *view, const char *own_uuid, const char *other_uuid,
			     bool *may_out, struct error *error);

/* What the _id of a history document says, without its body: zzd-history-<created by>-<batch>-<type>-<data id>-<event>-
 * <timestamp>-<4 digits>. Pure.
 *
 * Every part may hold dashes, so where a part ends is a guess that whoever needs to be sure checks in the body: the batch
 * is the first number (or "undefined") that the name of a type follows. */
#pragma once
#include "inventory/document.h"

struct history_id {
	const char *created_by; /* borrowed; not ended by a NUL; "undefined": nobody is named */
	size_t created_by_length;
	int64_t batch; /* 0: none */
	enum document_type data_type;
	const char *rest;     /* borrowed; what begins with the data's id and goes on with a dash */
	int64_t timestamp_ms; /* 0: it does not say */
};
/* false: it is no history document's. */
bool history_id_read(const char *full_id, struct history_id *id_out);
/* Whether it may record something of this document. */
bool history_id_is_of(const struct history_id *id, enum document_type type, const char *data_id);

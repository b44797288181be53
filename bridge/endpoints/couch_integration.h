/* An integration's own document, when devices saved it apart from each other. It belongs to the app and is never written here: so
 * it stays in conflict, and each reading decides which of its leaves counts (integration_config.h). */
#pragma once
#include "couch/documents.h"

/* 'document' was read with its conflicts. Its body is replaced by that of the leaf that counts. *differ_out: another leaf has
 * other settings. A leaf that cannot be read does not count. */
must_use bool couch_integration_settle(struct couch_client *couch, struct couch_document *document,
				       bool *differ_out, struct error *error);

/* An integration's own document, where devices saved it apart from each other. It is the app's, and never written: so it stays in
 * conflict, and which of its leaves counts is decided at each reading (scope.h). */
#pragma once
#include "couch/documents.h"

/* 'document' was read with its conflicts: its body becomes that of the leaf that counts. *differ_out: another leaf asks for something
 * else. A leaf that cannot be read does not count. */
must_use bool couch_integration_settle(struct couch_client *couch, struct couch_document *document,
				       bool *differ_out, struct error *error);

#include "bridge/merge/merge_message.h"

#include "base/log.h"
#include "inventory/schema.h"

#define LOSS_SHOWN 60 /* bytes of a lost value that are shown */

static void add_value(struct text *words, struct json_object *data, const char *key)
{
	struct json_object *value = NULL;

	if (!json_find(data, key, &value)) {
		text_add(words, "(empty)");
		return;
	}
	scoped_text shown = json_write(value);
	scoped_text quoted = log_quote(shown, LOSS_SHOWN);
	text_add(words, quoted);
}

static void add_loss(struct text *words, enum document_type type, const struct leaf_loss *loss,
		     const char *key)
{
	text_format(words, "%s%s: ", words->length ? "; " : "", schema_words(type, key));
	add_value(words, loss->lost, key);
	text_add(words, " gave way to ");
	add_value(words, loss->instead, key);
}

char *merge_loss_message(const struct merge *merge)
{
	enum document_type type = table_document_type(merge->pair->table);
	struct text words = {0};

	for (size_t i = 0; i < merge->merged.loss_count; i++) {
		const struct leaf_loss *loss = &merge->merged.losses[i];
		json_each (loss->lost, key, value) {
			(void)value;
			add_loss(&words, type, loss, key);
		}
		json_each (loss->instead, other, ignored) {
			(void)ignored;
			if (!json_find(loss->lost, other, NULL))
				add_loss(&words, type, loss, other);
		}
	}
	if (!words.length)
		return NULL;
	char *reported =
		own_format("Edited in several places at once: %s.%s What was lost is in the history.",
			   text_or_empty(&words),
			   merge->unknown ? " CouchDB has compacted away what they were made of, so that of "
					    "all that differs the newer edit counts."
					  : "");
	text_done(&words);
	return reported;
}

/* What a person can do when Airtable refuses us as a whole, or does not answer. */
#pragma once
#include "base/error.h"

struct bridge_settings;

/* Adds to an error of Airtable's what is wrong, which setting it is about and what to do: a token that Airtable does not know or
 * that may not do this, a base that it does not know, an address where something else answers, silence. 'scopes' are those that
 * were needed, or NULL: all that are ever needed. An error of another server stays as it is. */
void airtable_advise(const struct bridge_settings *settings, const char *base_id, const char *scopes,
		     struct error *error);

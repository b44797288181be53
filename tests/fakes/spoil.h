/* JSON with one place spoiled: what stands there is gone, or of another type. */
#pragma once
#include "base/json.h"

/* What may stand in a place instead; NULL: nothing, the key or element is not there. */
extern const char *const spoil_with[];
extern const size_t spoil_count;

size_t spoil_places(struct json_object *json);
/* 'place' is below spoil_places(). */
bool spoil(struct json_object *json, size_t place, const char *instead);

/* What JavaScript makes of values, where the app's documents show it: white space, numbers as text, JSON text. Pure. */
#pragma once
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_NUMBER_SIZE 32

/* White space and line ends, at both ends. trim(): the caller frees. */
bool script_is_white_space(uint32_t character);
char *script_trim(const char *words);
bool script_is_blank(const char *words);
/* The character at the beginning of well-formed UTF-8 of this size. */
uint32_t script_character(const char *bytes, size_t size);

/* String(number): "1e+21", "0.1", "-5", "NaN". */
void script_number(double number, char words_out[SCRIPT_NUMBER_SIZE]);
/* Number(text): "" and blanks are 0, what is no number is NaN. */
double script_number_of_text(const char *words);
/* Number(value), for JSON values. */
double script_number_of(struct json_object *value);
/* Whether `if (value)` holds. */
bool script_is_true(struct json_object *value);

/* What JavaScript takes for an array index: such keys come first in an object, in the order of their numbers. */
bool script_is_index(const char *key, uint64_t *index_out);
/* JSON.stringify(value); a number that is not finite is null. The caller frees. */
char *script_json(struct json_object *value);

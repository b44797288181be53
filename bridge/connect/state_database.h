/* The database beside the data, `<database>-davenport`, which holds what an integration remembers. */
#pragma once
#include "base/error.h"
#include "base/own.h"

struct couch_client;
struct log;

/* It is there when this returns true. One that is missing is made, which only an administrator of the server may; one that was made
 * beforehand only has to let this user in, as a member. It is made private where everybody could read it; where that is refused,
 * the log says so and it is used as it is. ERROR_FATAL says which right is missing. */
must_use bool state_database_ensure(struct couch_client *state, const struct log *log, struct error *error);

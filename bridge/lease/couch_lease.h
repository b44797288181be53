/* The lease's document in the state database of a CouchDB. */
#pragma once
#include "bridge/lease/lease.h"

struct couch_client;

/* 'couch' is borrowed as long as the store is used; it must ask once only, and soon give up: a renewal is worth nothing when it
 * comes late. */
struct lease_store couch_lease_store(struct couch_client *couch);

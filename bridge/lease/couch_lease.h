/* The lease's document in the state database of a CouchDB. */
#pragma once
#include "bridge/lease/lease.h"

struct couch_client;

/* 'couch' is borrowed as long as the store is used. It must ask once only and soon give up: a renewal that comes late is worth
 * nothing. */
struct lease_store couch_lease_store(struct couch_client *couch);

/* The checkpoint: how far the news of both sides is handled, and in which database (couchdb-rules 5, sync-rules 3).
 *
 * The same JSON stands twice as a local document, in the source database and in the state database, the source written
 * first:
 *
 *     {"v", "session": the process that wrote it, "database": a UUID of ours, "count": how many were written before,
 *      "at": this machine's clock in ms, "listed": the same clock when all rows were last compared, or absent,
 *      "couch": the place in the feed or null, "rows": the place in the base's changes or null,
 *      "open": the _ids of documents whose entries the ledger did not take, or absent,
 *      "born": when the database was made, where its server says that (couch_checkpoint.h)}
 *
 * So the source is never behind what is remembered, unless its files were put back from a backup; and it is there, with
 * the same UUID, unless the database was made anew. */
#pragma once
#include "bridge/memory/memory.h"

/* Takes the places in both sides' news from the checkpoint, if the database is still the one that it was written into. If not,
 * logs what happened to the database, and leaves the place in the feed open. */
must_use bool sync_load_checkpoint(struct sync *sync, struct error *error);
/* Writes a first checkpoint if the database, or the state database, has none that counts. */
must_use bool sync_plant_checkpoint(struct sync *sync, struct error *error);
/* Whether the database is still the one that was last written to. If not, the place is lost. */
must_use bool sync_check_position(struct sync *sync, struct error *error);
/* Logs that the state was lost, once until a checkpoint stands there again. */
void sync_report_state_lost(struct sync *sync);
/* The database does not know the place in its feed, or is another one: the next cycle starts again and compares everything. */
void sync_lose_position(struct sync *sync);
/* Notes that everything heard so far is handled, or parked in the ledger. A refusal stops nothing: without a checkpoint a restart
 * hears more anew, and that is all. False: the cycle cannot go on (asked to stop, the place or the state is lost). */
must_use bool sync_checkpoint(struct sync *sync, struct error *error);

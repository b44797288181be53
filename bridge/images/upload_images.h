/* Sends pictures with their bytes, a call each, where links do not serve (images_way.h). */
#pragma once
#include "bridge/job/batch.h"

/* When the answers to the rows' other cells are taken. What is not sent now comes later: each picture's failure is its own. False: the
 * database cannot be read, or the ledger not be written. */
must_use bool batch_upload_images(struct batch *batch, struct error *error);

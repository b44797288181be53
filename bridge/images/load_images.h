/* Loads the pictures of a batch: those of items whose links or whose cell are not as they were handled. All others cost nothing. */
#pragma once
#include "bridge/job/batch.h"

/* After the rows were read. False ends the batch, whose pairs are queued again. */
must_use bool batch_load_images(struct batch *batch, struct error *error);

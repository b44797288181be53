/* Decide: puts together what bridge/plan/ has to know, and takes its decisions for each pair and each field. Where the time of an
 * edit matters Airtable is asked for it. */
#pragma once
#include "bridge/job/batch.h"

must_use bool batch_plan(struct batch *batch, struct error *error); /* existence, fields */

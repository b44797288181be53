/* The control paths, /_sandbox/…: JSON in, JSON out, without a token, limit or count; for the page, for tests, for people.
 *
 *     GET  bases                      {"bases":[tables and fields as the meta API has them],"rows":{table id: count},"version"}
 *     GET  rows?base=&table=          {"version","records":[…]}: all rows, cells by names of fields; with &since=VERSION only
 *                                     {"version"} when nothing changed; &modified=1 adds "modified":{name: ms} to each row
 *     POST edit                       a person's edits, see edit.h; {"results":[{"id"}…]}
 *     POST file                       a file that a person chose, see upload.h; {"id"};  GET file/ID is its content
 *     GET  faults, POST faults, DELETE faults, POST faults/release      see faults.h
 *     GET  clock, POST clock          {"now","now_ms","frozen"}; {"advance_ms":n}, {"set":"ISO"}, {"freeze":true|false}
 *     GET  counts, POST counts        since the start or the last POST
 *     GET  options, POST options      latency_ms, rate (0: off), iterator_ms, bump_equal, fresh_unmodified, quoted_refusals,
 *                                     times, keep_text; fetch: whether files are fetched (else they stay as given), of
 *                                     fetch_limit bytes, in fetch_ms; fetch_modifies: the fetch's end modifies the cell;
 *                                     unfetched: what a file shows before, "whole", "without-id" or "absent"
 *     GET  save                       the state, see save.h;  POST save writes the file of --save
 *     POST load                       replaces the state; DELETE iterators forgets all listings
 *
 * A refusal is {"error":{"type","message"}} with status 422. */
#pragma once
#include "sandbox/world.h"

struct sandbox_control_request {
	const char *method;
	const struct sandbox_target *target; /* its first segment is "_sandbox" */
	const char *body;
	size_t body_length;
	int64_t now_us;
};

void sandbox_control(struct sandbox *sandbox, const struct sandbox_control_request *request,
		     struct sandbox_answer *answer);

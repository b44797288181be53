/* Read before every file that clang-tidy looks at, and by no build.
 *
 * The analyzer sees one file at a time, so it cannot know that these always answer false, and would follow each
 * `return error_set(...)` as if it had succeeded. */
#pragma once
#include "base/error.h"
#include "sandbox/refusal.h"
#define error_set(...)                 (error_set(__VA_ARGS__), false)
#define error_wrap(...)                (error_wrap(__VA_ARGS__), false)
#define sandbox_refuse(...)            (sandbox_refuse(__VA_ARGS__), false)
#define sandbox_refuse_bare(...)       (sandbox_refuse_bare(__VA_ARGS__), false)
#define sandbox_refuse_route(...)      (sandbox_refuse_route(__VA_ARGS__), false)
#define sandbox_refuse_model(...)      (sandbox_refuse_model(__VA_ARGS__), false)
#define sandbox_refuse_request(...)    (sandbox_refuse_request(__VA_ARGS__), false)
#define sandbox_refuse_field_name(...) (sandbox_refuse_field_name(__VA_ARGS__), false)

/* Since 2.32 glibc's is safe: its text lives in the thread. The check knows older ones. */
#define strerror strerror_of_glibc

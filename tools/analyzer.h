/* Read before every file that clang-tidy looks at, and by no build.
 *
 * The analyzer sees one file at a time, so it cannot know that these always answer false, and would follow each
 * `return error_set(...)` as if it had succeeded. */
#pragma once
#include "base/error.h"
#define error_set(...) (error_set(__VA_ARGS__), false)
#define error_wrap(...) (error_wrap(__VA_ARGS__), false)

/* Since 2.32 glibc's is safe: its text lives in the thread. The check knows older ones. */
#define strerror strerror_of_glibc

/* Ownership that can be seen: scoped pointers, handing on, results that must be used. */
#pragma once
#include <stdarg.h>
#include <stddef.h>

/* The pointer is closed by name##_close() on every way out of its scope. A close takes the
 * address of the pointer, accepts NULL inside and leaves NULL. */
#define scoped(name) __attribute__((cleanup(name##_close))) struct name *

/* Hands the pointer on: its value, and NULL is left behind. */
#define take(pointer)                                                                                        \
	({                                                                                                   \
		__typeof__(pointer) taken_ = (pointer);                                                      \
		(pointer) = NULL;                                                                            \
		taken_;                                                                                      \
	})

#define must_use __attribute__((warn_unused_result))

#define countof(array) (sizeof(array) / sizeof((array)[0]))

/* At the start of a program that is to stay small: large buffers go back to the system as they are freed. */
void own_prepare(void);

/* Memory that is there or the process ends: one line on stderr, exit 70. A pass can be repeated
 * from anywhere, so a restart is safe, and half the error paths vanish. */
void *own_alloc(size_t size);                           /* zeroed */
void *own_resize(void *old, size_t count, size_t size); /* not zeroed; checks count * size */
_Noreturn void own_out_of_memory(void);                 /* for what was allocated elsewhere */
char *own_copy(const char *text);                       /* NULL stays NULL */
char *own_copy_bytes(const char *bytes, size_t length); /* and a closing NUL */
char *own_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *own_format_list(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/* scoped_text char *name = ...; freed on the way out. */
void own_free_text(char **text);
#define scoped_text __attribute__((cleanup(own_free_text))) char *

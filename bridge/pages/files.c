/* The assembler reads them from the folder that make runs in; the Makefile makes this anew when they change. */
#include "bridge/pages/files.h"

#include <string.h>

__asm__(".section .rodata\n"
	"davenport_style:\n"
	".incbin \"bridge/pages/style.css\"\n"
	".byte 0\n"
	"davenport_script:\n"
	".incbin \"bridge/pages/script.js\"\n"
	".byte 0\n"
	"davenport_icon:\n"
	".incbin \"bridge/pages/icon.svg\"\n"
	".byte 0\n"
	".previous\n");

extern const char davenport_style[], davenport_script[], davenport_icon[];

static void give(struct admin_answer *answer, const char *type, const char *bytes)
{
	answer->type = type;
	answer->file = bytes;
	answer->file_length = strlen(bytes);
	answer->may_be_kept = true;
}

void style_file(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	(void)request;
	give(answer, "text/css; charset=utf-8", davenport_style);
}

void script_file(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	(void)request;
	give(answer, "text/javascript; charset=utf-8", davenport_script);
}

void icon_file(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	(void)request;
	give(answer, "image/svg+xml", davenport_icon);
}

/* page.html as bytes of this program. The assembler reads it from the folder that make runs in; the Makefile makes
 * this anew when the page changes. */
#include "sandbox/page.h"

__asm__(".section .rodata\n"
	"sandbox_page_bytes:\n"
	".incbin \"sandbox/page.html\"\n"
	".byte 0\n"
	".previous\n");

extern const char sandbox_page_bytes[];

const char *sandbox_page_html(void)
{
	return sandbox_page_bytes;
}

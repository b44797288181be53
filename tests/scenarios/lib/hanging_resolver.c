/* Put in front of the C library's resolver (LD_PRELOAD): a name is looked up for a minute, and not found. */
#include <netdb.h>
#include <unistd.h>

enum { HANGS_S = 60 };

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
		struct addrinfo **found_out)
{
	(void)name, (void)service, (void)hints, (void)found_out;
	sleep(HANGS_S);
	return EAI_AGAIN;
}

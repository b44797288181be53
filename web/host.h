/* For which host a request says that it is. A page of a stranger's can have its own name lead to our address (DNS rebinding), and the
 * browser then takes us for the stranger's server; but the name is in the request. */
#pragma once
#include <stdbool.h>

/* The Host header names an address in digits, or localhost, which nobody else can have lead here; or one of the names of a list
 * ("davenport.example,inventory.lan"), whatever the port. NULL, an empty one and one that is no host: false. */
bool web_host_is_ours(const char *header, const char *names);

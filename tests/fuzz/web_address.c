/* Reads: three lines: the networks of proxies, an address, the values of X-Forwarded-For. Holds: an address is printed and read again as
 * the same; nobody but a named proxy can say for whom it asks. */
#include "tests/fuzz/fuzz.h"
#include "web/address.h"

static char *take_line(char **at)
{
	char *line = *at;
	size_t length = strcspn(line, "\n");

	*at = line + length + (line[length] ? 1 : 0);
	line[length] = '\0';
	return line;
}

static void must_be_read_again(const struct web_address *address)
{
	struct web_address again;
	char words[WEB_ADDRESS_TEXT_SIZE];

	web_address_text(address, words);
	must(web_address_read(words, strlen(words), &again));
	must(memcmp(address, &again, sizeof(again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped_text words = own_copy_bytes((const char *)bytes, length);
	struct web_networks proxies = {0};
	struct web_address connection = {{0}};
	struct error error = {0};
	char *at = words;
	const char *networks = take_line(&at), *address = take_line(&at);

	if (!web_networks_read(networks, &proxies, &error))
		must(error.kind == ERROR_FATAL && text_is_utf8(error.text, strlen(error.text)));
	if (!web_address_read(address, strlen(address), &connection))
		return 0;
	must_be_read_again(&connection);
	struct web_address client = web_address_of_client(&connection, at, &proxies);
	must_be_read_again(&client);
	if (!web_networks_hold(&proxies, &connection))
		must(memcmp(&client, &connection, sizeof(client)) == 0);
	return 0;
}

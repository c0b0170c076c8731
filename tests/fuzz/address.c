/* Addresses, networks, and what stands in X-Forwarded-For. */

#include "common/web/address.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

/* What is printed is the same address again. */
static void check_round_trip(const struct address *a)
{
	char text[ADDRESS_TEXT];
	struct address again;

	demand(address_parse(&again, address_print(text, a)) == 0);
	demand(memcmp(&again, a, sizeof again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct network trusted[2];
	struct address peer, client;
	struct arena a = { 0 };
	int count = 1;

	network_parse(&trusted[0], "127.0.0.0/8");
	if (network_parse(&trusted[1], fuzz_text(&in, &a)) == 0) {
		demand(trusted[1].bits >= 0 && trusted[1].bits <= 128);
		demand(network_holds(&trusted[1], &trusted[1].address));
		count = 2;
	}
	if (address_parse(&peer, fuzz_text(&in, &a)) < 0)
		address_parse(&peer, "127.0.0.1");
	check_round_trip(&peer);
	address_of_client(&client, &peer, fuzz_rest(&in, &a), trusted, count);
	check_round_trip(&client);
	arena_free(&a);
	return 0;
}

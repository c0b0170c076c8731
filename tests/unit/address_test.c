#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/web/address.h"

static const char *canonical(const char *text)
{
	static char out[ADDRESS_TEXT];
	struct address a;

	return address_parse(&a, text) == 0 ? address_print(out, &a) : "-";
}

static void addresses_are_read_with_and_without_ports(void **state)
{
	static const char *const cases[][2] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "192.0.2.7:8080", "192.0.2.7" },
		{ "2001:db8::1", "2001:db8::1" },
		{ "[2001:db8::1]", "2001:db8::1" },
		{ "[::1]:443", "::1" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "localhost", "-" },
		{ "", "-" },
		{ "1.2.3", "-" },
		{ "1.2.3.4.5", "-" },
		{ "[::1", "-" },
		{ "unknown", "-" },
		{ "0x7f.1", "-" },
		{ "1.2.3.4\n", "-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(canonical(cases[i][0]), cases[i][1]);
}

static int holds(const char *network, const char *text)
{
	struct network n;
	struct address a;

	if (network_parse(&n, network) < 0 || address_parse(&a, text) < 0)
		return -1;
	return network_holds(&n, &a);
}

static void networks_hold_what_their_bits_say(void **state)
{
	static const struct {
		const char *network, *address;
		int holds;
	} cases[] = {
		{ "10.0.0.0/8", "10.255.1.2", 1 },
		{ "10.0.0.0/8", "11.0.0.1", 0 },
		{ "192.0.2.7", "192.0.2.7", 1 },
		{ "192.0.2.7", "192.0.2.8", 0 },
		{ "192.0.2.6/31", "192.0.2.7", 1 },
		{ "192.0.2.6/31", "192.0.2.8", 0 },
		{ "0.0.0.0/0", "203.0.113.1", 1 },
		{ "0.0.0.0/0", "2001:db8::1", 0 },
		{ "::/0", "2001:db8::1", 1 },
		{ "2001:db8::/33", "2001:db8:7fff::1", 1 },
		{ "2001:db8::/33", "2001:db8:8000::1", 0 },
		{ "10.0.0.0/8", "::ffff:10.1.2.3", 1 },
		{ "10.0.0.0/33", "10.0.0.1", -1 },
		{ "10.0.0.0/", "10.0.0.1", -1 },
		{ "10.0.0.0/8x", "10.0.0.1", -1 },
		{ "::1/129", "::1", -1 },
		{ "example.org/8", "10.0.0.1", -1 },
		{ "10.0.0.0/-1", "10.0.0.1", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(holds(cases[i].network, cases[i].address), cases[i].holds);
}

static void the_client_is_who_stands_before_our_proxies(void **state)
{
	static const char *const cases[][3] = {
		/* peer, X-Forwarded-For, client */
		{ "203.0.113.9", NULL, "203.0.113.9" },
		{ "203.0.113.9", "1.1.1.1", "203.0.113.9" }, /* anybody may say that */
		{ "127.0.0.1", NULL, "127.0.0.1" },
		{ "127.0.0.1", "198.51.100.1", "198.51.100.1" },
		{ "127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1" },
		{ "127.0.0.1", "1.1.1.1, 198.51.100.1 ,10.0.0.2", "198.51.100.1" },
		{ "127.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3" },
		{ "127.0.0.1", "1.1.1.1, nonsense", "127.0.0.1" },
		{ "127.0.0.1", "1.1.1.1, nonsense, 10.0.0.2", "10.0.0.2" },
		{ "127.0.0.1", "", "127.0.0.1" },
		{ "127.0.0.1", ",", "127.0.0.1" },
		{ "127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1" },
	};
	struct network trusted[2];

	(void)state;
	network_parse(&trusted[0], "127.0.0.1");
	network_parse(&trusted[1], "10.0.0.0/8");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct address peer, client;
		char text[ADDRESS_TEXT];

		assert_int_equal(address_parse(&peer, cases[i][0]), 0);
		address_of_client(&client, &peer, cases[i][1], trusted, 2);
		assert_string_equal(address_print(text, &client), cases[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_with_and_without_ports),
		cmocka_unit_test(networks_hold_what_their_bits_say),
		cmocka_unit_test(the_client_is_who_stands_before_our_proxies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

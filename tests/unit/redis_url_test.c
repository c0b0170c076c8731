#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/redis/url.h"

static void urls_are_taken_apart(void **state)
{
	static const struct {
		const char *url;
		struct redis_url want;
	} cases[] = {
		{ "redis://cache", { .host = "cache", .port = "6379" } },
		{ "redis://cache/", { .host = "cache", .port = "6379" } },
		{ "redis://10.0.0.1:7000/3",
		  { .host = "10.0.0.1", .port = "7000", .database = 3 } },
		{ "redis://[::1]", { .host = "::1", .port = "6379" } },
		{ "redis://[::1]:7000/1", { .host = "::1", .port = "7000", .database = 1 } },
		{ "redis://secret@h", { .host = "h", .port = "6379", .password = "secret" } },
		{ "redis://:secret@h", { .host = "h", .port = "6379", .password = "secret" } },
		{ "redis://me:s%40%3a%2F@h:1",
		  { .host = "h", .port = "1", .user = "me", .password = "s@:/" } },
		{ "redis://me:p@ss@h", /* the last @ counts */
		  { .host = "h", .port = "6379", .user = "me", .password = "p@ss" } },
		{ "unix:/run/redis.sock", { .path = "/run/redis.sock" } },
		{ "unix:///run/redis.sock", { .path = "/run/redis.sock" } },
		{ "unix:/r?db=2&password=a%20b",
		  { .path = "/r", .password = "a b", .database = 2 } },
		{ "unix:/r?", { .path = "/r" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct redis_url *want = &cases[i].want;
		struct redis_url got;
		struct err e = { 0 };

		assert_int_equal(redis_url_parse(&got, cases[i].url, &e), 0);
		assert_string_equal(got.host, want->host);
		assert_string_equal(got.port, want->port);
		assert_string_equal(got.path, want->path);
		assert_string_equal(got.user, want->user);
		assert_string_equal(got.password, want->password);
		assert_int_equal(got.database, want->database);
	}
}

static void bad_urls_are_refused_without_showing_the_password(void **state)
{
	static const char *const bad[] = {
		"",
		"localhost:6379",
		"http://h",
		"rediss://h",
		"redis://",
		"redis://:6379",
		"redis:///1",
		"redis://h:",
		"redis://h:0",
		"redis://h:65536",
		"redis://h:6379x",
		"redis://h/x",
		"redis://h/-1",
		"redis://h/99999",
		"redis://[::1",
		"redis://[]:1",
		"redis://[::1]x",
		"redis://hunter2%@h",
		"redis://hunter2%4@h",
		"redis://hunter2%00@h",
		"redis://hunter2%zz@h",
		"redis://u:hunter2@",
		"redis://u:hunter2@h:port",
		"unix:relative",
		"unix:",
		"unix:/r?hunter2=1",
		"unix:/r?password=hunter2%",
		"unix:/r?db=x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct redis_url got;
		struct err e = { 0 };

		if (redis_url_parse(&got, bad[i], &e) != -1)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(e.kind, ERR_PERM);
		assert_null(strstr(e.text, "hunter2"));
	}
}

static void what_does_not_fit_is_refused_and_not_cut(void **state)
{
	static const char *const shapes[] = { "redis://%s@h", "redis://%s:x@h", "redis://%s",
					      "unix:/%s" };
	char filler[400], url[512];

	(void)state;
	memset(filler, 'x', sizeof filler - 1);
	filler[sizeof filler - 1] = 0;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		struct redis_url got;
		struct err e;
		size_t before = strcspn(shapes[i], "%");

		snprintf(url, sizeof url, "%.*s%s%s", (int)before, shapes[i], filler,
			 shapes[i] + before + 2);
		if (redis_url_parse(&got, url, &e) != -1)
			fail_msg("accepted: %s", shapes[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_are_taken_apart),
		cmocka_unit_test(bad_urls_are_refused_without_showing_the_password),
		cmocka_unit_test(what_does_not_fit_is_refused_and_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/ingress/files.h"

#define BYTES(s) s, sizeof(s) - 1

static const struct {
	const char *attachment, *data;
	size_t len;
	const char *type, *disposition;
} cases[] = {
	{ "{\"kind\":\"photo\"}", BYTES("\xff\xd8\xff\xe0 and more"), "image/jpeg",
	  "inline; filename*=UTF-8''photo.jpg" },
	{ "{\"kind\":\"voice\"}", BYTES("OggS...."), "audio/ogg",
	  "inline; filename*=UTF-8''voice.ogg" },
	{ "{\"kind\":\"document\",\"mime\":\"image/png\",\"name\":\"a b.png\"}",
	  BYTES("\x89PNG\r\n\x1a\n...."), "image/png", "inline; filename*=UTF-8''a%20b.png" },
	/* what is told and what it is are not the same */
	{ "{\"kind\":\"document\",\"mime\":\"image/png\",\"name\":\"x.png\"}",
	  BYTES("<html><script>"), "application/octet-stream",
	  "attachment; filename*=UTF-8''x.png" },
	{ "{\"kind\":\"photo\"}", BYTES("<svg onload=alert(1)>"), "application/octet-stream",
	  "attachment; filename*=UTF-8''photo.bin" },
	/* what can run is never shown */
	{ "{\"kind\":\"document\",\"mime\":\"text/html\",\"name\":\"x.html\"}", BYTES("<html>"),
	  "application/octet-stream", "attachment; filename*=UTF-8''x.html" },
	{ "{\"kind\":\"document\",\"mime\":\"image/svg+xml\"}", BYTES("<svg>"),
	  "application/octet-stream", "attachment; filename*=UTF-8''document.bin" },
	/* names that want to be something else */
	{ "{\"kind\":\"document\",\"name\":\"../../etc/passwd\"}", BYTES("x"),
	  "application/octet-stream", "attachment; filename*=UTF-8''....etcpasswd" },
	{ "{\"kind\":\"document\",\"name\":\"a\\\"\\r\\nSet-Cookie: x\"}", BYTES("x"),
	  "application/octet-stream",
	  "attachment; filename*=UTF-8''a%22%0D%0ASet-Cookie%3A%20x" },
	{ "{\"kind\":\"document\",\"name\":\"отчёт\"}", BYTES(""), "application/octet-stream",
	  "attachment; filename*=UTF-8''%D0%BE%D1%82%D1%87%D1%91%D1%82" },
	{ "{}", BYTES(""), "application/octet-stream",
	  "attachment; filename*=UTF-8''file.bin" },
};

static void files_are_shown_only_as_what_cannot_run(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_auto_t *attachment = json_loads(cases[i].attachment, 0, NULL);
		struct arena a = { 0 };
		int is_shown;
		const char *type =
			file_type(attachment, cases[i].data, cases[i].len, &is_shown);

		assert_string_equal(type, cases[i].type);
		assert_string_equal(file_disposition(&a, attachment, type, is_shown),
				    cases[i].disposition);
		arena_free(&a);
	}
}

static void a_name_too_long_is_cut_between_its_letters(void **state)
{
	char name[3 + 2 * 300 + 1] = "abc";

	(void)state;
	for (size_t end = 3; end + 2 < sizeof name; end += 2)
		name[end] = '\xd1', name[end + 1] = '\x8f';
	for (int i = 0; i < 4; i++) {
		json_auto_t *attachment = json_pack("{s:s}", "name", name + i);
		struct arena a = { 0 };
		const char *told = file_disposition(&a, attachment, FILE_OCTETS, 0);

		assert_true(strlen(told) < 800);
		assert_string_equal(told + strlen(told) - 6, "%D1%8F");
		arena_free(&a);
	}
}

static void a_part_is_what_one_range_asks_for(void **state)
{
	static const struct {
		const char *header;
		size_t size;
		enum file_asked asked;
		size_t from, to;
	} asked_for[] = {
		{ NULL, 10, FILE_WHOLE, 0, 10 },
		{ "bytes=0-", 10, FILE_PART, 0, 10 },
		{ "bytes=0-0", 10, FILE_PART, 0, 1 },
		{ "bytes=3-5", 10, FILE_PART, 3, 6 },
		{ "bytes=3-99", 10, FILE_PART, 3, 10 },
		{ "bytes=-3", 10, FILE_PART, 7, 10 },
		{ "bytes=-99", 10, FILE_PART, 0, 10 },
		{ "bytes=9-99999999999999999999999", 10, FILE_PART, 9, 10 },
		{ "bytes=10-", 10, FILE_OUTSIDE, 0, 10 },
		{ "bytes=99999999999999999999999-", 10, FILE_OUTSIDE, 0, 10 },
		{ "bytes=-0", 10, FILE_OUTSIDE, 0, 10 },
		{ "bytes=0-", 0, FILE_OUTSIDE, 0, 0 },
		{ "bytes=-1", 0, FILE_OUTSIDE, 0, 0 },
		{ "bytes=5-3", 10, FILE_WHOLE, 0, 10 },
		{ "bytes=1-2,4-5", 10, FILE_WHOLE, 0, 10 },
		{ "bytes=", 10, FILE_WHOLE, 0, 10 },
		{ "bytes=-", 10, FILE_WHOLE, 0, 10 },
		{ "bytes=1", 10, FILE_WHOLE, 0, 10 },
		{ "bytes= 1-2", 10, FILE_WHOLE, 0, 10 },
		{ "seconds=1-2", 10, FILE_WHOLE, 0, 10 },
	};
	struct file_range range;

	(void)state;
	for (size_t i = 0; i < sizeof asked_for / sizeof *asked_for; i++) {
		assert_int_equal(
			file_range_read(&range, asked_for[i].header, asked_for[i].size),
			asked_for[i].asked);
		if (asked_for[i].asked == FILE_OUTSIDE)
			continue;
		assert_int_equal(range.from, asked_for[i].from);
		assert_int_equal(range.to, asked_for[i].to);
	}
}

static void its_kind_is_what_telegram_has_it_as(void **state)
{
	(void)state;
	assert_string_equal(file_kind("image/png", 1 << 20), "photo");
	assert_string_equal(file_kind("image/png", 11 << 20), "document");
	assert_string_equal(file_kind("image/gif", 100), "animation");
	assert_string_equal(file_kind("video/mp4", 100), "video");
	assert_string_equal(file_kind("audio/ogg", 100), "document");
	assert_string_equal(file_kind(FILE_OCTETS, 100), "document");
	assert_string_equal(file_shown_type("IMAGE/JPEG"), "image/jpeg");
	assert_null(file_shown_type("image/svg+xml"));
	assert_null(file_shown_type(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_too_long_is_cut_between_its_letters),
		cmocka_unit_test(a_part_is_what_one_range_asks_for),
		cmocka_unit_test(its_kind_is_what_telegram_has_it_as),
		cmocka_unit_test(files_are_shown_only_as_what_cannot_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_shown_only_as_what_cannot_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

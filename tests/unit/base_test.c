#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/log.h"
#include "common/base/timer.h"

/* --- arena ---------------------------------------------------------------- */

static void memory_is_zeroed_aligned_and_apart(void **state)
{
	struct arena a = { 0 };
	unsigned char *previous = NULL;

	(void)state;
	for (size_t size = 1; size < 5000; size += 37) {
		unsigned char *p = arena_alloc(&a, size);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
		assert_ptr_not_equal(p, previous);
		previous = p;
	}
	arena_free(&a);
	assert_null(a.blocks);
}

static void texts_are_copied(void **state)
{
	struct arena a = { 0 };
	char text[] = "ab\0cd";
	char *dup = arena_dup(&a, text, 5), *str = arena_str(&a, text);

	(void)state;
	memset(text, 'x', sizeof text);
	assert_memory_equal(dup, "ab\0cd", 6);
	assert_string_equal(str, "ab");
	assert_null(arena_str(&a, NULL));
	assert_string_equal(arena_dup(&a, NULL, 0), "");
	assert_string_equal(arena_int(&a, INT64_MIN), "-9223372036854775808");
	assert_string_equal(arena_printf(&a, "%s-%d", "x", 7), "x-7");
	arena_free(&a);
}

static struct buf released;

static void note_release(void *object)
{
	buf_puts(&released, object);
}

static void what_is_owned_is_released_last_first_and_once(void **state)
{
	struct arena a = { 0 };

	(void)state;
	arena_own(&a, (void *)"1", note_release);
	arena_own(&a, (void *)"2", note_release);
	arena_own(&a, (void *)"3", note_release);
	arena_free(&a);
	arena_free(&a);
	assert_string_equal(buf_str(&released), "321");
	buf_free(&released);
}

/* --- buf ------------------------------------------------------------------ */

static void a_buffer_grows_and_stays_terminated(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_string_equal(buf_str(&b), "");
	for (int i = 0; i < 1000; i++) {
		buf_puts(&b, "0123456789");
		assert_int_equal(b.data[b.len], 0);
	}
	buf_add(&b, "\0x", 2);
	buf_putc(&b, 'y');
	buf_printf(&b, "%03d", 7);
	assert_int_equal(b.len, 10006);
	assert_memory_equal(b.data + 10000, "\0xy007", 7);
	buf_free(&b);
	assert_int_equal(b.len, 0);
	assert_string_equal(buf_str(&b), "");
}

static void a_buffer_is_cut_at_either_end(void **state)
{
	static const struct {
		size_t cut, drop;
		const char *left;
	} cases[] = {
		{ 99, 0, "abcdef" }, { 6, 0, "abcdef" }, { 4, 1, "bcd" }, { 0, 0, "" },
		{ 3, 3, "" },        { 3, 99, "" },      { 6, 5, "f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = { 0 };

		buf_puts(&b, "abcdef");
		buf_cut(&b, cases[i].cut);
		buf_drop(&b, cases[i].drop);
		assert_string_equal(buf_str(&b), cases[i].left);
		assert_int_equal(b.len, strlen(cases[i].left));
		buf_free(&b);
	}
}

static void an_empty_buffer_may_be_cut(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_cut(&b, 0);
	buf_drop(&b, 5);
	buf_add(&b, NULL, 0);
	assert_string_equal(buf_str(&b), "");
	buf_free(&b);
}

/* --- log ------------------------------------------------------------------ */

/* What `write` puts on stderr. */
static void capture(char *into, size_t size, void (*write)(void))
{
	char path[] = "/tmp/tandem-log-XXXXXX";
	int kept = dup(STDERR_FILENO), file = mkstemp(path);
	ssize_t n;

	assert_true(kept >= 0 && file >= 0);
	dup2(file, STDERR_FILENO);
	write();
	dup2(kept, STDERR_FILENO);
	n = pread(file, into, size - 1, 0);
	assert_true(n >= 0);
	into[n] = 0;
	close(kept);
	close(file);
	unlink(path);
}

static void say_something_awkward(void)
{
	log_open("tester", 0);
	log_scope("0123456789abcdef");
	log_warn("said text=\"%s\" back=\\ tab=\t line=\n end=\x01", "\xd0\xb4");
	log_scope(NULL);
}

static void a_line_is_json_whatever_is_said(void **state)
{
	char line[4096];
	json_t *json;

	(void)state;
	capture(line, sizeof line, say_something_awkward);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	json = json_loads(line, 0, NULL);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "level")), "warn");
	assert_string_equal(json_string_value(json_object_get(json, "service")), "tester");
	assert_string_equal(json_string_value(json_object_get(json, "trace")),
			    "0123456789abcdef");
	assert_string_equal(json_string_value(json_object_get(json, "msg")),
			    "said text=\"\xd0\xb4\" back=\\ tab=\t line=\n end=\x01");
	json_decref(json);
}

static void say_too_much(void)
{
	char quotes[3000];

	memset(quotes, '"', sizeof quotes - 1);
	quotes[sizeof quotes - 1] = 0;
	log_error("%s", quotes);
}

static void a_long_line_is_cut_and_still_json(void **state)
{
	char line[8192];
	json_t *json;

	(void)state;
	capture(line, sizeof line, say_too_much);
	json = json_loads(line, 0, NULL);
	assert_non_null(json);
	assert_true(json_string_length(json_object_get(json, "msg")) > 500);
	json_decref(json);
}

static void say_with_broken_characters(void)
{
	char text[2000];

	for (size_t i = 0; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "\xd0\xb4", 3);
	log_warn("x%s", text); /* cut in the middle of a character */
	log_warn("bytes=\xff\xc0 end");
}

static void what_is_not_utf8_does_not_break_a_line(void **state)
{
	char lines[8192], *second;
	json_t *json;

	(void)state;
	capture(lines, sizeof lines, say_with_broken_characters);
	second = strchr(lines, '\n') + 1;
	json = json_loadb(lines, (size_t)(second - lines), 0, NULL);
	assert_non_null(json);
	json_decref(json);
	json = json_loads(second, 0, NULL);
	assert_non_null(json);
	json_decref(json);
}

static void say_at_each_level(void)
{
	log_open("tester", 1);
	log_info("one");
	log_warn("two");
	log_error("three");
	log_open("tester", 0);
}

static void quiet_means_warnings_and_errors(void **state)
{
	char lines[4096];

	(void)state;
	capture(lines, sizeof lines, say_at_each_level);
	assert_null(strstr(lines, "\"one\""));
	assert_non_null(strstr(lines, "\"two\""));
	assert_non_null(strstr(lines, "\"three\""));
}

/* --- err and clock -------------------------------------------------------- */

static void errors_are_values_that_fit_one_line(void **state)
{
	struct err e;
	char longer[500];

	(void)state;
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	assert_int_equal(err_set(&e, ERR_PERM, "%s", longer), -1);
	assert_int_equal(e.kind, ERR_PERM);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
}

static void times_are_written_in_utc(void **state)
{
	char text[CLOCK_ISO_SIZE];

	(void)state;
	assert_string_equal(clock_iso(text, 0), "1970-01-01T00:00:00.000Z");
	assert_string_equal(clock_iso(text, 1795237800123), "2026-11-21T05:10:00.123Z");
	assert_true(clock_mono_us() / 1000 <= clock_mono_ms());
}

/* --- timers --------------------------------------------------------------- */

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

static void delays_double_up_to_the_longest(void **state)
{
	static const int expected[] = { 200, 400, 700, 700 };
	struct event_base *base = event_base_new();
	struct event *timer = evtimer_new(base, on_timer, NULL);
	int delay_ms = 100;

	(void)state;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		timer_back_off(timer, &delay_ms, 700);
		assert_true(evtimer_pending(timer, NULL));
		assert_int_equal(delay_ms, expected[i]);
	}
	event_free(timer);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(texts_are_copied),
		cmocka_unit_test(what_is_owned_is_released_last_first_and_once),
		cmocka_unit_test(a_buffer_grows_and_stays_terminated),
		cmocka_unit_test(a_buffer_is_cut_at_either_end),
		cmocka_unit_test(an_empty_buffer_may_be_cut),
		cmocka_unit_test(a_line_is_json_whatever_is_said),
		cmocka_unit_test(a_long_line_is_cut_and_still_json),
		cmocka_unit_test(what_is_not_utf8_does_not_break_a_line),
		cmocka_unit_test(quiet_means_warnings_and_errors),
		cmocka_unit_test(errors_are_values_that_fit_one_line),
		cmocka_unit_test(times_are_written_in_utc),
		cmocka_unit_test(delays_double_up_to_the_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

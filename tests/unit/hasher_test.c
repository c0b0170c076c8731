#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/ingress/hasher.h"

enum { MANY = 30, QUEUE_MAX = 24 };

static struct event_base *base;
static struct hasher *hasher;
static int ended, failed;

struct asking {
	struct flow flow;
	const char *kept, *password;
	int matches;
	char made[PASSWORD_TEXT];
};

static flow_step ask, make, done, gone, nothing;
static const struct flow_class asking_class = { "asking", gone, nothing };

static void ask(void *self)
{
	struct asking *a = self;

	hasher_match(hasher, &a->flow, done, &a->matches, a->kept, a->password);
}

static void make(void *self)
{
	struct asking *a = self;

	hasher_make(hasher, &a->flow, done, a->made, a->password);
}

static void done(void *self)
{
	struct asking *a = self;

	ended++;
	flow_done(&a->flow);
}

static void gone(void *self)
{
	struct asking *a = self;

	failed += a->flow.err.kind == ERR_TEMP;
	flow_done(&a->flow);
}

static void nothing(void *self)
{
	(void)self;
}

static int begin(void **state)
{
	(void)state;
	base = event_base_new();
	flow_open(base);
	hasher = hasher_open(base);
	ended = failed = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	hasher_close(hasher);
	flow_close();
	event_base_free(base);
	return 0;
}

static void run_until(int n)
{
	while (ended + failed < n)
		event_base_loop(base, EVLOOP_ONCE);
}

/* Cheap parameters; the digest is Python's hashlib.scrypt. */
#define KEPT                                                                                   \
	"$scrypt$ln=4,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$L6s7g1TgPZYzCSXxDWATNZG9O-"               \
	"4awHkMlZhLx49VBAw"

static void passwords_are_compared_beside_the_loop(void **state)
{
	struct asking right = { .kept = KEPT, .password = "password" };
	struct asking wrong = { .kept = KEPT, .password = "passwords" };
	struct asking made = { .password = "a new password" };

	(void)state;
	flow_begin(&right.flow, &asking_class, &right, NULL, 60000, ask);
	flow_begin(&wrong.flow, &asking_class, &wrong, NULL, 60000, ask);
	flow_begin(&made.flow, &asking_class, &made, NULL, 60000, make);
	run_until(3);
	assert_int_equal(ended, 3);
	assert_true(right.matches);
	assert_false(wrong.matches);
	assert_true(password_matches(made.made, "a new password"));
}

/* The queue is short: who comes when it is full is told so at once, and nobody waits for ever.
 */
static void more_than_there_is_room_for_are_refused(void **state)
{
	static struct asking all[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		all[i] = (struct asking){ .kept = KEPT, .password = "password" };
		flow_begin(&all[i].flow, &asking_class, &all[i], NULL, 60000, ask);
	}
	run_until(MANY);
	assert_int_equal(ended + failed, MANY);
	assert_true(failed > 0 && ended >= 24);
}

/* Somebody left, or the service does, while theirs is being worked on. */
static void it_may_be_closed_in_the_middle(void **state)
{
	static struct asking a;

	(void)state;
	a = (struct asking){ .password = "a new password" };
	flow_begin(&a.flow, &asking_class, &a, NULL, 60000, make);
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	flow_interrupt(&a.flow, ERR_PERM, "they have left");
	while (flow_count())
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(ended, 0);
}

/* Whoever has left makes room at once, however long the others take. */
static void who_has_left_is_not_worked_on(void **state)
{
	static struct asking all[QUEUE_MAX], late;

	(void)state;
	for (int i = 0; i < QUEUE_MAX; i++) {
		all[i] = (struct asking){ .password = "a new password" };
		flow_begin(&all[i].flow, &asking_class, &all[i], NULL, 60000, make);
	}
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK); /* all have asked */
	for (int i = 0; i < QUEUE_MAX; i++)
		hasher_forget(hasher, &all[i].flow);
	late = (struct asking){ .kept = KEPT, .password = "password" };
	flow_begin(&late.flow, &asking_class, &late, NULL, 60000, ask);
	while (flow_count())
		event_base_loop(base, EVLOOP_ONCE);
	assert_true(late.matches);
	assert_in_range(ended, 1, QUEUE_MAX - 1); /* and whose turn had come by then */
	assert_int_equal(failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(passwords_are_compared_beside_the_loop, begin,
						end),
		cmocka_unit_test_setup_teardown(more_than_there_is_room_for_are_refused, begin,
						end),
		cmocka_unit_test_setup_teardown(it_may_be_closed_in_the_middle, begin, end),
		cmocka_unit_test_setup_teardown(who_has_left_is_not_worked_on, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/flow/flow.h"
#include "common/service/service.h"

/*
 * The skeleton runs in a child, which tells its story letter by letter:
 *   o open   p pause   c close   s a step began   e a step ended its flow
 */

struct child {
	const char *required;
	struct flow flow;
	int nap_ms, stalls, refuses_to_open;
};

static int story = -1; /* where letters go */

static void tell(char letter)
{
	if (write(story, &letter, 1) != 1)
		_exit(99);
}

static void end(void *self)
{
	tell('e');
	flow_done(&((struct child *)self)->flow);
}

static void forget(void *self)
{
	(void)self;
}

static const struct flow_class class = { "child", end, forget };

static void nap(void *self)
{
	struct child *c = self;

	tell('s');
	while (c->stalls)
		pause();
	flow_sleep(&c->flow, end, c->nap_ms);
}

static int child_open(void *self, struct event_base *base)
{
	struct child *c = self;
	struct rlimit limit;

	(void)base;
	tell('o');
	getrlimit(RLIMIT_NOFILE, &limit);
	if (c->refuses_to_open || limit.rlim_cur != limit.rlim_max)
		return -1;
	if (c->nap_ms || c->stalls)
		flow_begin(&c->flow, &class, c, "t", 60000, nap);
	return 0;
}

static void child_pause(void *self)
{
	(void)self;
	tell('p');
}

static void child_close(void *self)
{
	(void)self;
	tell('c');
}

static const struct conf_item conf[] = {
	{ "CHILD_REQUIRED", CONF_STR, CONF_AT(struct child, required), NULL, .help = "any" },
	{ 0 },
};

/* --- parent --------------------------------------------------------------- */

static pid_t start(struct child *c, int drain_s, const char *option)
{
	char *argv[] = { (char *)"child", (char *)option, NULL };
	struct service service = {
		.name = "child",
		.conf = conf,
		.self = c,
		.drain_s = drain_s,
		.open = child_open,
		.pause = child_pause,
		.close = child_close,
	};
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		story = ends[1];
		(void)!freopen("/dev/null", "w", stdout);
		(void)!freopen("/dev/null", "w", stderr);
		_exit(service_run(&service, option ? 2 : 1, argv));
	}
	close(ends[1]);
	story = ends[0];
	return pid;
}

/* Reads on until the letter comes. */
static void wait_for(char letter)
{
	char got = 0;

	while (got != letter)
		assert_int_equal(read(story, &got, 1), 1);
}

/* The rest of the story; fails unless the child's life ends with `status`. */
static void finish(pid_t pid, int status, const char *want)
{
	char rest[32] = "";
	size_t n = 0;
	int got;

	while (n < sizeof rest - 1 && read(story, rest + n, 1) == 1)
		n++;
	close(story);
	assert_int_equal(waitpid(pid, &got, 0), pid);
	assert_string_equal(rest, want);
	assert_int_equal(WIFEXITED(got) ? WEXITSTATUS(got) : -WTERMSIG(got), status);
}

static int set_up(void **state)
{
	(void)state;
	return setenv("CHILD_REQUIRED", "x", 1);
}

/* --- the promises ---------------------------------------------------------- */

static void bad_usage_and_bad_configuration_never_open(void **state)
{
	struct child c = { 0 };

	(void)state;
	finish(start(&c, 1, "--nonsense"), 64, "");
	finish(start(&c, 1, "--help"), 0, "");
	finish(start(&c, 1, "--show-conf"), 0, "");
	unsetenv("CHILD_REQUIRED");
	finish(start(&c, 1, NULL), 78, "");
}

static void a_failed_open_is_closed(void **state)
{
	struct child c = { .refuses_to_open = 1 };

	(void)state;
	finish(start(&c, 1, NULL), 69, "oc");
}

static void an_address_that_cannot_be_served_is_a_failed_open(void **state)
{
	struct child c = { 0 };

	(void)state;
	setenv("METRICS_LISTEN", "192.0.2.1:1", 1);
	finish(start(&c, 1, NULL), 69, "oc");
	unsetenv("METRICS_LISTEN");
}

static void either_signal_stops_an_idle_process(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct child c = { .nap_ms = 1 };
		pid_t pid = start(&c, 30, NULL);

		wait_for('e');
		kill(pid, signals[i]);
		finish(pid, 0, "pc");
	}
}

static void flows_under_way_are_finished_first(void **state)
{
	struct child c = { .nap_ms = 300 };
	pid_t pid = start(&c, 30, NULL);

	(void)state;
	wait_for('s');
	kill(pid, SIGTERM);
	finish(pid, 0, "pec");
}

static void draining_has_an_end(void **state)
{
	struct child c = { .nap_ms = 50000 };
	pid_t pid = start(&c, 1, NULL);

	(void)state;
	wait_for('s');
	kill(pid, SIGTERM);
	finish(pid, 0, "pc");
}

static void a_second_signal_insists(void **state)
{
	struct child c = { .nap_ms = 50000 };
	pid_t pid = start(&c, 1000, NULL);

	(void)state;
	wait_for('s');
	kill(pid, SIGTERM);
	wait_for('p');
	kill(pid, SIGTERM);
	finish(pid, 0, "c");
}

static void sigpipe_is_ignored(void **state)
{
	struct child c = { .nap_ms = 1 };
	pid_t pid = start(&c, 30, NULL);

	(void)state;
	wait_for('e');
	kill(pid, SIGPIPE);
	kill(pid, SIGTERM);
	finish(pid, 0, "pc");
}

/* The timer's signals are sent by hand: thirty seconds are too long for a test. */
static void a_loop_that_stands_still_is_aborted_at_the_third_alarm(void **state)
{
	struct child c = { .stalls = 1 };
	pid_t pid = start(&c, 30, NULL);

	(void)state;
	wait_for('s');
	for (int i = 0; i < 3; i++) {
		usleep(20000); /* signals of one kind do not queue */
		kill(pid, SIGALRM);
	}
	finish(pid, -SIGABRT, "");
}

static void one_alarm_is_forgiven(void **state)
{
	struct child c = { .nap_ms = 200 };
	pid_t pid = start(&c, 30, NULL);

	(void)state;
	wait_for('s');
	kill(pid, SIGALRM); /* as after SIGSTOP and SIGCONT */
	wait_for('e');
	kill(pid, SIGTERM);
	finish(pid, 0, "pc");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bad_usage_and_bad_configuration_never_open),
		TEST(a_failed_open_is_closed),
		TEST(an_address_that_cannot_be_served_is_a_failed_open),
		TEST(either_signal_stops_an_idle_process),
		TEST(flows_under_way_are_finished_first),
		TEST(draining_has_an_end),
		TEST(a_second_signal_insists),
		TEST(sigpipe_is_ignored),
		TEST(a_loop_that_stands_still_is_aborted_at_the_third_alarm),
		TEST(one_alarm_is_forgiven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

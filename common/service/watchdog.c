#include "common/service/watchdog.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/timer.h"
#include "common/metrics/metrics.h"

enum { STRIKE_S = 10, STRIKES = 3, BEAT_MS = 1000 };

struct watchdog {
	struct event *beat;
	int64_t due_ms;
};

static struct metric lag = METRIC(METRIC_HISTOGRAM, "tandem_loop_lag_seconds", "",
				  "How late the event loop runs a timer.");

/*
 * The loop pushes the alarm ahead of itself, so that it never rings while all
 * is well.  A process that is stopped and continued hears one ring at most.
 */
static volatile sig_atomic_t strikes;

static void push_alarm(int seconds)
{
	struct itimerval t = { .it_interval.tv_sec = seconds, .it_value.tv_sec = seconds };

	strikes = 0;
	setitimer(ITIMER_REAL, &t, NULL);
}

static void on_alarm(int sig)
{
	static const char last_words[] =
		"{\"level\":\"error\",\"msg\":\"the event loop stands still: aborting\"}\n";

	(void)sig;
	if (++strikes < STRIKES)
		return;
	(void)!write(STDERR_FILENO, last_words, sizeof last_words - 1);
	abort();
}

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
	struct watchdog *w = arg;
	int64_t late_ms = clock_mono_ms() - w->due_ms;

	(void)fd, (void)what;
	metric_observe_ms(&lag, late_ms > 0 ? (double)late_ms : 0);
	w->due_ms = clock_mono_ms() + BEAT_MS;
	push_alarm(STRIKE_S);
	timer_set(w->beat, BEAT_MS);
}

struct watchdog *watchdog_open(struct event_base *base)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct watchdog *w = calloc(1, sizeof *w);

	if (!w)
		abort();
	sigaction(SIGALRM, &action, NULL);
	w->beat = evtimer_new(base, on_beat, w);
	w->due_ms = clock_mono_ms();
	on_beat(-1, 0, w);
	return w;
}

void watchdog_close(struct watchdog *w)
{
	if (!w)
		return;
	push_alarm(0);
	event_free(w->beat);
	free(w);
}

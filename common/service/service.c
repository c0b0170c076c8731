#include "common/service/service.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/flow/flow.h"
#include "common/service/pages.h"
#include "common/service/watchdog.h"

enum { EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69, EXIT_CONFIG = 78 };
enum { DRAIN_POLL_MS = 50 };

/* What every service is told beside its own configuration. */
struct common_conf {
	const char *metrics_listen;
	int log_quiet;
};

static const struct conf_item common_conf[] = {
	{ "METRICS_LISTEN", CONF_STR, CONF_AT(struct common_conf, metrics_listen), "",
	  .help = "address that serves /metrics, /healthz and /readyz" },
	{ "LOG_QUIET", CONF_INT, CONF_AT(struct common_conf, log_quiet), "0", 0, 1,
	  "1: log only warnings and errors" },
	{ 0 },
};

struct running {
	const struct service *service;
	struct common_conf conf;
	struct event_base *base;
	struct event *term, *intr, *drain;
	struct watchdog *watchdog;
	struct pages pages;
	int stopping, drain_left_ms;
};

/* --- leaving -------------------------------------------------------------- */

static void on_drain(evutil_socket_t fd, short what, void *arg)
{
	struct running *r = arg;

	(void)fd, (void)what;
	if (flow_count() == 0 || r->drain_left_ms <= 0)
		event_base_loopbreak(r->base);
	r->drain_left_ms -= DRAIN_POLL_MS;
}

/* The first signal asks politely, the second insists. */
static void on_stop(evutil_socket_t sig, short what, void *arg)
{
	struct running *r = arg;

	(void)what;
	log_info("stopping signal=%d flows=%d", (int)sig, flow_count());
	if (r->stopping) {
		event_base_loopbreak(r->base);
		return;
	}
	r->stopping = r->pages.stopping = 1;
	if (r->service->pause)
		r->service->pause(r->service->self);
	timer_set(r->drain, DRAIN_POLL_MS);
}

/* --- living --------------------------------------------------------------- */

/* Every connection, browser and answer under way holds a descriptor. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_warn("cannot raise the limit of open files: %s", strerror(errno));
}

/* Changes to what epoll watches wait for the end of the round: most of them cancel out. */
static struct event_base *make_loop(void)
{
	struct event_config *conf = event_config_new();
	struct event_base *base;

	if (!conf)
		abort();
	event_config_set_flag(conf, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
	base = event_base_new_with_config(conf);
	if (!base)
		abort();
	event_config_free(conf);
	return base;
}

static void set_up(struct running *r)
{
	log_open(r->service->name, r->conf.log_quiet);
	signal(SIGPIPE, SIG_IGN);
	raise_file_limit();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	r->base = make_loop();
	flow_open(r->base);
	r->term = evsignal_new(r->base, SIGTERM, on_stop, r);
	r->intr = evsignal_new(r->base, SIGINT, on_stop, r);
	r->drain = event_new(r->base, -1, EV_PERSIST, on_drain, r);
	event_add(r->term, NULL);
	event_add(r->intr, NULL);
}

static void tear_down(struct running *r)
{
	event_free(r->term);
	event_free(r->intr);
	event_free(r->drain);
	flow_close();
	event_base_free(r->base);
	curl_global_cleanup();
	libevent_global_shutdown();
}

static int open_pages(struct running *r)
{
	struct err e;

	if (pages_open(&r->pages, r->base, r->service, r->conf.metrics_listen, &e) == 0)
		return 0;
	log_error("cannot serve METRICS_LISTEN: %s", e.text);
	return -1;
}

static int serve(struct running *r)
{
	const struct service *s = r->service;
	int status = EXIT_UNAVAILABLE;

	set_up(r);
	if (s->open(s->self, r->base) == 0 && open_pages(r) == 0) {
		r->watchdog = watchdog_open(r->base);
		log_info("up");
		event_base_dispatch(r->base);
		log_info("down flows_dropped=%d", flow_count());
		watchdog_close(r->watchdog);
		status = 0;
	}
	pages_close(&r->pages);
	s->close(s->self);
	tear_down(r);
	return status;
}

/* --- beginning ------------------------------------------------------------ */

static int usage(const struct service *s, FILE *out)
{
	fprintf(out,
		"usage: %s [--help | --show-conf]\n"
		"Configuration comes from the environment:\n",
		s->name);
	conf_help(s->conf, out);
	conf_help(common_conf, out);
	return out == stdout ? 0 : EXIT_USAGE;
}

static int show(const struct running *r)
{
	conf_show(r->service->conf, r->service->self, stdout);
	conf_show(common_conf, &r->conf, stdout);
	return 0;
}

static int configure(struct running *r)
{
	int bad = conf_load(r->service->conf, r->service->self);

	return bad + conf_load(common_conf, &r->conf);
}

int service_run(const struct service *s, int argc, char **argv)
{
	struct running r = { .service = s, .drain_left_ms = s->drain_s * 1000 };
	const char *option = argc == 2 ? argv[1] : "";
	int status = EXIT_CONFIG;

	if (strcmp(option, "--help") == 0)
		return usage(s, stdout);
	if (argc > 2 || (argc == 2 && strcmp(option, "--show-conf") != 0))
		return usage(s, stderr);
	if (configure(&r) == 0)
		status = argc == 2 ? show(&r) : serve(&r);
	conf_free(s->conf, s->self);
	return status;
}

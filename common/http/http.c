#include "common/http/http.h"

#include <assert.h>
#include <stdlib.h>

#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/http/transfer.h"

enum { CONNECTIONS = 256 };

/* --- the loop ------------------------------------------------------------- */

static void forget(struct transfer *t)
{
	struct http *h = t->http;

	TAILQ_REMOVE(&h->transfers, t, link);
	h->in_flight--;
	curl_multi_remove_handle(h->multi, t->easy);
	transfer_free(t);
}

/* Transfers end here and nowhere else: curl is not running, anything may be freed. */
static void reap(struct http *h)
{
	struct transfer *t;
	CURLMsg *msg;
	int left;

	while ((t = TAILQ_FIRST(&h->doomed))) {
		TAILQ_REMOVE(&h->doomed, t, link);
		TAILQ_INSERT_TAIL(&h->transfers, t, link);
		forget(t);
	}
	while ((msg = curl_multi_info_read(h->multi, &left))) {
		CURLcode code = msg->data.result;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		transfer_settle(t, code);
		forget(t);
	}
}

static void drive(struct http *h, curl_socket_t fd, int what)
{
	int running;

	h->inside = 1;
	curl_multi_socket_action(h->multi, fd, what, &running);
	h->inside = 0;
	reap(h);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	drive(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	int flags = (what & EV_READ ? CURL_CSELECT_IN : 0) |
		    (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	drive(arg, fd, flags);
}

static int want_timer(CURLM *multi, long ms, void *arg)
{
	struct http *h = arg;

	(void)multi;
	if (ms == 0) /* in this round of the loop yet: a request is to leave */
		event_active(h->timer, EV_TIMEOUT, 0);
	else if (ms < 0)
		event_del(h->timer);
	else
		timer_set(h->timer, ms);
	return 0;
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *assigned)
{
	struct http *h = arg;
	struct event *ev = assigned;
	short flags = EV_PERSIST;

	(void)easy;
	if (ev)
		event_free(ev);
	if (what == CURL_POLL_REMOVE) {
		curl_multi_assign(h->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		flags |= EV_READ;
	if (what & CURL_POLL_OUT)
		flags |= EV_WRITE;
	ev = event_new(h->base, fd, flags, on_socket, h);
	if (!ev)
		abort();
	event_add(ev, NULL);
	curl_multi_assign(h->multi, fd, ev);
	return 0;
}

/* --- one transfer --------------------------------------------------------- */

static void watch(struct transfer *t, int ms)
{
	timer_set(&t->watchdog, ms);
}

/* Bytes only leave a time stamp; this looks now and then whether they still come. */
static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	struct transfer *t = arg;
	int left = transfer_patience_ms(t);

	(void)fd, (void)what;
	if (left > 0) {
		watch(t, left);
		return;
	}
	if (left < 0)
		return;
	transfer_give_up(t);
	forget(t);
}

static void cancel(struct op *op)
{
	struct transfer *t = (struct transfer *)op;
	struct http *h = t->http;

	transfer_note_stage(t);
	if (!h->inside) {
		forget(t);
		return;
	}
	t->cancelled = 1;
	event_del(&t->watchdog);
	TAILQ_REMOVE(&h->transfers, t, link);
	TAILQ_INSERT_TAIL(&h->doomed, t, link);
}

void http_send(struct http *h, struct flow *f, flow_step *next, struct http_response *out,
	       const struct http_request *req)
{
	struct transfer *t = transfer_create(h, out, req);
	int patience = transfer_patience_ms(t);
	CURLMcode code;

	assert(!h->inside);
	op_start(&t->op, f, next, cancel);
	evtimer_assign(&t->watchdog, h->base, on_watchdog, t);
	TAILQ_INSERT_TAIL(&h->transfers, t, link);
	h->in_flight++;
	code = curl_multi_add_handle(h->multi, t->easy);
	if (code != CURLM_OK) {
		op_fail(&t->op, ERR_TEMP, "%s: %s", t->host, curl_multi_strerror(code));
		forget(t);
		return;
	}
	if (patience > 0)
		watch(t, patience);
}

/* --- open and close ------------------------------------------------------- */

static const char *find_ca_file(void)
{
	const char *preset = curl_version_info(CURLVERSION_NOW)->cainfo;
	const char *own = getenv("SSL_CERT_FILE");

	if (own && *own)
		return own;
	return preset ? preset : "/etc/ssl/certs/ca-certificates.crt";
}

struct http *http_open(struct event_base *base, const struct http_conf *conf)
{
	struct http *h = calloc(1, sizeof *h);
	long per_host =
		conf && conf->max_host_connections ? conf->max_host_connections : CONNECTIONS;
	long kept = conf && conf->max_connections ? conf->max_connections : CONNECTIONS;

	if (!h || !(h->multi = curl_multi_init()) ||
	    !(h->timer = evtimer_new(base, on_timer, h)))
		abort();
	h->base = base;
	h->ca_file = find_ca_file();
	TAILQ_INIT(&h->transfers);
	TAILQ_INIT(&h->doomed);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, per_host);
	/* Left alone, the cache shrinks with the transfers and loses its connections. */
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, kept > per_host ? kept : per_host);
	return h;
}

void http_close(struct http *h)
{
	struct transfer *t;

	if (!h)
		return;
	while ((t = TAILQ_FIRST(&h->transfers))) {
		op_fail(&t->op, ERR_TEMP, "%s: we are leaving", t->host);
		forget(t);
	}
	transfer_free_spares(h);
	curl_multi_cleanup(h->multi);
	event_free(h->timer);
	free(h);
}

int http_in_flight(const struct http *h)
{
	return h->in_flight;
}

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/web/internal.h"

/*
 * Requests by route and class of status.  Metrics live as long as the process,
 * so two servers with the same route share one.
 */

enum { ROUTES_MAX = 64, CLASSES = 6 };

struct route_metrics {
	char path[96], method[12];
	struct metric counts[CLASSES], seconds;
	char labels[CLASSES + 1][160];
};

static struct route_metrics *known[ROUTES_MAX];
static struct metric connections =
	METRIC(METRIC_GAUGE, "tandem_http_connections", "", "Open client connections.");
static struct metric streams =
	METRIC(METRIC_GAUGE, "tandem_http_streams", "", "Open event streams.");
static int connection_count, stream_count;

static struct route_metrics *create(const char *method, const char *path)
{
	struct route_metrics *m = calloc(1, sizeof *m);

	if (!m)
		abort();
	snprintf(m->path, sizeof m->path, "%s", path);
	snprintf(m->method, sizeof m->method, "%s", method);
	for (int i = 0; i < CLASSES; i++) {
		snprintf(m->labels[i], sizeof m->labels[i],
			 "route=\"%s\",method=\"%s\",class=\"%dxx\"", m->path, m->method, i);
		m->counts[i] =
			(struct metric)METRIC(METRIC_COUNTER, "tandem_http_requests_total",
					      m->labels[i], "Requests answered.");
	}
	snprintf(m->labels[CLASSES], sizeof *m->labels, "route=\"%s\",method=\"%s\"", m->path,
		 m->method);
	m->seconds = (struct metric)METRIC(METRIC_HISTOGRAM, "tandem_http_request_seconds",
					   m->labels[CLASSES],
					   "From the complete request to its reply.");
	return m;
}

static struct route_metrics *find(const char *method, const char *path)
{
	for (int i = 0; i < ROUTES_MAX; i++) {
		if (!known[i])
			return known[i] = create(method, path);
		if (strcmp(known[i]->path, path) == 0 && strcmp(known[i]->method, method) == 0)
			return known[i];
	}
	return known[ROUTES_MAX - 1];
}

/* What nobody serves is counted under one name: strangers choose the paths. */
void access_count(const struct web_request *req, int status)
{
	struct route_metrics *m = req->route ? find(req->route->method, req->route->path)
					     : find("any", "unknown");

	metric_add(&m->counts[status / 100 < CLASSES ? status / 100 : 5], 1);
	metric_observe_ms(&m->seconds, (double)(clock_mono_us() - req->begun_us) / 1000);
}

void access_connections(int change)
{
	connection_count += change;
	metric_set(&connections, connection_count);
}

void access_streams(int change)
{
	stream_count += change;
	metric_set(&streams, stream_count);
}

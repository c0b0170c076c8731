#include <stdlib.h>
#include <string.h>

#include "services/ingress/buckets.h"
#include "services/ingress/hub.h"
#include "services/ingress/routes.h"
#include "services/ingress/session.h"

/* GET /api/v1/events: the conversation as it happens, from `after` on. */

/* -1: not a number.  The browser's own memory wins over the address. */
static int read_after(struct web_request *req, int64_t *after)
{
	const char *text = web_header(req, "Last-Event-ID");
	char *end;

	if (!text || !*text)
		text = web_query(req, "after");
	*after = 0;
	if (!text || !*text)
		return 0;
	*after = strtoll(text, &end, 10);
	return *end == 0 && *after >= 0 && *after < INT64_MAX / 2 ? 0 : -1;
}

void event_stream(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 240, .burst = 120 };
	struct ingress *in = arg;
	struct session session;
	int64_t after;

	if (session_of(in, req, &session) < 0 ||
	    ingress_limit(in, req, LIMIT_STREAMS, &limit) < 0)
		return;
	if (read_after(req, &after) < 0) {
		web_refuse(req, 400, "bad_request", TEXT_PROBLEM_BAD_AFTER);
	} else if (strcmp(web_method(req), "HEAD") == 0) {
		web_reply(req, 200, "text/event-stream", NULL, 0);
	} else if (in->rate_limits &&
		   (hub_count_chat(in->hub, session.channel->id, session.chat) >=
			    STREAMS_PER_CHAT ||
		    hub_count_network(in->hub, ingress_network(req)) >= STREAMS_PER_NETWORK)) {
		web_too_many(req, 10);
	} else {
		hub_join(in->hub, req, session.channel->id, session.chat, after,
			 session.expires_ms);
	}
}

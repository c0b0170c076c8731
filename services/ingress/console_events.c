#include <string.h>

#include "services/ingress/console_desk.h"
#include "services/ingress/console_hub.h"

/* GET /console/api/events: what happens, as it happens.  ?watch= names the conversation that is
 * being looked at. */

void console_events(void *self)
{
	struct console_call *c = self;
	int64_t watch;

	if (console_number(c, "watch", 0, INT64_MAX / 2, &watch) < 0)
		return;
	if (strcmp(web_method(c->req), "HEAD") == 0)
		web_reply(c->req, 200, "text/event-stream", NULL, 0);
	else if (desk_hub_count(c->in->desk_hub, c->who.id) >= DESK_STREAMS)
		web_too_many(c->req, 10);
	else
		desk_hub_join(c->in->desk_hub, c->req, &c->who, c->token_hash, watch);
	flow_done(&c->flow);
}

void console_tell_operator(struct ingress *in, int operator_id)
{
	live_desk(in->redis,
		  &(struct live_desk){ .what = "operator", .operator_id = operator_id });
}

#include <string.h>

#include "services/courier/courier.h"

void courier_call(struct courier *c, struct flow *f, flow_step *next,
		  struct http_response *response, const struct call *call)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };

	http_send(
		c->http, f, next, response,
		&(struct http_request){ .url = telegram_url(&f->arena, c->telegram_root,
							    call->channel->token, call->method),
					.headers = headers,
					.body = call->body,
					.body_len = strlen(call->body),
					.timeout_ms = call->timeout_ms,
					.may_leave = call->may_leave,
					.may_leave_arg = call->may_leave_arg });
}

void courier_read_reply(struct telegram_reply *reply, struct arena *a,
			const struct http_response *r)
{
	enum { DAY_MS = 86400000 };

	telegram_read_reply(reply, a, r->status, r->body, r->len);
	if (reply->retry_after_ms < 0)
		reply->retry_after_ms = r->retry_after_ms < DAY_MS ? r->retry_after_ms : DAY_MS;
}

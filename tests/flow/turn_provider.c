/* A model's provider that plays a script. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/timer.h"
#include "tests/flow/turn_world.h"

struct call {
	struct op op;
	struct event timer;
	struct http_response *out;
	struct flow *flow;
	http_reader *reader;
	void *arg;
	const struct play *play;
	size_t at;
	int pieces;
};

static void forget_call(struct op *op)
{
	struct call *c = (struct call *)op;

	event_del(&c->timer);
	free(c);
}

static void again(struct call *c, int ms)
{
	timer_set(&c->timer, ms);
}

static void end_call(struct call *c)
{
	const struct play *p = c->play;
	int fails = stage_fails();

	c->out->stage = p->status ? HTTP_ANSWERED : HTTP_SENT;
	c->out->retry_after_ms = p->retry_after_ms ? p->retry_after_ms : -1;
	c->out->should_retry = -1;
	c->out->body = p->status == 200 || !p->body ? "" : arena_str(&c->flow->arena, p->body);
	c->out->len = strlen(c->out->body);
	if (p->status == 0 || p->breaks || fails)
		op_fail(&c->op, fails ? stage.fail_kind : ERR_TEMP, "connection lost");
	else
		op_succeed(&c->op);
	free(c);
}

static void on_call(evutil_socket_t fd, short what, void *arg)
{
	struct call *c = arg;
	const struct play *p = c->play;
	size_t left = p->body && p->status == 200 ? strlen(p->body) - c->at : 0;
	size_t n = p->piece && p->piece < left ? p->piece : left;

	(void)fd, (void)what;
	stage.now_ms += 20;
	if (p->event && c->pieces++ == p->event_at) {
		again(c, 0);
		world_publish(p->event); /* c may be gone now */
		return;
	}
	c->out->status = p->status;
	if (left && c->reader(c->arg, p->body + c->at, n) != 0) {
		op_fail(&c->op, ERR_PERM, "refused by reader");
		free(c);
		return;
	}
	c->at += n;
	if (left)
		again(c, 0);
	else if (p->waits)
		again(c, 1);
	else
		end_call(c);
}

void http_send(struct http *h, struct flow *f, flow_step *next, struct http_response *out,
	       const struct http_request *req)
{
	struct call *c = calloc(1, sizeof *c);
	int i = world.requests < world.play_count ? world.requests : world.play_count - 1;

	(void)h;
	assert_non_null(c);
	assert_true(req->body_len == strlen(req->body) && req->url[0]);
	op_start(&c->op, f, next, forget_call);
	*out = (struct http_response){ .retry_after_ms = -1, .should_retry = -1, .body = "" };
	c->out = out;
	c->flow = f;
	c->reader = req->reader;
	c->arg = req->reader_arg;
	c->play = &world.plays[i];
	world.requests++;
	evtimer_assign(&c->timer, stage.base, on_call, c);
	again(c, 0);
}

#pragma once

#include "common/web/web.h"
#include "tests/integration/peer.h"

/* A small service on the real server, and clients of it, all in one loop. */

enum { REQUEST_MS = 600, IDLE_MS = 1800, BODY_MAX = 100 };

struct web_world {
	struct event_base *base;
	struct web *web;
	struct web_stream *stream; /* the newest */
	struct web_request *kept;  /* by GET /keep/..., for the test to answer */
	int gone;                  /* listeners */
};

extern struct web_world world;

int web_world_open(void **state);
int web_world_close(void **state);

struct peer *visit(void);

/* The answer to one request, until it holds `until`; "" for the end of the connection. */
const char *ask(const char *text, const char *until);

#define JSON                 "Content-Type: application/json\r\n"
#define SENT(answer, status) assert_non_null(strstr(answer, "HTTP/1.1 " status))

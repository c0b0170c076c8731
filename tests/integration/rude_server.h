#pragma once

#include <event2/event.h>

/*
 * An HTTP server that does what the path of the request says, mostly something
 * rude.  It lives in the loop of the test.
 */

struct rude_server;

struct rude_server *rude_server_open(struct event_base *base);
void rude_server_close(struct rude_server *s);

/* "http://127.0.0.1:<port><path>"; borrowed until the next call. */
const char *rude_url(struct rude_server *s, const char *path);

int rude_requests(const struct rude_server *s);    /* that arrived */
int rude_connections(const struct rude_server *s); /* that were accepted */
const char *rude_last_request(const struct rude_server *s);

#pragma once

#include <event2/http.h>

#include "services/ingress/ingress.h"
#include "tests/fuzz/fuzz.h"

/*
 * The routes of ingress without a network: a request is made by hand, goes through the same
 * checks as one that evhttp has read, and is served until its last flow is over.  Doubles stand
 * for the registry of bots, PostgreSQL's state and Redis; what the store answers is up to the
 * target.
 */

/* Once.  bots: as PostgreSQL would tell of them. */
struct ingress *fuzz_ingress(const char *bots);
/* A token of somebody's at the widget "w". */
const char *fuzz_person(void);

/* Of the table; it has to be there. */
const struct web_route *fuzz_route(const char *method, const char *path);

/* Never NULL.  path: with its query. */
struct evhttp_request *fuzz_request(const char *method, const char *path);

/* What is left of the input is the body; takes over ev.  rest: what the route's "*" matched. */
void fuzz_serve(struct evhttp_request *ev, const struct web_route *route, const char *rest,
		const struct fuzz_input *in);

#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/http/http.h"

/* One HTTP request, waiting ten seconds at most: for the command line, which has no loop. */
int fetch(struct arena *a, struct http_response *out, struct err *e, const char *url,
	  const char *const *headers, const char *body);

/* Where ingress is: TANDEM_URL, or what LISTEN says. */
const char *ingress_url(struct arena *a);

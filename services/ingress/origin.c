#include "services/ingress/origin.h"

#include <string.h>
#include <strings.h>

int origin_matches(const char *entry, const char *origin)
{
	const char *star = strstr(entry, "://*.");
	size_t scheme, tail, len = strlen(origin);

	if (strcmp(entry, "*") == 0 || strcasecmp(entry, origin) == 0)
		return 1;
	if (!star)
		return 0;
	scheme = (size_t)(star + 3 - entry);
	tail = strlen(star + 4); /* ".example" */
	return len > scheme + tail && strncasecmp(entry, origin, scheme) == 0 &&
	       strcasecmp(star + 4, origin + len - tail) == 0;
}

static int is_listed(const struct channel *c, const char *origin)
{
	for (const char *const *o = c->origins; o && *o; o++)
		if (origin_matches(*o, origin))
			return 1;
	return 0;
}

/* Behind a proxy the name people use is that of PUBLIC_URL. */
static int is_our_own(const struct ingress *in, const struct web_request *req,
		      const char *origin)
{
	const char *host = web_header(req, "Host");
	const char *name = strstr(origin, "://");
	size_t len = strlen(origin);

	if (name && host && strcasecmp(name + 3, host) == 0)
		return 1;
	return in->public_url && strncasecmp(in->public_url, origin, len) == 0 &&
	       (in->public_url[len] == 0 || in->public_url[len] == '/');
}

int origin_allowed(struct ingress *in, const struct web_request *req,
		   const struct channel *channel)
{
	const char *origin = web_header(req, "Origin");

	return !origin || is_listed(channel, origin) || is_our_own(in, req, origin);
}

int origin_is_own(const struct ingress *in, const struct web_request *req)
{
	const char *origin = web_header(req, "Origin");

	return !origin || is_our_own(in, req, origin);
}

int origin_known(void *arg, const char *origin)
{
	struct ingress *in = arg;
	const struct registry *r = bots_registry(in->bots);

	for (int i = 0; r && i < r->channel_count; i++)
		if (is_listed(&r->channels[i], origin))
			return 1;
	return 0;
}

#include "tests/flow/hub_world.h"

struct listening listening;

struct pubsub *__wrap_pubsub_open(struct event_base *base, const char *url,
				  const struct pubsub_events *events, void *arg, struct err *e);
void __wrap_pubsub_close(struct pubsub *p);
const char *__wrap_web_client(const struct web_request *req);

struct pubsub *__wrap_pubsub_open(struct event_base *base, const char *url,
				  const struct pubsub_events *events, void *arg, struct err *e)
{
	(void)base, (void)url, (void)e;
	listening = (struct listening){ events, arg };
	return (struct pubsub *)&listening;
}

void __wrap_pubsub_close(struct pubsub *p)
{
	(void)p;
}

const char *__wrap_web_client(const struct web_request *req)
{
	(void)req;
	return "192.0.2.1";
}

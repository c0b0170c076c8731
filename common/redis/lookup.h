#pragma once

#include <event2/event.h>
#include <netdb.h>
#include <sys/socket.h>

/*
 * The address of a name, asked of the system as any program asks it (files, DNS), which
 * blocks: a thread of its own waits for it.
 */

struct lookup;

struct lookup_found {
	int status; /* 0, or what gai_strerror() explains; the rest is not set then */
	struct sockaddr_storage address;
	socklen_t len;
};

/* Told once; the lookup is over then. */
typedef void lookup_told(void *arg, const struct lookup_found *found);

/* The texts are copied.  NULL: out of descriptors or threads. */
struct lookup *lookup_begin(struct event_base *base, const char *host, const char *port,
			    lookup_told *told, void *arg);

/* Nobody is told any more.  NULL is allowed. */
void lookup_cancel(struct lookup *l);

/* At once, of what is an address itself; else its status is EAI_NONAME. */
void lookup_literal(struct lookup_found *found, const char *host, const char *port);

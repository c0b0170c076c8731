#pragma once

#include "services/ingress/ingress.h"

/*
 * One inbound event on its way into PostgreSQL, whatever channel it came from:
 * prepare -> store -> announce -> answer.  The channel's front end supplies
 * both ends.  The answer is given only when the commit is on disk; where a
 * courier delivers, the doorbell is rung as soon as it can be seen.
 */

struct acceptance;

struct front {
	const char *name;
	/* Fill in a->event, from a->scratch.  0: go on; -1: the front has answered already. */
	int (*prepare)(struct acceptance *a, const struct channel *channel);
	void (*accepted)(struct acceptance *a); /* committed; a->result says what */
	void (*failed)(struct acceptance *a, const struct err *e);
};

struct acceptance {
	struct flow flow;
	struct ingress *in;
	const struct front *front;
	struct web_request *req; /* of fronts that serve HTTP */
	void *arg;               /* the front's own */
	const char *source;      /* bytes to prepare from, for those without a request */
	size_t source_len;
	int channel_id;
	struct arena scratch; /* what the event is made of; once it is on its way to PostgreSQL,
				 only its action, key and chat are left */
	struct inbound event;
	struct place place;
	struct accepted result;
	int is_rung;   /* the doorbells */
	int is_poison; /* PostgreSQL refuses its contents: only its key is recorded */
};

/* For a request; `arg` lives as long as it. */
void accept_begin(struct ingress *in, const struct front *front, int channel_id,
		  struct web_request *req, void *arg);

/* Without a request: `source` is borrowed until the front was told. */
void accept_begin_bytes(struct ingress *in, const struct front *front, int channel_id,
			void *arg, const char *source, size_t len);

#pragma once

#include "common/pg/group.h"

/*
 * Calls that were not sent yet, and how many of each order were: no call follows
 * one of its own order that may yet have to be repeated.  Private to common/pg.
 */

enum { QUEUE_ORDERS = 1024 };

struct queue {
	struct call_list calls;
	int n;
	unsigned short sent_of[QUEUE_ORDERS]; /* orders share places */
};

void queue_init(struct queue *q);
void queue_forget(struct queue *q); /* nothing is on its way any more */

void queue_add(struct queue *q, struct call *c);
void queue_remove(struct queue *q, struct call *c);

/* Of those that wait, at most max; NULL if none may go.  is_idle: nothing is on its way. */
struct group *queue_group(struct queue *q, int max, int is_idle);

/* A call that came from it is over, or at least need not be repeated. */
void queue_over(struct queue *q, const struct call *c);

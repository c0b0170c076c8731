#pragma once

#include "common/pg/group.h"

/*
 * Calls that are committed and visible, but may not have reached the disk yet:
 * in the order of their commits, until a flush is answered.  Private to common/pg.
 */

struct seen;

/* due: patient calls have waited long enough. */
struct seen *seen_open(struct event_base *base, void (*due)(void *arg), void *arg);
void seen_close(struct seen *s); /* nothing is left in it */

/* How the commit of a group is waited for. */
enum haste {
	HASTE_COMMIT,  /* by the commit itself */
	HASTE_FLUSH,   /* by a flush that follows it at once */
	HASTE_PATIENT, /* by whichever flush comes next */
};

enum haste group_haste(const struct group *g);

/* The first group of a connection: from now on commits return as soon as they are visible.
 * Should it fail, they wait: slow, but right. */
struct group *group_habit(struct pg *pg);

/* Before the group is sent: its commit waits for the disk all the same. */
void group_wait(struct group *g, struct pg *pg);

/* A group that does nothing but flush the log. */
struct group *group_flush(struct pg *pg);

/* Tell the flows of a group, and keep its calls. */
void seen_take(struct seen *s, struct group *g);

/* The log was flushed; or that failed, and nobody knows. */
void seen_end(struct seen *s, const char *failure);

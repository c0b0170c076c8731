#pragma once

#include "services/ingress/ingress.h"

/*
 * Who may work at the operators' desks: they say there as much as they like,
 * and anybody else is a visitor, with a visitor's limits.  Read again every few
 * seconds, so somebody who has just been enabled is a visitor for so long.
 */

struct team;

struct team *team_open(struct ingress *in);
void team_pause(struct team *t); /* it is not read any more */
void team_close(struct team *t);

/* `user` works at the desk of that channel, or nobody knows yet. */
int team_knows(const struct team *t, int channel_id, const char *user);

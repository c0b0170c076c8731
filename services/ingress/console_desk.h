#pragma once

#include "common/desk/desk.h"
#include "services/ingress/console.h"

/* What routes of the console share that give orders. */

/* On or off duty, as if by themselves. */
void console_set_duty(struct console_call *c, flow_step *next, struct desk_done *out,
		      int operator_id, int on);

/* Something about an operator has changed: every console shows it. */
void console_tell_operator(struct ingress *in, int operator_id);

/* A name that can be shown. */
int console_is_name(const char *name);

/* -1: it may not be chosen; 400 was sent and the flow has ended. */
int console_check_password(struct console_call *c, const char *password, const char *login);

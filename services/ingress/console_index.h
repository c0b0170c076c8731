#pragma once

#include "common/store/console.h"
#include "services/ingress/ingress.h"

/* Keeps the inbox's order and search up to date, in the background. */

struct console_index;

struct console_index *console_index_open(struct ingress *in);
void console_index_pause(struct console_index *x); /* no batch begins any more */
void console_index_close(struct console_index *x);

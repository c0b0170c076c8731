#pragma once

#include "common/bots/bots.h"
#include "common/pg/sync.h"
#include "common/telegram/telegram.h"

/*
 * tandem doctor: what is configured, checked and reached; a line each, with
 * advice where something is wrong.  doctor.c asks this machine and its servers,
 * doctor_remote.c everything that is reached over HTTP, and doctor_desk.c
 * whether humans can be called, and work.
 */

struct doctor {
	int warnings, failures;
};

enum health { OK, WARN, FAIL };

/* "OK    what: words". */
void doctor_say(struct doctor *d, enum health health, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

void doctor_check_providers(struct doctor *d, const struct registry *registry);
void doctor_check_telegram(struct doctor *d, const struct registry *registry);
void doctor_check_ingress(struct doctor *d);

/* Bots that call humans: is there anybody who could come? */
void doctor_check_operators(struct doctor *d, struct pg_sync *db,
			    const struct registry *registry);
/* A desk's topics, in its group or in private chats; me: what getMe says of its bot. */
void doctor_check_topics(struct doctor *d, const struct channel *desk, const json_t *me);

/* A call of the Bot API; body: JSON, or NULL.  -1: not reached. */
struct bot_call {
	const char *token, *method, *body;
};
int doctor_call(struct arena *a, struct telegram_reply *reply, struct err *e,
		const struct bot_call *call);

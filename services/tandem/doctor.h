#pragma once

#include "common/bots/bots.h"
#include "common/pg/sync.h"

/*
 * tandem doctor: what is configured, checked and reached; a line each, with
 * advice where something is wrong.  doctor.c asks this machine and its servers,
 * doctor_remote.c everything that is reached over HTTP.
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

#pragma once

#include <stddef.h>
#include <stdio.h>

/*
 * Configuration: environment variables, described by tables that also serve
 * --help and --show-conf.  Values are read once, at start; all mistakes are
 * reported at once.
 */

enum conf_type {
	CONF_STR,    /* const char * */
	CONF_SECRET, /* const char *, never shown */
	CONF_INT,    /* int */
	CONF_LIST,   /* const char *const *, comma-separated, NULL-terminated, never NULL */
};

struct conf_item {
	const char *env;
	enum conf_type type;
	size_t offset;
	/* As text.  NULL: required; "": optional (then strings are NULL, numbers untouched). */
	const char *preset;
	int min, max;     /* for CONF_INT */
	const char *help; /* one line */
};

#define CONF_AT(type, field) offsetof(type, field)

/* Fill in *into.  Complains about every bad item on stderr; returns their number. */
int conf_load(const struct conf_item *items, void *into);

/* Release the lists; strings belong to the environment and the table. */
void conf_free(const struct conf_item *items, void *into);

/* NAME=value per line; secrets show only whether they are set. */
void conf_show(const struct conf_item *items, const void *from, FILE *out);

/* NAME (preset): help, per line. */
void conf_help(const struct conf_item *items, FILE *out);

#pragma once

/*
 * What went wrong and whether trying again may help.  The text lives inside
 * the struct, so errors are plain values: copy them, overwrite them, forget them.
 */

enum err_kind {
	ERR_NONE,
	ERR_TEMP,      /* the world is at fault: retry later */
	ERR_PERM,      /* the work item is at fault: do not retry */
	ERR_CANCELLED, /* somebody asked us to stop: neither retry nor complain */
};

struct err {
	enum err_kind kind;
	char text[240]; /* one line, for ops; never a secret, never a message body */
};

/* Fill in *e.  Always returns -1, so that callers can `return err_set(...)`. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

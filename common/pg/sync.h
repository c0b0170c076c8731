#pragma once

#include <libpq-fe.h>

#include "common/base/err.h"

/*
 * PostgreSQL for the command line: plain, blocking calls.  Services never use
 * it; their loop must not wait.
 */

struct pg_sync;

/* NULL with *e filled in if the server cannot be reached. */
struct pg_sync *pg_sync_open(const char *conninfo, struct err *e);
void pg_sync_close(struct pg_sync *db);

/* Several statements without parameters.  0, or -1 with *e. */
int pg_sync_script(struct pg_sync *db, const char *sql, struct err *e);

/* One statement with text parameters.  The caller PQclears the result; NULL with *e on error.
 */
PGresult *pg_sync_query(struct pg_sync *db, struct err *e, const char *sql, int n,
			const char *const *argv);

#include "common/pg/sync.h"

#include <stdlib.h>
#include <string.h>

struct pg_sync {
	PGconn *conn;
};

static int complain(struct err *e, enum err_kind kind, const char *text)
{
	size_t len = strcspn(text, "\n");

	return err_set(e, kind, "pg: %.*s", (int)len, text);
}

struct pg_sync *pg_sync_open(const char *conninfo, struct err *e)
{
	const char *keys[] = { "dbname", "application_name", "connect_timeout", NULL };
	const char *values[] = { conninfo, "tandem", "5", NULL };
	struct pg_sync *db = calloc(1, sizeof *db);

	if (!db)
		abort();
	db->conn = PQconnectdbParams(keys, values, 1);
	if (db->conn && PQstatus(db->conn) == CONNECTION_OK)
		return db;
	complain(e, ERR_TEMP, db->conn ? PQerrorMessage(db->conn) : "out of memory");
	pg_sync_close(db);
	return NULL;
}

void pg_sync_close(struct pg_sync *db)
{
	if (!db)
		return;
	PQfinish(db->conn);
	free(db);
}

int pg_sync_script(struct pg_sync *db, const char *sql, struct err *e)
{
	PGresult *res = PQexec(db->conn, sql);
	ExecStatusType status = PQresultStatus(res);

	PQclear(res);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	    status == PGRES_EMPTY_QUERY)
		return 0;
	return complain(e, ERR_PERM, PQerrorMessage(db->conn));
}

PGresult *pg_sync_query(struct pg_sync *db, struct err *e, const char *sql, int n,
			const char *const *argv)
{
	PGresult *res = PQexecParams(db->conn, sql, n, NULL, argv, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(res);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return res;
	PQclear(res);
	complain(e, ERR_PERM, PQerrorMessage(db->conn));
	return NULL;
}

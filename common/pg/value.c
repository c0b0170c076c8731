#include <stdlib.h>

#include "common/pg/pg.h"

int64_t pg_int(const PGresult *rows, int row, int column)
{
	return PQgetisnull(rows, row, column)
		       ? 0
		       : strtoll(PQgetvalue(rows, row, column), NULL, 10);
}

const char *pg_text(const PGresult *rows, int row, int column)
{
	return PQgetisnull(rows, row, column) ? NULL : PQgetvalue(rows, row, column);
}

int pg_bool(const PGresult *rows, int row, int column)
{
	return !PQgetisnull(rows, row, column) && *PQgetvalue(rows, row, column) == 't';
}

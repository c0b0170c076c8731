#include "services/tandem/group.h"

#include <stdlib.h>

static const char *sentence(struct arena *a, const char *bot, const char *missing, int present)
{
	if (present > 0)
		return arena_printf(
			a, "the group of %s names who is not there, or not enabled: %s", bot,
			missing);
	return arena_printf(a,
			    "nobody of the group of %s is there and enabled (%s): no operator "
			    "would be asked; tandem operator list shows who there is",
			    bot, missing);
}

int group_fault(const char **out, struct arena *a, struct pg_sync *db, const char *bot,
		struct err *e)
{
	PGresult *row = pg_sync_query(db, e, "select missing, present from group_gaps($1)", 1,
				      (const char *const[]){ bot });

	*out = NULL;
	if (!row)
		return -1;
	if (!PQgetisnull(row, 0, 0))
		*out = sentence(a, bot, PQgetvalue(row, 0, 0), atoi(PQgetvalue(row, 0, 1)));
	PQclear(row);
	return 0;
}

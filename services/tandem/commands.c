#include <stdio.h>
#include <stdlib.h>

#include "common/pg/sync.h"
#include "services/tandem/commands.h"

enum { UNAVAILABLE = 69, CONFIG = 78 };

const char *bots_file(void)
{
	const char *path = getenv("BOTS_FILE");

	return path && *path ? path : "deploy/bots.yaml";
}

int command_with_database(command_run *run, int argc, char **argv)
{
	const char *url = getenv("DATABASE_URL");
	struct pg_sync *db;
	struct err e;
	int status;

	if (!url || !*url) {
		fprintf(stderr, "tandem %s: DATABASE_URL is not set\n", argv[0]);
		return CONFIG;
	}
	db = pg_sync_open(url, &e);
	if (!db) {
		fprintf(stderr, "tandem %s: %s\n", argv[0], e.text);
		return UNAVAILABLE;
	}
	status = run(db, argv[1], argc - 2, argv + 2);
	pg_sync_close(db);
	return status;
}

/* tandem: one program for the command line.  This file only finds the subcommand. */

#include <stdio.h>
#include <string.h>

#include "services/tandem/commands.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct command commands[] = {
	{ "bot", tandem_bot,
	  "apply: put the bots file into service; list: what is in service" },
	{ "chat", tandem_chat, "talk with a bot in the terminal" },
	{ "doctor", tandem_doctor, "check everything that is configured, with advice" },
	{ "migrate", tandem_migrate, "bring the database to this program's schema" },
	{ "operator", tandem_operator,
	  "people who answer: list, enable, disable, role, capacity, link" },
	{ "top", tandem_top, "queues, workers, deliveries and answers, live" },
	{ "try", tandem_try, "debugging tools that need no service running" },
	{ "user", tandem_user,
	  "who may sign in to the console: add, passwd, enable, disable, list" },
	{ "verify", tandem_verify, "check that every event has exactly one outcome" },
	{ 0 },
};

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: tandem COMMAND [OPTION]...\n\n");
	for (const struct command *c = commands; c->name; c++)
		fprintf(out, "  %-10s %s\n", c->name, c->help);
	fprintf(out, "\ntandem COMMAND --help tells more.\n");
	return status;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr, 64);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout, 0);
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(argv[1], c->name) == 0)
			return c->run(argc - 1, argv + 1);
	fprintf(stderr, "tandem: there is no command '%s'\n", argv[1]);
	return usage(stderr, 64);
}

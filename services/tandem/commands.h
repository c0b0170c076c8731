#pragma once

/*
 * The subcommands of `tandem`.  Each has the shape of main(), argv[0] being its
 * own name, and returns the exit status: 0 well, 1 found something wrong, 64
 * bad usage, 69 a server is away, 78 bad configuration.
 */

int tandem_bot(int argc, char **argv);
int tandem_chat(int argc, char **argv);
int tandem_doctor(int argc, char **argv);
int tandem_migrate(int argc, char **argv);
int tandem_operator(int argc, char **argv);
int tandem_top(int argc, char **argv);
int tandem_try(int argc, char **argv);
int tandem_user(int argc, char **argv);
int tandem_verify(int argc, char **argv);

/* The bots file where none is named. */
const char *bots_file(void);

/* `verb` and its arguments, with the database of DATABASE_URL open.  Says what is wrong with
 * that. */
struct pg_sync;
typedef int command_run(struct pg_sync *db, const char *verb, int argc, char **argv);
int command_with_database(command_run *run, int argc, char **argv);

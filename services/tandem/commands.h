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

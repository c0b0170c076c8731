#pragma once

/* The files of this folder, as they were when the program was built. */

struct migration {
	int number;
	const char *name;
	const char *checksum; /* SHA-256 of the file, in hex */
	const char *sql;
};

extern const struct migration schema_migrations[]; /* numbered 1, 2, 3, ... */
extern const int schema_migrations_n;

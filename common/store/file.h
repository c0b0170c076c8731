#pragma once

#include "common/store/store.h"

/*
 * Files that operators send from the console (schema/0021_files.sql).  They come in pieces, and
 * are read so: each has FILE_PIECE bytes but the last.
 */

enum { FILE_PIECE = 256 << 10, FILE_MAX = 20 << 20, FILES_AT_ONCE = 10 };

enum file_status { FILE_BEGUN = 0, FILE_NOWHERE = 1, FILE_TOO_MUCH = 2 };

struct file_new {
	int operator_id;
	int64_t conversation_id;
	const char *key, *name, *mime;
	int size;
};

struct file_begun {
	enum file_status status;
	int64_t id;
	int have; /* bytes, from an earlier try */
};

void store_begin_file(struct store *s, struct flow *f, flow_step *next, struct file_begun *out,
		      const struct file_new *file);

struct file_told {        /* of an upload under way */
	const char *mime; /* NULL: there is no such file */
	int size;
};

void store_file_told(struct store *s, struct flow *f, flow_step *next, struct file_told *out,
		     int operator_id, int64_t file);

struct file_piece {
	int operator_id;
	int64_t file;
	int at;
	const char *bytes; /* borrowed until the call returns */
	size_t len;
	const char *mime, *kind; /* of the first */
};

/* *have: from where to go on; < 0: there is no such file. */
void store_add_piece(struct store *s, struct flow *f, flow_step *next, int *have,
		     const struct file_piece *piece);
void store_drop_file(struct store *s, struct flow *f, flow_step *next, int operator_id,
		     int64_t file);

struct file_bytes {
	char *room; /* the caller's, of FILE_PIECE bytes */
	size_t len; /* 0: there is no such piece */
};

void store_read_piece(struct store *s, struct flow *f, flow_step *next, struct file_bytes *out,
		      int64_t file, size_t at);

/* *gone: how many went. */
void store_sweep_files(struct store *s, struct flow *f, flow_step *next, int *gone, int days);

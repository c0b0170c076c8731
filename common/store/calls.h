#pragma once

#include "common/store/store.h"

/* Shared by the files of common/store: calling and decoding. */

/* Numbers as parameters; 0 of an optional one is null. */
const char *store_int(struct flow *f, int64_t n);
const char *store_optional(struct flow *f, int64_t n);
const char *store_bool(int value);

/* A text column copied into the arena; NULL if null. */
const char *store_copy(struct arena *a, const PGresult *rows, int row, int column);

/* jansson -> text in the arena; NULL stays NULL. */
const char *store_json(struct flow *f, const json_t *value);

/*
 * The order of calls that never wait for a lock: the last of their group, so
 * that nothing waits while it holds what they took.
 */
#define STORE_LAST PG_LAST

#define STORE_CALL(pg_, f_, next_, stmt_, ...)                                                 \
	STORE_JOIN(pg_, f_, next_, stmt_, NULL, __VA_ARGS__)

/* A call that may travel as one of many (see struct pg_call). */
#define STORE_JOIN(pg_, f_, next_, stmt_, many_, order_, decode_, out_, ...)                   \
	STORE_TELL(pg_, f_, next_, stmt_, many_, order_, decode_, out_, NULL, 0, __VA_ARGS__)

/* ... and that tells as soon as it is visible. */
#define STORE_TELL(pg_, f_, next_, stmt_, many_, order_, decode_, out_, visible_, patient_,    \
		   ...)                                                                        \
	pg_call((pg_), (f_), (next_),                                                          \
		&(struct pg_call){ .stmt = (stmt_),                                            \
				   .many = (many_),                                            \
				   .argv = (const char *const[]){ __VA_ARGS__ },               \
				   .n = (int)(sizeof((const char *const[]){ __VA_ARGS__ }) /   \
					      sizeof(char *)),                                 \
				   .order = (order_),                                          \
				   .decode = (decode_),                                        \
				   .out = (out_),                                              \
				   .visible = (visible_),                                      \
				   .patient = (patient_) })

/* Decoders used by several calls. */
void store_decode_bool(void *out, const PGresult *rows, int row, struct arena *a); /* int */
void store_decode_page(void *out, const PGresult *rows, int row,
		       struct arena *a); /* of fetch() */

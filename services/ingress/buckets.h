#pragma once

#include <stdint.h>

/*
 * Token buckets by key, in bounded memory: when the table is full, whoever was
 * quiet for the longest is forgotten.
 */

struct limits;

struct limit {
	int per_minute, burst;
};

/* What a bucket counts; the same person has one of each. */
enum limit_kind {
	LIMIT_SESSIONS,
	LIMIT_MESSAGES,
	LIMIT_STREAMS,
	LIMIT_READS,
	LIMIT_CHAT,
	LIMIT_NOTICE,
	LIMIT_CALLS,
	LIMIT_TYPING,
};

struct limits *limits_open(int capacity); /* 0: 65536 buckets */
void limits_close(struct limits *l);

/* 0: one token taken.  Else the ms until there will be one. */
int limits_take(struct limits *l, enum limit_kind kind, const char *key,
		const struct limit *limit, int64_t now_ms);

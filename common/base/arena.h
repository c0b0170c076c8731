#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Memory that dies together.  Each flow owns one arena; everything a flow
 * parses, builds or receives is allocated there and nothing in it is freed by hand.
 */

struct arena_block;
struct arena_owned;

struct arena {
	struct arena_block *blocks;
	struct arena_owned *owned;
};

/* Never returns NULL; memory is zeroed and aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of len bytes with a NUL behind them. */
char *arena_dup(struct arena *a, const void *data, size_t len);

/* A copy of s; NULL stays NULL. */
char *arena_str(struct arena *a, const char *s);

char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Decimal digits of n, for parameters of statements. */
const char *arena_int(struct arena *a, int64_t n);

/* Call release(object) when the arena is freed; last owned, first released. */
void arena_own(struct arena *a, void *object, void (*release)(void *));

/* Release everything.  The arena is empty and reusable afterwards. */
void arena_free(struct arena *a);

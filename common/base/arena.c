#include "common/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small first: ten thousand flows wait for a model at once, hundreds for a commit. */
enum { FIRST_SIZE = 512 - 48, BLOCK_SIZE = 2048 - 64 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char data[];
};

struct arena_owned {
	struct arena_owned *next;
	void *object;
	void (*release)(void *);
};

static struct arena_block *block_create(size_t size)
{
	struct arena_block *b = calloc(1, sizeof *b + size);

	if (!b)
		abort();
	b->size = size;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->blocks;

	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!b || b->size - b->used < size) {
		size_t least = b ? BLOCK_SIZE : FIRST_SIZE;

		b = block_create(size > least ? size : least);
		b->next = a->blocks;
		a->blocks = b;
	}
	b->used += size;
	return b->data + b->used - size;
}

char *arena_dup(struct arena *a, const void *data, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (len)
		memcpy(copy, data, len);
	return copy;
}

char *arena_str(struct arena *a, const char *s)
{
	return s ? arena_dup(a, s, strlen(s)) : NULL;
}

/* By hand: a dozen of them are made for each event. */
const char *arena_int(struct arena *a, int64_t n)
{
	uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
	char digits[24], *at = digits + sizeof digits;

	do
		*--at = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (n < 0)
		*--at = '-';
	return arena_dup(a, at, (size_t)(digits + sizeof digits - at));
}

/* Where the block has room for it, the text is printed in place. */
char *arena_printf(struct arena *a, const char *fmt, ...)
{
	struct arena_block *b = a->blocks;
	size_t room = b ? b->size - b->used : 0;
	char *s = b ? (char *)b->data + b->used : NULL;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(s, room, fmt, ap);
	va_end(ap);
	if (len < 0)
		abort();
	if ((size_t)len < room)
		return arena_alloc(a, (size_t)len + 1);
	if (room > 0)
		memset(s, 0, room);
	s = arena_alloc(a, (size_t)len + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return s;
}

void arena_own(struct arena *a, void *object, void (*release)(void *))
{
	struct arena_owned *o = arena_alloc(a, sizeof *o);

	*o = (struct arena_owned){ a->owned, object, release };
	a->owned = o;
}

void arena_free(struct arena *a)
{
	for (struct arena_owned *o = a->owned; o; o = o->next)
		o->release(o->object);
	for (struct arena_block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct arena){ 0 };
}

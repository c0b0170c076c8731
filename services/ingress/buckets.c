#include "services/ingress/buckets.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "common/crypto/crypto.h"

enum { CAPACITY = 65536, WHOLE = 60000 /* parts of a token: one per ms at 1 per minute */ };

struct bucket {
	TAILQ_ENTRY(bucket) age; /* oldest first */
	struct bucket *next;     /* in its slot */
	uint64_t key;
	int64_t parts, at_ms;
};

struct limits {
	TAILQ_HEAD(, bucket) ages;
	struct bucket **slots;
	uint64_t seed;
	int slot_count, capacity, n;
};

struct limits *limits_open(int capacity)
{
	struct limits *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	l->capacity = capacity ? capacity : CAPACITY;
	for (l->slot_count = 64; l->slot_count < l->capacity;)
		l->slot_count *= 2;
	l->slots = calloc((size_t)l->slot_count, sizeof(struct bucket *));
	if (!l->slots)
		abort();
	crypto_random(&l->seed, sizeof l->seed); /* so that nobody chooses who shares a slot */
	TAILQ_INIT(&l->ages);
	return l;
}

void limits_close(struct limits *l)
{
	struct bucket *b;

	if (!l)
		return;
	while ((b = TAILQ_FIRST(&l->ages))) {
		TAILQ_REMOVE(&l->ages, b, age);
		free(b);
	}
	free(l->slots);
	free(l);
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

static uint64_t hash(const struct limits *l, enum limit_kind kind, const char *key)
{
	uint64_t h = mix(l->seed + (uint64_t)kind);

	for (; *key; key++)
		h = mix(h ^ (unsigned char)*key) + l->seed;
	return h;
}

static struct bucket **slot_of(struct limits *l, uint64_t key)
{
	return &l->slots[key & (uint64_t)(l->slot_count - 1)];
}

static void forget_oldest(struct limits *l)
{
	struct bucket *b = TAILQ_FIRST(&l->ages);
	struct bucket **at = slot_of(l, b->key);

	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
	TAILQ_REMOVE(&l->ages, b, age);
	free(b);
	l->n--;
}

static struct bucket *find(struct limits *l, uint64_t key, const struct limit *limit,
			   int64_t now)
{
	struct bucket **slot = slot_of(l, key), *b;

	for (b = *slot; b; b = b->next)
		if (b->key == key) {
			TAILQ_REMOVE(&l->ages, b, age);
			TAILQ_INSERT_TAIL(&l->ages, b, age);
			return b;
		}
	if (l->n >= l->capacity)
		forget_oldest(l);
	b = calloc(1, sizeof *b);
	if (!b)
		abort();
	*b = (struct bucket){
		.key = key, .next = *slot, .parts = (int64_t)limit->burst * WHOLE, .at_ms = now
	};
	*slot = b;
	TAILQ_INSERT_TAIL(&l->ages, b, age);
	l->n++;
	return b;
}

int limits_take(struct limits *l, enum limit_kind kind, const char *key,
		const struct limit *limit, int64_t now_ms)
{
	struct bucket *b = find(l, hash(l, kind, key), limit, now_ms);
	int64_t full = (int64_t)limit->burst * WHOLE, wait;

	if (now_ms > b->at_ms) {
		b->parts += (now_ms - b->at_ms) * limit->per_minute;
		b->at_ms = now_ms;
	}
	if (b->parts > full)
		b->parts = full;
	if (b->parts >= WHOLE) {
		b->parts -= WHOLE;
		return 0;
	}
	if (limit->per_minute <= 0)
		return INT_MAX;
	wait = (WHOLE - b->parts + limit->per_minute - 1) / limit->per_minute;
	return wait > INT_MAX ? INT_MAX : (int)wait;
}

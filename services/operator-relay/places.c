#include "services/operator-relay/places.h"

#include <stdlib.h>

#include "common/json/jvalue.h"
#include "common/store/store.h"

struct placed {
	uint64_t order;
	size_t n; /* as it was added */
	json_t *what;
};

uint64_t places_order(const json_t *to)
{
	const char *chat = jstring(to, "chat");

	return json_is_object(to) ? store_order((int)jnumber(to, "channel"), chat ? chat : "")
				  : 0;
}

void places_add(struct places *p, uint64_t order, json_t *what)
{
	p->items = realloc(p->items, (p->n + 1) * sizeof *p->items);
	if (!p->items || !what)
		abort();
	p->items[p->n] = (struct placed){ order, p->n, what };
	p->n++;
}

static int by_order(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->n < y->n ? -1 : 1;
}

json_t *places_sort(struct places *p)
{
	json_t *out = json_array();

	if (p->n > 0)
		qsort(p->items, p->n, sizeof *p->items, by_order);
	for (size_t i = 0; i < p->n; i++)
		json_array_append_new(out, p->items[i].what);
	free(p->items);
	*p = (struct places){ 0 };
	return out;
}

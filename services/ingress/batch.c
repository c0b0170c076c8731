#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "services/ingress/line.h"

/*
 * The updates of one poll, accepted side by side, but those of one chat one
 * after another.  The batch outlives the round that began it, should that be
 * interrupted: what is on its way to PostgreSQL is not called back.
 */

struct batch;

struct item {
	struct batch *batch;
	char *json;
	json_int_t chat; /* 0: none */
	enum { ITEM_WAITS, ITEM_RUNS, ITEM_OVER } state;
};

struct batch {
	struct op op; /* first: cancel gets it */
	struct ingress *in;
	struct line *line; /* NULL: nobody waits for us */
	int channel_id, n, left, failed;
	struct item items[];
};

/* --- one update ----------------------------------------------------------- */

static json_int_t id_in(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(object, name), "id"));
}

/* Whatever the kind of the update, its chat stands in one of three places. */
static json_int_t chat_of(const json_t *update)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)update, key, value) {
		json_int_t chat = id_in(value, "chat");

		if (!chat)
			chat = id_in(json_object_get(value, "message"), "chat");
		if (!chat)
			chat = id_in(value, "from");
		if (chat)
			return chat;
	}
	return 0;
}

static void item_over(struct item *item, int ok);

static int prepare_item(struct acceptance *a, const struct channel *channel)
{
	struct item *item = a->arg;
	struct err e;

	if (telegram_prepare(a, channel, item->batch->line, a->source, a->source_len, &e) == 0)
		return 0;
	if (e.kind != ERR_TEMP)
		log_warn("telegram sent something else than an update: %s", e.text);
	item_over(item, e.kind != ERR_TEMP);
	return -1;
}

static void item_accepted(struct acceptance *a)
{
	item_over(a->arg, 1);
}

static void item_failed(struct acceptance *a, const struct err *e)
{
	(void)e;
	item_over(a->arg, 0);
}

static const struct front poll_front = { "telegram", prepare_item, item_accepted, item_failed };

/* --- all of them ---------------------------------------------------------- */

static void run_item(struct item *item)
{
	struct batch *b = item->batch;

	item->state = ITEM_RUNS;
	accept_begin_bytes(b->in, &poll_front, b->channel_id, item, item->json,
			   strlen(item->json));
}

static void batch_over(struct batch *b)
{
	if (b->line && b->failed)
		op_fail(&b->op, ERR_TEMP, "%d of %d updates were not accepted", b->failed,
			b->n);
	else if (b->line)
		op_succeed(&b->op);
	for (int i = 0; i < b->n; i++)
		free(b->items[i].json);
	free(b);
}

/* Of one chat, a later update never overtakes an earlier one that failed. */
static struct item *next_of_chat(struct item *item)
{
	struct batch *b = item->batch;

	for (struct item *i = item + 1; item->chat && i < b->items + b->n; i++)
		if (i->chat == item->chat && i->state == ITEM_WAITS)
			return i;
	return NULL;
}

static void item_over(struct item *item, int ok)
{
	struct batch *b = item->batch;
	struct item *next = next_of_chat(item);

	item->state = ITEM_OVER;
	b->left--;
	b->failed += !ok;
	if (next && ok) {
		run_item(next);
	} else {
		for (; next; next = next_of_chat(next)) {
			next->state = ITEM_OVER;
			b->left--;
			b->failed++;
		}
	}
	if (b->left == 0)
		batch_over(b);
}

static int must_wait(const struct batch *b, int n)
{
	for (int i = 0; i < n && b->items[n].chat; i++)
		if (b->items[i].chat == b->items[n].chat)
			return 1;
	return 0;
}

static void cancel(struct op *op)
{
	((struct batch *)op)->line = NULL;
}

void line_accept(struct line *line, flow_step *next, const json_t *updates)
{
	int n = (int)json_array_size(updates);
	struct batch *b = calloc(1, sizeof *b + (size_t)n * sizeof *b->items);

	if (!b)
		abort();
	op_start(&b->op, &line->flow, next, cancel);
	b->in = line->in;
	b->line = line;
	b->channel_id = line->channel_id;
	b->n = b->left = n;
	for (int i = 0; i < n; i++) {
		const json_t *update = json_array_get(updates, (size_t)i);

		b->items[i].batch = b;
		b->items[i].json = json_dumps(update, JSON_COMPACT);
		b->items[i].chat = chat_of(update);
		if (!b->items[i].json)
			abort();
	}
	for (int i = 0; i < n; i++)
		if (!must_wait(b, i))
			run_item(&b->items[i]);
}

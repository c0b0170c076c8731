#include "services/ingress/line.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "services/ingress/desk.h"

enum { SECRET_BYTES = CRYPTO_KEY_SIZE };

struct lines {
	TAILQ_HEAD(, line) list;
	struct ingress *in;
	int is_paused;
};

struct lines *lines_open(struct ingress *in)
{
	struct lines *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	TAILQ_INIT(&l->list);
	l->in = in;
	return l;
}

struct line *lines_named(struct lines *l, const char *name)
{
	struct line *line;

	TAILQ_FOREACH (line, &l->list, link)
		if (!line->is_ending && strcmp(line->name, name) == 0)
			return line;
	return NULL;
}

struct line *lines_first(struct lines *l)
{
	return TAILQ_FIRST(&l->list);
}

void line_trouble(struct line *line, const char *text)
{
	line->last_error_ms = clock_wall_ms();
	snprintf(line->last_error, sizeof line->last_error, "%s", text);
}

void line_well(struct line *line)
{
	line->failures = 0;
	line->last_error[0] = 0;
}

/* --- one line ------------------------------------------------------------- */

static void derive_secret(struct line *line)
{
	struct arena a = { 0 };
	uint8_t key[SECRET_BYTES];

	crypto_derive(key, line->in->secret,
		      arena_printf(&a, "telegram-webhook:%s", line->name));
	snprintf(line->secret, sizeof line->secret, "%s", crypto_hex(&a, key, sizeof key));
	arena_free(&a);
}

static void line_free(struct line *line)
{
	if (line->hold)
		event_free(line->hold);
	free(line->name);
	free(line->token);
	free(line);
}

static void line_forget(struct lines *l, struct line *line)
{
	TAILQ_REMOVE(&l->list, line, link);
	assert(TAILQ_FIRST(&l->list) != line); /* static analysis cannot tell */
	line_free(line);
}

static void begin(struct lines *l, const struct channel *c)
{
	struct line *line = calloc(1, sizeof *line);

	if (!line || !(line->name = strdup(c->name)) || !(line->token = strdup(c->token)))
		abort();
	line->in = l->in;
	line->channel_id = c->id;
	line->pending = -1;
	line->is_desk = desk_is(c);
	line->mode = l->in->public_url ? LINE_WEBHOOK : LINE_POLLING;
	derive_secret(line);
	TAILQ_INSERT_TAIL(&l->list, line, link);
	line->keeper = line->mode == LINE_WEBHOOK ? &webhook_keeper : &poll_keeper;
	crypto_random_hex(line->owner, sizeof line->owner - 1);
	line_keep(line);
}

static void end(struct lines *l, struct line *line)
{
	if (line->is_ending)
		return;
	line->is_ending = 1;
	if (line->is_keeping) {
		flow_interrupt(&line->flow, ERR_CANCELLED, "the line is given up");
		return; /* line_kept() does the rest */
	}
	line_forget(l, line);
}

int line_is_over(const struct line *line)
{
	return line->is_ending || line->in->lines->is_paused;
}

void line_kept(struct line *line)
{
	struct lines *l = line->in->lines;

	line->is_keeping = 0;
	if (line->is_ending)
		line_forget(l, line);
}

/* --- all ------------------------------------------------------------------ */

static int is_ours(const struct channel *c)
{
	return strcmp(c->kind, "telegram") == 0 || desk_is(c);
}

static int is_same(const struct line *line, const struct channel *c)
{
	return c && is_ours(c) && c->token && c->id == line->channel_id &&
	       strcmp(c->name, line->name) == 0 && strcmp(c->token, line->token) == 0;
}

void lines_follow(struct lines *l, const struct registry *r)
{
	struct line *line, *next;

	if (l->is_paused)
		return;
	for (line = TAILQ_FIRST(&l->list); line; line = next) {
		next = TAILQ_NEXT(line, link);
		if (!is_same(line, registry_channel(r, line->channel_id)))
			end(l, line);
	}
	for (int i = 0; i < r->channel_count; i++) {
		const struct channel *c = &r->channels[i];

		if (!is_ours(c) || lines_named(l, c->name))
			continue;
		if (c->token)
			begin(l, c);
		else
			log_warn("telegram channel without token channel=%s", c->name);
	}
}

/* Flows that keep lines never end by themselves; webhooks are served to the end. */
void lines_pause(struct lines *l)
{
	struct line *line;

	l->is_paused = 1;
	TAILQ_FOREACH (line, &l->list, link)
		if (line->is_keeping)
			flow_interrupt(&line->flow, ERR_CANCELLED, "we are leaving");
}

void lines_close(struct lines *l)
{
	struct line *line, *next;

	if (!l)
		return;
	for (line = TAILQ_FIRST(&l->list); line; line = next) {
		next = TAILQ_NEXT(line, link);
		line_free(line);
	}
	free(l);
}

/*
 * bots_json() -> structs.  A bot's spec is what the bots file says of it, with
 * the providers of its chain written out; a channel's spec is its own entry.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/bots/bots.h"
#include "common/json/jvalue.h"

const char *text_in(const struct text *t, const char *lang)
{
	if (lang && strcmp(lang, "ru") == 0)
		return t->ru ? t->ru : t->en;
	return t->en ? t->en : t->ru;
}

/* --- small readers --------------------------------------------------------- */

static const char *get_str(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static int get_int(const json_t *o, const char *key, int preset)
{
	const json_t *v = json_object_get(o, key);

	return json_is_integer(v) ? (int)json_integer_value(v) : preset;
}

static struct text get_text(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return (struct text){ get_str(v, "ru"), get_str(v, "en") };
}

static const char *const *get_list(struct arena *arena, const json_t *o, const char *key)
{
	const json_t *list = json_object_get(o, key), *item;
	const char **out = arena_alloc(arena, sizeof *out * (json_array_size(list) + 1));
	size_t i, n = 0;

	json_array_foreach (list, i, item)
		if (json_is_string(item))
			out[n++] = json_string_value(item);
	return out;
}

/* The value of the variable that `key`_env names, else `key` itself. */
static const char *get_env(const json_t *o, const char *key)
{
	char env_key[64];
	const char *name, *value;

	snprintf(env_key, sizeof env_key, "%s_env", key);
	name = get_str(o, env_key);
	value = name ? getenv(name) : NULL;
	return value && *value ? value : get_str(o, key);
}

/* --- providers ------------------------------------------------------------- */

/* A local server needs no key; a vendor's does. */
static int is_usable(const struct provider *p)
{
	if (strcmp(p->kind, "knowledge") == 0)
		return 1;
	if (strcmp(p->kind, "yandexgpt") == 0)
		return p->key && p->folder;
	return p->key || p->base_url;
}

static struct provider *read_provider(struct arena *arena, const json_t *o)
{
	struct provider *p = arena_alloc(arena, sizeof *p);

	*p = (struct provider){
		.name = get_str(o, "name"),
		.kind = get_str(o, "kind"),
		.base_url = get_env(o, "base_url"),
		.model = get_env(o, "model"),
		.key = get_env(o, "key"),
		.folder = get_env(o, "folder"),
		.headers = get_list(arena, o, "headers"),
		.params = json_object_get(o, "params"),
		.max_in_flight = get_int(o, "max_in_flight", 0),
		.connect_ms = get_int(o, "connect_ms", 5000),
		.first_token_ms = get_int(o, "first_token_ms", 30000),
		.idle_ms = get_int(o, "idle_ms", 20000),
		.total_ms = get_int(o, "total_ms", 180000),
		.retries = get_int(o, "retries", 2),
	};
	p->usable = p->kind && p->name && is_usable(p);
	return p;
}

static void read_providers(struct arena *arena, struct bot *bot, const json_t *spec)
{
	const json_t *list = json_object_get(spec, "providers"), *item;
	size_t i;

	bot->providers =
		arena_alloc(arena, sizeof(struct provider *) * (json_array_size(list) + 1));
	json_array_foreach (list, i, item) {
		struct provider *p = read_provider(arena, item);

		if (p->usable)
			bot->providers[bot->provider_count++] = p;
	}
}

/* --- bots and channels ----------------------------------------------------- */

static void read_category(struct arena *arena, struct category *c, const json_t *o)
{
	const json_t *list = json_object_get(o, "questions"), *item;
	size_t i;

	c->title = get_text(o, "title");
	c->questions = arena_alloc(arena, sizeof *c->questions * (json_array_size(list) + 1));
	json_array_foreach (list, i, item)
		c->questions[c->n++].text =
			(struct text){ get_str(item, "ru"), get_str(item, "en") };
}

static void read_popular(struct arena *arena, struct bot *bot, const json_t *spec)
{
	const json_t *list = json_object_get(spec, "popular"), *item;
	size_t i;

	bot->categories =
		arena_alloc(arena, sizeof *bot->categories * (json_array_size(list) + 1));
	json_array_foreach (list, i, item)
		read_category(arena, &bot->categories[bot->category_count++], item);
}

static void read_limits(struct bot *bot, const json_t *limits)
{
	bot->quiet_ms = get_int(limits, "quiet_ms", 600);
	bot->quiet_max_ms = get_int(limits, "quiet_max_ms", 4000);
	bot->history_tokens = get_int(limits, "history_tokens", 6000);
	bot->answer_tokens = get_int(limits, "answer_tokens", 1000);
	bot->history_messages = get_int(limits, "history_messages", 30);
	bot->passages = get_int(limits, "passages", 4);
	bot->message_chars = get_int(limits, "message_chars", 4000);
	bot->per_minute = get_int(limits, "per_minute", 20);
	bot->burst = get_int(limits, "burst", 8);
}

static int get_bool(const json_t *o, const char *key, int preset)
{
	const json_t *v = json_object_get(o, key);

	return json_is_boolean(v) ? json_is_true(v) : preset;
}

/* Of no interest to a bot that has none; the rest of it is for 0013_handoff.sql. */
static void read_handoff(struct arena *arena, struct handoff_policy *p, const json_t *o)
{
	*p = (struct handoff_policy){
		.enabled = get_bool(o, "enabled", o != NULL),
		.same_question = get_int(o, "same_question", 3),
		.max_turns = get_int(o, "max_turns", 0),
		.suggest = get_bool(o, "suggest", 1),
	};
	if (json_object_get(o, "give_away"))
		p->give_away = handoff_phrases_read(arena, get_list(arena, o, "give_away"));
}

static void read_bot(struct arena *arena, struct bot *bot, const json_t *o)
{
	const json_t *spec = json_object_get(o, "spec");

	*bot = (struct bot){
		.id = get_int(o, "id", 0),
		.revision = json_integer_value(json_object_get(o, "revision")),
		.name = get_str(o, "name"),
		.scenario = get_str(spec, "scenario"),
		.title = get_text(spec, "title"),
		.greeting = get_text(spec, "greeting"),
		.prompt = get_text(spec, "prompt"),
		.languages = get_list(arena, spec, "languages"),
	};
	read_limits(bot, json_object_get(spec, "limits"));
	read_handoff(arena, &bot->handoff, json_object_get(spec, "handoff"));
	read_providers(arena, bot, spec);
	read_popular(arena, bot, spec);
}

static void read_channel(struct arena *arena, struct channel *c, struct bot *bot,
			 const json_t *o)
{
	const json_t *spec = json_object_get(o, "spec");

	*c = (struct channel){
		.id = get_int(o, "id", 0),
		.kind = get_str(o, "kind"),
		.name = get_str(o, "name"),
		.mode = (enum delivery_mode)get_int(o, "delivery", 0),
		.token = get_env(spec, "token"),
		.origins = get_list(arena, spec, "origins"),
		.group = get_str(spec, "group"),
		.per_second = get_int(spec, "per_second", 30),
		.per_chat_ms = get_int(spec, "per_chat_ms", 1000),
		.per_group_minute = get_int(spec, "per_group_minute", 20),
		.bot = bot,
	};
}

static size_t count_channels(const json_t *root)
{
	const json_t *bot;
	size_t i, n = 0;

	json_array_foreach (root, i, bot)
		n += json_array_size(json_object_get(bot, "channels"));
	return n;
}

/* What everybody compares must be there, whoever wrote it. */
static int check_names(const struct registry *r, struct err *e)
{
	for (int i = 0; i < r->bot_count; i++)
		if (!r->bots[i].name)
			return err_set(e, ERR_PERM, "a bot of the database has no name");
	for (int i = 0; i < r->channel_count; i++)
		if (!r->channels[i].name || !r->channels[i].kind)
			return err_set(e, ERR_PERM, "a channel of the database has no name");
	return 0;
}

struct registry *registry_parse(const char *json, struct arena *arena, struct err *e)
{
	struct registry *out = arena_alloc(arena, sizeof *out);
	json_t *root = jown(arena, json_loads(json, 0, NULL)), *item, *channel;
	size_t i, k;

	if (!json_is_array(root)) {
		err_set(e, ERR_PERM, "the bots of the database are not a list");
		return NULL;
	}
	out->bots = arena_alloc(arena, sizeof *out->bots * (json_array_size(root) + 1));
	out->channels = arena_alloc(arena, sizeof *out->channels * (count_channels(root) + 1));
	json_array_foreach (root, i, item) {
		struct bot *bot = &out->bots[out->bot_count++];

		read_bot(arena, bot, item);
		json_array_foreach (json_object_get(item, "channels"), k, channel)
			read_channel(arena, &out->channels[out->channel_count++], bot, channel);
	}
	return check_names(out, e) == 0 ? out : NULL;
}

/* --- looking up ------------------------------------------------------------ */

const struct bot *registry_bot(const struct registry *r, int id)
{
	for (int i = 0; r && i < r->bot_count; i++)
		if (r->bots[i].id == id)
			return &r->bots[i];
	return NULL;
}

const struct channel *registry_channel(const struct registry *r, int id)
{
	for (int i = 0; r && i < r->channel_count; i++)
		if (r->channels[i].id == id)
			return &r->channels[i];
	return NULL;
}

const struct channel *registry_channel_named(const struct registry *r, const char *name)
{
	for (int i = 0; r && i < r->channel_count; i++)
		if (strcmp(r->channels[i].name, name) == 0)
			return &r->channels[i];
	return NULL;
}

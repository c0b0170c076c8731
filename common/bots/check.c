/* What tables cannot say about a bots file. */

#include <stdio.h>
#include <string.h>

#include "common/bots/schema.h"

static const char *str(const json_t *map, const char *key)
{
	const char *s = json_string_value(json_object_get(map, key));

	return s ? s : "";
}

/* No two maps of the list share the value of `key`. */
static void check_distinct(struct reader *r, const json_t *list, const char *key,
			   const char *what, json_t *seen)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *name = str(item, key);

		if (*name && json_object_get(seen, name))
			mistake_at(r->mistakes, json_line(item), "%s '%s' is given twice", what,
				   name);
		if (*name)
			json_object_set_new(seen, name, json_true());
	}
}

static void check_distinct_in(struct reader *r, const json_t *list, const char *key,
			      const char *what)
{
	json_auto_t *seen = json_object();

	check_distinct(r, list, key, what, seen);
}

static void check_languages(struct reader *r, const json_t *bot)
{
	const json_t *list = json_object_get(bot, "languages"), *item;
	size_t i;

	if (json_array_size(list) == 0)
		mistake_at(r->mistakes, json_line(bot), "languages is empty");
	json_array_foreach (list, i, item)
		if (strcmp(json_string_value(item), "ru") != 0 &&
		    strcmp(json_string_value(item), "en") != 0)
			mistake_at(r->mistakes, json_line(bot),
				   "language '%.20s' is neither ru nor en",
				   json_string_value(item));
}

/* Every text of a bot exists in each of its languages. */
static void check_text(struct reader *r, const json_t *bot, const json_t *map, const char *key)
{
	const json_t *text = json_object_get(map, key), *language;
	const json_t *languages = json_object_get(bot, "languages");
	size_t i;

	json_array_foreach (languages, i, language)
		if (text && !json_object_get(text, json_string_value(language)))
			mistake_at(r->mistakes,
				   json_line(text) ? json_line(text) : json_line(map),
				   "%s is missing in '%s'", key, json_string_value(language));
}

static void check_questions(struct reader *r, const json_t *bot, const json_t *category)
{
	const json_t *list = json_object_get(category, "questions"), *question, *language;
	size_t i, k;

	json_array_foreach (list, i, question)
		json_array_foreach (json_object_get(bot, "languages"), k, language)
			if (!json_object_get(question, json_string_value(language)))
				mistake_at(r->mistakes, json_line(question),
					   "the question is missing in '%s'",
					   json_string_value(language));
}

static void check_texts(struct reader *r, const json_t *bot)
{
	static const char *const keys[] = { "title", "greeting", "prompt" };
	const json_t *item;
	size_t i;

	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
		check_text(r, bot, bot, keys[k]);
	json_array_foreach (json_object_get(bot, "popular"), i, item) {
		check_text(r, bot, item, "title");
		check_questions(r, bot, item);
	}
	json_array_foreach (json_object_get(bot, "canned"), i, item)
		check_text(r, bot, item, "text");
	json_array_foreach (json_object_get(bot, "knowledge"), i, item) {
		check_text(r, bot, item, "title");
		check_text(r, bot, item, "body");
	}
}

/* Where operators work together, with a topic for each client. */
static int is_group_of(const char *kind, const char *group)
{
	return strcmp(kind, "desk") == 0 && strncmp(group, "-100", 4) == 0 &&
	       group[1 + strspn(group + 1, "0123456789")] == 0;
}

/* As browsers name a site: without a path, and no slash behind it. */
static int is_origin(const char *text)
{
	const char *host = strstr(text, "://");

	return strcmp(text, "*") == 0 ||
	       (host && host > text && host[3] && !strpbrk(host + 3, "/?# "));
}

static void check_origins(struct reader *r, const json_t *channel)
{
	const json_t *item;
	size_t i;

	json_array_foreach (json_object_get(channel, "origins"), i, item)
		if (!is_origin(json_string_value(item)))
			mistake_at(r->mistakes, json_line(channel),
				   "'%.60s' is no origin, such as https://shop.example",
				   json_string_value(item));
}

static void check_channels(struct reader *r, const json_t *bot)
{
	const json_t *item;
	size_t i;

	json_array_foreach (json_object_get(bot, "channels"), i, item) {
		const char *kind = str(item, "kind");
		int is_web = strcmp(kind, "widget") == 0 || strcmp(kind, "vink") == 0;

		int is_telegram = strcmp(kind, "telegram") == 0 || strcmp(kind, "desk") == 0;

		if (is_telegram && !json_object_get(item, "token_env"))
			mistake_at(r->mistakes, json_line(item), "a %s channel needs token_env",
				   kind);
		if (json_object_get(item, "group") && !is_group_of(kind, str(item, "group")))
			mistake_at(r->mistakes, json_line(item),
				   "only a desk has a group: the id of a forum, -100...");
		if (is_web && !json_object_get(item, "origins"))
			mistake_at(r->mistakes, json_line(item),
				   "a %s channel needs origins (\"*\" allows every site)",
				   kind);
		check_origins(r, item);
	}
}

/* As `tandem operator list` shows them: a login, the number of an account in Telegram, or
 * @name.  A login may look like either of these. */
static int is_operator(const char *name)
{
	static const char small[] = "abcdefghijklmnopqrstuvwxyz0123456789._-@";
	static const char handle[] = "abcdefghijklmnopqrstuvwxyz0123456789_"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return *name && (name[strspn(name, small)] == 0 ||
			 (*name == '@' && name[1 + strspn(name + 1, handle)] == 0));
}

static void check_members(struct reader *r, const json_t *handoff)
{
	const json_t *name;
	size_t i;

	json_array_foreach (json_object_get(handoff, "group"), i, name)
		if (!is_operator(json_string_value(name)))
			mistake_at(r->mistakes, json_line(handoff),
				   "'%.40s' in 'group' is neither a login, nor a number or "
				   "@name in Telegram",
				   json_string_value(name));
}

/* Whom a fixed group consists of; a list that nobody would look at is a mistake, too. */
static void check_group(struct reader *r, const json_t *handoff)
{
	const json_t *group = json_object_get(handoff, "group");

	if (strcmp(str(handoff, "assign"), "group") != 0) {
		if (group)
			mistake_at(r->mistakes, json_line(handoff),
				   "'group' is of no use without 'assign: group'");
	} else if (json_array_size(group) == 0) {
		mistake_at(r->mistakes, json_line(handoff), "a fixed group needs 'group'");
	} else {
		check_members(r, handoff);
	}
}

static void check_give_away(struct reader *r, const json_t *handoff)
{
	const json_t *phrase;
	size_t i;

	json_array_foreach (json_object_get(handoff, "give_away"), i, phrase)
		if (!handoff_phrase_counts(json_string_value(phrase)))
			mistake_at(r->mistakes, json_line(handoff),
				   "'%.60s' in 'give_away' has no words, or too many",
				   json_string_value(phrase));
}

static void check_handoff(struct reader *r, const json_t *bot)
{
	const json_t *handoff = json_object_get(bot, "handoff"), *day;
	const json_t *hours = json_object_get(handoff, "hours");
	size_t i;

	if (*str(hours, "zone") && !is_zone(str(hours, "zone")))
		mistake_at(r->mistakes, json_line(hours), "there is no time zone '%.40s'",
			   str(hours, "zone"));
	json_array_foreach (json_object_get(hours, "holidays"), i, day)
		if (!is_holiday(json_string_value(day)))
			mistake_at(r->mistakes, json_line(hours),
				   "holiday '%.20s' is neither YYYY-MM-DD nor MM-DD",
				   json_string_value(day));
	if (json_integer_value(json_object_get(handoff, "same_question")) == 1)
		mistake_at(r->mistakes, json_line(handoff),
			   "same_question: 1 sends every question to a human; 0 means never");
	check_give_away(r, handoff);
	check_group(r, handoff);
}

/* --- providers --------------------------------------------------------------- */

/* The setting itself, or the variable that holds it. */
static int is_given(const json_t *map, const char *key)
{
	char variable[64];

	snprintf(variable, sizeof variable, "%s_env", key);
	return json_object_get(map, key) || json_object_get(map, variable);
}

/* What registry.c would pass over, whatever the environment holds. */
static void check_access(struct reader *r, const json_t *p)
{
	int is_yandex = strcmp(str(p, "kind"), "yandexgpt") == 0;
	int is_openai = strcmp(str(p, "kind"), "openai") == 0;

	if (is_yandex && !is_given(p, "key"))
		mistake_at(r->mistakes, json_line(p), "a yandexgpt provider needs key_env");
	if (is_yandex && !is_given(p, "folder"))
		mistake_at(r->mistakes, json_line(p),
			   "a yandexgpt provider needs folder or folder_env");
	if (is_openai && !is_given(p, "key") && !is_given(p, "base_url"))
		mistake_at(r->mistakes, json_line(p),
			   "an openai provider needs key_env, or the base_url of a server "
			   "without keys");
}

static void check_request(struct reader *r, const json_t *p)
{
	const json_t *params = json_object_get(p, "params"), *header;
	const char *url = str(p, "base_url");
	size_t i;

	if (*url && strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		mistake_at(r->mistakes, json_line(p),
			   "base_url must begin with https:// or http://");
	if (params && !json_is_object(params) && !json_is_null(params))
		mistake_at(r->mistakes, json_line(p), "params must map names to values");
	json_array_foreach (json_object_get(p, "headers"), i, header)
		if (!strchr(json_string_value(header), ':') ||
		    strpbrk(json_string_value(header), "\r\n"))
			mistake_at(r->mistakes, json_line(p),
				   "a header must be as \"Name: value\", in one line");
}

static void check_providers(struct reader *r, const json_t *providers)
{
	const json_t *p;
	size_t i;

	check_distinct_in(r, providers, "name", "the provider");
	json_array_foreach (providers, i, p) {
		check_access(r, p);
		check_request(r, p);
	}
}

/* Articles are looked up at the end: whatever follows is never asked. */
static void check_chain(struct reader *r, const json_t *bot, const json_t *chain)
{
	const json_t *p;
	size_t i;

	json_array_foreach (chain, i, p)
		if (strcmp(str(p, "kind"), "knowledge") == 0 && i + 1 < json_array_size(chain))
			mistake_at(r->mistakes, json_line(bot),
				   "nothing after '%.40s' is asked: it answers from articles",
				   str(p, "name"));
}

/* Names of providers become the providers themselves. */
static void link_providers(struct reader *r, json_t *bot, const json_t *providers)
{
	json_t *chain = json_array(), *name;
	const json_t *provider;
	size_t i, k;

	json_array_foreach (json_object_get(bot, "providers"), i, name) {
		size_t before = json_array_size(chain);

		json_array_foreach (providers, k, provider)
			if (strcmp(str(provider, "name"), json_string_value(name)) == 0)
				json_array_append_new(chain, json_deep_copy(provider));
		if (json_array_size(chain) == before)
			mistake_at(r->mistakes, json_line(bot), "no provider is named '%.40s'",
				   json_string_value(name));
	}
	check_chain(r, bot, chain);
	json_object_set_new(bot, "providers", chain);
}

void check_bots(struct reader *r, json_t *root)
{
	json_t *bots = json_object_get(root, "bots"), *bot;
	json_auto_t *channels = json_object(), *tokens = json_object();
	size_t i;

	check_providers(r, json_object_get(root, "providers"));
	check_distinct_in(r, bots, "name", "the bot");
	json_array_foreach (bots, i, bot) {
		if (!json_object_get(bot, "languages"))
			json_object_set_new(bot, "languages", json_pack("[s, s]", "ru", "en"));
		check_languages(r, bot);
		check_texts(r, bot);
		check_channels(r, bot);
		check_handoff(r, bot);
		check_distinct_in(r, json_object_get(bot, "canned"), "name",
				  "the canned reply");
		check_distinct(r, json_object_get(bot, "channels"), "name", "the channel",
			       channels);
		check_distinct(r, json_object_get(bot, "channels"), "token_env", "the token",
			       tokens);
		check_distinct_in(r, json_object_get(bot, "knowledge"), "slug", "the article");
		link_providers(r, bot, json_object_get(root, "providers"));
	}
	json_object_del(root, "providers");
}

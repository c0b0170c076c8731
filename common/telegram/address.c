/* In groups most is not for us: who is meant by a message. */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "common/telegram/update.h"

enum { COMMAND_MAX = 32 };

/* Where a UTF-16 offset is in bytes; the end if it is beyond. */
static size_t bytes_at(const char *text, size_t len, size_t from, json_int_t units)
{
	while (units > 0 && from < len)
		units -= utf8_next(text, len, &from) >= 0x10000 ? 2 : 1;
	return from;
}

static int is_our_name(const struct telegram_me *me, const char *name, size_t len)
{
	return me && me->username && strlen(me->username) == len &&
	       strncasecmp(me->username, name, len) == 0;
}

static int is_us(const struct telegram_me *me, const json_t *user)
{
	const json_t *id = json_object_get(user, "id");

	return me && json_is_integer(id) && json_integer_value(id) == me->id;
}

static int type_is(const json_t *entity, const char *type)
{
	const char *is = json_string_value(json_object_get(entity, "type"));

	return is && strcmp(is, type) == 0;
}

/* Bytes of the entity's text that mention us, by name; 0 if they do not. */
static size_t mention(const struct telegram_me *me, const json_t *entity, const char *text,
		      size_t *start)
{
	json_int_t offset = json_integer_value(json_object_get(entity, "offset"));
	json_int_t units = json_integer_value(json_object_get(entity, "length"));
	size_t len = strlen(text), end;

	if (!type_is(entity, "mention") || offset < 0 || units < 2)
		return 0;
	*start = bytes_at(text, len, 0, offset);
	end = bytes_at(text, len, *start, units);
	if (end < *start + 2 || text[*start] != '@' ||
	    !is_our_name(me, text + *start + 1, end - *start - 1))
		return 0;
	return end - *start;
}

/* "@us how much is it?" asks "how much is it?" */
static void find_mentions(struct inbound *out, const struct telegram_me *me,
			  const json_t *entities)
{
	const char *text = out->text;
	const json_t *entity;
	size_t i, start, len;

	json_array_foreach (entities, i, entity) {
		if (type_is(entity, "text_mention") &&
		    is_us(me, json_object_get(entity, "user")))
			out->is_addressed = 1;
		len = mention(me, entity, text, &start);
		if (len == 0)
			continue;
		out->is_addressed = 1;
		if (start == 0)
			out->text = text + len + strspn(text + len, " ,:\n\t");
	}
}

/* "/name", "/name@bot", each with or without an argument behind.  0: it is no command. */
static int read_command(struct inbound *out, struct arena *a, const struct telegram_me *me)
{
	const char *name = out->text + 1, *rest, *bot = NULL;
	size_t len = 0, bot_len = 0;

	while (isalnum((unsigned char)name[len]) || name[len] == '_')
		len++;
	rest = name + len;
	if (*out->text != '/' || len == 0 || len > COMMAND_MAX)
		return 0;
	if (*rest == '@') {
		bot = rest + 1;
		while (isalnum((unsigned char)bot[bot_len]) || bot[bot_len] == '_')
			bot_len++;
		rest = bot + bot_len;
	}
	if (*rest && !isspace((unsigned char)*rest))
		return 0;
	out->command = arena_dup(a, name, len);
	out->argument = rest + strspn(rest, " \t\r\n");
	out->action = INBOUND_COMMAND;
	if (out->is_group && bot && !is_our_name(me, bot, bot_len))
		out->action = INBOUND_IGNORE; /* another bot's */
	else
		out->is_addressed = 1;
	return 1;
}

void update_address(struct inbound *out, struct arena *a, const struct telegram_me *me,
		    const json_t *message)
{
	const json_t *reply_to = json_object_get(message, "reply_to_message");
	int has_text = json_object_get(message, "text") != NULL;

	if (is_us(me, json_object_get(reply_to, "from")))
		out->is_addressed = 1;
	if (!out->text || (has_text && read_command(out, a, me)))
		return;
	if (out->is_group)
		find_mentions(
			out, me,
			json_object_get(message, has_text ? "entities" : "caption_entities"));
}

#include "common/telegram/update.h"

#include <ctype.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/json/jread.h"
#include "common/json/jvalue.h"

enum { DEPTH_MAX = 64, LANG_MAX = 8 };

struct update {
	struct inbound *out;
	struct arena *arena;
	const struct telegram_me *me;
};

typedef void read_kind(struct update *u, const json_t *value);

const char *telegram_allowed_updates(void)
{
	return "[\"message\",\"edited_message\",\"callback_query\",\"my_chat_member\","
	       "\"stopped_message_generation\"]";
}

/* --- values ---------------------------------------------------------------- */

const char *update_string(struct arena *a, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	size_t len = json_string_length(value);
	const char *text = json_string_value(value);
	char *clean;

	if (!text || !memchr(text, 0, len))
		return text;
	clean = arena_alloc(a, 3 * len + 1);
	utf8_clean(clean, text, len);
	return clean;
}

static const char *id_of(struct arena *a, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? arena_int(a, json_integer_value(value)) : NULL;
}

/* "pt-BR" -> "pt"; NULL for what does not look like a language. */
static const char *primary_language(struct arena *a, const char *tag)
{
	size_t len = 0;
	char *lang;

	while (tag && isalpha((unsigned char)tag[len]))
		len++;
	if (len < 2 || len > LANG_MAX)
		return NULL;
	lang = arena_dup(a, tag, len);
	for (char *p = lang; *p; p++)
		*p = (char)(tolower)((unsigned char)*p);
	return lang;
}

static const char *full_name(struct arena *a, const json_t *user)
{
	const char *first = update_string(a, user, "first_name");
	const char *last = update_string(a, user, "last_name");

	if (first && last)
		return arena_printf(a, "%s %s", first, last);
	return first ? first : last;
}

/* --- where and who --------------------------------------------------------- */

static int chat_is(const json_t *chat, const char *type)
{
	const char *is = json_string_value(json_object_get(chat, "type"));

	return is && strcmp(is, type) == 0;
}

/* 0, or -1 for places in which we do not talk: channels, and what is unknown. */
static int read_chat(struct update *u, const json_t *message)
{
	const json_t *chat = json_object_get(message, "chat");
	const char *id = id_of(u->arena, chat, "id");
	const char *thread = NULL;

	u->out->is_group = chat_is(chat, "group") || chat_is(chat, "supergroup");
	if (!id || (!u->out->is_group && !chat_is(chat, "private")))
		return -1;
	if (json_is_true(json_object_get(message, "is_topic_message")))
		thread = id_of(u->arena, message, "message_thread_id");
	u->out->chat = thread ? arena_printf(u->arena, "%s:%s", id, thread) : id;
	u->out->title = u->out->is_group ? update_string(u->arena, chat, "title")
					 : full_name(u->arena, chat);
	u->out->is_addressed = !u->out->is_group;
	return 0;
}

/* An anonymous administrator speaks as the group; their `from` is a bot of Telegram's. */
static void read_sender(struct update *u, const json_t *from, int is_anonymous)
{
	struct inbound *out = u->out;

	if (!from || is_anonymous)
		return;
	out->user = id_of(u->arena, from, "id");
	out->user_name = full_name(u->arena, from);
	out->handle = update_string(u->arena, from, "username");
	out->lang = primary_language(u->arena, update_string(u->arena, from, "language_code"));
}

/* --- kinds ----------------------------------------------------------------- */

static int is_from_bot(const json_t *message)
{
	return json_is_true(json_object_get(json_object_get(message, "from"), "is_bot")) &&
	       !json_object_get(message, "sender_chat");
}

static void read_words(struct update *u, const json_t *message)
{
	struct inbound *out = u->out;

	out->external_id = id_of(u->arena, message, "message_id");
	out->text = update_string(u->arena, message, "text");
	if (!out->text)
		out->text = update_string(u->arena, message, "caption");
	out->extra = update_extra(u->arena, message);
}

static void read_message(struct update *u, const json_t *message)
{
	struct inbound *out = u->out;
	const char *moved_to = id_of(u->arena, message, "migrate_to_chat_id");

	if (read_chat(u, message) < 0)
		return;
	if (moved_to) {
		out->action = INBOUND_MIGRATED;
		out->text = moved_to;
		return;
	}
	if (is_from_bot(message) ||
	    json_is_true(json_object_get(message, "is_automatic_forward")))
		return;
	read_sender(u, json_object_get(message, "from"),
		    json_object_get(message, "sender_chat") != NULL);
	read_words(u, message);
	if (!out->text && !json_object_get(out->extra, "attachments"))
		return; /* somebody joined, something was pinned */
	out->action = INBOUND_MESSAGE;
	update_address(out, u->arena, u->me, message);
	if (!out->text)
		out->text = "";
}

static void read_edit(struct update *u, const json_t *message)
{
	struct inbound *out = u->out;

	if (read_chat(u, message) < 0 || is_from_bot(message))
		return;
	read_sender(u, json_object_get(message, "from"),
		    json_object_get(message, "sender_chat") != NULL);
	read_words(u, message);
	if (out->text && out->external_id)
		out->action = INBOUND_EDIT;
}

/* "c:<command> <argument>" */
static void read_command_button(struct update *u)
{
	struct inbound *out = u->out;
	const char *name;
	size_t len;

	if (strncmp(out->callback_data, "c:", 2) != 0)
		return;
	name = out->callback_data + 2;
	len = strcspn(name, " ");
	if (len == 0)
		return;
	out->action = INBOUND_COMMAND;
	out->command = arena_dup(u->arena, name, len);
	out->argument = name + len + (name[len] == ' ');
	out->text = arena_printf(u->arena, "/%s", name);
}

static void read_callback(struct update *u, const json_t *query)
{
	struct inbound *out = u->out;
	const char *data = update_string(u->arena, query, "data");

	if (read_chat(u, json_object_get(query, "message")) < 0 || !data)
		return;
	read_sender(u, json_object_get(query, "from"), 0);
	out->action = INBOUND_MESSAGE;
	out->text = "";
	out->callback = update_string(u->arena, query, "id");
	out->callback_data = data;
	out->pressed = id_of(u->arena, json_object_get(query, "message"), "message_id");
	out->is_addressed = 1;
	read_command_button(u);
}

static void read_membership(struct update *u, const json_t *change)
{
	const json_t *now = json_object_get(change, "new_chat_member");
	const char *status = json_string_value(json_object_get(now, "status"));

	if (!status || read_chat(u, change) < 0)
		return;
	read_sender(u, json_object_get(change, "from"), 0);
	if (strcmp(status, "kicked") == 0 || strcmp(status, "left") == 0 ||
	    (strcmp(status, "restricted") == 0 &&
	     !json_is_true(json_object_get(now, "is_member"))))
		u->out->action = INBOUND_BLOCKED;
	else
		u->out->action = INBOUND_UNBLOCKED;
}

/* The person pressed "stop" under a live draft. */
static void read_stop(struct update *u, const json_t *stop)
{
	struct inbound *out = u->out;

	if (read_chat(u, stop) < 0)
		return;
	read_sender(u, json_object_get(stop, "from"), 0);
	if (!out->user && !out->is_group)
		out->user = id_of(u->arena, json_object_get(stop, "chat"), "id");
	out->action = INBOUND_STOP;
	out->is_addressed = 1;
	out->command = "stop";
	out->argument = "";
	out->text = "/stop";
}

static void read_kinds(struct update *u, const json_t *root)
{
	static const struct {
		const char *name;
		read_kind *read;
	} kinds[] = {
		{ "message", read_message },
		{ "edited_message", read_edit },
		{ "callback_query", read_callback },
		{ "my_chat_member", read_membership },
		{ "stopped_message_generation", read_stop },
	};
	const json_t *value;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		value = json_object_get(root, kinds[i].name);
		if (json_is_object(value)) {
			kinds[i].read(u, value);
			return;
		}
	}
}

/* --- the whole ------------------------------------------------------------- */

static json_t *read_root(struct arena *a, const char *json, size_t len, struct err *e)
{
	json_error_t where;
	json_t *root;
	char *clean;

	if (utf8_valid_prefix(json, len) < len) {
		clean = arena_alloc(a, 3 * len + 1);
		len = utf8_clean(clean, json, len);
		json = clean;
	}
	root = jread(json, len, JREAD_NUL | JREAD_UTF8, DEPTH_MAX, &where);
	if (!root && json_error_code(&where) == json_error_stack_overflow) {
		err_set(e, ERR_PERM, "nested too deeply");
		return NULL;
	}
	if (!root) {
		err_set(e, ERR_PERM, "not JSON, at byte %d", where.position);
		return NULL;
	}
	return jown(a, root);
}

int telegram_parse_update(struct inbound *out, struct arena *a, const struct telegram_me *me,
			  const char *json, size_t len, struct err *e)
{
	struct update u = { .out = out, .arena = a, .me = me };
	const json_t *root = read_root(a, json, len, e);

	*out = (struct inbound){ .action = INBOUND_IGNORE };
	if (!root)
		return -1;
	out->key = id_of(a, root, "update_id");
	if (!out->key)
		return err_set(e, ERR_PERM, "without an update_id");
	read_kinds(&u, root);
	return 0;
}

/*
 * tandem try: debugging tools that need no service running.
 *
 *   tandem try markdown --channel telegram < answer.md   the messages, as JSON lines
 *   tandem try update [--bot NAME] [--bot-id ID] < updates.json   the events, as JSON lines
 *   tandem try handoff < messages.txt   1 or 0 and why, a line for each line
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/handoff/handoff.h"
#include "common/telegram/telegram.h"
#include "services/tandem/commands.h"

enum { USAGE = 64 };

static int usage(FILE *out, int status)
{
	fprintf(out,
		"usage: tandem try markdown [--channel telegram] < answer.md\n"
		"       tandem try update [--bot NAME] [--bot-id ID] < updates.json\n"
		"       tandem try handoff < messages.txt\n\n"
		"  markdown  print the messages that would be sent, as JSON lines\n"
		"  update    read a Telegram update (or one a line), print the events\n"
		"  handoff   for each line: does this person want a human (1 or 0), and why\n");
	return status;
}

static void read_all(struct buf *out, FILE *in)
{
	char chunk[65536];
	size_t n;

	while ((n = fread(chunk, 1, sizeof chunk, in)) > 0)
		buf_add(out, chunk, n);
}

static void print_line(json_t *value)
{
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
	json_decref(value);
}

/* --- markdown -------------------------------------------------------------- */

static int try_markdown(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct telegram_parts parts;
	struct buf text = { 0 };

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--channel") != 0 || i + 1 == argc)
			return usage(stderr, USAGE);
		if (strcmp(argv[++i], "telegram") != 0) {
			fprintf(stderr, "tandem try: there is no renderer for '%s'\n", argv[i]);
			return USAGE;
		}
	}
	read_all(&text, stdin);
	for (size_t i = 0; i < text.len; i++) /* no database keeps it, so no message holds it */
		if (!text.data[i])
			text.data[i] = '?';
	telegram_render(&parts, &arena, buf_str(&text));
	for (int i = 0; i < parts.n; i++)
		print_line(json_pack("{s:s, s:s, s:s}", "text", parts.items[i].html,
				     "parse_mode", "HTML", "plain", parts.items[i].plain));
	buf_free(&text);
	arena_free(&arena);
	return 0;
}

/* --- update ---------------------------------------------------------------- */

static void set_text(json_t *event, const char *key, const char *value)
{
	if (value)
		json_object_set_new(event, key, json_string(value));
}

static json_t *event_json(const struct inbound *in)
{
	json_t *event = json_object();

	set_text(event, "action", inbound_action_name(in->action));
	set_text(event, "key", in->key);
	set_text(event, "chat", in->chat);
	set_text(event, "title", in->title);
	set_text(event, "lang", in->lang);
	set_text(event, "user", in->user);
	set_text(event, "user_name", in->user_name);
	set_text(event, "external_id", in->external_id);
	set_text(event, "text", in->text);
	set_text(event, "callback", in->callback);
	set_text(event, "callback_data", in->callback_data);
	set_text(event, "command", in->command);
	set_text(event, "argument", in->argument);
	if (in->extra)
		json_object_set(event, "extra", in->extra);
	json_object_set_new(event, "is_group", json_boolean(in->is_group));
	json_object_set_new(event, "is_addressed", json_boolean(in->is_addressed));
	return event;
}

/* 0, or 1 if it was no update. */
static int try_one(const struct telegram_me *me, const char *text, size_t len)
{
	struct arena arena = { 0 };
	struct inbound event;
	struct err e;
	int status = telegram_parse_update(&event, &arena, me, text, len, &e) < 0;

	if (status)
		print_line(json_pack("{s:s}", "error", e.text));
	else
		print_line(event_json(&event));
	arena_free(&arena);
	return status;
}

static int try_lines(const struct telegram_me *me, char *text)
{
	int status = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (line[strspn(line, " \t\r")])
			status |= try_one(me, line, strlen(line));
	return status;
}

/* Several lines, each of which is JSON by itself; else all of it is one update. */
static int is_line_each(const char *text)
{
	size_t len = strcspn(text, "\n");
	json_t *first = json_loadb(text, len, JSON_ALLOW_NUL, NULL);

	json_decref(first);
	return first != NULL;
}

static int try_update(int argc, char **argv)
{
	struct telegram_me me = { 0 };
	struct buf text = { 0 };
	int status;

	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			return usage(stderr, USAGE);
		if (strcmp(argv[i], "--bot") == 0)
			me.username = argv[i + 1] + (argv[i + 1][0] == '@');
		else if (strcmp(argv[i], "--bot-id") == 0)
			me.id = strtoll(argv[i + 1], NULL, 10);
		else
			return usage(stderr, USAGE);
	}
	read_all(&text, stdin);
	if (text.len > 0 && is_line_each(buf_str(&text)))
		status = try_lines(&me, text.data);
	else
		status = try_one(&me, buf_str(&text), text.len);
	buf_free(&text);
	return status;
}

/* --- handoff --------------------------------------------------------------- */

static int try_handoff(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	(void)argv;
	if (argc > 1)
		return usage(stderr, USAGE);
	while ((len = getline(&line, &room, stdin)) >= 0) {
		const char *reason;
		int wanted;

		while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
			len--;
		wanted = handoff_wanted(line, (size_t)len, &reason);
		printf("%d\t%s\n", wanted, reason);
	}
	free(line);
	return 0;
}

int tandem_try(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} tools[] = { { "markdown", try_markdown },
		      { "update", try_update },
		      { "handoff", try_handoff } };

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	for (size_t i = 0; argc > 1 && i < sizeof tools / sizeof *tools; i++)
		if (strcmp(argv[1], tools[i].name) == 0)
			return tools[i].run(argc - 1, argv + 1);
	return usage(stderr, USAGE);
}

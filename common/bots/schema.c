#include "common/bots/schema.h"

static const char *const provider_kinds[] = { "openai", "yandexgpt", "knowledge", NULL };
static const char *const channel_kinds[] = { "telegram", "widget", "vink",
					     "console",  "desk",   NULL };
static const char *const scenarios[] = { "support", NULL };

static const struct field provider_fields[] = {
	{ .name = "kind", .kind = FIELD_STR, .required = 1, .choices = provider_kinds },
	{ .name = "base_url", .kind = FIELD_STR },
	{ .name = "base_url_env", .kind = FIELD_ENV },
	{ .name = "model", .kind = FIELD_STR },
	{ .name = "model_env", .kind = FIELD_ENV },
	{ .name = "key_env", .kind = FIELD_ENV },
	{ .name = "folder", .kind = FIELD_STR },
	{ .name = "folder_env", .kind = FIELD_ENV },
	{ .name = "headers", .kind = FIELD_STRS },
	{ .name = "params", .kind = FIELD_ANY },
	{ .name = "max_in_flight", .kind = FIELD_INT, .min = 0, .max = 100000 },
	{ .name = "connect_ms", .kind = FIELD_INT, .min = 100, .max = 60000 },
	{ .name = "first_token_ms", .kind = FIELD_INT, .min = 100, .max = 600000 },
	{ .name = "idle_ms", .kind = FIELD_INT, .min = 100, .max = 600000 },
	{ .name = "total_ms", .kind = FIELD_INT, .min = 1000, .max = 1800000 },
	{ .name = "retries", .kind = FIELD_INT, .min = 0, .max = 10 },
	{ 0 },
};

static const struct field limit_fields[] = {
	{ .name = "quiet_ms", .kind = FIELD_INT, .min = 0, .max = 10000 },
	{ .name = "quiet_max_ms", .kind = FIELD_INT, .min = 0, .max = 60000 },
	{ .name = "history_tokens", .kind = FIELD_INT, .min = 200, .max = 1000000 },
	{ .name = "history_messages", .kind = FIELD_INT, .min = 1, .max = 500 },
	{ .name = "answer_tokens", .kind = FIELD_INT, .min = 16, .max = 100000 },
	{ .name = "passages", .kind = FIELD_INT, .min = 0, .max = 20 },
	{ .name = "message_chars", .kind = FIELD_INT, .min = 100, .max = 16000 },
	{ .name = "per_minute", .kind = FIELD_INT, .min = 1, .max = 6000 },
	{ .name = "burst", .kind = FIELD_INT, .min = 1, .max = 1000 },
	{ 0 },
};

static const struct field channel_fields[] = {
	{ .name = "kind", .kind = FIELD_STR, .required = 1, .choices = channel_kinds },
	{ .name = "name", .kind = FIELD_NAME, .required = 1 },
	{ .name = "token_env", .kind = FIELD_ENV },
	{ .name = "group", .kind = FIELD_STR },
	{ .name = "origins", .kind = FIELD_STRS },
	{ .name = "per_second", .kind = FIELD_INT, .min = 1, .max = 100000 },
	{ .name = "per_chat_ms", .kind = FIELD_INT, .min = 1, .max = 60000 },
	{ .name = "per_group_minute", .kind = FIELD_INT, .min = 1, .max = 6000 },
	{ 0 },
};

static const struct field question_fields[] = {
	{ .name = "ru", .kind = FIELD_STR },
	{ .name = "en", .kind = FIELD_STR },
	{ 0 },
};

static const struct field category_fields[] = {
	{ .name = "title", .kind = FIELD_TEXT, .required = 1 },
	{ .name = "questions", .kind = FIELD_LIST, .required = 1, .sub = question_fields },
	{ 0 },
};

static const struct field article_fields[] = {
	{ .name = "slug", .kind = FIELD_NAME, .required = 1 },
	{ .name = "url", .kind = FIELD_STR },
	{ .name = "title", .kind = FIELD_TEXT, .required = 1 },
	{ .name = "body", .kind = FIELD_TEXT, .required = 1 },
	{ 0 },
};

static const char *const assignments[] = { "broadcast", "balanced", "group", NULL };
static const char *const ends[] = { "bot", "message", "wait", NULL };
static const char *const closed_ways[] = { "bot", "message", NULL };

static const struct field opening_fields[] = {
	{ .name = "day", .kind = FIELD_INT, .required = 1, .min = 1, .max = 7 },
	{ .name = "from", .kind = FIELD_TIME, .required = 1 },
	{ .name = "to", .kind = FIELD_TIME, .required = 1 },
	{ 0 },
};

static const struct field hours_fields[] = {
	{ .name = "zone", .kind = FIELD_STR, .required = 1 },
	{ .name = "open", .kind = FIELD_WEEK, .required = 1, .sub = opening_fields },
	{ .name = "holidays", .kind = FIELD_STRS },
	{ .name = "closed", .kind = FIELD_STR, .choices = closed_ways },
	{ 0 },
};

/* When the bot calls a human, and who comes; presets: handoff_policy() in 0013_handoff.sql. */
static const struct field handoff_fields[] = {
	{ .name = "enabled", .kind = FIELD_BOOL },
	{ .name = "assign", .kind = FIELD_STR, .choices = assignments },
	{ .name = "group", .kind = FIELD_STRS },
	{ .name = "invite", .kind = FIELD_INT, .min = 1, .max = 50 },
	{ .name = "repeat_s", .kind = FIELD_INT, .min = 1, .max = 3600 },
	{ .name = "rounds", .kind = FIELD_INT, .min = 1, .max = 20 },
	{ .name = "at_end", .kind = FIELD_STR, .choices = ends },
	{ .name = "idle_s", .kind = FIELD_INT, .min = 0, .max = 86400 },
	{ .name = "person_idle_s", .kind = FIELD_INT, .min = 0, .max = 604800 },
	{ .name = "hours", .kind = FIELD_MAP, .sub = hours_fields },
	{ .name = "give_away", .kind = FIELD_STRS },
	{ .name = "same_question", .kind = FIELD_INT, .min = 0, .max = 20 },
	{ .name = "max_turns", .kind = FIELD_INT, .min = 0, .max = 1000 },
	{ .name = "suggest", .kind = FIELD_BOOL },
	{ 0 },
};

static const struct field canned_fields[] = {
	{ .name = "name", .kind = FIELD_NAME, .required = 1 },
	{ .name = "text", .kind = FIELD_TEXT, .required = 1 },
	{ 0 },
};

static const struct field bot_fields[] = {
	{ .name = "name", .kind = FIELD_NAME, .required = 1 },
	{ .name = "title", .kind = FIELD_TEXT, .required = 1 },
	{ .name = "scenario", .kind = FIELD_STR, .choices = scenarios },
	{ .name = "languages", .kind = FIELD_STRS },
	{ .name = "greeting", .kind = FIELD_TEXT, .required = 1 },
	{ .name = "prompt", .kind = FIELD_TEXT, .required = 1 },
	{ .name = "providers", .kind = FIELD_STRS, .required = 1 },
	{ .name = "limits", .kind = FIELD_MAP, .sub = limit_fields },
	{ .name = "channels", .kind = FIELD_LIST, .required = 1, .sub = channel_fields },
	{ .name = "handoff", .kind = FIELD_MAP, .sub = handoff_fields },
	{ .name = "canned", .kind = FIELD_LIST, .sub = canned_fields },
	{ .name = "popular", .kind = FIELD_LIST, .sub = category_fields },
	{ .name = "knowledge", .kind = FIELD_LIST, .sub = article_fields },
	{ 0 },
};

const struct field bots_file_fields[] = {
	{ .name = "providers", .kind = FIELD_DICT, .required = 1, .sub = provider_fields },
	{ .name = "bots", .kind = FIELD_LIST, .required = 1, .sub = bot_fields },
	{ 0 },
};

#pragma once

/*
 * One JSON object per line on stderr: time, level, service, trace, msg.  The
 * trace is set by the flow driver around each step, so every line written while
 * an event is worked on can be found by its trace id, from the webhook to the
 * delivery.
 *
 * msg is "verb key=value ...".  Never put message texts, tokens, URLs with
 * tokens or personal data into it.
 */

/* Once, at start.  `service` is borrowed for ever.  Warnings and errors only when quiet. */
void log_open(const char *service, int quiet);

/* Borrowed until the next call; NULL clears. */
void log_scope(const char *trace);

void log_at(const char *level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_info(...)  log_at("info", __VA_ARGS__)
#define log_warn(...)  log_at("warn", __VA_ARGS__)
#define log_error(...) log_at("error", __VA_ARGS__)

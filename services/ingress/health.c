#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "services/ingress/health.h"
#include "services/ingress/line.h"
#include "services/ingress/routes.h"

const char *health_unready(const struct ingress *in)
{
	if (!pg_is_up(in->store.durable) || !pg_is_up(in->store.relaxed))
		return "PostgreSQL cannot be reached";
	return bots_registry(in->bots) ? NULL : "the bots are not loaded yet";
}

/* Without Redis we still accept: answers come later, but nothing is lost. */
void health_ready(void *arg, struct web_request *req)
{
	struct ingress *in = arg;
	const char *why = health_unready(in);
	json_auto_t *body = NULL;

	if (why) {
		web_set_header(req, "Retry-After", "2");
		web_problem(req, 503, "not_ready", "%s", why);
		return;
	}
	body = json_pack("{ss ss}", "status", redis_is_up(in->redis) ? "ready" : "degraded",
			 "redis", redis_is_up(in->redis) ? "up" : "down");
	web_reply_json(req, 200, body);
}

/* --- GET /api/v1/health/telegram ------------------------------------------ */

static const char *mode_name(enum line_mode mode)
{
	static const char *const names[] = { "idle", "webhook", "polling" };

	return names[mode];
}

static json_t *time_or_null(int64_t wall_ms)
{
	char text[CLOCK_ISO_SIZE];

	return wall_ms ? json_string(clock_iso(text, wall_ms)) : json_null();
}

static json_t *describe(const struct line *line)
{
	const char *error = line->last_error[0] ? line->last_error : NULL;

	return json_pack("{ss ss ss? sb so so ss? so}", "channel", line->name, "mode",
			 mode_name(line->mode), "username", line->me.username, "ok", !error,
			 "last_update_at", time_or_null(line->last_update_ms), "pending",
			 line->pending < 0 ? json_null() : json_integer(line->pending),
			 "last_error", error, "last_error_at",
			 time_or_null(line->last_error_ms));
}

void health_telegram(void *arg, struct web_request *req)
{
	struct ingress *in = arg;
	json_t *list = json_array();
	json_auto_t *body = NULL;

	for (struct line *line = lines_first(in->lines); line; line = TAILQ_NEXT(line, link))
		json_array_append_new(list, describe(line));
	body = json_pack("{so}", "channels", list);
	web_reply_json(req, 200, body);
}

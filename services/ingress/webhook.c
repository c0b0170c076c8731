#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/json/jvalue.h"
#include "common/metrics/metrics.h"
#include "services/ingress/line.h"

/*
 * Telegram calls us: tell it where, and look every minute whether it still
 * knows.  A round: begin_round -> ask_info -> read_info -> set_webhook ->
 * note_webhook
 */

enum { CALL_MS = 15000, CHECK_MS = 60000, RECENT_S = 150 };

static flow_step begin_round, ask_info, read_info, set_webhook, note_webhook;

const struct line_keeper webhook_keeper = {
	.class = { "webhook", line_round_failed, line_round_over },
	.round = begin_round,
};

static struct metric dropped = METRIC(METRIC_COUNTER, "tandem_telegram_webhook_dropped_total",
				      "", "Webhooks that somebody had changed or removed.");

static const char *our_url(struct line *line)
{
	const char *root = line->in->public_url;
	int len = (int)strlen(root);

	while (len > 0 && root[len - 1] == '/')
		len--;
	return arena_printf(&line->flow.arena, "%.*s/telegram/%s", len, root, line->name);
}

static void begin_round(void *self)
{
	struct line *line = self;

	line_introduce(line, line->has_webhook ? ask_info : set_webhook);
}

static void ask_info(void *self)
{
	struct line *line = self;

	line_call(line, read_info, "getWebhookInfo", NULL, CALL_MS);
}

/* Telegram remembers its last trouble with us for ever; only a recent one counts. */
static void note_trouble(struct line *line, const json_t *info)
{
	const char *text = json_string_value(json_object_get(info, "last_error_message"));
	json_int_t at = json_integer_value(json_object_get(info, "last_error_date"));

	if (!text || at < clock_wall_ms() / 1000 - RECENT_S) {
		line_well(line);
		return;
	}
	line_trouble(line, text);
	log_warn("telegram cannot reach us channel=%s pending=%lld: %s", line->name,
		 (long long)line->pending, text);
}

static void read_info(void *self)
{
	struct line *line = self;
	const char *url;

	if (line_read(line) < 0)
		return;
	url = json_string_value(json_object_get(line->reply.result, "url"));
	line->pending =
		json_integer_value(json_object_get(line->reply.result, "pending_update_count"));
	note_trouble(line, line->reply.result);
	if (url && strcmp(url, our_url(line)) == 0) {
		line_rest(line, CHECK_MS);
		return;
	}
	metric_add(&dropped, 1);
	log_warn("telegram webhook was dropped channel=%s elsewhere=%d", line->name,
		 url && *url);
	set_webhook(self);
}

static void set_webhook(void *self)
{
	struct line *line = self;
	json_auto_t *types = json_loads(telegram_allowed_updates(), 0, NULL);
	json_auto_t *body =
		json_pack("{ss ss sO si}", "url", our_url(line), "secret_token", line->secret,
			  "allowed_updates", types, "max_connections", 100);

	line_call(line, note_webhook, "setWebhook", jdump(&line->flow.arena, body), CALL_MS);
}

static void note_webhook(void *self)
{
	struct line *line = self;

	if (line_read(line) < 0)
		return;
	line->has_webhook = 1;
	line_well(line);
	log_info("telegram webhook set channel=%s", line->name);
	line_rest(line, CHECK_MS);
}

#include "common/live/draft.h"

#include <stdlib.h>

#include "common/base/utf8.h"
#include "common/json/jvalue.h"

void live_draft_announce(struct redis *r, const struct draft *draft, size_t len)
{
	json_t *json =
		json_pack("{s:i, s:b, s:s, s:I, s:i, s:s%}", "channel", draft->channel_id,
			  "group", draft->is_group, "chat", draft->chat, "job",
			  (json_int_t)draft->job, "attempt", draft->attempt, "text",
			  draft->text, utf8_floor(draft->text, len, LIVE_DRAFT_BYTES));
	char *payload = json ? json_dumps(json, JSON_COMPACT) : NULL;

	if (payload)
		redis_send(r, NULL, NULL,
			   REDIS_ARGV("XADD", LIVE_DRAFTS_KEY, "MAXLEN", "~", "10000", "*", "e",
				      payload));
	free(payload);
	json_decref(json);
}

int live_draft_parse(struct draft *out, struct arena *a, const char *payload)
{
	json_t *json = jown(a, json_loads(payload, 0, NULL));

	*out = (struct draft){
		.channel_id = (int)json_integer_value(json_object_get(json, "channel")),
		.is_group = json_is_true(json_object_get(json, "group")),
		.chat = json_string_value(json_object_get(json, "chat")),
		.job = json_integer_value(json_object_get(json, "job")),
		.attempt = (int)json_integer_value(json_object_get(json, "attempt")),
		.text = json_string_value(json_object_get(json, "text")),
	};
	return out->channel_id > 0 && out->job > 0 && out->chat && out->text ? 0 : -1;
}

#pragma once

#include "services/ingress/ingress.h"

/* What a message says, as safe HTML; for authors other than the person. */
const char *message_html(const struct message *m, struct arena *a);

/* A message as browsers see it; a new reference. */
json_t *message_json(const struct message *m, struct arena *a);

/* The same for those who may see it: with links to its files. */
json_t *message_shown(struct ingress *in, struct arena *a, int64_t conversation_id,
		      const struct message *m);

/*
 * Who answers, {"responder", "epoch", "operator": {"name"}|null, "queue": {"place",
 * "wait_s"}|null, "rate": case|null}; a new reference.
 */
json_t *state_json(const struct message_page *page);

/* Safe HTML of a text whose message carries `extra` (may be NULL). */
const char *message_text_html(struct arena *a, const char *text, const json_t *extra);

#pragma once

#include "common/store/store.h"

/* A message as browsers see it; a new reference. */
json_t *message_json(const struct message *m, struct arena *a);

/*
 * Who answers, {"responder", "epoch", "operator": {"name"}|null, "queue": {"place",
 * "wait_s"}|null, "rate": case|null}; a new reference.
 */
json_t *state_json(const struct message_page *page);

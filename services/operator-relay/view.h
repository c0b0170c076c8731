#pragma once

#include <jansson.h>

#include "common/base/arena.h"

/*
 * What operators see in Telegram, in their language.  Pure functions: each
 * returns a new array of payloads, one delivery for each, of DELIVERY_NOTE:
 *   {"text": Markdown, "buttons"?: [[{"text","data"|"url"}]], "attachments"?: [...],
 *    "reply_to"?: the delivery it answers, "silent"?: bool}
 * or, if there is a "method", of DELIVERY_CALL:
 *   {"method","body","of"?: the delivery whose message it changes}
 * or, if there are "edits", an edit of what was shown, with these words:
 *   {"text","edits": [...] of shown_as() in schema/0015_order.sql,"else"}
 * An empty array shows nothing; the note counts as shown.
 */

struct view {
	const char *lang; /* "ru" or "en" */
	/* {"conversation","lang","title","is_group","reachable","responder",
	 *  "channel":{"name","kind"},"bot":{"name","title"},"person":{"id","name","since"},
	 *  "handoff":{"id","reason","detail","called_at","round","operator":{"id","name"}|null},
	 *  "messages":[[seq,author,body,extra,created_at],...]}: the newest */
	const json_t *work;
	/* {"what","id","seq","detail","message": seq, as above, and "shown": what it became,
	 * both for notices; "to":{"operator":{"id","name","lang"},"desk","channel","chat"}} */
	const json_t *note;
};

/* Somebody wants a human: `what` is "invitation", or "reminder" when it is repeated. */
json_t *view_invitation(const struct view *v);
/* An invitation (delivery note.id) is over; detail: "accepted", "skipped", "withdrawn". */
json_t *view_answered(const struct view *v);
/* Who the client is. */
json_t *view_card(const struct view *v);
/* All that was said; up to note.seq. */
json_t *view_history(const struct view *v);
/* Message note.seq. */
json_t *view_message(const struct view *v);
/* Something happened; the first word of detail: edited, changed (an edit that could not be
 * shown as one), failed, blocked, unblocked, reset,
 * returned, closed, expired, transferred, idle, unattended, left. */
json_t *view_notice(const struct view *v);
/* The client's topic, named `detail`: "close", nobody of this desk has the chat any more, or
 * "reopen". */
json_t *view_topic(const struct view *v);
/* The bot would say `detail`; note.id is the suggestion. */
json_t *view_suggestion(const struct view *v);
/* What delivery `detail` proposes is of use no more: its buttons go. */
json_t *view_passed(const struct view *v);

/* --- between view.c and view_notice.c ----------------------------------------------- */

struct buf;

/* Takes the payload. */
json_t *view_list(json_t *payload);
/* A note of what was written; takes the text. */
json_t *view_payload(struct buf *text);
void view_add(struct buf *out, const char *words); /* as data */
const char *view_client(const struct view *v);
/* A note with what the message says, and who says it. */
json_t *view_words(const struct view *v, const json_t *message);

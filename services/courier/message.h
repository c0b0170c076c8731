#pragma once

#include "common/store/store.h"
#include "common/telegram/telegram.h"

/*
 * What is to be sent for a delivery, in Telegram's terms.  Pure functions;
 * everything lives in the arena.  Payloads:
 *
 *   part   {"html","plain","attachment","last"} and what a note has besides words
 *   note   {"text": Markdown, "attachments":[...], "buttons":[[{"text","data"|"url"}]],
 *           "keyboard":[["words"]], "prompt":"words", "reply_to": delivery | message id,
 *           "silent", "plain": the text is no Markdown, "skip": so many messages'
 *           worth of it, which were sent, "caption": the first of those is a caption}
 *   call   {"method","body", "of": delivery whose message id goes into the body,
 *           "text": Markdown, "buttons", "part": which of the messages that the words
 *           become (0), "caption": as in a note, "else": see note_failure(): for
 *           edits, "tries": of what changes a topic, how often it failed}
 *
 * An attachment is as channels give it, with the channel whose file_id it has;
 * or {"kind","name","url"}; or {"kind","name","mime","text"}, a file made of that
 * text; or {"kind","name","mime","size","file"}, one that an operator sent from the console.
 */

struct message_out {
	const char *method;        /* a call that is no message, with these parameters; */
	const json_t *body;        /* the rest is empty then, but for an edit's words */
	struct telegram_part part; /* plain NULL: no words */
	const json_t *attachment;  /* or NULL */
	const json_t *manner;      /* what holds keyboard, prompt, reply_to, silent */
	const json_t *buttons;
	const char *parts; /* too long for one message: JSON for store_split_delivery(), whose
			      first part this is; else NULL */
	const char *fault; /* why it cannot be sent; else NULL */
	int is_void;       /* there is nothing to be sent, and that is fine */
	int tries;         /* of a call that changes the topic: how often it failed */
};

void message_make(struct message_out *out, struct arena *a, const struct outgoing *head);

/* The method, and the parameters of the request as JSON. */
const char *message_method(const struct message_out *m);
const char *message_body(struct arena *a, const struct message_out *m, const char *chat,
			 int is_plain);

/* Likewise for an attachment that is uploaded beside its parameters. */
json_t *message_upload_body(struct arena *a, const struct message_out *m, const char *chat,
			    int is_plain);

/* The attachment cannot be transferred: its message tells of it in words. */
void message_in_words(struct message_out *m, struct arena *a, const char *lang);

/* A call that changes the topic of the line, as is_about_topic() in schema/0005_delivery.sql
 * has it; topic_store_test.c compares them. */
int message_is_about_topic(const struct message_out *m);

/* --- between message.c and message_call.c ----------------------------------------- */

/* Kinds 2 and 4. */
void message_callback(struct message_out *out, struct arena *a, const struct outgoing *head);
void message_call(struct message_out *out, struct arena *a, const struct outgoing *head);
/* Of a call: its parameters, without formatting if is_plain. */
const json_t *message_call_body(struct arena *a, const struct message_out *m, int is_plain);
/* Owned by the arena; NULL: it is none. */
json_t *message_json(struct arena *a, const char *text);
const char *message_markdown(struct arena *a, const char *text, const json_t *manner);
/* The messages that the words become; the manner says if the first is a caption. */
void message_render(struct telegram_parts *out, struct arena *a, const char *markdown,
		    const json_t *manner);

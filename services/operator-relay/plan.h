#pragma once

#include "common/store/desk.h"
#include "services/operator-relay/words.h"

/*
 * What an operator said or pressed in Telegram, and what comes of it: at most
 * one order (of an edit: one for each client), and what the operator is told
 * (actions, as finish_order() in schema/0015_order.sql takes them).  Pure;
 * `work` is what order_work() there says.
 *
 *   plan.c    the event -> the order, and what can be told without it
 *   command.c the same for commands
 *   press.c   the same for buttons
 *   answer.c  how the order ended -> what is told
 *   act.c     the actions
 */

struct plan {
	struct arena *arena;
	const json_t *work, *event, *operator;
	const char *lang;
	json_t *actions;

	const char *verb; /* NULL: there is nothing to order */
	int64_t conversation;
	json_t *args;
	const char *key;
	size_t followed;      /* clients, by an edit */
	const json_t *client; /* whom it is about; NULL: nobody in particular */
	const char *done;     /* what is told when it went well; NULL: the usual */
	int is_acknowledged;  /* the button that was pressed */
	int keeps_buttons;    /* the message that has it: there is more to press */
};

/* Everything lives in the arena. */
void plan_make(struct plan *p, struct arena *a, const json_t *work);
/* After each order, or at once if there is none (done NULL). */
void plan_finish(struct plan *p, const struct desk_done *done);
/* An edit follows its words to each client they went to: 1 if there is one more order. */
int plan_follow(struct plan *p);

/* --- between the files ----------------------------------------------------------- */

/* Of the order that the words of this event make. */
const char *plan_key(const struct plan *p, int64_t seq);
void plan_order(struct plan *p, const char *verb, const json_t *client, json_t *args);
/* Words for a client, with what came with them. */
void plan_say(struct plan *p, const json_t *client, const char *text, const json_t *extra);
/* The client whom a command is about: answered, of the topic, the only one, or selected. */
const json_t *plan_target(const struct plan *p);
/* One of the operator's chats, or the one the event names; NULL: neither. */
const json_t *plan_client(const struct plan *p, int64_t conversation);
/* A button for each of their chats. */
void plan_choose(struct plan *p, enum word question, const char *verb, const char *rest);
void plan_transfer(struct plan *p, const json_t *client);
void plan_note(struct plan *p, const char *text);
/* Messages that were left while nobody was there, each with a button. */
void plan_show_left(struct plan *p);
void plan_command(struct plan *p, const char *name);
void plan_press(struct plan *p, const char *data);
void plan_canned(struct plan *p, const char *name);

const char *client_name(const struct plan *p, const json_t *client);
/* A word with one %s, which becomes Markdown that shows it. */
const char *plan_format(const struct plan *p, enum word id, const char *value);

/* --- act.c ----------------------------------------------------------------------- */

/* A note for this line; returns its payload, to be added to.  Elsewhere is {"desk", "channel",
 * "chat"}. */
json_t *act_note(struct plan *p, const char *markdown);
void act_note_elsewhere(struct plan *p, json_t *to, json_t *payload);
/* The note is about a client: an answer to it goes there. */
void act_remember(struct plan *p, const json_t *client, int shows, int64_t seq);
/* Acknowledges the button, with words or "". */
void act_toast(struct plan *p, const char *words);
/* Words in whatever way is fit: over the button, or as a note. */
void act_tell(struct plan *p, const char *words);
/* The pressed message keeps its words and loses its buttons. */
void act_drop_buttons(struct plan *p);
/* Returns the action, to be added to. */
json_t *act_set(struct plan *p, const char *what, json_t *value);
json_t *act_button(struct plan *p, const char *text, const char *data);
/* What can be done now, under the input field. */
json_t *act_keyboard(const struct plan *p, int on_duty);

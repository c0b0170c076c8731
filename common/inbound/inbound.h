#pragma once

#include <jansson.h>

/*
 * One thing that happened in a channel, in the one shape every channel is
 * normalised to.  Pure data: made by a channel's parser or by the widget API,
 * stored by store_accept().  All strings are valid UTF-8 without U+0000 and
 * live in the maker's arena.
 */

/* What the event asks for.  The codes are those of accept() in schema/0003_accept.sql. */
enum inbound_action {
	INBOUND_IGNORE = 0,  /* seen, of no interest; recorded so that it is not lost */
	INBOUND_MESSAGE = 1, /* the bot (or an operator) answers */
	INBOUND_EDIT = 2,    /* the person changed an earlier message */
	INBOUND_COMMAND = 3, /* `reply` answers at once */
	INBOUND_RESET = 4,   /* a command; the bot forgets what was said */
	INBOUND_STOP = 5,    /* a command; the answer under way ends here */
	INBOUND_BLOCKED = 6, /* the person blocked us, or removed us from a group */
	INBOUND_UNBLOCKED = 7,
	INBOUND_MIGRATED = 8,  /* the chat goes on under the key in `text` */
	INBOUND_REFUSED = 9,   /* too much or too fast; `reply` says so, if anything does */
	INBOUND_OPERATOR = 10, /* they want a human; the words, if any, are kept */
	INBOUND_RATING = 11,   /* "<case>:<1..5>" in `text`: how a talk with a human was */
	INBOUND_WORDLESS = 12, /* a message that bots cannot read: `reply` says so, unless a
				  human is there to see what came along */
};

const char *inbound_action_name(enum inbound_action action);

struct inbound {
	enum inbound_action action;
	const char *key;   /* the channel's own id of the event: it happens once */
	const char *chat;  /* where answers go; NULL only for INBOUND_IGNORE */
	const char *title; /* the person's name, or the group's; NULL: unknown */
	const char *lang;  /* "ru", "en", ... as the channel says or the text shows; NULL */
	int is_lang_hint;  /* it counts only where none is known: nothing was said in it */
	const char *user;  /* who, in the channel's terms; NULL for anonymous posts */
	const char *user_name;
	const char *handle;        /* what others address them by there; NULL */
	const char *external_id;   /* the channel's id of the message */
	const char *text;          /* what was said; "" for attachments without a caption */
	json_t *extra;             /* {"attachments":[{"kind","file_id","channel","name","mime",
				      "size"}], "reply_to":{"id","at","text"}} or NULL; of
				      operators also what desk.h says */
	const char *callback;      /* a button was pressed: the id to be acknowledged */
	const char *callback_data; /* what the button carried */
	const char *pressed;       /* the message whose button it was */
	const char *command;       /* "help" for /help; NULL if not a command */
	const char *argument;      /* what followed the command, "" if nothing */
	const char *reply;         /* the platform's answer, Markdown; NULL */
	const char *idle_reply;    /* instead, if there was nothing to stop or rate */
	json_t *reply_extra;       /* {"buttons":[[{"text","data"|"url"}]]} or NULL */
	json_t *versions;          /* text and replies in each language, as accept() wants
				      them; NULL: they are the same in all */
	const char *choice;        /* the language to speak from now on, "auto" for the one
				      their words show; NULL: as before */
	int is_group, is_addressed; /* in groups: the bot is meant */
};

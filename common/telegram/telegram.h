#pragma once

#include <jansson.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/inbound/inbound.h"

/*
 * Telegram's Bot API, as pure functions: bytes in, values out.  Facts are from
 * the Bot API documentation and the server's source; sending and receiving is
 * done by courier and ingress.
 */

/* --- updates -------------------------------------------------------------- */

struct telegram_me { /* getMe */
	int64_t id;
	const char *username;
};

/* The update types we ask for, as a JSON array. */
const char *telegram_allowed_updates(void);

/*
 * One update -> one event, in the arena.  Unknown kinds become INBOUND_IGNORE.
 * -1 with *e (ERR_PERM) if it is not an update at all.  `me` may be NULL while
 * unknown.  Commands are recognised (command, argument), not executed.
 */
int telegram_parse_update(struct inbound *out, struct arena *a, const struct telegram_me *me,
			  const char *json, size_t len, struct err *e);

/* --- formatting ----------------------------------------------------------- */

struct telegram_part {
	const char *html;  /* for parse_mode HTML */
	const char *plain; /* the same words, should Telegram refuse the HTML */
};

struct telegram_parts {
	int n;
	struct telegram_part *items;
};

/*
 * Markdown -> messages Telegram accepts: at most 4096 UTF-16 units and 100
 * entities each, cut between paragraphs, lines or words, never inside a tag,
 * an entity, a surrogate pair or a grapheme; code fences are closed and opened
 * again.  Never fails; text without substance gives n = 0.
 */
void telegram_render(struct telegram_parts *out, struct arena *a, const char *markdown);

/* Likewise, but the first is for a caption, which holds TELEGRAM_CAPTION_MAX units. */
void telegram_render_caption(struct telegram_parts *out, struct arena *a, const char *markdown);

/* Words as Markdown that shows exactly them. */
const char *telegram_escape(struct arena *a, const char *words);

/* The beginning of an answer that is still being written, as one part. */
void telegram_render_draft(struct telegram_part *out, struct arena *a, const char *markdown);

/* --- calls ---------------------------------------------------------------- */

/* "<root>/bot<token>/<method>" */
const char *telegram_url(struct arena *a, const char *root, const char *token,
			 const char *method);

/* A chat key is "<chat>", or "<chat>:<thread>" for a topic of a forum. */
struct telegram_send {
	const char *chat;
	const char *html, *plain; /* html NULL: plain text */
	const json_t *buttons;    /* [[{"text","data"|"url"}]] or NULL */
	const json_t
		*keyboard;    /* [["words",...]], below the input field; where no buttons are */
	const char *prompt;   /* asks for an answer, with these words in the field; likewise */
	const char *reply_to; /* message id or NULL */
	int is_silent;        /* nobody's phone rings */
};

/* What a file of some kind is sent with. */
struct telegram_media {
	const char *kind, *method, *field;
	int has_caption;
};

/* NULL: what is of that kind cannot be sent as a file. */
const struct telegram_media *telegram_media(const char *kind);

/*
 * The parameters of such a call, with the words as a caption, owned by the
 * arena.  file: a file_id or an address; NULL: it is uploaded beside them.
 */
json_t *telegram_media_body(struct arena *a, const struct telegram_send *send,
			    const struct telegram_media *media, const char *file);

/* The parameters of any other call that concerns a chat: what it leaves out is filled in. */
json_t *telegram_call_body(struct arena *a, const char *chat, const char *method,
			   const json_t *body);

/* Buttons of ours -> reply_markup; NULL if there are none.  A new reference. */
json_t *telegram_markup(const json_t *buttons);

enum { TELEGRAM_CAPTION_MAX = 1024, TELEGRAM_DOWNLOAD_MAX = 20 << 20 };

/* "<root>/file/bot<token>/<path>" */
const char *telegram_file_url(struct arena *a, const char *root, const char *token,
			      const char *path);

const char *telegram_send_body(struct arena *a,
			       const struct telegram_send *send); /* sendMessage */
const char *telegram_draft_body(struct arena *a, const char *chat, int64_t draft_id,
				const char *html,
				const char *plain); /* sendMessageDraft, with a stop button */
const char *telegram_edit_body(struct arena *a, const char *chat, const char *message_id,
			       const char *html, const char *plain); /* editMessageText */
const char *telegram_delete_body(struct arena *a, const char *chat,
				 const char *message_id); /* deleteMessage */
const char *telegram_action_body(struct arena *a, const char *chat,
				 const char *action); /* sendChatAction */

enum telegram_verdict {
	TELEGRAM_OK,
	TELEGRAM_RETRY,        /* 5xx with JSON, flood: after retry_after_ms */
	TELEGRAM_BAD_FORMAT,   /* "can't parse entities": send plain */
	TELEGRAM_UNCHANGED,    /* "message is not modified": as good as done */
	TELEGRAM_GONE,         /* blocked, deactivated, kicked, chat not found: never again */
	TELEGRAM_MIGRATED,     /* chat goes on under migrate_to */
	TELEGRAM_NO_TOPIC,     /* the forum's topic was deleted */
	TELEGRAM_CONFLICT,     /* 409: another poller or a webhook */
	TELEGRAM_UNAUTHORIZED, /* 401/404: the token is wrong */
	TELEGRAM_REFUSED,      /* any other 4xx: this message is hopeless */
	TELEGRAM_UNKNOWN, /* not an answer of Telegram's (a proxy's page): may have happened */
};

struct telegram_reply {
	enum telegram_verdict verdict;
	int error_code, retry_after_ms; /* retry_after_ms -1 if not given */
	const char *description;        /* for logs: Telegram's own words, no user text */
	const char *message_id;         /* of the sent message or the new topic, or NULL */
	const char *migrate_to;
	const json_t *result; /* the arena owns it */
};

void telegram_read_reply(struct telegram_reply *out, struct arena *a, long status,
			 const char *body, size_t len);

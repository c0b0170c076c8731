#pragma once

/* What operators are told in their desk, in Russian and English. */

enum word {
	WORD_INVITATION,
	WORD_REMINDER,
	WORD_REASON,
	WORD_LAST_WORDS,
	WORD_ACCEPT,
	WORD_SKIP,
	WORD_YOURS,        /* %s: the client */
	WORD_TAKE_FROM,    /* %s: whose chat it is */
	WORD_TAKEN_BY,     /* %s, %s: the client, the colleague */
	WORD_SKIPPED,      /* %s: the client */
	WORD_WITHDRAWN,    /* %s: the client */
	WORD_LEFT_MESSAGE, /* %s: the client */
	WORD_LEFT_MESSAGES,
	WORD_KNOWN_SINCE,
	WORD_GROUP,
	WORD_HISTORY,    /* %zu: messages */
	WORD_HISTORY_IN, /* likewise, in a file */
	WORD_NOTHING_SAID,
	WORD_TIME_ZONE,
	WORD_NO_NAME,
	WORD_SUGGESTION,
	WORD_SEND,
	WORD_EDIT,
	WORD_DISCARD,
	/* notices; %s: the client */
	WORD_EDITED,
	WORD_FAILED,
	WORD_REFUSED,
	WORD_BLOCKED,
	WORD_UNBLOCKED,
	WORD_RESET,
	WORD_RETURNED,
	WORD_CLOSED,
	WORD_EXPIRED,
	WORD_TRANSFERRED,
	WORD_IDLE,
	WORD_UNATTENDED,
	WORD_ABSENT,
	WORD_LEFT,
	/* answers to orders */
	WORD_REGISTER_FIRST,
	WORD_REGISTERED,    /* %lld: the operator's number */
	WORD_NOT_ENABLED,   /* likewise */
	WORD_ASK_TO_ENABLE, /* %s, %lld: name and number */
	WORD_ENABLE,
	WORD_ENABLED, /* %s */
	WORD_ADMINS_ONLY,
	WORD_NOW_ON_DUTY,
	WORD_NOW_OFF_DUTY,
	WORD_CHATS_WENT_BACK, /* behind that */
	WORD_NO_CHATS,
	WORD_YOUR_CHATS,
	WORD_LIVE_CHATS,
	WORD_LIVE_CHAT,    /* %s, %s: the client, the colleague */
	WORD_WAITING_CHAT, /* %s */
	WORD_MORE_CHATS,
	WORD_WHOSE,      /* which client are these words for */
	WORD_TALKING_TO, /* %s: words without an address go there now */
	WORD_SENT_TO,    /* %s */
	WORD_NOTED,      /* %s */
	WORD_NO_NOTES,   /* %s */
	WORD_NOTES,      /* %s */
	WORD_EMPTY_NOTE,
	WORD_NO_COLLEAGUES,
	WORD_WHOM_TO, /* %s: the client */
	WORD_TO_QUEUE,
	WORD_DONE,
	WORD_DISCARDED,
	WORD_EDIT_HINT,
	WORD_NO_CANNED, /* %s: the name */
	WORD_CANNED,    /* what names there are */
	WORD_HELP_TEXT,
	/* refusals */
	WORD_IS_TAKEN, /* %s: by whom */
	WORD_NOT_YOURS,
	WORD_NO_CHAT,
	WORD_FULL,
	WORD_MUST_BE_ON_DUTY,
	WORD_COLLEAGUE_FULL,
	WORD_COLLEAGUE_OFF,
	WORD_MUST_BE_ENABLED,
	WORD_TOO_LATE,
	WORD_SUGGESTION_OVER,
	WORD_COUNT
};

/* Static.  lang: any; Russian for those whose speakers read it. */
const char *word(enum word id, const char *lang);

/* Why a human was called, in words. */
const char *word_reason(const char *reason, const char *lang);

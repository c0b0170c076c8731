#pragma once

/*
 * What the platform itself says to people, in Russian and English.  Texts of
 * bots (greeting, prompt, articles) are in the bots file.
 */

enum text_id {
	TEXT_HELP_HEAD, /* heading of the list of commands */
	TEXT_COMMAND_START,
	TEXT_COMMAND_HELP,
	TEXT_COMMAND_RESET,
	TEXT_COMMAND_STOP,
	TEXT_COMMAND_LANG,
	TEXT_COMMAND_OPERATOR,
	TEXT_RESET_DONE,
	TEXT_STOPPED,
	TEXT_NOTHING_TO_STOP,
	TEXT_UNKNOWN_COMMAND,
	TEXT_TOO_FAST,            /* %d: seconds to wait */
	TEXT_TOO_LONG,            /* %d: characters allowed */
	TEXT_NOT_UNDERSTOOD_KIND, /* a kind of message the bot cannot read (sticker, location)
				   */
	TEXT_NO_ANSWER,           /* every provider failed */
	TEXT_EMPTY_ANSWER,        /* the model said nothing, or refused */
	TEXT_DOES_NOT_KNOW,       /* the knowledge provider found nothing */
	TEXT_SOURCE,              /* "Source" */
	TEXT_LANGUAGE_SET,
	TEXT_LANGUAGE_AUTO,
	TEXT_LANGUAGE_AUTO_BUTTON,
	TEXT_PROMPT_LANGUAGE, /* to the model: the person chose this language */
	TEXT_PROMPT_HUMAN_ENDED,
	TEXT_PROMPT_SUGGEST,
	TEXT_PROMPT_ALONE,
	TEXT_OPERATOR,      /* who spoke, where they have no name */
	TEXT_CUT,           /* mark behind an answer that was cut */
	TEXT_WELCOME,       /* to somebody who only says thanks */
	TEXT_FILE_NOT_SENT, /* behind the name of a file that could not be transferred */
	/* handoff, as the person sees it */
	TEXT_CALL_HUMAN,   /* on a button */
	TEXT_NO_OPERATORS, /* nobody can be called here */
	TEXT_ASK_RATING,   /* before buttons from 1 to 5 */
	TEXT_RATED,
	TEXT_RATED_BEFORE,
	TEXT_TRANSCRIPT, /* %s: the bot; heading of a saved conversation */
	TEXT_PERSON,     /* "You" */
	TEXT_PLATFORM,   /* who says what the platform says */
	TEXT_IN_REPLY,   /* name, words: above a message that answers another */
	TEXT_SAID_CALL,  /* instead of /operator, where a conversation is read */
	TEXT_SAID_RESET, /* instead of /reset */
	TEXT_HUMAN_WAITING,
	TEXT_HUMAN_REQUEUED, /* the operator has gone; another one is called */
	TEXT_HUMAN_QUEUE,    /* before the place, when it has changed */
	TEXT_HUMAN_PLACE,    /* {place} */
	TEXT_HUMAN_WAIT,     /* {minutes} */
	TEXT_HUMAN_SOON,
	TEXT_HUMAN_JOINED, /* {name} */
	TEXT_HUMAN_RETURNED,
	TEXT_HUMAN_CLOSED,
	TEXT_HUMAN_NOBODY,         /* came; the bot answers again */
	TEXT_HUMAN_CLOSED_HOURS,   /* likewise, because it is too late or too early; {opens} */
	TEXT_HUMAN_CLOSED_MESSAGE, /* and a message may be left; {opens} */
	TEXT_HUMAN_OPENS,          /* {date}, {time}; inside the two above */
	TEXT_HUMAN_OPENS_TODAY,    /* {time} */
	TEXT_HUMAN_LEAVE_MESSAGE,
	TEXT_HUMAN_MESSAGE_LEFT,
	/* to an operator, in Telegram */
	TEXT_OPERATOR_ENABLED,
	TEXT_OPERATOR_DISABLED,
	/* what was wrong with a request */
	TEXT_PROBLEM_BAD_ADDRESS,
	TEXT_PROBLEM_TOO_LARGE, /* %zu: bytes */
	TEXT_PROBLEM_TOO_MANY,  /* %d: seconds */
	TEXT_PROBLEM_NOT_FOUND,
	TEXT_PROBLEM_NOT_ALLOWED, /* %s: methods */
	TEXT_PROBLEM_ORIGIN_ADDRESS,
	TEXT_PROBLEM_ORIGIN_CHANNEL,
	TEXT_PROBLEM_NOT_JSON,
	TEXT_PROBLEM_DEEP_JSON,
	TEXT_PROBLEM_BAD_JSON, /* %d: line */
	TEXT_PROBLEM_NOT_OBJECT,
	TEXT_PROBLEM_EXPECTED, /* %s: fields */
	TEXT_PROBLEM_BAD_ID,
	TEXT_PROBLEM_EMPTY,
	TEXT_PROBLEM_ID_REUSED,
	TEXT_PROBLEM_BAD_AFTER,
	TEXT_PROBLEM_BAD_PAGE, /* %d: most */
	TEXT_PROBLEM_BAD_TOKEN,
	TEXT_PROBLEM_BAD_RATING, /* %d: most bytes of a comment */
	TEXT_PROBLEM_NO_HANDOFF,
	TEXT_PROBLEM_BAD_FORMAT,
	TEXT_PROBLEM_NO_KEY_SET,
	TEXT_PROBLEM_BAD_KEY,
	TEXT_PROBLEM_NO_CONVERSATION,
	TEXT_PROBLEM_NOT_WAITING,
	TEXT_PROBLEM_NO_SITE,
	/* ... and with one of the console's */
	TEXT_PROBLEM_FIELDS,    /* %s: what is expected */
	TEXT_PROBLEM_PARAMETER, /* %s: its name */
	TEXT_PROBLEM_SIGN_IN,
	TEXT_PROBLEM_BAD_PASSWORD,
	TEXT_PROBLEM_LOCKED, /* %d: seconds */
	TEXT_PROBLEM_FORGED,
	TEXT_PROBLEM_ADMIN_ONLY,
	TEXT_PROBLEM_WEAK_PASSWORD, /* %d: bytes at least, %d: at most */
	TEXT_PROBLEM_OLD_PASSWORD,
	TEXT_PROBLEM_BAD_LOGIN,
	TEXT_PROBLEM_LOGIN_TAKEN,
	TEXT_PROBLEM_LAST_ADMIN,
	TEXT_PROBLEM_TAKEN, /* %s: who has it */
	TEXT_PROBLEM_NOT_YOURS,
	TEXT_PROBLEM_FULL,
	TEXT_PROBLEM_OFF_DUTY,
	TEXT_PROBLEM_COLLEAGUE_FULL,
	TEXT_PROBLEM_COLLEAGUE_OFF,
	TEXT_PROBLEM_DISABLED,
	TEXT_PROBLEM_BAD_ORDER,
	TEXT_PROBLEM_NO_MESSAGE,
	TEXT_PROBLEM_FILE_AWAY,
	TEXT_PROBLEM_FILE_TOO_LARGE,
	TEXT_PROBLEM_FILE_GONE,
	TEXT_PROBLEM_FILE_MAX, /* %d: MiB */
	TEXT_PROBLEM_FILES_UNSENT,
	TEXT_PROBLEM_NOT_OCTETS,
	TEXT_PROBLEM_STARTING,
	TEXT_PROBLEM_NO_DATABASE,
	TEXT_PROBLEM_OVERLOADED,
	TEXT_PROBLEM_NOT_NOW,
	TEXT_PROBLEM_INTERNAL,
	TEXT_COUNT
};

/* Every language there is: "ru", "en", NULL. */
extern const char *const i18n_langs[];

/* "ru" for Russian and the languages whose speakers mostly read it (uk, be, kk, ...), else
 * "en". */
const char *i18n_lang(const char *tag);

/* The text in i18n_lang(lang).  Static.  Formats, where the comment above says so. */
const char *i18n_text(enum text_id id, const char *lang);

/* What an attachment of that kind is called: "фото", "photo".  Static; the kind itself if it is
 * not known. */
const char *i18n_kind(const char *kind, const char *lang);

/* The language that words show: "ru", "en"; NULL: there are none, or only names, numbers and
 * addresses.  detect: then hint. */
const char *i18n_shown(const char *text);
const char *i18n_detect(const char *text, const char *hint);

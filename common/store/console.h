#pragma once

#include "common/store/store.h"

/*
 * What the console reads and who may read it (schema/0016 and after).  Pages are
 * made by PostgreSQL as JSON texts.  What operators do to conversations is in desk.h.
 *
 * A session is known by the SHA-256 of its token, in hex: the token itself is kept nowhere.
 */

/* --- sessions ------------------------------------------------------------- */

struct signin {
	int wait_s;           /* > 0: locked out for so long */
	int operator_id;      /* 0: there is no such login, or it is disabled */
	const char *password; /* as it is kept; NULL: cannot sign in */
};

/* A browser in which somebody has signed in before; nonce NULL: it is not known. */
struct device {
	int operator_id;
	const char *nonce;
};

struct signin_try {
	const char *login, *address;
	struct device device;
};

struct session_new {
	int operator_id;
	struct device device;
	const char *password, *address, *token_hash, *csrf;
};

struct session_operator {
	int id, is_admin; /* id 0: nobody */
	const char *csrf, *lang, *name;
	const char *json; /* the operator as APIs show it */
	int64_t left_ms;  /* of the session */
};

void store_signin_begin(struct store *s, struct flow *f, flow_step *next, struct signin *out,
			const struct signin_try *attempt);
/* 0: the password has changed meanwhile, or they were disabled. */
void store_signin_end(struct store *s, struct flow *f, flow_step *next, int *ok,
		      const struct session_new *session);
void store_signin_failed(struct store *s, struct flow *f, flow_step *next,
			 const struct signin_try *attempt);
void store_session(struct store *s, struct flow *f, flow_step *next,
		   struct session_operator *out, const char *token_hash);
/* *is_gone: they are on duty, and can be reached nowhere any more. */
void store_session_end(struct store *s, struct flow *f, flow_step *next, int *is_gone,
		       const char *token_hash, const char *address);

/* --- pages: JSON, or NULL where there is no such thing --------------------- */

struct inbox_wanted {
	int operator_id;
	const char *folder, *query;      /* query may be NULL */
	const char *after_at, *after_id; /* the last of the page before, or NULL */
	int limit;
};

struct history_wanted {
	int64_t conversation_id, after, before; /* < 0: not given */
	int limit;
};

struct news_wanted {
	int64_t conversation_id;
	const char *operators; /* "{1,2}": those who watch */
	int64_t seq, note;     /* known already; < 0: of the last half minute */
};

void store_inbox(struct store *s, struct flow *f, flow_step *next, const char **json,
		 const struct inbox_wanted *wanted);
void store_client(struct store *s, struct flow *f, flow_step *next, const char **json,
		  int64_t conversation_id, int operator_id);
void store_history(struct store *s, struct flow *f, flow_step *next, const char **json,
		   const struct history_wanted *wanted);
void store_news(struct store *s, struct flow *f, flow_step *next, const char **json,
		const struct news_wanted *wanted);
void store_console_bots(struct store *s, struct flow *f, flow_step *next, const char **json);

/* --- the team ------------------------------------------------------------- */

struct self_change { /* NULL: as it is */
	int operator_id;
	const char *name, *lang, *password, *token_hash, *address;
};

struct operator_new {
	int by;
	const char *login, *name, *password, *address;
	int is_admin;
};

struct operator_change {
	int by;
	int64_t id;
	const char *change, *address; /* change: {"enabled"?, "role"?, "capacity"?, "name"?} */
};

void store_operators(struct store *s, struct flow *f, flow_step *next, const char **json);
void store_gaps(struct store *s, struct flow *f, flow_step *next, const char **json);
void store_change_self(struct store *s, struct flow *f, flow_step *next, const char **json,
		       const struct self_change *change);
/* NULL: the login is taken. */
void store_add_operator(struct store *s, struct flow *f, flow_step *next, const char **json,
			const struct operator_new *operator);
/* NULL: there is no such one; "\"last\"": nobody would be left to administer. */
void store_change_operator(struct store *s, struct flow *f, flow_step *next, const char **json,
			   const struct operator_change *change);
void store_audit(struct store *s, struct flow *f, flow_step *next, const char **json,
		 int64_t before, int limit);

/* --- other ---------------------------------------------------------------- */

struct revived {
	int64_t job, conversation_id; /* job 0: it is not dead */
	enum queue queue;
	int kind;
	const char *trace;
};

struct held_place { /* chat NULL: the chat is not theirs */
	int channel_id;
	const char *chat, *kind;
};

struct attachment {
	const char *json; /* NULL: there is none */
	int channel_id;   /* whose bot has the file */
};

void store_dead_jobs(struct store *s, struct flow *f, flow_step *next, const char **json,
		     int limit);
void store_revive_job(struct store *s, struct flow *f, flow_step *next, struct revived *out,
		      int by, int64_t job, const char *address);
void store_held_place(struct store *s, struct flow *f, flow_step *next, struct held_place *out,
		      int64_t conversation_id, int operator_id);
void store_attachment(struct store *s, struct flow *f, flow_step *next, struct attachment *out,
		      int64_t conversation_id, int64_t seq, int index);

struct console_states { /* of conversations, as far as it shows that something is new */
	int n;
	struct console_state {
		int64_t conversation_id, last_seq;
		int epoch, has_open; /* has_open: something is on its way to the person */
	} * items;
};

/* Lists: "{1,2}", "{<hash>,...}"; of the latter those that are alive, as one text. */
void store_console_states(struct store *s, struct flow *f, flow_step *next,
			  struct console_states *out, const char *ids);
void store_sessions_alive(struct store *s, struct flow *f, flow_step *next, const char **out,
			  const char *token_hashes);

/* One batch for the inbox's order and search; whether more is left. */
void store_console_index(struct store *s, struct flow *f, flow_step *next, int *more, int size);

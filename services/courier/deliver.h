#pragma once

#include <stdio.h>

#include "common/store/file.h"
#include "services/courier/courier.h"
#include "services/courier/message.h"

/* Private to deliver.c, the life of a line; outcome.c, how a sending ended; and parcel.c,
 * which fetches files. */

struct deliver {
	struct flow flow;
	struct courier *courier;

	struct delivery_claim claim;
	struct delivery_held held;        /* our job, the head and the claim */
	struct outgoing head;             /* being sent */
	struct message_out message, next; /* next: made while the disk works, */
	int64_t made;                     /* for this head; 0: for none */
	const char *body;                 /* of the first request for it; NULL: not made */
	int is_claimed;     /* the job is ours, and its head is marked as sending */
	int64_t held_since; /* before PostgreSQL said so last */

	struct taking *taking; /* of a place; NULL: not asked for */
	int is_plain, wait_ms, retry_ms;
	int64_t asked, claimant, conversation;
	struct http_response response;
	struct telegram_reply reply;
	struct delivery_settled settled;
	struct topic_renewed topic;

	/* a file on its way, from another bot or from PostgreSQL */
	FILE *file; /* NULL: nothing was fetched */
	struct file_bytes piece;
	size_t size;
	int is_fetching;
	int has_no_room; /* here, for a temporary file */

	/* how the head ended, kept until PostgreSQL has it */
	enum delivery_state state;
	const char *error;
	int fenced, counts, is_sending, is_settling, is_unsure;
	int is_put_back; /* or is being, with this wait */
	int is_given;    /* to others, who have the line, or is being */
};

/* The line's channel; NULL while it is not known. */
const struct channel *deliver_channel(const struct deliver *d);

/* The attachment has to be fetched, from another bot or from PostgreSQL, before it can be sent.
 */
int parcel_is_foreign(const struct deliver *d);
/* Whoever has it is PostgreSQL. */
int parcel_is_ours(const struct deliver *d);
/* Fetches it, or makes words of it, and goes on with the sending.  May fail the flow. */
void parcel_fetch(struct deliver *d);
/* Telegram would not have it as a picture or a film, but may as a file.  0: it was one. */
int parcel_as_document(struct deliver *d);
/* It cannot be transferred: the message says so. */
void parcel_give_up(struct deliver *d);
/* The message is sent as a form: what was fetched, or a file made of text. */
int parcel_is_upload(const struct deliver *d);
void parcel_upload(struct deliver *d, flow_step *next, int timeout_ms);
void parcel_drop(struct deliver *d);

/* --- deliver.c: steps of a line ------------------------------------------------- */

flow_step deliver_prepare, deliver_take_place, deliver_transmit;
/* The line is ours still: its head may be sent. */
http_gate deliver_may_send;
/* Of the head, so far. */
int deliver_failures(const struct deliver *d);
/* A head can be seen already, though perhaps not for ever: whatever can be done for it. */
void deliver_foresee(struct deliver *d, const struct outgoing *head);
void deliver_wait_in_line(struct deliver *d, int ms);

/* --- outcome.c ---------------------------------------------------------------- */

flow_step deliver_judge, deliver_settle, deliver_put_back;
/* Somebody else has the line, or may have; nothing of ours is under way. */
flow_step deliver_give_to_others;
void deliver_act(struct deliver *d, const struct decision *decision);
void deliver_note_uncertain(int n); /* that a dead courier left */
void deliver_end_head(struct deliver *d, enum delivery_state state, const char *error);

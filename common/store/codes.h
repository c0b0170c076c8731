#pragma once

/* The small integers of schema/, by name. */

enum author { AUTHOR_PERSON = 0, AUTHOR_BOT = 1, AUTHOR_OPERATOR = 2, AUTHOR_PLATFORM = 3 };
enum responder { RESPONDER_BOT = 0, RESPONDER_WAITING = 1, RESPONDER_OPERATOR = 2 };
enum queue {
	QUEUE_LLM = 1,
	QUEUE_DELIVERY = 2,
	QUEUE_OPERATOR = 3,
	QUEUE_GRADER = 4,
	QUEUE_GOOGLE = 5
};
enum llm_job { LLM_TURN = 1, LLM_SUGGESTION = 2 };
enum delivery_mode { DELIVERY_NONE = 0, DELIVERY_COURIER = 1, DELIVERY_FETCH = 2 };
enum delivery_kind {
	DELIVERY_MESSAGE = 0,
	DELIVERY_PART = 1,
	DELIVERY_CALLBACK = 2,
	DELIVERY_NOTE = 3, /* to operators: no message of the conversation */
	DELIVERY_CALL = 4, /* one call of the channel's API */
};
enum delivery_state {
	DELIVERY_PENDING = 0,
	DELIVERY_SENDING = 1, /* as shown_state() tells: in the table it is pending */
	DELIVERY_SENT = 2,
	DELIVERY_FAILED = 3,
	DELIVERY_UNCERTAIN = 4,
	DELIVERY_CANCELLED = 5,
};
enum turn_outcome {
	TURN_ANSWERED = 1,
	TURN_APOLOGISED = 2, /* nothing worked; the person was told */
	TURN_STOPPED = 3,    /* the person said stop: what was shown is kept */
	TURN_CANCELLED = 4,  /* reset, or nothing left to answer */
	TURN_HANDED = 6,     /* to a human: by the model, or because it could not help */
};
enum operator_kind {                     /* of jobs of QUEUE_OPERATOR */
		     OPERATOR_CASE = 1,  /* look at a conversation: timers, invitations, what is
					    new in it */
		     OPERATOR_ORDER = 2, /* an operator said something in their desk */
		     OPERATOR_DUTY = 3,  /* an operator has become free, or has left */
};

/* "person", "bot", "operator", "platform": as APIs and logs say it. */
const char *author_name(enum author a);
const char *responder_name(enum responder r);
/* "llm", "delivery", ...: the stream is "jobs:" and this. */
const char *queue_name(enum queue q);

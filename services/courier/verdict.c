#include "services/courier/courier.h"

enum {
	BACKOFF_MIN_MS = 500,
	BACKOFF_MAX_MS = 60000,
	FAILURES_MAX = 8,
	TOKEN_WAIT_MS = 60000, /* a wrong token is mended by people, and nothing may be lost
				  until then */
	FLOOD_DEFAULT_MS = 5000,
};

static int backoff(int failures)
{
	int ms = BACKOFF_MIN_MS;

	while (failures-- > 0 && ms < BACKOFF_MAX_MS)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

static struct decision again(const struct attempt *a, int wait_ms)
{
	if (a->failures + 1 >= FAILURES_MAX)
		return (struct decision){ .deed = DEED_FAILED };
	return (struct decision){ .deed = DEED_WAIT, .wait_ms = wait_ms, .counts = 1 };
}

/* Flood control says when; it is no failure of the message, and is obeyed however often. */
static struct decision flooded(const struct telegram_reply *reply)
{
	int ms = reply->retry_after_ms > 0 ? reply->retry_after_ms : FLOOD_DEFAULT_MS;

	return (struct decision){ .deed = DEED_WAIT, .wait_ms = ms };
}

/* It may have arrived, and nothing may arrive twice but what does not show. */
static struct decision doubtful(const struct attempt *a)
{
	if (a->is_about_topic)
		return again(a, backoff(a->failures));
	return (struct decision){ .deed = DEED_UNCERTAIN };
}

static struct decision judge(const struct attempt *a)
{
	switch (a->reply->verdict) {
	case TELEGRAM_OK:
	case TELEGRAM_UNCHANGED:
		return (struct decision){ .deed = DEED_SENT };
	case TELEGRAM_RETRY:
		return a->reply->error_code == 429 ? flooded(a->reply)
						   : again(a, backoff(a->failures));
	case TELEGRAM_BAD_FORMAT:
		return (struct decision){ .deed = a->is_plain ? DEED_FAILED : DEED_PLAIN };
	case TELEGRAM_GONE:
		return (struct decision){ .deed = DEED_UNREACHABLE };
	case TELEGRAM_MIGRATED:
		return (struct decision){ .deed = DEED_MOVE };
	case TELEGRAM_UNAUTHORIZED:
		return (struct decision){ .deed = DEED_WAIT, .wait_ms = TOKEN_WAIT_MS };
	case TELEGRAM_NO_TOPIC:
		return (struct decision){ .deed = a->is_about_topic ? DEED_FAILED
								    : DEED_TOPIC };
	case TELEGRAM_CONFLICT:
	case TELEGRAM_REFUSED:
		return (struct decision){ .deed = a->has_file ? DEED_WORDS : DEED_FAILED };
	case TELEGRAM_UNKNOWN:
		break;
	}
	return doubtful(a);
}

struct decision decide(const struct attempt *a)
{
	if (a->is_answered)
		return judge(a);
	if (a->stage == HTTP_NOT_SENT) /* it cannot have arrived; the network will come back */
		return (struct decision){ .deed = DEED_WAIT,
					  .wait_ms = backoff(a->failures),
					  .counts = a->failures < FAILURES_MAX };
	return doubtful(a);
}

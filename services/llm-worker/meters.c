#include "services/llm-worker/worker.h"

#define TURNS(label)                                                                           \
	METRIC(METRIC_COUNTER, "llm_turns_total", "outcome=\"" label "\"",                     \
	       "Turns by what became of them")
#define FAILURES(label)                                                                        \
	METRIC(METRIC_COUNTER, "llm_provider_failures_total", "kind=\"" label "\"",            \
	       "Requests that failed, by what was to be done about it")
#define TOKENS(label)                                                                          \
	METRIC(METRIC_COUNTER, "llm_tokens_total", "direction=\"" label "\"",                  \
	       "Tokens, as providers counted them or as estimated")

/* Beside the outcomes of a turn. */
enum { FENCED = 0, SUGGESTED = 5 };

static struct metric turns[] = {
	[FENCED] = TURNS("fenced"),
	[TURN_ANSWERED] = TURNS("answered"),
	[TURN_APOLOGISED] = TURNS("apologised"),
	[TURN_STOPPED] = TURNS("stopped"),
	[TURN_CANCELLED] = TURNS("cancelled"),
	[SUGGESTED] = TURNS("suggested"),
	[TURN_HANDED] = TURNS("handed"),
};

static struct metric failures[] = { FAILURES("temporary"), FAILURES("provider"),
				    FAILURES("too_long"), FAILURES("request") };
static struct metric tokens_in = TOKENS("in"), tokens_out = TOKENS("out");
static struct metric first_token = METRIC(METRIC_HISTOGRAM, "llm_first_token_seconds", "",
					  "From the request to the first words");
static struct metric total = METRIC(METRIC_HISTOGRAM, "llm_turn_seconds", "",
				    "From the doorbell to the saved answer");

void meter_turn(const struct turn *t)
{
	const struct turn_result *r = &t->result;
	int outcome = t->finished.status == TURN_FENCED    ? FENCED
		      : t->finished.status == TURN_KEPT    ? SUGGESTED
		      : t->finished.status == TURN_DROPPED ? TURN_CANCELLED
							   : (int)r->outcome;

	metric_add(&turns[outcome], 1);
	if (r->tokens_in > 0)
		metric_add(&tokens_in, r->tokens_in);
	if (r->tokens_out > 0)
		metric_add(&tokens_out, r->tokens_out);
	if (r->total_ms >= 0)
		metric_observe_ms(&total, r->total_ms);
}

void meter_first_token(int64_t ms)
{
	metric_observe_ms(&first_token, (double)ms);
}

void meter_failure(enum llm_failure failure)
{
	metric_add(&failures[failure], 1);
}

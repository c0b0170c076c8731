#include "common/desk/desk.h"

#include <stdio.h>
#include <string.h>

#include "common/jobs/jobs.h"
#include "common/live/live.h"

static void ring(struct redis *r, const struct desk_done *done, enum queue queue, int64_t job,
		 const char *trace)
{
	struct doorbell bell = { .job = job,
				 .conversation = done->conversation_id,
				 .kind = queue == QUEUE_OPERATOR && job == done->duty_job
						 ? OPERATOR_DUTY
						 : 1 };

	if (!job)
		return;
	snprintf(bell.trace, sizeof bell.trace, "%s", trace ? trace : "");
	jobs_announce(r, queue, &bell);
}

static int is_one_of(const char *verb, const char *const verbs[])
{
	for (int i = 0; verbs[i]; i++)
		if (strcmp(verb, verbs[i]) == 0)
			return 1;
	return 0;
}

static void tell_conversation(struct redis *r, const struct desk_done *done, const char *verb)
{
	static const char *const moving[] = { "take",  "say",      "use",  "return",
					      "close", "transfer", "call", NULL };
	char topic[LIVE_TOPIC_SIZE];

	live_topic(topic, done->channel_id, done->chat_key);
	if (is_one_of(verb, moving))
		live_state(r, topic, responder_name(done->responder), done->epoch);
	if (done->seq && strcmp(verb, "edit") == 0)
		live_edit(r, topic, done->seq);
	else if (done->seq && is_one_of(verb, moving))
		live_seq(r, topic, done->seq);
}

void desk_tell(struct redis *r, const struct desk_done *done, const char *verb,
	       const char *trace)
{
	if (done->status > DESK_AGAIN)
		return;
	ring(r, done, QUEUE_DELIVERY, done->delivery_job, trace);
	ring(r, done, QUEUE_OPERATOR, done->operator_job, trace);
	ring(r, done, QUEUE_LLM, done->llm_job, trace);
	ring(r, done, QUEUE_OPERATOR, done->duty_job, trace);
	if (done->conversation_id && done->chat_key)
		tell_conversation(r, done, verb);
	live_desk(r, &(struct live_desk){ .what = verb,
					  .conversation = done->conversation_id,
					  .seq = done->seq,
					  .operator_id = done->holder_id });
}

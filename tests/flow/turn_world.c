#include "tests/flow/turn_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/i18n/i18n.h"
#include "common/live/draft.h"

#define OWN_TOPIC "live:1:chat"

struct world world;

const struct play good_play = { .status = 200,
				.body = SAY("Three ") SAY("days.") STOP,
				.piece = 40 };

/* --- Redis ------------------------------------------------------------------------------- */

const char *live_topic(char topic[LIVE_TOPIC_SIZE], int channel_id, const char *chat_key)
{
	snprintf(topic, LIVE_TOPIC_SIZE, "live:%d:%s", channel_id, chat_key);
	return topic;
}

void live_delta(struct redis *r, const char *topic, const char *answer, size_t at,
		const char *text, size_t len)
{
	(void)r;
	assert_string_equal(topic, OWN_TOPIC);
	assert_true(strlen(answer) > 0 && len > 0);
	if (at == 0 && world.deltas)
		world.restarts++;
	if (at == 0)
		world.shown_len = 0;
	assert_int_equal(at, world.shown_len);
	assert_int_equal(world.job, JOB_RUNNING);
	memcpy(world.shown + at, text, len);
	world.shown_len += len;
	world.shown[world.shown_len] = 0;
	world.deltas++;
}

void live_draft_announce(struct redis *r, const struct draft *draft, size_t len)
{
	(void)r;
	assert_string_equal(draft->chat, "chat");
	assert_true(len == 0 || draft->text[len - 1]);
	world.late += world.taken_ms > 0;
	world.drafts += len > 0;
	world.typing += len == 0;
}

void live_end(struct redis *r, const char *topic, const char *answer)
{
	(void)r, (void)topic, (void)answer;
	world.ends++;
}

void live_seq(struct redis *r, const char *topic, int64_t seq)
{
	(void)r, (void)topic;
	world.seq = seq;
}

int live_parse(struct live_event *out, struct arena *a, const char *data, size_t len)
{
	(void)a;
	*out = (struct live_event){ 0 };
	if (strncmp(data, "stop", len) == 0)
		out->type = LIVE_STOP;
	else if (strncmp(data, "reset", len) == 0)
		out->type = LIVE_RESET;
	else if (strncmp(data, "operator", len) == 0)
		*out = (struct live_event){ .type = LIVE_STATE,
					    .responder = "operator",
					    .epoch = 2 };
	else if (strncmp(data, "gone", len) == 0) /* as it was before the claim */
		*out = (struct live_event){ .type = LIVE_STATE,
					    .responder = "operator",
					    .epoch = 1 };
	else if (strncmp(data, "message", len) == 0)
		*out = (struct live_event){ .type = LIVE_MESSAGE, .seq = 2 };
	else
		return -1;
	out->topic = world.topic;
	return 0;
}

/* We were stopped, until others had answered in our place. */
static void take_turn(void)
{
	stage.now_ms += 10000;
	world.taken_ms = stage.now_ms;
	world.job = JOB_DONE;
}

void world_publish(const char *json)
{
	if (strcmp(json, "taken") == 0)
		take_turn();
	orders_events.message(&world.worker, LIVE_TURNS_TOPIC, json, strlen(json));
}

void jobs_announce(struct redis *r, enum queue queue, const struct doorbell *bell)
{
	(void)r, (void)bell;
	world.delivery_bells += queue == QUEUE_DELIVERY;
	world.operator_bells += queue == QUEUE_OPERATOR;
}

void jobs_settle(struct jobs *j)
{
	(void)j;
	world.settled++;
}

int jobs_worker(const struct jobs *j)
{
	(void)j;
	return WORKER_ID;
}

int jobs_held_since(const struct jobs *j, int64_t since)
{
	(void)j;
	return since >= world.taken_ms;
}

/* --- the bots ------------------------------------------------------------------ */

static struct provider providers[3];
static const struct provider *chain[3];
static struct bot bot;
static struct channel channel;
static struct registry registry = { 1, 1, &bot, &channel };
static struct arena phrases;

static void make_bots(void)
{
	static const char *const kinds[] = { "openai", "yandexgpt", "knowledge" };
	static const char *const names[] = { "first", "second", "third" };
	int n = (int)strlen(world.chain);

	bot = (struct bot){ .id = 1,
			    .name = "shop",
			    .greeting = { "Привет!", "Hello!" },
			    .prompt = { "Помогай.", "Help." },
			    .providers = chain,
			    .provider_count = n,
			    .quiet_ms = 500,
			    .quiet_max_ms = 3000,
			    .history_tokens = 500,
			    .answer_tokens = 100,
			    .history_messages = 20,
			    .passages = world.passages,
			    .handoff = { .enabled = world.hands_over,
					 .give_away = world.give_away ? handoff_phrases_read(
										&phrases,
										world.give_away)
								      : NULL,
					 .same_question = world.same_question,
					 .max_turns = world.max_turns } };
	channel = (struct channel){ .id = 1,
				    .kind = world.mode == DELIVERY_COURIER ? "telegram"
									   : "widget",
				    .mode = world.mode,
				    .bot = &bot };
	for (int i = 0; i < n; i++) {
		int kind = world.chain[i] == 'o' ? 0 : world.chain[i] == 'y' ? 1 : 2;

		providers[i] = (struct provider){ .name = names[i],
						  .kind = kinds[kind],
						  .max_in_flight = 1,
						  .total_ms = 60000,
						  .first_token_ms = world.first_token_ms,
						  .idle_ms = world.idle_ms,
						  .retries = world.retries,
						  .usable = 1 };
		chain[i] = &providers[i];
	}
}

const struct registry *bots_registry(const struct bots *b)
{
	(void)b;
	return &registry;
}

const struct bot *registry_bot(const struct registry *r, int id)
{
	return id == r->bots[0].id ? &r->bots[0] : NULL;
}

const struct channel *registry_channel(const struct registry *r, int id)
{
	return id == r->channels[0].id ? &r->channels[0] : NULL;
}

const char *text_in(const struct text *t, const char *lang)
{
	return strcmp(lang, "ru") == 0 ? t->ru : t->en;
}

const char *i18n_lang(const char *tag)
{
	return tag && strcmp(tag, "ru") == 0 ? "ru" : "en";
}

const char *i18n_detect(const char *text, const char *hint)
{
	(void)text;
	return hint;
}

const char *i18n_text(enum text_id id, const char *lang)
{
	(void)lang;
	return id == TEXT_NO_ANSWER       ? "<no answer>"
	       : id == TEXT_EMPTY_ANSWER  ? "<empty>"
	       : id == TEXT_DOES_NOT_KNOW ? "<does not know>"
	       : id == TEXT_CUT           ? "<cut>"
					  : "<text>";
}

/* --- a run ----------------------------------------------------------------------- */

void world_begin(void)
{
	stage_open();
	world = (struct world){ .history = "[[1,0,\"How fast is delivery?\",null]]",
				.first_seq = 1,
				.topic = OWN_TOPIC,
				.chain = "o",
				.retries = 2,
				.passage_count = 1,
				.passages = 3 };
	world.worker.base = stage.base;
	world.worker.window = 10;
	for (int i = 0; i < TOPIC_BUCKETS; i++)
		TAILQ_INIT(&world.worker.topics[i]);
	live_open(&world.worker);
	world.worker.gates = gates_open(stage.base);
}

void world_begin_with(const struct play *plays, int n)
{
	world_begin();
	world.plays = plays;
	world.play_count = n;
}

void world_run(void)
{
	struct doorbell bell = { .job = JOB,
				 .conversation = 3,
				 .kind = world.is_suggestion ? LLM_SUGGESTION : LLM_TURN,
				 .trace = "t" };

	make_bots();
	turn_begin(&world.worker, &bell);
	stage_run();
	/* the promises, whatever happened */
	assert_int_equal(world.settled, 1);
	assert_true(world.finishes <= 1);
	assert_int_not_equal(world.job, JOB_RUNNING);
	for (int i = 0; i < TOPIC_BUCKETS; i++)
		assert_true(TAILQ_EMPTY(&world.worker.topics[i]));
	assert_int_equal(world.ends, world.deltas > 0);
	for (int i = 0; i < bot.provider_count; i++)
		assert_int_equal(gate_busy(gate_of(world.worker.gates, chain[i])), 0);
}

void world_end(void)
{
	arena_free(&phrases);
	gates_close(world.worker.gates);
	live_close(&world.worker);
	stage_close();
}

void world_expect(enum turn_outcome outcome, const char *body, const char *provider)
{
	assert_int_equal(world.finishes, 1);
	assert_int_equal(world.result.outcome, outcome);
	assert_string_equal(world.body, body);
	assert_string_equal(world.provider, provider);
}

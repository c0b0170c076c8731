#include "common/handoff/handoff.h"
#include "services/llm-worker/worker.h"

/*
 * How far a bot goes before it calls a human: the person asks the same again and
 * again, it has answered often enough, or its answer gives away that it cannot
 * help.  Such an answer is not shown; so what could become such a phrase waits,
 * while an answer grows, until it is known for what it is.
 *
 * When a human has handed back, or nobody came, the bot's first answer is its own,
 * however poor: who was just told that the bot is back is not sent away again.
 */

int depth_may_hand_over(const struct turn *t)
{
	const struct bot *bot = turn_bot(t);

	return bot && bot->handoff.enabled && !t->claim.is_group && !t->is_suggestion &&
	       !t->is_alone && !t->is_back;
}

/* --- before anything is asked ---------------------------------------------------- */

static const char *last_question(const struct dialogue *d)
{
	return d->n && d->items[d->n - 1].unanswered ? d->items[d->n - 1].body : "";
}

/* The last question was asked `times` times. */
static int is_repeated(struct arena *arena, const struct dialogue *d, int times)
{
	const char **before = arena_alloc(arena, (size_t)(d->n + 1) * sizeof *before);
	const char *question = last_question(d);
	int n = 0;

	for (int i = d->since; i < d->n - 1; i++)
		if (d->items[i].author == AUTHOR_PERSON)
			before[n++] = d->items[i].body;
	return question[0] && n + 1 >= times &&
	       1 + handoff_times_asked(question, before, n) >= times;
}

static int answers_given(const struct dialogue *d)
{
	int answers = 0;

	for (int i = d->since; i < d->n; i++)
		answers += d->items[i].author == AUTHOR_BOT;
	return answers;
}

const char *depth_reached(struct turn *t)
{
	const struct dialogue *d = &t->dialogue;
	const struct bot *bot = turn_bot(t);

	t->is_back = d->was_called && answers_given(d) == 0;
	if (!depth_may_hand_over(t))
		return NULL;
	if (bot->handoff.max_turns && answers_given(d) >= bot->handoff.max_turns)
		return "limit";
	if (bot->handoff.same_question &&
	    is_repeated(&t->flow.arena, d, bot->handoff.same_question))
		return "repeated";
	return NULL;
}

/* --- in the answer ------------------------------------------------------------------ */

int depth_gives_up(const struct turn *t)
{
	const struct bot *bot = turn_bot(t);

	return bot && handoff_gives_up(buf_str(&t->answer.text), bot->handoff.give_away);
}

size_t depth_presentable(const struct turn *t)
{
	const struct buf *text = &t->answer.text;
	const struct bot *bot = t->answer.offers_human ? turn_bot(t) : NULL;

	if (!bot)
		return text->len;
	return handoff_presentable(buf_str(text), text->len, t->presentable,
				   bot->handoff.give_away);
}

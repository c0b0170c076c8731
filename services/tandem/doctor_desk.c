#include <string.h>

#include "services/tandem/doctor.h"
#include "services/tandem/group.h"

/* --- who could come ---------------------------------------------------------- */

struct team {
	long long enabled, reachable, on_duty, admins;
};

static int count_team(struct pg_sync *db, struct team *out)
{
	struct err e;
	PGresult *row = pg_sync_query(
		db, &e,
		"select count(*), count(*) filter (where o.password is not null or exists "
		"(select from desk_chat d where d.operator_id = o.id)), count(*) filter (where "
		"o.on_duty), count(*) filter (where o.role = 2) from operator o where "
		"o.enabled",
		0, NULL);

	if (!row)
		return -1;
	*out = (struct team){ pg_int(row, 0, 0), pg_int(row, 0, 1), pg_int(row, 0, 2),
			      pg_int(row, 0, 3) };
	PQclear(row);
	return 0;
}

static void judge_team(struct doctor *d, const struct bot *bot, const struct team *t)
{
	if (t->enabled == 0)
		doctor_say(d, WARN, "operators",
			   "%s calls humans, but no operator is enabled: make one with tandem "
			   "user add, or enable who has sent /start to the operators' bot "
			   "(tandem operator list)",
			   bot->name);
	else if (t->reachable == 0)
		doctor_say(d, WARN, "operators",
			   "%s calls humans, but nobody who is enabled can sign in to the "
			   "console, or has sent /start to the operators' bot",
			   bot->name);
	else
		doctor_say(d, OK, "operators", "%s calls humans: %lld can come, %lld on duty",
			   bot->name, t->reachable, t->on_duty);
	if (t->enabled > 0 && t->admins == 0)
		doctor_say(d, WARN, "operators",
			   "no administrator is enabled: nobody is asked when all others are "
			   "busy (tandem operator role WHO admin)");
}

static void check_group(struct doctor *d, struct pg_sync *db, const struct bot *bot)
{
	struct arena a = { 0 };
	const char *fault;
	struct err e;

	if (group_fault(&fault, &a, db, bot->name, &e) == 0 && fault)
		doctor_say(d, WARN, "operators", "%s", fault);
	arena_free(&a);
}

void doctor_check_operators(struct doctor *d, struct pg_sync *db,
			    const struct registry *registry)
{
	struct team team;

	if (count_team(db, &team) < 0)
		return; /* the migrations are told of */
	for (int i = 0; i < registry->bot_count; i++) {
		if (!registry->bots[i].handoff.enabled)
			continue;
		judge_team(d, &registry->bots[i], &team);
		check_group(d, db, &registry->bots[i]);
	}
}

/* --- where they work ----------------------------------------------------------- */

static const char *status_of(const json_t *member)
{
	const char *status = json_string_value(json_object_get(member, "status"));

	return status ? status : "unknown";
}

static void judge_member(struct doctor *d, const struct channel *desk, const json_t *member)
{
	if (strcmp(status_of(member), "creator") != 0 &&
	    !json_is_true(json_object_get(member, "can_manage_topics")))
		doctor_say(d, FAIL, desk->name,
			   "may not manage topics in its group (it is %s there): make the bot "
			   "an administrator with this right",
			   status_of(member));
	else
		doctor_say(d, OK, desk->name, "has topics in its group");
}

/* `what` of the group; 0 if Telegram has answered. */
static int ask(struct doctor *d, const struct channel *desk, struct arena *a,
	       struct telegram_reply *reply, const struct bot_call *what)
{
	struct err e;

	if (doctor_call(a, reply, &e, what) != 0)
		doctor_say(d, FAIL, desk->name, "%s", e.text);
	else if (reply->verdict != TELEGRAM_OK)
		doctor_say(
			d, FAIL, desk->name,
			"does not know its group %s: %s; is the bot in it, and the id right?",
			desk->group, reply->description);
	else
		return 0;
	return -1;
}

static void check_forum(struct doctor *d, const struct channel *desk, const json_t *me)
{
	long long id = json_integer_value(json_object_get(me, "id"));
	struct arena a = { 0 };
	struct bot_call chat = { desk->token, "getChat",
				 arena_printf(&a, "{\"chat_id\":\"%s\"}", desk->group) };
	struct bot_call member = { desk->token, "getChatMember",
				   arena_printf(&a, "{\"chat_id\":\"%s\",\"user_id\":%lld}",
						desk->group, id) };
	struct telegram_reply reply;

	if (ask(d, desk, &a, &reply, &chat) == 0) {
		if (!json_is_true(json_object_get(reply.result, "is_forum")))
			doctor_say(d, FAIL, desk->name,
				   "its group has no topics: switch them on in its settings");
		else if (ask(d, desk, &a, &reply, &member) == 0)
			judge_member(d, desk, reply.result);
	}
	arena_free(&a);
}

void doctor_check_topics(struct doctor *d, const struct channel *desk, const json_t *me)
{
	if (strcmp(desk->kind, "desk") != 0)
		return;
	if (desk->group)
		check_forum(d, desk, me);
	else if (json_is_true(json_object_get(me, "has_topics_enabled")))
		doctor_say(d, OK, desk->name, "has topics in private chats");
	else
		doctor_say(d, OK, desk->name,
			   "has no topics: clients are told apart by replies (topics can be "
			   "switched on with @BotFather, or given a group)");
}

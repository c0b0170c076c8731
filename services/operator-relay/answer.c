/* How an order ended, as the operator is told. */

#include <string.h>

#include "common/json/jvalue.h"
#include "common/telegram/telegram.h"
#include "services/operator-relay/places.h"
#include "services/operator-relay/plan.h"
#include "services/operator-relay/transcript.h"

enum { GLANCE_MAX = 48 };

static int is(const struct plan *p, const char *verb)
{
	return strcmp(p->verb, verb) == 0;
}

static int is_pressed(const struct plan *p)
{
	return jstring(json_object_get(p->event, "extra"), "callback") != NULL;
}

/* --- what did not work ------------------------------------------------------------- */

static void refuse(struct plan *p, const struct desk_done *done)
{
	static const enum word words[] = {
		[DESK_NOT_YOURS] = WORD_NOT_YOURS,
		[DESK_NO_CHAT] = WORD_NO_CHAT,
		[DESK_FULL] = WORD_FULL,
		[DESK_OFF_DUTY] = WORD_MUST_BE_ON_DUTY,
		[DESK_COLLEAGUE_FULL] = WORD_COLLEAGUE_FULL,
		[DESK_COLLEAGUE_OFF] = WORD_COLLEAGUE_OFF,
		[DESK_DISABLED] = WORD_MUST_BE_ENABLED,
		[DESK_NO_MESSAGE] = WORD_TOO_LATE,
		[DESK_BAD] = WORD_TOO_LATE,
	};

	if (done->status == DESK_TAKEN)
		act_tell(p, arena_printf(p->arena, word(WORD_IS_TAKEN, p->lang),
					 done->holder ? done->holder : "?"));
	else if (done->status == DESK_BAD && is(p, "use"))
		act_tell(p, word(WORD_SUGGESTION_OVER, p->lang));
	else
		act_tell(p, word(words[done->status], p->lang));
	if (done->status == DESK_BAD && is_pressed(p)) /* a suggestion that was overtaken */
		act_drop_buttons(p);
}

/* --- what did ------------------------------------------------------------------------ */

/* What was left while nobody was there waits for whoever comes on duty. */
void plan_show_left(struct plan *p)
{
	const json_t *left = json_object_get(p->work, "left"), *one;
	json_t *rows = json_array();
	size_t i;

	json_array_foreach (left, i, one) {
		long long id = json_integer_value(json_array_get(one, 0));
		const char *title = json_string_value(json_array_get(one, 1));
		const char *body = json_string_value(json_array_get(one, 2));
		char room[GLANCE_MAX + 8];
		const char *text =
			arena_printf(p->arena, "%s: %s",
				     title && *title ? title : word(WORD_NO_NAME, p->lang),
				     transcript_glance(body ? body : "", GLANCE_MAX, room));

		json_array_append_new(
			rows, json_pack("[o]",
					act_button(p, text,
						   arena_printf(p->arena, "t:take:%lld", id))));
	}
	if (json_array_size(rows) > 0)
		json_object_set(act_note(p, word(WORD_LEFT_MESSAGES, p->lang)), "buttons",
				rows);
	json_decref(rows);
}

static void tell_duty(struct plan *p)
{
	int on = json_is_true(json_object_get(p->args, "on"));
	int had_chats = json_array_size(json_object_get(p->work, "chats")) > 0;
	const char *words = word(on ? WORD_NOW_ON_DUTY : WORD_NOW_OFF_DUTY, p->lang);
	json_t *note;

	if (!on && had_chats)
		words = arena_printf(p->arena, "%s %s", words,
				     word(WORD_CHATS_WENT_BACK, p->lang));
	note = act_note(p, telegram_escape(p->arena, words));
	json_object_set_new(note, "keyboard", act_keyboard(p, on));
	if (on)
		plan_show_left(p);
}

/* Whose words went where is said when there is more than one whom they could go to. */
static void tell_address(struct plan *p)
{
	json_t *note;

	if (json_is_integer(json_object_get(p->work, "topic")) ||
	    json_array_size(json_object_get(p->work, "chats")) < 2 || is_pressed(p))
		return;
	note = act_note(p, plan_format(p, WORD_SENT_TO, client_name(p, p->client)));
	json_object_set_new(note, "silent", json_true());
	if (jstring(p->event, "external"))
		json_object_set(note, "reply_to", json_object_get(p->event, "external"));
}

static void tell_success(struct plan *p)
{
	const char *client = client_name(p, p->client);

	if (is(p, "duty")) {
		tell_duty(p);
	} else if (is(p, "take")) {
		act_toast(p, arena_printf(p->arena, word(WORD_YOURS, p->lang), client));
		act_set(p, "select", json_integer(p->conversation));
	} else if (is(p, "note")) {
		act_tell(p, arena_printf(p->arena, word(WORD_NOTED, p->lang), client));
	} else if (is(p, "say") || is(p, "use")) {
		tell_address(p);
	}
	if (is_pressed(p) && !p->keeps_buttons && json_object_get(p->args, "force"))
		act_drop_buttons(p);
	act_toast(p, p->done ? p->done : word(WORD_DONE, p->lang));
}

/* What locks an operator alone comes before what locks lines. */
static void sort_actions(struct plan *p)
{
	struct places places = { 0 };
	json_t *action;
	size_t i;

	json_array_foreach (p->actions, i, action)
		places_add(&places, places_order(json_object_get(action, "to")),
			   json_incref(action));
	p->actions = jown(p->arena, places_sort(&places));
}

void plan_finish(struct plan *p, const struct desk_done *done)
{
	if (done && done->status > DESK_AGAIN)
		refuse(p, done);
	else if (done)
		tell_success(p);
	act_toast(p, ""); /* a button never stays pressed */
	sort_actions(p);
}

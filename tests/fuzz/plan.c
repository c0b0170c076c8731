/* What operators write to their bot and what the buttons say that they press; a client of
 * Telegram's can say anything. */

#include <stdlib.h>
#include <string.h>

#include "common/json/jvalue.h"
#include "services/operator-relay/plan.h"
#include "tests/fuzz/fuzz.h"

#define CHAT(id, name)                                                                         \
	"{\"id\":" id ",\"title\":\"" name "\",\"lang\":\"ru\",\"responder\":2,"               \
	"\"canned\":[{\"name\":\"hi\",\"text\":{\"ru\":\"Привет\",\"en\":\"Hello\"}}]}"

/* Chats that the operator has: none, one, two. */
static const char *const chats[] = { "", CHAT("11", "Ann"),
				     CHAT("11", "Ann") "," CHAT("12", "Bo") };

static json_t *make_work(uint8_t how)
{
	const char *text = how & 4 ? "[{\"id\":11,\"title\":\"Ann\",\"lang\":\"en\"}]" : "[]";
	json_t *work =
		json_pack("{s:i, s:{s:i, s:s, s:s, s:b, s:b, s:b}}", "line", 4, "operator",
			  "id", 3, "name", "Olga", "lang", how & 8 ? "ru" : "en", "enabled", 1,
			  "on_duty", how >> 4 & 1, "is_admin", how >> 5 & 1);
	struct arena a = { 0 };

	json_object_set_new(
		work, "chats",
		json_loads(arena_printf(&a, "[%s]", chats[(how & 3) % 3]), 0, NULL));
	json_object_set_new(work, "left", json_loads(text, 0, NULL));
	if (how & 64)
		json_object_set_new(work, "subject",
				    json_pack("{s:i, s:i, s:s, s:i}", "client", 11,
					      "suggestion", 9, "body", "*yes*", "to", 3));
	arena_free(&a);
	return work;
}

/* Whatever is told can be written down, and an order is one that desk() knows. */
static void check(const struct plan *p)
{
	char *text = json_dumps(p->actions, JSON_COMPACT);

	demand(json_is_array(p->actions) && text);
	demand_utf8(text);
	demand(!p->verb || *p->verb);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct arena a = { 0 };
	struct plan p;
	uint8_t how = fuzz_byte(&in), status = fuzz_byte(&in);
	json_t *work = make_work(how);
	json_t *event = json_pack("{s:i, s:s}", "seq", 5, "external", "70");
	const char *words = fuzz_clean(&in, &a);

	if (how & 128)
		json_object_set_new(event, "extra",
				    json_pack("{s:s, s:s}", "callback", "1", "data", words));
	else
		json_object_set_new(event, "text", json_string(words));
	json_object_set_new(work, "event", event);
	plan_make(&p, &a, work);
	if (p.verb) {
		struct desk_done done = { .status = status % 8, .holder = "Boris" };

		plan_finish(&p, &done);
	} else {
		plan_finish(&p, NULL);
	}
	check(&p);
	json_decref(work);
	arena_free(&a);
	return 0;
}

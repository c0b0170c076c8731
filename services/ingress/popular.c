#include "services/ingress/popular.h"

#include "services/ingress/buckets.h"
#include "services/ingress/routes.h"
#include "services/ingress/session.h"

json_t *popular_questions(const struct bot *bot, const char *lang)
{
	json_t *list = json_array();

	for (int c = 0; c < bot->category_count; c++) {
		const struct category *category = &bot->categories[c];
		json_t *questions = json_array();

		for (int q = 0; q < category->n; q++)
			json_array_append_new(
				questions,
				json_string(text_in(&category->questions[q].text, lang)));
		json_array_append_new(list, json_pack("{ss* so}", "title",
						      text_in(&category->title, lang),
						      "questions", questions));
	}
	return list;
}

/* GET /api/v1/popular?site=&lang= */
void popular_list(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 600, .burst = 200 };
	struct ingress *in = arg;
	const char *site = web_query(req, "site");
	const char *lang = ingress_lang(req, web_query(req, "lang"));
	const struct channel *channel;
	json_auto_t *body = NULL;

	if (ingress_must_be_ready(in, req) < 0 ||
	    ingress_limit(in, req, LIMIT_READS, &limit) < 0)
		return;
	channel = site ? ingress_channel(in, "widget", site) : NULL;
	if (!channel) {
		web_refuse(req, 404, "no_site", TEXT_PROBLEM_NO_SITE);
		return;
	}
	body = json_pack("{so}", "categories", popular_questions(channel->bot, lang));
	web_reply_json(req, 200, body);
}

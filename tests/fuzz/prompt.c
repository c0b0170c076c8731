/* What people said, as a prompt that fits, and as a request of each provider. */

#include <string.h>

#include "common/llm/llm.h"
#include "tests/fuzz/fuzz.h"

static void check_estimate(const char *text, int tokens)
{
	size_t fit = llm_fit_tokens(text, tokens);

	demand(fit <= strlen(text));
	demand(llm_estimate_tokens(text) <= tokens || fit < strlen(text));
}

static void check_request(struct arena *a, const char *kind, const struct bot *bot,
			  const struct prompt *prompt, const char *url, const json_t *params)
{
	static const char *const headers[] = { "X-Title: test", NULL };
	struct provider p = { .name = "p",
			      .kind = kind,
			      .base_url = *url ? url : NULL,
			      .model = "m",
			      .key = "k",
			      .folder = "f",
			      .headers = headers,
			      .params = params };
	struct llm_request request;
	json_t *body;

	llm_provider(kind)->request(&request, a, &p, bot, prompt);
	body = json_loads(request.body, 0, NULL);
	demand(json_is_object(body) && request.url && request.headers);
	json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct arena a = { 0 };
	uint8_t what = fuzz_byte(&in);
	struct bot bot = { .name = "b",
			   .prompt = { "Ты помощник.", NULL },
			   .history_tokens = 40 + fuzz_byte(&in),
			   .history_messages = 8,
			   .answer_tokens = 20 };
	struct passage passage = {
		"s", "ru", fuzz_clean(&in, &a), fuzz_clean(&in, &a), NULL, 1
	};
	struct passages passages = { what & 1, &passage };
	const char *url = fuzz_clean(&in, &a);
	json_t *params = json_loads(fuzz_clean(&in, &a), 0, NULL);
	struct turn_claim claim = { .first_seq = what >> 1 & 7,
				    .lang = "ru",
				    .history = fuzz_rest(&in, &a) };
	struct dialogue dialogue;
	struct prompt prompt;

	dialogue_read(&dialogue, &a, &claim);
	prompt_build(&prompt, &a, &bot, &dialogue, &passages, what >> 4 & 3);
	demand(prompt.n <= dialogue.n + 3);
	demand_utf8(prompt_query(&a, &dialogue));
	for (int i = 0; i < prompt.n; i++) {
		demand(*prompt.messages[i].text);
		demand_utf8(prompt.messages[i].text);
	}
	check_estimate(passage.body, what);
	check_request(&a, what & 64 ? "openai" : "yandexgpt", &bot, &prompt, url, params);
	json_decref(params);
	arena_free(&a);
	return 0;
}

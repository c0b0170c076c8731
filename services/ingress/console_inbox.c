#include <stdlib.h>
#include <string.h>

#include "services/ingress/console.h"

/* GET /console/api/conversations: a folder, page by page, or what is found in it. */

enum { QUERY_MAX = 200 };

static const char *const folders[] = { "waiting", "mine", "all", "closed" };

static const char *folder_named(const char *name)
{
	for (size_t i = 0; name && i < sizeof folders / sizeof *folders; i++)
		if (strcmp(name, folders[i]) == 0)
			return folders[i];
	return NULL;
}

/* "<microseconds>.<conversation>", as the page before gave it. */
static int read_cursor(struct arena *a, const char *text, struct inbox_wanted *w)
{
	size_t at = strspn(text, "0123456789");
	size_t id = text[at] == '.' ? strspn(text + at + 1, "0123456789") : 0;

	if (at < 1 || at > 18 || id < 1 || id > 18 || text[at + 1 + id])
		return -1;
	w->after_at = arena_dup(a, text, at);
	w->after_id = text + at + 1;
	return 0;
}

static void refuse_parameter(struct console_call *c, const char *name)
{
	web_refuse(c->req, 400, "bad_request", TEXT_PROBLEM_PARAMETER, name);
	flow_done(&c->flow);
}

void console_inbox(void *self)
{
	struct console_call *c = self;
	const char *folder = web_query(c->req, "folder");
	const char *query = web_query(c->req, "q"), *before = web_query(c->req, "before");
	struct inbox_wanted wanted = { .operator_id = c->who.id,
				       .folder = folder_named(folder ? folder : "waiting"),
				       .query = query && *query ? query : NULL };
	int64_t limit;

	if (console_number(c, "limit", CONSOLE_PAGE, CONSOLE_PAGE_MAX, &limit) < 0)
		return;
	wanted.limit = limit > 0 ? (int)limit : 1;
	if (!wanted.folder)
		refuse_parameter(c, "folder");
	else if (query && strlen(query) > QUERY_MAX)
		refuse_parameter(c, "q");
	else if (before && read_cursor(&c->flow.arena, before, &wanted) < 0)
		refuse_parameter(c, "before");
	else
		store_inbox(c->store, &c->flow, console_reply_read, &c->json, &wanted);
}

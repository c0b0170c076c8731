#include "services/ingress/message.h"

#include <stdlib.h>

#include "common/markdown/html.h"

/* Of what a message carries, what is for the person. */
static void add_extra(json_t *to, const char *text)
{
	static const char *const shown[] = { "sources", "buttons", "attachments" };
	json_auto_t *extra = text ? json_loads(text, 0, NULL) : NULL;

	for (size_t i = 0; extra && i < sizeof shown / sizeof *shown; i++) {
		json_t *value = json_object_get(extra, shown[i]);

		if (value)
			json_object_set(to, shown[i], value);
	}
}

json_t *message_json(const struct message *m, struct arena *a)
{
	json_t *out =
		json_pack("{sI ss ss ss}", "seq", (json_int_t)m->seq, "author",
			  author_name(m->author), "text", m->body, "created_at", m->created_at);

	if (!out)
		abort();
	if (m->author != AUTHOR_PERSON)
		json_object_set_new(out, "html", json_string(markdown_html(a, m->body)));
	add_extra(out, m->extra);
	return out;
}

#include <string.h>

#include "common/store/file.h"
#include "services/ingress/console.h"
#include "services/ingress/console_desk.h"
#include "services/ingress/files.h"

/*
 * What an operator is about to send.  A file comes in pieces, one request each, so none is
 * longer or takes longer than other requests; a piece is on disk before it is answered, and
 * the answer says where to go on, also after a break.  The order "say" makes it part of a
 * message.
 */

enum { NAME_MAX_BYTES = 255, MIB = 1 << 20 };

/* --- POST /console/api/conversations/{id}/files ------------------------------ */

static flow_step show_begun;

static int is_file_name(const char *name)
{
	size_t len = strlen(name);

	if (len < 1 || len > NAME_MAX_BYTES || strpbrk(name, "/\\"))
		return 0;
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 127)
			return 0;
	return 1;
}

/* -1: the reply has been sent. */
static int read_file(struct console_call *c, struct file_new *file)
{
	json_t *body = console_body(c);
	const char *mime = "";
	json_int_t size = 0;

	if (!body)
		return -1;
	if (json_unpack(body, "{ss ss s?s sI}", "id", &file->key, "name", &file->name, "mime",
			&mime, "size", &size) < 0 ||
	    !is_file_name(file->name) || size < 1) {
		console_refuse_fields(c, "{\"id\", \"name\", \"mime\"?, \"size\": bytes}");
		return -1;
	}
	if (!ingress_is_key(file->key)) {
		console_refuse(c, 400, "bad_id", TEXT_PROBLEM_BAD_ID);
		return -1;
	}
	if (size > FILE_MAX) {
		web_refuse(c->req, 413, "file_too_large", TEXT_PROBLEM_FILE_MAX,
			   FILE_MAX / MIB);
		flow_done(&c->flow);
		return -1;
	}
	file->size = (int)size;
	file->mime = file_shown_type(mime);
	return 0;
}

void console_begin_file(void *self)
{
	struct console_call *c = self;
	struct file_begun *begun = c->own = arena_alloc(&c->flow.arena, sizeof *begun);
	struct file_new file = { .operator_id = c->who.id, .conversation_id = c->id };

	if (read_file(c, &file) < 0)
		return;
	if (!file.mime)
		file.mime = FILE_OCTETS;
	store_begin_file(c->store, &c->flow, show_begun, begun, &file);
}

static void show_begun(void *self)
{
	struct console_call *c = self;
	const struct file_begun *begun = c->own;

	if (begun->status == FILE_NOWHERE)
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
	else if (begun->status == FILE_TOO_MUCH)
		console_refuse(c, 409, "files_unsent", TEXT_PROBLEM_FILES_UNSENT);
	else
		console_reply(c, 201,
			      json_pack("{sI si si}", "file", (json_int_t)begun->id, "have",
					begun->have, "piece", FILE_PIECE));
}

/* --- POST /console/api/files/{id}/pieces/{id} --------------------------------
 * console_put_piece -> (name_type ->) show_have.  The second number is where it begins.
 */

struct putting {
	struct file_told told;
	int have;
};

static flow_step name_type, show_have;

static void put(struct console_call *c, const char *mime, const char *kind)
{
	struct putting *p = c->own;
	struct file_piece piece = { .operator_id = c->who.id,
				    .file = c->id,
				    .at = (int)c->second,
				    .mime = mime,
				    .kind = kind };

	piece.bytes = web_body(c->req, &piece.len);
	store_add_piece(c->store, &c->flow, show_have, &p->have, &piece);
	web_forget_body(c->req);
}

void console_put_piece(void *self)
{
	struct console_call *c = self;
	struct putting *p = c->own = arena_alloc(&c->flow.arena, sizeof *p);
	const char *type = web_header(c->req, "Content-Type");

	if (!type || strcmp(type, FILE_OCTETS) != 0)
		console_refuse(c, 415, "not_octets", TEXT_PROBLEM_NOT_OCTETS);
	else if (c->second > FILE_MAX)
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
	else if (c->second == 0)
		store_file_told(c->store, &c->flow, name_type, &p->told, c->who.id, c->id);
	else
		put(c, NULL, NULL);
}

/* Its first bytes say whether it is what its name says. */
static void name_type(void *self)
{
	struct console_call *c = self;
	struct putting *p = c->own;
	json_auto_t *told = NULL;
	const char *body, *type;
	int is_shown;
	size_t len;

	if (!p->told.mime) {
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	told = json_pack("{ss}", "mime", p->told.mime);
	body = web_body(c->req, &len);
	type = file_type(told, body, len, &is_shown);
	put(c, type, file_kind(type, (size_t)p->told.size));
}

static void show_have(void *self)
{
	struct console_call *c = self;
	const struct putting *p = c->own;

	if (p->have < 0)
		console_refuse(c, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
	else
		console_reply(c, 200, json_pack("{si}", "have", p->have));
}

/* --- POST /console/api/files/{id}/drop ----------------------------------------- */

static void dropped(void *self)
{
	struct console_call *c = self;

	console_reply_empty(c);
}

void console_drop_file(void *self)
{
	struct console_call *c = self;

	store_drop_file(c->store, &c->flow, dropped, c->who.id, c->id);
}

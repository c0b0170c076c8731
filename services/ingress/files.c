#include "services/ingress/files.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/json/jvalue.h"
#include "common/store/console.h"
#include "common/store/file.h"
#include "common/telegram/telegram.h"
#include "services/ingress/buckets.h"
#include "services/ingress/console.h"
#include "services/ingress/routes.h"

/*
 * The life of a download: find -> ask_path -> fetch -> hand_on, from Telegram, or
 * find -> take_piece -> take_piece -> ... of one that we have.
 */

enum { FILE_MS = 60000, CALL_MS = 10000, AT_ONCE = 8, DAY_S = 86400 };

struct file {
	struct flow flow;
	struct ingress *in;
	struct web_request *req;
	struct file_place *place; /* the request's */
	struct file_wanted wanted;
	struct attachment found;
	json_t *attachment;
	const char *token;
	struct http_response response;

	/* ours */
	struct file_reply reply;
	struct file_bytes piece;
	size_t at;
	struct buf data;
};

static flow_step find, ask_path, fetch, hand_on, take_piece, cannot_fetch, file_release;
static const struct flow_class file_class = { "file", cannot_fetch, file_release };

/* --- links ---------------------------------------------------------------- */

/* The same all day, so that browsers keep what they have. */
static int64_t good_until(void)
{
	return (clock_wall_ms() / 1000 / DAY_S + 8) * DAY_S;
}

const char *file_link(struct ingress *in, struct arena *a, int64_t conversation_id, int64_t seq,
		      size_t index)
{
	const char *what = arena_printf(a, "%lld.%lld.%zu.%lld", (long long)conversation_id,
					(long long)seq, index, (long long)good_until());

	return arena_printf(a, "/api/v1/files/%s", crypto_token_sign(a, in->file_key, what));
}

int file_can_be_had(const json_t *attachment)
{
	return json_object_get(attachment, "file_id") || json_object_get(attachment, "file");
}

void file_link_all(struct ingress *in, struct arena *a, int64_t conversation_id,
		   json_t *message)
{
	int64_t seq = json_integer_value(json_object_get(message, "seq"));
	json_t *attachment, *list = json_array();
	size_t i;

	json_array_foreach (json_object_get(message, "attachments"), i, attachment) {
		json_t *copy = json_copy(attachment);

		if (file_can_be_had(copy))
			json_object_set_new(
				copy, "url",
				json_string(file_link(in, a, conversation_id, seq, i)));
		json_object_del(copy, "file_id");
		json_object_del(copy, "unique_id");
		json_object_del(copy, "file");
		json_object_del(copy, "channel");
		json_array_append_new(list, copy);
	}
	if (json_array_size(list))
		json_object_set(message, "attachments", list);
	json_decref(list);
}

/* GET /api/v1/files/<token> */
void file_get(void *arg, struct web_request *req)
{
	static const struct limit limit = { .per_minute = 120, .burst = 60 };
	struct ingress *in = arg;
	const char *what = crypto_token_open(web_arena(req), in->file_key, web_rest(req));
	const char *bucket = arena_printf(web_arena(req), "files:%s", ingress_network(req));
	struct file_wanted wanted;
	long long conversation, seq, until;
	int end = 0;

	if (ingress_must_be_ready(in, req) < 0 ||
	    ingress_limit_key(in, req, LIMIT_READS, bucket, &limit) < 0)
		return;
	if (!what ||
	    sscanf(what, "%lld.%lld.%d.%lld%n", &conversation, &seq, &wanted.index, &until,
		   &end) != 4 ||
	    what[end] || until * 1000 < clock_wall_ms()) {
		web_refuse(req, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	wanted.conversation_id = conversation;
	wanted.seq = seq;
	web_set_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
	file_serve(in, req, &wanted);
}

/* GET /console/api/files/{id}/{id}/{id}; the number of a file begins at 0. */
void console_file(void *self)
{
	struct console_call *c = self;

	file_serve(c->in, c->req,
		   &(struct file_wanted){ c->id, c->second, (int)(c->third % INT16_MAX) });
	flow_done(&c->flow);
}

/* --- the download ---------------------------------------------------------- */

void file_serve(struct ingress *in, struct web_request *req, const struct file_wanted *wanted)
{
	struct file_place *place = in->file_count < AT_ONCE ? file_place_take(in, req) : NULL;
	struct file *f;

	if (!place) {
		web_set_header(req, "Retry-After", "2");
		web_refuse(req, 503, "unavailable", TEXT_PROBLEM_OVERLOADED);
		return;
	}
	f = calloc(1, sizeof *f);
	if (!f)
		abort();
	f->in = in;
	f->req = req;
	f->place = place;
	f->wanted = *wanted;
	in->file_count++;
	flow_begin(&f->flow, &file_class, f, web_trace(req), FILE_MS, find);
}

static void refuse(struct file *f, int status, const char *code, enum text_id text)
{
	web_refuse(f->req, status, code, text);
	flow_done(&f->flow);
}

static void find(void *self)
{
	struct file *f = self;

	store_attachment(&f->in->desk_store, &f->flow, ask_path, &f->found,
			 f->wanted.conversation_id, f->wanted.seq, f->wanted.index);
}

static const char *find_token(struct file *f)
{
	const struct registry *r = bots_registry(f->in->bots);
	const struct channel *channel = r ? registry_channel(r, f->found.channel_id) : NULL;

	return channel && channel->token ? arena_str(&f->flow.arena, channel->token) : NULL;
}

static void send_call(struct file *f)
{
	json_auto_t *body =
		json_pack("{sO}", "file_id", json_object_get(f->attachment, "file_id"));
	const char *text = jdump(&f->flow.arena, body);
	struct http_request request = {
		.url = telegram_url(&f->flow.arena, f->in->telegram_api_root, f->token,
				    "getFile"),
		.headers = (const char *const[]){ "Content-Type: application/json", NULL },
		.timeout_ms = CALL_MS,
	};

	request.body = text;
	request.body_len = strlen(text);
	http_send(f->in->http, &f->flow, fetch, &f->response, &request);
}

/* --- one that we have ------------------------------------------------------ */

static void read_piece(struct file *f)
{
	store_read_piece(&f->in->desk_store, &f->flow, take_piece, &f->piece,
			 json_integer_value(json_object_get(f->attachment, "file")), f->at);
}

/* Its type was compared with its first bytes when it came. */
static void begin_reading(struct file *f)
{
	const char *mime = json_string_value(json_object_get(f->attachment, "mime"));
	const char *type = mime ? file_shown_type(mime) : NULL;
	struct file_reply *r = &f->reply;

	*r = (struct file_reply){ .place = f->place,
				  .attachment = f->attachment,
				  .type = type ? type : FILE_OCTETS,
				  .is_shown = type != NULL };
	r->size = (size_t)json_integer_value(json_object_get(f->attachment, "size"));
	r->asked = file_range_asked(&r->range, f->req, r->size);
	if (r->asked == FILE_OUTSIDE) {
		flow_done(&f->flow);
		return;
	}
	f->at = r->range.from / FILE_PIECE * FILE_PIECE;
	f->piece.room = arena_alloc(&f->flow.arena, FILE_PIECE);
	read_piece(f);
}

static void take_piece(void *self)
{
	struct file *f = self;
	const struct file_range *range = &f->reply.range;
	size_t from = range->from > f->at ? range->from - f->at : 0;
	size_t to = range->to - f->at < f->piece.len ? range->to - f->at : f->piece.len;

	if (from >= to) {
		refuse(f, 410, "file_gone", TEXT_PROBLEM_FILE_GONE);
		return;
	}
	buf_add(&f->data, f->piece.room + from, to - from);
	f->at += FILE_PIECE;
	if (f->at < range->to) {
		read_piece(f);
		return;
	}
	f->reply.data = f->data.data;
	file_reply(f->req, &f->reply);
	flow_done(&f->flow);
}

/* --- one that Telegram has ------------------------------------------------- */

static void ask_path(void *self)
{
	struct file *f = self;

	f->attachment =
		f->found.json ? jown(&f->flow.arena, json_loads(f->found.json, 0, NULL)) : NULL;
	if (json_object_get(f->attachment, "file")) {
		begin_reading(f);
		return;
	}
	f->token = f->attachment ? find_token(f) : NULL;
	if (!f->token)
		refuse(f, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
	else if (json_integer_value(json_object_get(f->attachment, "size")) > FILE_MAX)
		refuse(f, 413, "file_too_large", TEXT_PROBLEM_FILE_TOO_LARGE);
	else
		send_call(f);
}

/* "documents/file_7.pdf": letters, digits and a few signs, and no way up. */
static int is_path(const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789._-/";

	return path && *path && *path != '/' && strlen(path) < 500 &&
	       path[strspn(path, plain)] == 0 && !strstr(path, "..");
}

static void fetch(void *self)
{
	struct file *f = self;
	struct telegram_reply reply;
	const char *path;

	telegram_read_reply(&reply, &f->flow.arena, f->response.status, f->response.body,
			    f->response.len);
	path = json_string_value(json_object_get(reply.result, "file_path"));
	if (reply.verdict != TELEGRAM_OK || !is_path(path)) {
		log_warn("no path for a file: %s",
			 reply.description ? reply.description : "not one of Telegram's");
		refuse(f, 502, "file_away", TEXT_PROBLEM_FILE_AWAY);
		return;
	}
	http_send(f->in->http, &f->flow, hand_on, &f->response,
		  &(struct http_request){
			  .url = arena_printf(&f->flow.arena, "%s/file/bot%s/%s",
					      f->in->telegram_api_root, f->token, path),
			  .timeout_ms = FILE_MS,
			  .max_body = FILE_MAX,
		  });
}

static void hand_on(void *self)
{
	struct file *f = self;
	const struct http_response *r = &f->response;
	struct file_reply reply = { .place = f->place,
				    .attachment = f->attachment,
				    .size = r->len };

	if (r->status != 200) {
		log_warn("file not given status=%ld", r->status);
		refuse(f, 502, "file_away", TEXT_PROBLEM_FILE_AWAY);
		return;
	}
	reply.type = file_type(f->attachment, r->body, r->len, &reply.is_shown);
	reply.asked = file_range_asked(&reply.range, f->req, r->len);
	reply.data = r->body + reply.range.from;
	if (reply.asked != FILE_OUTSIDE)
		file_reply(f->req, &reply);
	flow_done(&f->flow);
}

static void cannot_fetch(void *self)
{
	struct file *f = self;

	log_warn("no file: %s", f->flow.err.text);
	if (f->attachment)
		refuse(f, 502, "file_away", TEXT_PROBLEM_FILE_AWAY);
	else {
		ingress_reply_failure(f->req, &f->flow.err);
		flow_done(&f->flow);
	}
}

static void file_release(void *self)
{
	struct file *f = self;

	f->in->file_count--;
	buf_free(&f->data);
	free(f);
}

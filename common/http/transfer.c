#include "common/http/transfer.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/http/header.h"

enum { CONNECT_MS = 5000, MAX_BODY = 1 << 20, DNS_CACHE_S = 300, TLS_RECORD = 16000 };
enum { STREAM_BUFFER = 4096 }; /* curl's 16 KB would be most of what a stream costs */

/* --- what curl tells ------------------------------------------------------ */

static int is_held_back(struct transfer *t)
{
	t->held_back = t->cancelled || (t->may_leave && !t->may_leave(t->may_leave_arg));
	return t->held_back;
}

/*
 * A request is about to be written to a connection.  curl repeats a request by
 * itself when a kept connection turns out to be dead; that is only harmless
 * while nothing of it had left.
 */
static int on_connected(void *arg, char *peer, char *local, int peer_port, int local_port)
{
	struct transfer *t = arg;
	long written = 0;

	(void)peer, (void)local, (void)peer_port, (void)local_port;
	curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &written);
	if (written > 0 || (t->is_connected && t->is_large_tls)) {
		t->was_repeated = 1;
		return CURL_PREREQFUNC_ABORT;
	}
	if (is_held_back(t))
		return CURL_PREREQFUNC_ABORT;
	t->is_connected = 1;
	return CURL_PREREQFUNC_OK;
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	header_read(t->out, line, size * n);
	return size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * n;

	if (t->cancelled)
		return CURL_WRITEFUNC_ERROR;
	t->has_body = 1;
	t->last_byte_ms = clock_mono_ms();
	if (t->reader && t->out->status == 200) {
		t->refused = t->reader(t->reader_arg, data, len) != 0;
		return t->refused ? CURL_WRITEFUNC_ERROR : len;
	}
	t->received += len;
	if (t->received > t->max_body) {
		t->too_large = 1;
		return CURL_WRITEFUNC_ERROR;
	}
	buf_add(&t->body, data, len);
	return len;
}

/* --- making --------------------------------------------------------------- */

static void remember_host(struct transfer *t, const char *url)
{
	const char *at = strstr(url, "://");
	const char *host = at ? at + 3 : url;
	size_t len = strcspn(host, "/?#");
	const char *user = memrchr(host, '@', len);

	if (user) {
		len -= (size_t)(user + 1 - host);
		host = user + 1;
	}
	if (*host == '[' && memchr(host, ']', len))
		len = strcspn(host, "]") + 1;
	else
		len = strcspn(host, ":") < len ? strcspn(host, ":") : len;
	snprintf(t->host, sizeof t->host, "%.*s", (int)(len < 100 ? len : 100), host);
}

static void set_headers(struct transfer *t, const char *const *headers)
{
	/* Without an "Expect: 100-continue" that would cost a round trip. */
	t->headers = curl_slist_append(NULL, "Expect:");
	for (; headers && *headers; headers++)
		t->headers = curl_slist_append(t->headers, *headers);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

/*
 * What is the same for all requests.
 *
 * CAPATH must be empty: only then does curl keep the parsed certificates for
 * all connections.  QUICK_EXIT: a resolver that hangs must not hold the loop.
 */
static CURL *make_handle(const struct http *h)
{
	CURL *easy = curl_easy_init();

	if (!easy)
		abort();
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_CAINFO, h->ca_file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, (long)DNS_CACHE_S);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	return easy;
}

static CURL *take_handle(struct http *h)
{
	return h->spares > 0 ? h->spare[--h->spares] : make_handle(h);
}

/* For the next request, unless it had a form: that one keeps much, and is rare. */
static void give_handle(struct transfer *t)
{
	struct http *h = t->http;

	if (t->form || h->spares == sizeof h->spare / sizeof *h->spare)
		curl_easy_cleanup(t->easy);
	else
		h->spare[h->spares++] = t->easy;
}

void transfer_free_spares(struct http *h)
{
	while (h->spares > 0)
		curl_easy_cleanup(h->spare[--h->spares]);
}

/* --- forms ---------------------------------------------------------------- */

/* A large file is long on its way; without its end it is no request. */
static size_t read_file(char *to, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	return is_held_back(t) ? CURL_READFUNC_ABORT : fread(to, size, n, t->file);
}

/* For a request that is sent again, on a new connection. */
static int seek_file(void *arg, curl_off_t offset, int origin)
{
	struct transfer *t = arg;

	return fseeko(t->file, (off_t)offset, origin) == 0 ? CURL_SEEKFUNC_OK
							   : CURL_SEEKFUNC_FAIL;
}

static size_t set_form(struct transfer *t, const struct http_part *parts, int n)
{
	size_t len = 0;

	t->form = curl_mime_init(t->easy);
	for (const struct http_part *p = parts; p < parts + n; p++) {
		curl_mimepart *part = curl_mime_addpart(t->form);

		curl_mime_name(part, p->name);
		if (p->filename)
			curl_mime_filename(part, p->filename);
		if (p->type)
			curl_mime_type(part, p->type);
		if (p->file) {
			assert(!t->file);
			t->file = p->file;
			curl_mime_data_cb(part, (curl_off_t)p->len, read_file, seek_file, NULL,
					  t);
		} else {
			curl_mime_data(part, p->value, p->len);
		}
		len += p->len;
	}
	curl_easy_setopt(t->easy, CURLOPT_MIMEPOST, t->form);
	return len;
}

/* All that differs between requests: the handle may have had another one before. */
static void set_message(struct transfer *t, const struct http_request *req)
{
	int connect_ms = req->connect_timeout_ms ? req->connect_timeout_ms : CONNECT_MS;
	size_t body_len = req->body_len;

	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_URL, req->url);
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_BUFFERSIZE,
			 req->reader ? (long)STREAM_BUFFER : (long)CURL_MAX_WRITE_SIZE);
	if (req->part_count > 0) {
		body_len = set_form(t, req->parts, req->part_count);
	} else if (req->body) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)req->body_len);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, req->body);
	} else {
		curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
	}
	t->is_large_tls = strncasecmp(req->url, "https:", 6) == 0 && body_len > TLS_RECORD / 2;
	set_headers(t, req->headers);
}

struct transfer *transfer_create(struct http *h, struct http_response *out,
				 const struct http_request *req)
{
	struct transfer *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	*out = (struct http_response){ .body = "", .retry_after_ms = -1, .should_retry = -1 };
	t->http = h;
	t->easy = take_handle(h);
	t->out = out;
	t->reader = req->reader;
	t->reader_arg = req->reader_arg;
	t->may_leave = req->may_leave;
	t->may_leave_arg = req->may_leave_arg;
	t->first_byte_ms = req->first_byte_ms;
	t->idle_ms = req->idle_ms;
	t->max_body = req->max_body ? req->max_body : MAX_BODY;
	t->last_byte_ms = clock_mono_ms();
	t->ends_ms = req->timeout_ms ? t->last_byte_ms + req->timeout_ms : 0;
	remember_host(t, req->url);
	set_message(t, req);
	return t;
}

void transfer_free(struct transfer *t)
{
	if (event_initialized(&t->watchdog))
		event_del(&t->watchdog);
	give_handle(t);
	curl_mime_free(t->form);
	curl_slist_free_all(t->headers);
	buf_free(&t->body);
	free(t);
}

/* --- ending --------------------------------------------------------------- */

/*
 * A large request over TLS may have left in part before curl counts a byte of
 * it: then the connection alone makes it "sent".  Until there is one, curl's
 * count is that of the handle's last request.
 */
void transfer_note_stage(struct transfer *t)
{
	long written = 0;

	if (t->out->stage != HTTP_NOT_SENT || !t->is_connected || t->held_back)
		return;
	curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &written);
	if (written > 0 || t->was_repeated || t->is_large_tls)
		t->out->stage = HTTP_SENT;
}

static void fail(struct transfer *t, CURLcode code)
{
	int hopeless = t->out->stage == HTTP_NOT_SENT && /* else it is about the answer */
		       (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL);

	if (t->refused)
		op_fail(&t->op, ERR_PERM, "%s: refused by reader", t->host);
	else if (t->too_large)
		op_fail(&t->op, ERR_PERM, "%s: answer longer than %zu bytes", t->host,
			t->max_body);
	else if (t->held_back)
		op_fail(&t->op, ERR_TEMP, "%s: held back", t->host);
	else if (t->was_repeated)
		op_fail(&t->op, ERR_TEMP, "%s: connection lost, no answer", t->host);
	else
		op_fail(&t->op, hopeless ? ERR_PERM : ERR_TEMP, "%s: %s", t->host,
			curl_easy_strerror(code));
}

void transfer_settle(struct transfer *t, CURLcode code)
{
	transfer_note_stage(t);
	if (code != CURLE_OK) {
		fail(t, code);
		return;
	}
	t->out->len = t->body.len;
	t->out->body = arena_dup(&t->op.flow->arena, buf_str(&t->body), t->body.len);
	op_succeed(&t->op);
}

static int silence_left_ms(const struct transfer *t, int64_t now)
{
	int limit = t->has_body ? t->idle_ms : t->first_byte_ms;
	int64_t left = t->last_byte_ms + limit - now;

	if (limit == 0)
		return t->has_body || t->idle_ms == 0 ? -1 : t->idle_ms;
	return left > 0 ? (int)left : 0;
}

/* curl's own limit would not do: it is looked at before what has come is read, so an answer
 * that came while the process was stopped would never be heard. */
int transfer_patience_ms(const struct transfer *t)
{
	int64_t now = clock_mono_ms();
	int silence = silence_left_ms(t, now);
	int64_t left = t->ends_ms - now;

	if (!t->ends_ms || (silence >= 0 && silence < left))
		return silence;
	return left > 0 ? (int)left : 0;
}

void transfer_give_up(struct transfer *t)
{
	transfer_note_stage(t);
	if (t->ends_ms && clock_mono_ms() >= t->ends_ms)
		fail(t, CURLE_OPERATION_TIMEDOUT);
	else
		op_fail(&t->op, ERR_TEMP, "%s: no %s for %d ms", t->host,
			t->has_body ? "data" : "first byte",
			t->has_body ? t->idle_ms : t->first_byte_ms);
}

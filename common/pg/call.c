#include "common/pg/call.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"

struct call *call_create(struct pg *pg, const struct pg_call *call)
{
	size_t size = sizeof(struct call) + (size_t)call->n * sizeof(char *);
	size_t bytes = 0;
	struct call *c;
	char *at;

	for (int i = 0; i < call->n; i++)
		bytes += call->argv[i] ? strlen(call->argv[i]) + 1 : 0;
	c = malloc(size + bytes);
	if (!c)
		abort();
	memset(c, 0, sizeof *c);
	c->pg = pg;
	c->stmt = call->stmt;
	c->order = call->order;
	c->decode = call->decode;
	c->out = call->out;
	c->many = call->many;
	c->visible = call->visible;
	c->is_patient = call->patient;
	c->n = call->n;
	at = (char *)c + size;
	for (int i = 0; i < call->n; i++) {
		c->argv[i] = call->argv[i] ? at : NULL;
		if (call->argv[i])
			at = stpcpy(at, call->argv[i]) + 1;
	}
	return c;
}

/* --- many as one ------------------------------------------------------------ */

enum { TEXT_OID = 25 };

static char *put_int(char *at, uint32_t n)
{
	n = htonl(n);
	memcpy(at, &n, sizeof n);
	return at + sizeof n;
}

static char *put_text(char *at, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	at = put_int(at, text ? (uint32_t)len : UINT32_MAX);
	return text ? mempcpy(at, text, len) : at;
}

static size_t array_size(const struct call *c, int n, int param)
{
	size_t size = 5 * sizeof(uint32_t);

	for (; n > 0; n--, c = TAILQ_NEXT(c, link))
		size += sizeof(uint32_t) + (c->argv[param] ? strlen(c->argv[param]) : 0);
	return size;
}

/* PostgreSQL's binary form: dimensions, nulls?, type, length, first index; then the elements.
 */
static char *put_array(char *at, const struct call *c, int n, int param)
{
	at = put_int(at, 1);
	at = put_int(at, 1);
	at = put_int(at, TEXT_OID);
	at = put_int(at, (uint32_t)n);
	at = put_int(at, 1);
	for (; n > 0; n--, c = TAILQ_NEXT(c, link))
		at = put_text(at, c->argv[param]);
	return at;
}

int call_send_joined(PGconn *conn, struct call *c, int n)
{
	enum { PARAMS = 32 };
	const char *values[PARAMS];
	int lengths[PARAMS], formats[PARAMS], ok;
	size_t size = 1; /* also without parameters */
	char *bytes, *at;

	assert(c->n <= PARAMS);
	for (int i = 0; i < c->n; i++)
		size += array_size(c, n, i);
	at = bytes = malloc(size);
	if (!bytes)
		abort();
	for (int i = 0; i < c->n; i++) {
		values[i] = at;
		at = put_array(at, c, n, i);
		lengths[i] = (int)(at - values[i]);
		formats[i] = 1;
	}
	ok = PQsendQueryPrepared(conn, c->many->name, c->n, values, lengths, formats, 0);
	free(bytes);
	return ok;
}

/* --- what came of it --------------------------------------------------------- */

void call_forget_rows(struct call *c)
{
	if (c->is_owner)
		PQclear(c->rows);
	c->rows = NULL;
	c->row = c->is_owner = 0;
	c->err = (struct err){ 0 };
}

void call_take_rows(struct call *c, PGresult *rows)
{
	int n = c->joined;

	for (int i = 0; i < n; i++, c = TAILQ_NEXT(c, link)) {
		c->rows = rows;
		c->row = i;
		c->is_owner = i == n - 1;
	}
}

/*
 * The world's fault: 08 connection, 40 rollback, 53 resources, 55 lock, 57
 * operator, 58 system; and 26, a statement whose preparation failed just before.
 */
static enum err_kind classify(const char *sqlstate)
{
	static const char *const temporary[] = { "08", "26", "40", "53", "55", "57", "58" };

	for (size_t i = 0; sqlstate && i < sizeof temporary / sizeof *temporary; i++)
		if (strncmp(sqlstate, temporary[i], 2) == 0)
			return ERR_TEMP;
	return sqlstate ? ERR_PERM : ERR_TEMP;
}

void call_take_error(struct call *c, PGresult *rows)
{
	const char *state = PQresultErrorField(rows, PG_DIAG_SQLSTATE);
	const char *why = PQresultErrorField(rows, PG_DIAG_MESSAGE_PRIMARY);

	err_set(&c->err, classify(state), "pg: %s: %s (%s)", c->stmt->name,
		why ? why : "failed", state ? state : "no code");
	PQclear(rows);
}

static void decode(struct call *c)
{
	if (c->decode && !c->is_seen)
		c->decode(c->out, c->rows, c->row, &c->op.flow->arena);
}

void call_seen(struct call *c)
{
	struct flow *f = c->op.flow;

	decode(c);
	c->is_seen = 1;
	log_scope(f->trace);
	c->visible(f->self);
	log_scope(NULL);
}

void call_end(struct call *c)
{
	struct flow *f = c->op.flow;

	if (f && c->err.kind) {
		op_fail(&c->op, c->err.kind, "%s", c->err.text);
	} else if (f) {
		decode(c);
		op_succeed(&c->op);
	}
	call_forget_rows(c);
	free(c);
}

void call_list_fail(struct call_list *list, const char *why)
{
	struct call *c;

	while ((c = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, c, link);
		err_set(&c->err, ERR_TEMP, "pg: %s", why);
		call_end(c);
	}
}

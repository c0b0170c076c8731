#include "common/pg/call.h"

#include <stdlib.h>
#include <string.h>

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
	c->n = call->n;
	at = (char *)c + size;
	for (int i = 0; i < call->n; i++) {
		c->argv[i] = call->argv[i] ? at : NULL;
		if (call->argv[i])
			at = stpcpy(at, call->argv[i]) + 1;
	}
	return c;
}

void call_forget_rows(struct call *c)
{
	PQclear(c->rows);
	c->rows = NULL;
	c->err = (struct err){ 0 };
}

void call_take_rows(struct call *c, PGresult *rows)
{
	PQclear(c->rows);
	c->rows = rows;
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

void call_end(struct call *c)
{
	struct flow *f = c->op.flow;

	if (f && c->err.kind) {
		op_fail(&c->op, c->err.kind, "%s", c->err.text);
	} else if (f) {
		if (c->decode)
			c->decode(c->out, c->rows, &f->arena);
		op_succeed(&c->op);
	}
	PQclear(c->rows);
	free(c);
}

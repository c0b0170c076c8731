#pragma once

#include <yaml.h>

#include "common/bots/bots.h"

/*
 * What may stand in a bots file, as tables, and the reader they drive: a YAML
 * node and the table that describes it give JSON, or mistakes with their lines.
 * Private to common/bots.
 */

enum field_kind {
	FIELD_STR,
	FIELD_NAME, /* [a-z0-9-]{1,40} */
	FIELD_ENV,  /* the name of a variable */
	FIELD_INT,  /* min..max */
	FIELD_BOOL, /* true or false */
	FIELD_TIME, /* HH:MM */
	FIELD_TEXT, /* {ru, en}; a plain string stands for both */
	FIELD_STRS, /* a list of strings */
	FIELD_ANY,  /* whatever JSON can say */
	FIELD_MAP,  /* of the fields in `sub` */
	FIELD_LIST, /* of such maps */
	FIELD_WEEK, /* likewise, or days to hours: {mon-fri: ["09:00-18:00"]} */
	FIELD_DICT, /* names to such maps; becomes a list with "name" in each */
};

struct field {
	const char *name;
	enum field_kind kind;
	int required;
	int min, max;
	const struct field *sub;    /* ends with an unnamed field */
	const char *const *choices; /* for FIELD_STR; NULL-terminated */
};

extern const struct field bots_file_fields[];

struct reader {
	yaml_document_t *document;
	struct mistakes *mistakes;
	int depth, nodes, is_too_much;
};

/* A map of these fields.  NULL if it is not even a map; the caller owns the result. */
json_t *read_map(struct reader *r, yaml_node_t *node, const struct field *fields);

void mistake_at(struct mistakes *m, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int node_line(const yaml_node_t *node);

/* Days to hours -> [{day, from, to}]; the caller owns the result. */
json_t *read_week(struct reader *r, yaml_node_t *node);

/* "2027-01-01", or "01-01" for every year. */
int is_holiday(const char *text);
/* A name of the time zone database, where this machine has it. */
int is_zone(const char *name);

/* What tables cannot say: references, doubles, languages.  `root` is what read_map gave. */
void check_bots(struct reader *r, json_t *root);

/* The line of a value in the file, kept beside it while checking: "\n" keys, removed in the
 * end. */
int json_line(const json_t *map);
void forget_lines(json_t *value);

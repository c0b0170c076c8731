#pragma once

#include "common/bots/schema.h"

/*
 * Single values of a bots file.  Each gives NULL and a mistake when the node is
 * not what its field asks for; the caller owns what it gives.
 */

/* Borrowed from the document.  NULL too if it holds what no text may hold. */
const char *scalar_text(struct reader *r, yaml_node_t *node, const char *what);

/* Likewise, and it is more than blanks. */
const char *scalar_words(struct reader *r, yaml_node_t *node, const char *what);

json_t *scalar_int(struct reader *r, yaml_node_t *node, const struct field *f);
json_t *scalar_bool(struct reader *r, yaml_node_t *node, const struct field *f);
json_t *scalar_time(struct reader *r, yaml_node_t *node, const struct field *f);
json_t *scalar_str(struct reader *r, yaml_node_t *node, const struct field *f);
json_t *scalar_name(struct reader *r, yaml_node_t *node, const struct field *f);

/* The name of an environment variable; what stands there is never shown. */
json_t *scalar_env(struct reader *r, yaml_node_t *node, const struct field *f);

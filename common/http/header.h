#pragma once

#include "common/http/http.h"

/* Private to common/http: the lines of an answer's head, one at a time. */
void header_read(struct http_response *out, const char *line, size_t len);

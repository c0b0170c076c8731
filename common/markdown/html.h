#pragma once

#include "common/base/arena.h"
#include "common/base/buf.h"

/*
 * Markdown as HTML that is safe to put into a page: no raw HTML, no addresses
 * but http, https and mailto, links that open elsewhere and vouch for nobody.
 * Images become links: a page must not fetch what a model made up.
 */
const char *markdown_html(struct arena *a, const char *markdown);

/* Plain words as HTML, also within a quoted attribute. */
void html_escape(struct buf *out, const char *text);

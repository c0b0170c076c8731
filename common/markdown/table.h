#pragma once

#include <cmark.h>

/* The core of libcmark knows no tables: a paragraph whose second line is the rule of one is
 * made into one, as far as its lines have bars. */
void markdown_table(cmark_node *paragraph);

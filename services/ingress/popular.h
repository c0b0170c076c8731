#pragma once

#include "common/bots/bots.h"

/* [{"title","questions":["..."]}] in that language; a new reference. */
json_t *popular_questions(const struct bot *bot, const char *lang);

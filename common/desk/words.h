#pragma once

#include <jansson.h>

/* What people are told about humans, and operators of their rights, as announce() in
 * schema/0013_handoff.sql wants it:
 * {"joined": {"ru", "en"}, ...}; a new reference. */
json_t *desk_words(void);

#include "common/inbound/inbound.h"

const char *inbound_action_name(enum inbound_action action)
{
	static const char *const names[] = { "ignore",   "message", "edit",     "command",
					     "reset",    "stop",    "blocked",  "unblocked",
					     "migrated", "refused", "operator", "rating",
					     "wordless" };

	return names[action];
}

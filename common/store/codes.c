#include "common/store/codes.h"

const char *author_name(enum author a)
{
	static const char *const names[] = { "person", "bot", "operator", "platform" };

	return names[a];
}

const char *responder_name(enum responder r)
{
	static const char *const names[] = { "bot", "waiting", "operator" };

	return names[r];
}

const char *queue_name(enum queue q)
{
	static const char *const names[] = { "none",     "llm",    "delivery",
					     "operator", "grader", "google" };

	return names[q];
}

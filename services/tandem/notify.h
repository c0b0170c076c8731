#pragma once

/* Publish one message on Redis (REDIS_URL), waiting a second at most.  Failing is no error. */
void notify(const char *topic, const char *text);

#pragma once

#include <event2/event.h>

/* A client that says exactly what it is told to, byte by byte, in the test's own loop. */

struct peer;

struct peer *peer_open(struct event_base *base, int port);
void peer_close(struct peer *p);

void peer_say(struct peer *p, const char *data, size_t len);
void peer_stop_reading(struct peer *p);
void peer_read_slowly(struct peer *p, size_t bytes_per_s);

/* Run the loop until `text` was heard (so many times); fails the test after ten seconds. */
void peer_wait(struct peer *p, const char *text);
void peer_wait_count(struct peer *p, const char *text, int count);

const char *peer_heard(const struct peer *p);
size_t peer_heard_len(const struct peer *p);
int peer_has_ended(const struct peer *p);
size_t peer_unsent(const struct peer *p);

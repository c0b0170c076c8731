#pragma once

#include <event2/buffer.h>
#include <event2/event.h>
#include <stdint.h>

/* What the programs of scripts/bench share. */

int64_t now_us(void); /* monotonic: the same clock in every process of the machine */

/* The time in few characters, to travel in a text: "@" and six hexadecimal digits. */
unsigned stamp_now(void);
int64_t stamp_age_us(unsigned stamp);

/* Takes one whole HTTP answer with a Content-Length; its status, else 0.  body may be NULL. */
int take_answer(struct evbuffer *in, char *body, size_t size);

/* Times in steps of 0.01 ms up to 1 s, of 10 ms up to a minute. */
struct times {
	uint32_t fine[100000], coarse[6000];
	int64_t count;
};

void times_add(struct times *t, int64_t us);
double times_ms(const struct times *t, double part); /* part: 0.5, 0.99, ... */
void times_clear(struct times *t);

/* A listener at 127.0.0.1, non-blocking; exits when it cannot. */
int listen_at(int port);

/* As many files as the machine lets us have open. */
void raise_file_limit(void);

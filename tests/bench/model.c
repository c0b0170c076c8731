/*
 * A model that streams: one small write a delta.
 *
 *   bench-model PORT FIRST_MS DELTAS EVERY_MS [CERT KEY]
 *
 * Each answer waits FIRST_MS (-1: until somebody asks for /go), then has DELTAS
 * deltas, one every EVERY_MS (0: all at once).  Every delta holds the time at
 * which it left, see stamp_now().  With CERT and KEY it speaks TLS.  Any other
 * GET tells what it has done.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "tests/bench/server.h"
#include "tests/bench/tools.h"

enum { TICK_MS = 2 };

TAILQ_HEAD(answer_list, answer);

struct answer {
	struct line *line;
	TAILQ_ENTRY(answer) entry;
	struct answer_list *list;
	int said;
	int64_t due;
};

/* Each list is in the order in which its answers are due. */
static struct answer_list waiting = TAILQ_HEAD_INITIALIZER(waiting);
static struct answer_list speaking = TAILQ_HEAD_INITIALIZER(speaking);
static int first_ms, deltas, every_ms;
static long asked, open_count, sent, held; /* held: deltas that waited for a full socket */

/* --- answers -------------------------------------------------------------------- */

static void forget(struct answer *a)
{
	*line_own(a->line) = NULL;
	free(a);
	open_count--;
}

static void end_answer(struct answer *a)
{
	static const char end[] =
		"data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
		"\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
		"data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
		"\"choices\":[],\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":50,"
		"\"total_tokens\":100}}\n\ndata: [DONE]\n\n";
	char chunk[sizeof end + 32];
	int n = snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n0\r\n\r\n", sizeof end - 1, end);

	line_write(a->line, chunk, (size_t)n);
	forget(a);
}

static void say_one(struct answer *a)
{
	char event[400], chunk[420];
	int len, n;

	len = snprintf(event, sizeof event,
		       "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
		       "\"created\":1795000000,\"model\":\"bench\",\"system_fingerprint\":"
		       "\"fp_bench\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
		       "\"@%06x \"},\"logprobs\":null,\"finish_reason\":null}]}\n\n",
		       stamp_now());
	n = snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n", (unsigned)len, event);
	a->said++;
	sent++;
	line_write(a->line, chunk, (size_t)n);
}

/* What is due now; whoever does not read is left out until it does. */
static void speak(struct answer *a, int64_t now)
{
	if (line_is_full(a->line) && a->said < deltas) {
		held++;
	} else {
		do {
			say_one(a);
		} while (every_ms == 0 && a->said < deltas);
	}
	if (a->said >= deltas) {
		end_answer(a);
		return;
	}
	a->due += every_ms * 1000LL;
	if (a->due < now)
		a->due = now;
	a->list = &speaking;
	TAILQ_INSERT_TAIL(a->list, a, entry);
}

static void speak_due(struct answer_list *list)
{
	int64_t now = now_us();
	struct answer *a;

	while ((a = TAILQ_FIRST(list)) && a->due <= now) {
		TAILQ_REMOVE(list, a, entry);
		speak(a, now);
	}
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	speak_due(&waiting);
	speak_due(&speaking);
}

static void begin_answer(struct line *l)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n";
	struct answer *a = calloc(1, sizeof *a);

	if (!a)
		abort();
	a->line = l;
	*line_own(l) = a;
	asked++;
	open_count++;
	a->due = first_ms < 0 ? INT64_MAX : now_us() + first_ms * 1000LL;
	line_write(l, head, sizeof head - 1);
	a->list = &waiting;
	TAILQ_INSERT_TAIL(a->list, a, entry);
}

/* --- requests ------------------------------------------------------------------- */

/* All who wait begin, spread over the time between two deltas. */
static void let_go(void)
{
	int64_t now = now_us(), step = every_ms * 1000LL / (open_count ? open_count : 1);
	struct answer *a;

	first_ms = 0;
	TAILQ_FOREACH (a, &waiting, entry)
		a->due = now += step;
}

static void on_request(struct line *l, const char *head, const char *body, size_t len)
{
	char state[160];
	int n;

	(void)body, (void)len;
	if (strncmp(head, "POST ", 5) == 0) {
		begin_answer(l);
		return;
	}
	if (strncmp(head, "GET /go ", 8) == 0)
		let_go();
	n = snprintf(state, sizeof state,
		     "{\"asked\":%ld,\"open\":%ld,\"deltas\":%ld,\"held\":%ld}", asked,
		     open_count, sent, held);
	line_reply(l, "application/json", state, (size_t)n);
}

static void on_gone(struct line *l)
{
	struct answer *a = *line_own(l);

	if (!a)
		return;
	TAILQ_REMOVE(a->list, a, entry);
	forget(a);
}

int main(int argc, char **argv)
{
	static const struct server_events events = { .request = on_request, .gone = on_gone };
	struct timeval tick = { .tv_usec = TICK_MS * 1000L };
	struct event_base *base = event_base_new();
	struct event *timer;

	if (argc != 5 && argc != 7) {
		fprintf(stderr,
			"usage: bench-model PORT FIRST_MS DELTAS EVERY_MS [CERT KEY]\n");
		return 64;
	}
	first_ms = atoi(argv[2]);
	deltas = atoi(argv[3]);
	every_ms = atoi(argv[4]);
	server_open(base, atoi(argv[1]), argc == 7 ? argv[5] : NULL, argc == 7 ? argv[6] : NULL,
		    &events);
	timer = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	event_add(timer, &tick);
	event_base_dispatch(base);
	event_free(timer);
	return 0;
}

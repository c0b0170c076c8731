/*
 * Telegram's side of the webhook, in a hurry: updates over a number of
 * connections, each sending its next when the last was answered.
 *
 *   bench-load PORT PATH SECRET CONNECTIONS UPDATES CHATS FIRST_ID [RATE [FILE [TEXT]]]
 *
 * RATE: updates a second in all (0 or absent: as fast as they are answered); then
 * latency counts from the write of an update, or from the time at which it was due if
 * no connection was free then.  FILE receives that time of each chat's update, in
 * microseconds of the monotonic clock, "CHAT TIME" a line.
 * TEXT is what everybody says; a command, if it begins with a slash.  Without it each chat
 * asks something else every time, for who repeats a question is brought to a human.
 * Prints {"sent","failed","seconds","per_second","p50_ms","p99_ms"}.
 */

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/tools.h"

static const char *const questions[] = {
	"How long does the delivery to Kazan take? I need the tent by Friday at the latest.",
	"Which sleeping bag would you recommend for minus five, if two of us share one tent?",
	"Can I pay by card when the courier comes, or only by bank transfer in advance?",
	"My parcel shows no movement since Monday; where could it be stuck at this moment?",
	"Do those boots run small? Usually forty two fits me, with thick woollen socks.",
	"Is there any discount for students, and does it add up with your autumn sale?",
	"The zipper of this backpack broke after one month, what does the warranty say?",
	"Please tell me whether gas cartridges may travel by post to the northern islands.",
	"Where exactly is your warehouse, could somebody collect an order there on Sunday?",
	"What does the lamp weigh together with batteries, and how bright is it really?",
	"I typed a wrong street into the form yesterday, how do I correct my address now?",
	"Will the green jacket be back in stock before winter, size medium if possible?",
	"Does anything in the stove need spare parts that wear out, say after ten years?",
	"An invoice with our company's tax number is required, how can we receive one?",
	"Would a child of seven manage that kayak alone, or had we better rent a canoe?",
	"Compare both water filters for me: speed, taste, and price of each replacement.",
};

enum { QUESTIONS = sizeof questions / sizeof *questions };

struct load {
	struct event_base *base;
	struct sockaddr_in address;
	const char *path, *secret, *text;
	long updates, chats, first, rate;
	long started, done, failed;
	int64_t began, last;
	float *latency_ms;
	FILE *log;
	char entities[80];
};

struct line {
	struct load *load;
	struct bufferevent *bev;
	struct event *pace;
	int64_t asked;
};

static void ask(struct line *l, int64_t due)
{
	struct load *load = l->load;
	long id = load->first + load->started, chat = 1000000 + id % load->chats;
	const char *text = load->text ? load->text : questions[id / load->chats % QUESTIONS];
	char body[640];
	int len;

	load->started++;
	len = snprintf(
		body, sizeof body,
		"{\"update_id\":%ld,\n\"message\":{\"message_id\":%ld,\"from\":{\"id\":%ld,"
		"\"is_bot\":false,\"first_name\":\"Ann\",\"last_name\":\"Smith\","
		"\"username\":\"ann%ld\",\"language_code\":\"en\"},\"chat\":{\"id\":%ld,"
		"\"first_name\":\"Ann\",\"last_name\":\"Smith\",\"username\":\"ann%ld\","
		"\"type\":\"private\"},\"date\":1795000000,\"text\":\"%s\"%s}}",
		id, id, chat, chat, chat, chat, text, load->entities);
	l->asked = due ? due : now_us();
	if (load->log)
		fprintf(load->log, "%ld %lld\n", chat, (long long)l->asked);
	evbuffer_add_printf(
		bufferevent_get_output(l->bev),
		"POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
		"X-Telegram-Bot-Api-Secret-Token: %s\r\nContent-Length: %d\r\n\r\n%s",
		load->path, load->secret, len, body);
}

/*
 * At a rate, the next one is due at its time, whatever the answers do: a line that
 * was busy then counts from that time.  One that was free counts from its write,
 * for that its own timer rang late is nobody's fault but ours.
 */
static void ask_next(struct line *l, int was_free)
{
	struct load *load = l->load;
	int64_t due, wait;

	if (load->started >= load->updates)
		return;
	due = load->rate ? load->began + load->started * 1000000 / load->rate : 0;
	wait = due - now_us();
	if (wait <= 0)
		ask(l, was_free ? 0 : due);
	else
		event_add(l->pace, &(struct timeval){ wait / 1000000, wait % 1000000 });
}

static void on_pace(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	ask_next(arg, 1);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct line *l = arg;
	struct load *load = l->load;
	int status = take_answer(bufferevent_get_input(bev), NULL, 0);

	if (!status)
		return;
	load->last = now_us();
	load->latency_ms[load->done++] = (float)(load->last - l->asked) / 1000;
	load->failed += status != 200;
	if (load->done == load->updates)
		event_base_loopbreak(load->base);
	else
		ask_next(l, 0);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct line *l = arg;

	(void)bev;
	if (!(what & (BEV_EVENT_ERROR | BEV_EVENT_EOF)))
		return;
	fprintf(stderr, "a connection broke\n");
	event_base_loopbreak(l->load->base);
}

static void open_line(struct load *load, struct line *l)
{
	l->load = load;
	l->pace = evtimer_new(load->base, on_pace, l);
	l->bev = bufferevent_socket_new(load->base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(l->bev, on_read, NULL, on_event, l);
	bufferevent_enable(l->bev, EV_READ | EV_WRITE);
	bufferevent_socket_connect(l->bev, (struct sockaddr *)&load->address,
				   sizeof load->address);
	ask_next(l, 1);
}

static void close_line(struct line *l)
{
	bufferevent_free(l->bev);
	event_free(l->pace);
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void print(struct load *load)
{
	double seconds = (double)(load->last - load->began) / 1e6;

	qsort(load->latency_ms, (size_t)load->done, sizeof *load->latency_ms, by_size);
	printf("{\"sent\":%ld,\"failed\":%ld,\"seconds\":%.3f,\"per_second\":%.0f,"
	       "\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
	       load->done, load->failed, seconds, (double)load->done / seconds,
	       (double)load->latency_ms[load->done / 2],
	       (double)load->latency_ms[load->done * 99 / 100]);
}

static int run(struct load *load, int connections)
{
	struct line *lines = calloc((size_t)connections, sizeof *lines);

	load->latency_ms = calloc((size_t)load->updates, sizeof *load->latency_ms);
	if (!lines || !load->latency_ms)
		abort();
	load->began = now_us();
	for (int i = 0; i < connections; i++)
		open_line(load, &lines[i]);
	event_base_dispatch(load->base);
	for (int i = 0; i < connections; i++)
		close_line(&lines[i]);
	free(lines);
	if (load->done > 0)
		print(load);
	free(load->latency_ms);
	return load->done > 0 && load->done == load->updates && load->failed == 0;
}

/* Timers of a loop are exact to a millisecond only, unless it is asked for more. */
static struct event_base *precise_loop(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

int main(int argc, char **argv)
{
	struct load load = { .address = { .sin_family = AF_INET } };
	int ok;

	if (argc < 8) {
		fprintf(stderr, "usage: bench-load PORT PATH SECRET CONNECTIONS UPDATES CHATS "
				"FIRST_ID [RATE [FILE [TEXT]]]\n");
		return 64;
	}
	load.base = precise_loop();
	load.address.sin_port = htons((uint16_t)atoi(argv[1]));
	load.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	load.path = argv[2];
	load.secret = argv[3];
	load.updates = atol(argv[5]);
	load.chats = atol(argv[6]);
	load.first = atol(argv[7]);
	load.rate = argc > 8 ? atol(argv[8]) : 0;
	load.log = argc > 9 ? fopen(argv[9], "w") : NULL;
	load.text = argc > 10 ? argv[10] : NULL;
	if (load.text && *load.text == '/')
		snprintf(load.entities, sizeof load.entities,
			 ",\"entities\":[{\"type\":\"bot_command\",\"offset\":0,\"length\":%zu}"
			 "]",
			 strlen(load.text));
	if (!load.base || load.chats < 1)
		return 69;
	ok = run(&load, atoi(argv[4]));
	if (load.log)
		fclose(load.log);
	event_base_free(load.base);
	return ok ? 0 : 1;
}

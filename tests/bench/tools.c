#include "tests/bench/tools.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { FINE_US = 10, FINE = 100000, COARSE_US = 10000, COARSE = 6000 };

int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

enum { STAMP_US = 100, STAMP_MASK = 0xffffff };

unsigned stamp_now(void)
{
	return (unsigned)(now_us() / STAMP_US) & STAMP_MASK;
}

int64_t stamp_age_us(unsigned stamp)
{
	return (int64_t)((stamp_now() - stamp) & STAMP_MASK) * STAMP_US;
}

int take_answer(struct evbuffer *in, char *body, size_t size)
{
	struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
	char head[1024];
	const char *length;
	size_t len, more = 0, kept;

	if (end.pos < 0 || (size_t)end.pos >= sizeof head - 4)
		return 0;
	len = (size_t)end.pos + 4;
	evbuffer_copyout(in, head, len);
	head[len] = 0;
	length = strstr(head, "Content-Length: ");
	if (length)
		more = strtoul(length + 16, NULL, 10);
	if (evbuffer_get_length(in) < len + more)
		return 0;
	evbuffer_drain(in, len);
	kept = body && more >= size ? size - 1 : more;
	if (body)
		body[evbuffer_copyout(in, body, kept)] = 0;
	evbuffer_drain(in, more);
	return atoi(head + 9);
}

/* --- times ---------------------------------------------------------------- */

void times_add(struct times *t, int64_t us)
{
	int64_t fine = us < 0 ? 0 : us / FINE_US, coarse = us / COARSE_US;

	t->count++;
	if (fine < FINE)
		t->fine[fine]++;
	else
		t->coarse[coarse < COARSE ? coarse : COARSE - 1]++;
}

double times_ms(const struct times *t, double part)
{
	int64_t left = (int64_t)(part * (double)t->count);

	for (int i = 0; i < FINE; i++)
		if ((left -= t->fine[i]) < 0)
			return i * (FINE_US / 1000.0);
	for (int i = 0; i < COARSE; i++)
		if ((left -= t->coarse[i]) < 0)
			return i * (COARSE_US / 1000.0);
	return 0;
}

void times_clear(struct times *t)
{
	memset(t, 0, sizeof *t);
}

/* --- the system ------------------------------------------------------------- */

int listen_at(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	evutil_make_listen_socket_reuseable(fd);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(fd, 4096) != 0) {
		perror("listen");
		exit(69);
	}
	return fd;
}

void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

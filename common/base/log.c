#include "common/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"

static const char *service_name = "tandem";
static const char *scope;
static int only_warnings;

void log_open(const char *service, int quiet)
{
	service_name = service;
	only_warnings = quiet;
}

void log_scope(const char *trace)
{
	scope = trace;
}

const char *log_current_scope(void)
{
	return scope;
}

/* Escapes for JSON; what does not fit is cut. */
static size_t escape(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from && n + 7 < size; from++) {
		unsigned char c = (unsigned char)*from;

		if (c == '"' || c == '\\') {
			to[n++] = '\\';
			to[n++] = (char)c;
		} else if (c < 0x20) {
			n += (size_t)snprintf(to + n, size - n, "\\u%04x", c);
		} else {
			to[n++] = (char)c;
		}
	}
	to[n] = 0;
	return n;
}

void log_at(const char *level, const char *fmt, ...)
{
	char text[1024], msg[2048], line[2400], now[CLOCK_ISO_SIZE];
	va_list ap;
	int n;

	if (only_warnings && strcmp(level, "info") == 0)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	escape(msg, sizeof msg, text);
	n = snprintf(line, sizeof line,
		     "{\"time\":\"%s\",\"level\":\"%s\",\"service\":\"%s\",\"pid\":%d,"
		     "\"trace\":\"%s\",\"msg\":\"%s\"}\n",
		     clock_iso(now, clock_wall_ms()), level, service_name, (int)getpid(),
		     scope ? scope : "", msg);
	if (n > 0) /* one write, so that lines of several processes do not mix */
		(void)!write(STDERR_FILENO, line, (size_t)n);
}

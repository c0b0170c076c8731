#include "common/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/utf8.h"

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

/* Escapes for JSON; what is not UTF-8 is replaced, what does not fit is cut. */
static void escape(char *to, size_t size, const char *from)
{
	size_t n = 0, at = 0, len = strlen(from);

	while (at < len && n + 7 < size) {
		uint32_t c = utf8_next(from, len, &at);

		if (c < 0x20) {
			n += (size_t)snprintf(to + n, size - n, "\\u%04x", (unsigned)c);
			continue;
		}
		if (c == '"' || c == '\\')
			to[n++] = '\\';
		n += utf8_put(to + n, c);
	}
	to[n] = 0;
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

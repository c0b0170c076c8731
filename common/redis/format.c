#include <stdlib.h>
#include <string.h>

#include "common/redis/connection.h"

/* A command is an array of strings.  By hand, because hiredis prints each of its lengths. */

enum { NUMBER = 24 };

static char *put_number(char *at, char mark, size_t n)
{
	char digits[24], *first = digits + sizeof digits;

	do
		*--first = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	*at++ = mark;
	at = mempcpy(at, first, (size_t)(digits + sizeof digits - first));
	*at++ = '\r';
	*at++ = '\n';
	return at;
}

char *command_format(char *room, size_t size, int argc, const char *const argv[], size_t *len)
{
	size_t most = NUMBER;
	char *bytes = room, *at;

	for (int i = 0; i < argc; i++)
		most += strlen(argv[i]) + NUMBER + 2;
	if (most > size && !(bytes = malloc(most)))
		abort();
	at = put_number(bytes, '*', (size_t)argc);
	for (int i = 0; i < argc; i++) {
		size_t n = strlen(argv[i]);

		at = mempcpy(put_number(at, '$', n), argv[i], n);
		*at++ = '\r';
		*at++ = '\n';
	}
	*len = (size_t)(at - bytes);
	return bytes;
}

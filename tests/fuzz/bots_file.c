/* The bots file: JSON, or mistakes with their lines. */

#include <stdlib.h>

#include "common/bots/bots.h"
#include "tests/fuzz/fuzz.h"

/* What is accepted can be stored. */
static void check_storable(json_t *file)
{
	char *text = json_dumps(file, JSON_COMPACT);

	demand(text != NULL);
	demand_utf8(text);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mistakes mistakes;
	json_t *file = bots_read_text((const char *)data, size, &mistakes);

	demand((file == NULL) == (mistakes.n > 0));
	for (int i = 0; i < mistakes.n; i++)
		demand(mistakes.items[i].line >= 0 && mistakes.items[i].text[0]);
	if (file)
		check_storable(file);
	json_decref(file);
	return 0;
}

/* Parts of files that are asked for, and what senders say a file is called and is. */

#include <string.h>

#include "services/ingress/files.h"
#include "tests/fuzz/fuzz.h"

enum { SIZE = 1000 };

static void ask(const char *header)
{
	struct file_range range;

	switch (file_range_read(&range, header, SIZE)) {
	case FILE_WHOLE:
		demand(range.from == 0 && range.to == SIZE);
		break;
	case FILE_PART:
		demand(range.from < range.to && range.to <= SIZE);
		break;
	case FILE_OUTSIDE:
		break;
	}
}

/* A value of a header: nothing in it ends a line, a word or a folder. */
static int is_one_word(const char *name)
{
	return strpbrk(name, "\r\n\"\\/; ") == NULL;
}

static void serve(struct arena *a, json_t *attachment, const char *data, size_t len)
{
	int is_shown;
	const char *type = file_type(attachment, data, len, &is_shown);
	const char *how = file_disposition(a, attachment, type, is_shown);
	const char *name = strstr(how, "''");

	demand(!is_shown || (file_shown_type(type) && len > 0));
	demand(name && is_one_word(name));
	file_kind(type, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct arena a = { 0 };
	json_t *attachment;

	ask(fuzz_text(&in, &a));
	attachment = json_object();
	json_object_set_new(attachment, "name", json_string(fuzz_clean(&in, &a)));
	json_object_set_new(attachment, "mime", json_string(fuzz_clean(&in, &a)));
	json_object_set_new(attachment, "kind", json_string(fuzz_clean(&in, &a)));
	serve(&a, attachment, (const char *)in.data, in.len);
	json_decref(attachment);
	arena_free(&a);
	return 0;
}

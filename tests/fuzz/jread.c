/* JSON as strangers write it: jread() must say what jansson says. */

#include "common/json/jread.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct {
		int ours;
		size_t theirs;
	} flags[] = {
		{ 0, 0 },
		{ JREAD_UNIQUE, JSON_REJECT_DUPLICATES },
		{ JREAD_NUL, JSON_ALLOW_NUL },
	};

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		json_error_t e, its;
		json_auto_t *ours =
			jread((const char *)data, len, flags[i].ours, JREAD_DEPTH, &e);
		json_auto_t *theirs =
			json_loadb((const char *)data, len, flags[i].theirs, &its);

		if (!ours && json_error_code(&e) == json_error_stack_overflow)
			continue; /* our own bound */
		demand(!ours == !theirs);
		demand(!ours || json_equal(ours, theirs));
	}
	return 0;
}

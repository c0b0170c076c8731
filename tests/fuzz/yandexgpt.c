#include "tests/fuzz/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_provider("yandexgpt", data, len);
	return 0;
}

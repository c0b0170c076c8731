#include "tests/fuzz/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_stream("yandexgpt", data, len);
	return 0;
}

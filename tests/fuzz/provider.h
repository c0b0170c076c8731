#pragma once

#include "tests/fuzz/fuzz.h"

/*
 * Feed a body to a provider, whole and in pieces whose lengths the input's
 * first byte chooses, and demand that both say the same.
 */
void fuzz_provider(const char *kind, const uint8_t *data, size_t len);

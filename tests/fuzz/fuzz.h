#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"

/*
 * What all targets share.  Where an input has several parts they are separated
 * by U+0000, so that the fuzzer can move, cut and join them like any other byte.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct fuzz_input {
	const uint8_t *data;
	size_t len;
};

/* The next byte; 0 behind the end. */
uint8_t fuzz_byte(struct fuzz_input *in);
/* The next part, as a string in the arena; "" behind the end. */
const char *fuzz_text(struct fuzz_input *in, struct arena *a);
/* Likewise, with U+0000 and invalid UTF-8 replaced: what a checked text may still hold. */
const char *fuzz_clean(struct fuzz_input *in, struct arena *a);
/* Everything that is left. */
const char *fuzz_rest(struct fuzz_input *in, struct arena *a);

/* A promise of the code under test, checked in every build. */
void demand(int truth);
void demand_utf8(const char *text); /* NULL is fine */

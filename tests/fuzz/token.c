/* Tokens: nothing opens that was not signed, and what was signed opens. */

#include <string.h>

#include "common/crypto/crypto.h"
#include "tests/fuzz/fuzz.h"

static const uint8_t key[CRYPTO_KEY_SIZE] = "a key that nobody knows, not me";

static void check_base64(struct arena *a, const char *text)
{
	size_t len;
	uint8_t *bytes = crypto_unbase64url(a, text, &len);

	if (bytes)
		demand(strcmp(crypto_base64url(a, bytes, len), text) == 0);
}

static void check_payload(struct arena *a, const char *payload)
{
	char *token = crypto_token_sign(a, key, payload);
	const char *opened = crypto_token_open(a, key, token);

	demand(opened && strcmp(opened, payload) == 0);
	token[strlen(token) - 2] ^= 1;
	demand(crypto_token_open(a, key, token) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct arena a = { 0 };
	uint8_t what = fuzz_byte(&in);
	const char *text = fuzz_rest(&in, &a);

	check_base64(&a, text);
	if (what % 8 == 0)
		check_payload(&a, text);
	else if (what % 8 == 1)
		demand(crypto_token_open(&a, key, text) == NULL);
	arena_free(&a);
	return 0;
}

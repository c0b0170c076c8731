#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/crypto/crypto.h"

static struct arena arena;

static int empty_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* FIPS 180-2 and RFC 4231. */
static void digests_match_the_published_vectors(void **state)
{
	static const char key[] = "Jefe", data[] = "what do ya want for nothing?";
	uint8_t out[32];

	(void)state;
	crypto_sha256(out, "abc", 3);
	assert_string_equal(crypto_hex(&arena, out, 32), "ba7816bf8f01cfea414140de5dae2223"
							 "b00361a396177a9cb410ff61f20015ad");
	crypto_hmac_sha256(out, (const uint8_t *)key, strlen(key), data, strlen(data));
	assert_string_equal(crypto_hex(&arena, out, 32), "5bdcc146bf60754e6a042426089575c7"
							 "5a003f089d2739839dec58b964ec3843");
	crypto_hmac_sha256(out, NULL, 0, "", 0);
	assert_string_equal(crypto_hex(&arena, out, 32), "b613679a0814d9ec772f95d778c35fc5"
							 "ff1697c493715653c6c712144292c5ad");
}

/* HKDF without salt is HMAC(HMAC(zeros, master), info || 1) for one block. */
static void derived_keys_follow_rfc_5869(void **state)
{
	static const char info[] = "telegram-webhook:shop\1";
	uint8_t salt[32] = { 0 }, inner[32], want[32], key[CRYPTO_KEY_SIZE];

	(void)state;
	crypto_hmac_sha256(inner, salt, 32, "master secret", 13);
	crypto_hmac_sha256(want, inner, 32, info, sizeof info - 1);
	crypto_derive(key, "master secret", "telegram-webhook:shop");
	assert_memory_equal(key, want, 32);
}

static void other_uses_get_other_keys(void **state)
{
	uint8_t a[CRYPTO_KEY_SIZE], b[CRYPTO_KEY_SIZE];

	(void)state;
	crypto_derive(a, "master secret", "one");
	crypto_derive(b, "master secret", "two");
	assert_memory_not_equal(a, b, sizeof a);
}

/* RFC 4648 section 10, in the alphabet for URLs. */
static void base64url_matches_the_rfc(void **state)
{
	static const struct {
		const char *bytes, *text;
	} cases[] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "-__-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].bytes), got;
		uint8_t *back;

		assert_string_equal(crypto_base64url(&arena, cases[i].bytes, len),
				    cases[i].text);
		back = crypto_unbase64url(&arena, cases[i].text, &got);
		assert_non_null(back);
		assert_int_equal(got, len);
		assert_memory_equal(back, cases[i].bytes, len);
	}
}

static void a_value_has_one_text_only(void **state)
{
	static const char *const bad[] = { "Z",    "Zg==",   "Zh",   "Zm9v ", " Zm9v",
					   "+//+", "Zm9v\n", "Zm.v", "Zm9=",  "Zm9vY" };
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_null(crypto_unbase64url(&arena, bad[i], &len));
}

static void tokens_open_with_their_key_only(void **state)
{
	uint8_t key[CRYPTO_KEY_SIZE], other[CRYPTO_KEY_SIZE];
	char *token;

	(void)state;
	crypto_derive(key, "master secret", "widget");
	crypto_derive(other, "master secret", "vink");
	token = crypto_token_sign(&arena, key, "{\"site\":\"shop\"}");
	assert_string_equal(crypto_token_open(&arena, key, token), "{\"site\":\"shop\"}");
	assert_null(crypto_token_open(&arena, other, token));
}

static void a_token_changed_anywhere_is_refused(void **state)
{
	uint8_t key[CRYPTO_KEY_SIZE];
	char *token;

	(void)state;
	crypto_derive(key, "master secret", "widget");
	token = crypto_token_sign(&arena, key, "chat 17");
	for (char *at = token; *at; at++) {
		char kept = *at;

		*at = kept == 'A' ? 'B' : 'A';
		assert_null(crypto_token_open(&arena, key, token));
		*at = 0; /* cut */
		assert_null(crypto_token_open(&arena, key, token));
		*at = kept;
	}
	assert_null(crypto_token_open(&arena, key, arena_printf(&arena, "%s.", token)));
	assert_null(crypto_token_open(&arena, key, arena_printf(&arena, "%sA", token)));
	assert_null(crypto_token_open(&arena, key, "."));
}

static void equality_is_exact(void **state)
{
	(void)state;
	assert_true(crypto_equal("", ""));
	assert_true(crypto_equal("abc", "abc"));
	assert_false(crypto_equal("abc", "abd"));
	assert_false(crypto_equal("abc", "ab"));
	assert_false(crypto_equal("", "a"));
}

static void random_hex_has_the_asked_length_and_differs(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, 31, 32, 64, 65, 129 };
	char a[130], b[130];

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		memset(a, '!', sizeof a);
		crypto_random_hex(a, lengths[i]);
		assert_int_equal(strlen(a), lengths[i]);
		assert_int_equal(strspn(a, "0123456789abcdef"), lengths[i]);
	}
	crypto_random_hex(a, 32);
	crypto_random_hex(b, 32);
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_match_the_published_vectors),
		cmocka_unit_test(derived_keys_follow_rfc_5869),
		cmocka_unit_test(other_uses_get_other_keys),
		cmocka_unit_test(base64url_matches_the_rfc),
		cmocka_unit_test(a_value_has_one_text_only),
		cmocka_unit_test(tokens_open_with_their_key_only),
		cmocka_unit_test(a_token_changed_anywhere_is_refused),
		cmocka_unit_test(equality_is_exact),
		cmocka_unit_test(random_hex_has_the_asked_length_and_differs),
	};

	return cmocka_run_group_tests(tests, NULL, empty_arena);
}

#include "common/crypto/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNATURE_SIZE = 32, DRAWN = 32 };

/* --- randomness and hexadecimal ------------------------------------------- */

void crypto_random(void *out, size_t len)
{
	if (RAND_bytes(out, (int)len) != 1)
		abort(); /* never go on with a secret that can be guessed */
}

static void put_hex(char *out, size_t digits, const uint8_t *bytes)
{
	for (size_t i = 0; i < digits; i++)
		out[i] = "0123456789abcdef"[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
}

/* Drawn in advance: each draw has its price, and there is one for each request. */
static void draw(uint8_t out[DRAWN])
{
	static uint8_t pool[16 * DRAWN];
	static size_t left;

	if (left == 0) {
		crypto_random(pool, sizeof pool);
		left = sizeof pool;
	}
	left -= DRAWN;
	memcpy(out, pool + left, DRAWN);
	OPENSSL_cleanse(pool + left, DRAWN);
}

void crypto_random_hex(char *out, size_t n)
{
	uint8_t bytes[DRAWN];

	for (size_t at = 0; at < n; at += 2 * sizeof bytes) {
		size_t left = n - at;

		draw(bytes);
		put_hex(out + at, left < 2 * sizeof bytes ? left : 2 * sizeof bytes, bytes);
	}
	out[n] = 0;
}

char *crypto_hex(struct arena *a, const void *data, size_t len)
{
	char *out = arena_alloc(a, 2 * len + 1);

	put_hex(out, 2 * len, data);
	return out;
}

/* --- digests and keys ----------------------------------------------------- */

void crypto_sha256(uint8_t out[32], const void *data, size_t len)
{
	SHA256(data, len, out);
}

void crypto_hmac_sha256(uint8_t out[32], const uint8_t *key, size_t key_len, const void *data,
			size_t len)
{
	/* A NULL key would mean "the one of last time". */
	if (!HMAC(EVP_sha256(), key ? key : (const uint8_t *)"", (int)key_len, data, len, out,
		  NULL))
		abort();
}

void crypto_derive(uint8_t key[CRYPTO_KEY_SIZE], const char *master, const char *use)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (char *)master,
						  strlen(master)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (char *)use,
						  strlen(use)),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

	if (!ctx || EVP_KDF_derive(ctx, key, CRYPTO_KEY_SIZE, params) != 1)
		abort();
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

int crypto_equal(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len == strlen(b) && CRYPTO_memcmp(a, b, len) == 0;
}

/* --- base64url ------------------------------------------------------------ */

static void replace(char *s, char from, char to)
{
	while ((s = strchr(s, from)))
		*s++ = to;
}

char *crypto_base64url(struct arena *a, const void *data, size_t len)
{
	char *out = arena_alloc(a, (len + 2) / 3 * 4 + 1);

	EVP_EncodeBlock((uint8_t *)out, data, (int)len);
	out[strcspn(out, "=")] = 0;
	replace(out, '+', '-');
	replace(out, '/', '_');
	return out;
}

uint8_t *crypto_unbase64url(struct arena *a, const char *text, size_t *len)
{
	size_t n = strlen(text), padded = (n + 3) / 4 * 4;
	char *copy = arena_alloc(a, padded + 1);
	uint8_t *out = arena_alloc(a, padded / 4 * 3 + 1);

	memcpy(copy, text, n);
	memset(copy + n, '=', padded - n);
	replace(copy, '-', '+');
	replace(copy, '_', '/');
	if (n % 4 == 1 || EVP_DecodeBlock(out, (uint8_t *)copy, (int)padded) < 0)
		return NULL;
	*len = padded / 4 * 3 - (padded - n);
	out[*len] = 0;
	/* One text per value: no blanks, no '+', no stray bits at the end. */
	return strcmp(crypto_base64url(a, out, *len), text) == 0 ? out : NULL;
}

/* --- tokens --------------------------------------------------------------- */

static char *signature(struct arena *a, const uint8_t key[CRYPTO_KEY_SIZE], const char *text,
		       size_t len)
{
	uint8_t mac[SIGNATURE_SIZE];

	crypto_hmac_sha256(mac, key, CRYPTO_KEY_SIZE, text, len);
	return crypto_base64url(a, mac, sizeof mac);
}

char *crypto_token_sign(struct arena *a, const uint8_t key[CRYPTO_KEY_SIZE],
			const char *payload)
{
	const char *body = crypto_base64url(a, payload, strlen(payload));

	return arena_printf(a, "%s.%s", body, signature(a, key, body, strlen(body)));
}

char *crypto_token_open(struct arena *a, const uint8_t key[CRYPTO_KEY_SIZE], const char *token)
{
	const char *dot = strchr(token, '.');
	size_t len;
	char *payload;

	if (!dot)
		return NULL;
	if (!crypto_equal(signature(a, key, token, (size_t)(dot - token)), dot + 1))
		return NULL;
	payload =
		(char *)crypto_unbase64url(a, arena_dup(a, token, (size_t)(dot - token)), &len);
	return payload && strlen(payload) == len ? payload : NULL;
}

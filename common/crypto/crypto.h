#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"

/*
 * The few primitives we need, from OpenSSL's libcrypto.  Keys of different uses
 * are derived from one master secret, so that a leaked one opens nothing else.
 */

enum { CRYPTO_KEY_SIZE = 32 };

void crypto_random(void *out, size_t len);

/* n characters of lower-case hexadecimal randomness and a NUL. */
void crypto_random_hex(char *out, size_t n);

/* Lower-case hexadecimal, in the arena. */
char *crypto_hex(struct arena *a, const void *data, size_t len);

/* HKDF-SHA256 of the master secret with `use` as the info, e.g. "telegram-webhook:shop". */
void crypto_derive(uint8_t key[CRYPTO_KEY_SIZE], const char *master, const char *use);

void crypto_hmac_sha256(uint8_t out[32], const uint8_t *key, size_t key_len, const void *data,
			size_t len);
void crypto_sha256(uint8_t out[32], const void *data, size_t len);

/* 1 if equal; takes the same time wherever they differ.  Lengths are not secret. */
int crypto_equal(const char *a, const char *b);

/* base64url without padding; the result lives in the arena. */
char *crypto_base64url(struct arena *a, const void *data, size_t len);
/* NULL if malformed.  A NUL stands behind the bytes. */
uint8_t *crypto_unbase64url(struct arena *a, const char *text, size_t *len);

/*
 * Signed tokens: base64url(payload) "." base64url(HMAC-SHA256).  The payload is
 * readable by its holder; it must not be a secret.
 */
char *crypto_token_sign(struct arena *a, const uint8_t key[CRYPTO_KEY_SIZE],
			const char *payload);
/* The payload, or NULL if the token is not ours. */
char *crypto_token_open(struct arena *a, const uint8_t key[CRYPTO_KEY_SIZE], const char *token);

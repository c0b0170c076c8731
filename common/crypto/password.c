#include "common/crypto/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/crypto/crypto.h"

enum { SALT_SIZE = 16, DIGEST_SIZE = 32, LN = 15, R = 8, P = 3 };
enum { LN_MAX = 20, R_MAX = 16, P_MAX = 16, MEMORY_MAX = 1 << 30 };

struct scrypt {
	int ln, r, p;
	uint8_t salt[SALT_SIZE], digest[DIGEST_SIZE];
};

static void compute(uint8_t digest[DIGEST_SIZE], const struct scrypt *s, const char *password)
{
	if (EVP_PBE_scrypt(password, strlen(password), s->salt, SALT_SIZE, 1ULL << s->ln,
			   (uint64_t)s->r, (uint64_t)s->p, MEMORY_MAX, digest,
			   DIGEST_SIZE) != 1)
		abort(); /* no memory: never let anybody in instead */
}

void password_make(char kept[PASSWORD_TEXT], const char *password)
{
	struct scrypt s = { .ln = LN, .r = R, .p = P };
	struct arena a = { 0 };

	crypto_random(s.salt, sizeof s.salt);
	compute(s.digest, &s, password);
	snprintf(kept, PASSWORD_TEXT, "$scrypt$ln=%d,r=%d,p=%d$%s$%s", LN, R, P,
		 crypto_base64url(&a, s.salt, SALT_SIZE),
		 crypto_base64url(&a, s.digest, DIGEST_SIZE));
	arena_free(&a);
}

static int decode(uint8_t *out, size_t size, struct arena *a, const char *text)
{
	size_t len;
	const uint8_t *bytes = crypto_unbase64url(a, text, &len);

	if (!bytes || len != size)
		return -1;
	memcpy(out, bytes, size);
	return 0;
}

static int parse(struct scrypt *s, const char *kept)
{
	char salt[64], digest[64];
	struct arena a = { 0 };
	int end = 0, bad;

	if (sscanf(kept, "$scrypt$ln=%2d,r=%2d,p=%2d$%63[A-Za-z0-9_-]$%63[A-Za-z0-9_-]%n",
		   &s->ln, &s->r, &s->p, salt, digest, &end) != 5 ||
	    !end || kept[end])
		return -1;
	if (s->ln < 1 || s->ln > LN_MAX || s->r < 1 || s->r > R_MAX || s->p < 1 || s->p > P_MAX)
		return -1;
	bad = decode(s->salt, SALT_SIZE, &a, salt) < 0 ||
	      decode(s->digest, DIGEST_SIZE, &a, digest) < 0;
	arena_free(&a);
	return bad ? -1 : 0;
}

int password_matches(const char *kept, const char *password)
{
	struct scrypt s = { 0 };
	int known = kept && parse(&s, kept) == 0, same;
	uint8_t digest[DIGEST_SIZE];

	if (!known)
		s = (struct scrypt){ .ln = LN, .r = R, .p = P };
	compute(digest, &s, password);
	same = CRYPTO_memcmp(digest, s.digest, DIGEST_SIZE) == 0;
	OPENSSL_cleanse(digest, sizeof digest);
	return known & same;
}

int password_is_fair(const char *password, const char *login)
{
	size_t len = strlen(password);

	return len >= PASSWORD_MIN && len <= PASSWORD_MAX &&
	       (!login || strcasecmp(password, login) != 0) &&
	       strspn(password, (char[]){ password[0], 0 }) < len;
}

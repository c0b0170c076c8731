#pragma once

/*
 * Passwords as they are kept: scrypt, with its parameters and salt in the text,
 * "$scrypt$ln=15,r=8,p=3$<salt>$<digest>" in base64url, so that parameters can be
 * raised without a look back.
 *
 * Each of these takes about a tenth of a second and 32 MB: never on an event
 * loop.  They share nothing, so any thread may call them.
 */

enum { PASSWORD_MIN = 10, PASSWORD_MAX = 200, PASSWORD_TEXT = 128 }; /* bytes */

/* The text to keep of a password. */
void password_make(char kept[PASSWORD_TEXT], const char *password);

/* 1 if it is the one.  `kept` NULL or malformed: 0, and it takes as long. */
int password_matches(const char *kept, const char *password);

/* 1 if it may be chosen: of a fair length, and not the login itself.  Costs nothing. */
int password_is_fair(const char *password, const char *login);

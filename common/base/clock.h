#pragma once

#include <stdint.h>

/*
 * Two clocks.  Durations and deadlines use the monotonic one, which never
 * jumps; only what a person or another machine reads uses the wall clock.
 */

int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
int64_t clock_wall_ms(void); /* since 1970-01-01 UTC */

enum { CLOCK_ISO_SIZE = 25 };

/* "2026-11-21T05:10:00.123Z" into buf. */
const char *clock_iso(char buf[CLOCK_ISO_SIZE], int64_t wall_ms);

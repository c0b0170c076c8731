#include "common/handoff/words.h"

uint32_t letters_signature(const uint16_t *letters, size_t n)
{
	uint32_t s = 0;

	for (size_t i = 0; i < n; i++)
		s |= UINT32_C(1) << letters[i] % 32;
	return s;
}

int letters_lacking(uint32_t one, uint32_t other)
{
	uint32_t first = one & ~other, second = first & (first - 1);

	return first == 0 ? 0 : second == 0 ? 1 : (second & (second - 1)) == 0 ? 2 : 3;
}

/* Optimal string alignment: three rows are enough for swaps of neighbours. */
int letters_distance(const uint16_t *key, int len, const struct word *w, int tail)
{
	int row[3][WORD_LETTERS + 1], best;

	for (int j = 0; j <= w->len; j++)
		row[0][j] = j;
	for (int i = 1; i <= len; i++) {
		int *now = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];

		now[0] = i;
		for (int j = 1; j <= w->len; j++) {
			int least = up[j - 1] + (key[i - 1] != w->letters[j - 1]);

			least = up[j] + 1 < least ? up[j] + 1 : least;
			least = now[j - 1] + 1 < least ? now[j - 1] + 1 : least;
			if (i > 1 && j > 1 && key[i - 1] == w->letters[j - 2] &&
			    key[i - 2] == w->letters[j - 1] && up2[j - 2] + 1 < least)
				least = up2[j - 2] + 1;
			now[j] = least;
		}
	}
	best = row[len % 3][w->len];
	for (int j = w->len; j >= 0 && j >= w->len - tail; j--)
		if (row[len % 3][j] < best)
			best = row[len % 3][j];
	return best;
}

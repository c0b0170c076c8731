/* A target's seeds, once each: what a build without the fuzzer does with it. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

enum { SEED_MAX = 1 << 20 };

static int is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void play(const char *folder, const char *name)
{
	static uint8_t bytes[SEED_MAX];
	char path[1000];
	FILE *file;
	size_t len;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "rb");
	demand(file != NULL);
	len = fread(bytes, 1, sizeof bytes, file);
	demand(!ferror(file));
	fclose(file);
	printf("%s\n", name); /* the last one told of is the one that fails */
	fflush(stdout);
	LLVMFuzzerTestOneInput(bytes, len);
}

int main(int argc, char **argv)
{
	struct dirent **seeds = NULL;
	int n = argc == 2 ? scandir(argv[1], &seeds, is_seed, alphasort) : 0;

	demand(n > 0 && seeds);
	for (int i = 0; i < n; i++) {
		play(argv[1], seeds[i]->d_name);
		free(seeds[i]);
	}
	free(seeds);
	return 0;
}

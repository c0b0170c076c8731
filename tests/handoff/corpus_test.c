/*
 * The detector against a labelled corpus: prints precision and recall in total
 * and for each language, names what it got wrong, and fails below the floor.
 *
 *   corpus_test FILE [precision recall]     default 0.98 0.90
 *
 * A line of FILE: label 0 or 1, tab, language, tab, text; or # and a remark.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/handoff/handoff.h"

enum { LANGUAGES_MAX = 32 };

struct score {
	char language[8];
	int hit, false_alarm, missed, quiet;
};

static struct score scores[LANGUAGES_MAX] = { { .language = "all" } };
static int score_count = 1;

static struct score *score_of(const char *language)
{
	for (int i = 0; i < score_count; i++)
		if (strcmp(scores[i].language, language) == 0)
			return &scores[i];
	if (score_count == LANGUAGES_MAX)
		exit(2);
	snprintf(scores[score_count].language, sizeof scores->language, "%s", language);
	return &scores[score_count++];
}

static void count(struct score *s, int wanted, int found)
{
	s->hit += wanted && found;
	s->false_alarm += !wanted && found;
	s->missed += wanted && !found;
	s->quiet += !wanted && !found;
}

static double precision(const struct score *s)
{
	return s->hit + s->false_alarm ? (double)s->hit / (s->hit + s->false_alarm) : 1;
}

static double recall(const struct score *s)
{
	return s->hit + s->missed ? (double)s->hit / (s->hit + s->missed) : 1;
}

static void judge_line(char *line)
{
	char *language = strchr(line, '\t'),
	     *text = language ? strchr(language + 1, '\t') : NULL;
	const char *reason;
	int wanted = *line == '1', found;

	if (!text || (*line != '0' && *line != '1')) {
		fprintf(stderr, "not a line of a corpus: %s\n", line);
		exit(2);
	}
	*language++ = *text++ = '\0';
	found = handoff_wanted(text, strlen(text), &reason);
	count(&scores[0], wanted, found);
	count(score_of(language), wanted, found);
	if (found != wanted)
		printf("%s %s: %s (%s)\n", found ? "false alarm" : "missed", language, text,
		       reason);
}

int main(int argc, char **argv)
{
	FILE *in = argc > 1 ? fopen(argv[1], "r") : NULL;
	double least_precision = argc > 2 ? atof(argv[2]) : 0.98;
	double least_recall = argc > 3 ? atof(argv[3]) : 0.90;
	char *line = NULL;
	size_t room = 0;

	if (!in) {
		fprintf(stderr, "usage: corpus_test FILE [precision recall]\n");
		return 2;
	}
	while (getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (*line != '#')
			judge_line(line);
	}
	free(line);
	fclose(in);
	for (int i = 0; i < score_count; i++)
		printf("%-4s lines %4d   precision %.3f   recall %.3f\n", scores[i].language,
		       scores[i].hit + scores[i].false_alarm + scores[i].missed +
			       scores[i].quiet,
		       precision(&scores[i]), recall(&scores[i]));
	return precision(&scores[0]) < least_precision || recall(&scores[0]) < least_recall;
}

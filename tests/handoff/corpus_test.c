/*
 * The detector against a labelled set: prints precision and recall in total and
 * for each language, how much of each class was right, and what it got wrong;
 * fails below the floors.
 *
 *   corpus_test FILE [precision recall [each]]     default 0.98 0.90 0
 *
 * The first two are of the whole set, `each` is the least share of right lines in
 * every language.  A line of FILE: label 0 or 1, tab, language, tab, text; or #:
 * and the class of the lines that follow; or # and a remark.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/handoff/handoff.h"

enum { SCORES_MAX = 64 };

struct score {
	char name[40];
	int is_class, hit, false_alarm, missed, quiet;
};

static struct score scores[SCORES_MAX] = { { .name = "all" } };
static int score_count = 1;

static struct score *score_of(const char *name, int is_class)
{
	for (int i = 0; i < score_count; i++)
		if (scores[i].is_class == is_class && strcmp(scores[i].name, name) == 0)
			return &scores[i];
	if (score_count == SCORES_MAX)
		exit(2);
	snprintf(scores[score_count].name, sizeof scores->name, "%s", name);
	scores[score_count].is_class = is_class;
	return &scores[score_count++];
}

static void count(struct score *s, int wanted, int found)
{
	s->hit += wanted && found;
	s->false_alarm += !wanted && found;
	s->missed += wanted && !found;
	s->quiet += !wanted && !found;
}

static int lines(const struct score *s)
{
	return s->hit + s->false_alarm + s->missed + s->quiet;
}

static double precision(const struct score *s)
{
	return s->hit + s->false_alarm ? (double)s->hit / (s->hit + s->false_alarm) : 1;
}

static double recall(const struct score *s)
{
	return s->hit + s->missed ? (double)s->hit / (s->hit + s->missed) : 1;
}

static double right(const struct score *s)
{
	return lines(s) ? (double)(s->hit + s->quiet) / lines(s) : 1;
}

static void judge_line(char *line, const char *class)
{
	char *language = strchr(line, '\t'),
	     *text = language ? strchr(language + 1, '\t') : NULL;
	const char *reason;
	int wanted = *line == '1', found;

	if (!text || (*line != '0' && *line != '1')) {
		fprintf(stderr, "not a line of a set: %s\n", line);
		exit(2);
	}
	*language++ = *text++ = '\0';
	found = handoff_wanted(text, strlen(text), &reason);
	count(&scores[0], wanted, found);
	count(score_of(language, 0), wanted, found);
	if (*class)
		count(score_of(class, 1), wanted, found);
	if (found != wanted)
		printf("%s %s: %s (%s)\n", found ? "false alarm" : "missed", language, text,
		       reason);
}

static void judge_file(FILE *in)
{
	char class[40] = "", *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "#: ", 3) == 0)
			snprintf(class, sizeof class, "%.39s", line + 3);
		else if (*line != '#')
			judge_line(line, class);
	}
	free(line);
}

static void print_scores(const char *file)
{
	const char *name = strrchr(file, '/');

	printf("%s\n", name ? name + 1 : file);
	for (int i = 0; i < score_count; i++)
		if (!scores[i].is_class)
			printf("%-4s lines %4d   precision %.3f   recall %.3f   right %.3f\n",
			       scores[i].name, lines(&scores[i]), precision(&scores[i]),
			       recall(&scores[i]), right(&scores[i]));
	for (int i = 0; i < score_count; i++)
		if (scores[i].is_class)
			printf("%4d of %4d right: %s\n", scores[i].hit + scores[i].quiet,
			       lines(&scores[i]), scores[i].name);
}

int main(int argc, char **argv)
{
	FILE *in = argc > 1 ? fopen(argv[1], "r") : NULL;
	double least_precision = argc > 2 ? atof(argv[2]) : 0.98;
	double least_recall = argc > 3 ? atof(argv[3]) : 0.90;
	double each = argc > 4 ? atof(argv[4]) : 0;
	int below;

	if (!in) {
		fprintf(stderr, "usage: corpus_test FILE [precision recall [each]]\n");
		return 2;
	}
	judge_file(in);
	fclose(in);
	print_scores(argv[1]);
	below = precision(&scores[0]) < least_precision || recall(&scores[0]) < least_recall;
	for (int i = 1; i < score_count; i++)
		below |= !scores[i].is_class && right(&scores[i]) < each;
	return below;
}

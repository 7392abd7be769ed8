/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scores of CVSS 4.0 (specification section 8): the vector falls into one of 270 classes of
 * equivalent vectors, each with a score; from it goes the mean of how far the vector is from the
 * worst of its class, as a part of the way to the next class.
 */
#include "attestors/scan/cvss.h"

#include <stddef.h>
#include <string.h>

/* Tenths by EQ1, EQ2, EQ3, EQ4, EQ5, EQ6, the last fastest; -1 where no vector falls: EQ3 is 2 and
 * EQ6 is 0.  The values are those that FIRST published with the specification. */
/* clang-format off */
static const signed char scores[324] = {
	100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68,
	98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48,
	-1, 92, -1, 82, -1, 72, -1, 79, -1, 69, -1, 50, -1, 69, -1, 55, -1, 27,
	99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53,
	95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30,
	-1, 86, -1, 75, -1, 52, -1, 71, -1, 52, -1, 29, -1, 63, -1, 29, -1, 17,
	98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49,
	94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25,
	-1, 83, -1, 70, -1, 54, -1, 65, -1, 58, -1, 26, -1, 53, -1, 21, -1, 13,
	95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30,
	89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16,
	-1, 71, -1, 59, -1, 30, -1, 58, -1, 26, -1, 15, -1, 23, -1, 13, -1, 6,
	93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22,
	85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8,
	-1, 64, -1, 51, -1, 20, -1, 47, -1, 21, -1, 11, -1, 24, -1, 9, -1, 4,
	88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11,
	75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2,
	-1, 53, -1, 24, -1, 14, -1, 24, -1, 12, -1, 5, -1, 10, -1, 3, -1, 1,
};
/* clang-format on */

/* Metrics that make up one dimension (EQ3 and EQ6 are one), each with its letters from worst on. */
struct dimension {
	unsigned count;
	const char *names[6];
	const char *letters[6];
	/* The worst vectors of each class, and how many steps deep the class is. */
	const char *worst[6][6];
	unsigned depth[6];
};

static const struct dimension dimensions[] = {
	{ 3,
	  { "AV", "PR", "UI" },
	  { "NALP", "NLH", "NPA" },
	  { { "NNN" }, { "ANN", "NLN", "NNP" }, { "PNN", "ALP" } },
	  { 1, 4, 5 } },
	{ 2, { "AC", "AT" }, { "LH", "NP" }, { { "LN" }, { "HN", "LP" } }, { 1, 2 } },
	{ 6,
	  { "VC", "VI", "VA", "CR", "IR", "AR" },
	  { "HLN", "HLN", "HLN", "HML", "HML", "HML" },
	  { { "HHHHHH" },
	    { "HHLMMH", "HHHMMM" },
	    { "LHHHHH", "HLHHHH" },
	    { "LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM" },
	    { NULL },
	    { "LLLHHH" } },
	  { 7, 6, 8, 8, 1, 10 } },
	{ 3,
	  { "SC", "SI", "SA" },
	  { "SHLN", "SHLN", "SHLN" },
	  { { "HSS" }, { "HHH" }, { "LLL" } },
	  { 6, 5, 4 } },
};

/* EQ1 to EQ6. */
enum { EQS = 6 };

static int score_of(const unsigned eq[EQS])
{
	static const unsigned sizes[EQS] = { 3, 2, 3, 3, 3, 2 };
	unsigned at = 0;

	for (unsigned i = 0; i < EQS; i++) {
		if (eq[i] >= sizes[i])
			return -1;
		at = at * sizes[i] + eq[i];
	}
	return scores[at];
}

/* Section 4: the environment's value stands in for the base's, and what is not known is the worst.
 */
static char effective(const struct scan_cvss *cvss, const char *name)
{
	char modified[4] = "M";
	char letter;

	memcpy(modified + 1, name, strlen(name) + 1);
	letter = scan_cvss_metric(cvss, modified);
	if (letter == 'X')
		letter = scan_cvss_metric(cvss, name);
	if (letter != 'X')
		return letter;
	if (name[0] == 'E')
		return 'A';
	return name[1] == 'R' && name[0] != 'P' ? 'H' : 'X';
}

static bool is(const struct scan_cvss *cvss, const char *name, char letter)
{
	return effective(cvss, name) == letter;
}

static unsigned eq1(const struct scan_cvss *cvss)
{
	bool network = is(cvss, "AV", 'N');
	bool none = is(cvss, "PR", 'N');
	bool alone = is(cvss, "UI", 'N');

	if (network && none && alone)
		return 0;
	return (network || none || alone) && !is(cvss, "AV", 'P') ? 1 : 2;
}

static unsigned eq3(const struct scan_cvss *cvss)
{
	if (is(cvss, "VC", 'H') && is(cvss, "VI", 'H'))
		return 0;
	return is(cvss, "VC", 'H') || is(cvss, "VI", 'H') || is(cvss, "VA", 'H') ? 1 : 2;
}

static unsigned eq4(const struct scan_cvss *cvss)
{
	if (is(cvss, "SI", 'S') || is(cvss, "SA", 'S'))
		return 0;
	return is(cvss, "SC", 'H') || is(cvss, "SI", 'H') || is(cvss, "SA", 'H') ? 1 : 2;
}

static void classify(const struct scan_cvss *cvss, unsigned eq[EQS])
{
	eq[0] = eq1(cvss);
	eq[1] = is(cvss, "AC", 'L') && is(cvss, "AT", 'N') ? 0 : 1;
	eq[2] = eq3(cvss);
	eq[3] = eq4(cvss);
	eq[4] = is(cvss, "E", 'A') ? 0 : is(cvss, "E", 'P') ? 1 : 2;
	eq[5] = (is(cvss, "CR", 'H') && is(cvss, "VC", 'H')) ||
				(is(cvss, "IR", 'H') && is(cvss, "VI", 'H')) ||
				(is(cvss, "AR", 'H') && is(cvss, "VA", 'H'))
			? 0
			: 1;
}

/* Steps from one of the worst vectors of the class, -1 when that is not worse in every metric. */
static int steps_from(const struct scan_cvss *cvss, const struct dimension *of, const char *worst)
{
	int steps = 0;

	for (unsigned i = 0; i < of->count; i++) {
		const char *here = strchr(of->letters[i], effective(cvss, of->names[i]));
		const char *there = strchr(of->letters[i], worst[i]);

		if (!here || !there || here < there)
			return -1;
		steps += (int)(here - there);
	}
	return steps;
}

static int steps_in(const struct scan_cvss *cvss, const struct dimension *of, unsigned class)
{
	int steps = -1;

	for (unsigned i = 0; i < 6 && of->worst[class][i] && steps < 0; i++)
		steps = steps_from(cvss, of, of->worst[class][i]);
	return steps;
}

/* The score of the next class in a dimension, -1 where there is none. */
static int next_score(const unsigned eq[EQS], unsigned dimension)
{
	unsigned next[EQS];
	int left;
	int right;

	memcpy(next, eq, sizeof next);
	if (dimension != 2) {
		next[dimension]++;
		return score_of(next);
	}
	/* EQ3 and EQ6: 00 goes to 01 or 10, whichever is higher; 01 to 11, 10 to 11, 11 to 21. */
	next[5]++;
	left = score_of(next);
	next[5]--;
	next[2]++;
	right = score_of(next);
	return left > right ? left : right;
}

/* Every base metric must be there, with a letter of its own. */
static bool is_whole(const struct scan_cvss *cvss)
{
	static const char *const base[] = { "AV", "AC", "AT", "PR", "UI", "VC",
					    "VI", "VA", "SC", "SI", "SA" };

	for (size_t i = 0; i < sizeof base / sizeof *base; i++)
		if (scan_cvss_metric(cvss, base[i]) == 'X')
			return false;
	return true;
}

static bool has_no_impact(const struct scan_cvss *cvss)
{
	return is(cvss, "VC", 'N') && is(cvss, "VI", 'N') && is(cvss, "VA", 'N') &&
	       is(cvss, "SC", 'N') && is(cvss, "SI", 'N') && is(cvss, "SA", 'N');
}

bool scan_cvss4_score(const struct scan_cvss *cvss, unsigned *tenths)
{
	unsigned eq[EQS];
	unsigned existing = 0;
	double less = 0;
	int score;

	if (!is_whole(cvss))
		return false;
	if (has_no_impact(cvss)) {
		*tenths = 0;
		return true;
	}
	classify(cvss, eq);
	score = score_of(eq);
	for (unsigned i = 0; i < 4; i++) {
		unsigned class = i == 2 ? eq[2] * 2 + eq[5] : eq[i];
		int steps = steps_in(cvss, &dimensions[i], class);
		int next = next_score(eq, i);

		if (steps < 0 || score < 0)
			return false;
		if (next < 0)
			continue;
		existing++;
		less += (double)(score - next) * steps / dimensions[i].depth[class];
	}
	eq[4]++; /* one value for each class of EQ5: it is always at its worst */
	existing += score_of(eq) >= 0;
	less = existing ? less / existing : 0;
	*tenths = (unsigned)(score - less + 0.5 + 0.00001); /* as FIRST's calculator rounds */
	return true;
}

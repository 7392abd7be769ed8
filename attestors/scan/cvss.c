/* SPDX-License-Identifier: Apache-2.0 */
/* CVSS vectors, and the base scores of v2 (guide 3.2.1) and v3 (specification 7.1). */
#include "attestors/scan/cvss.h"

#include <intoto/attestor.h>

#include <string.h>

/* --- taking apart --- */

static bool read_version(struct scan_cvss *cvss, const char **at)
{
	static const struct {
		const char *prefix;
		unsigned version;
		unsigned minor;
	} versions[] = {
		{ "CVSS:4.0/", 4, 0 }, { "CVSS:3.1/", 3, 1 }, { "CVSS:3.0/", 3, 0 },
		{ "CVSS2#", 2, 0 },    { "AV:", 2, 0 },
	};

	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		if (!intoto_text_begins(*at, versions[i].prefix))
			continue;
		cvss->version = versions[i].version;
		cvss->minor = versions[i].minor;
		if (versions[i].prefix[0] == 'C')
			*at += strlen(versions[i].prefix);
		return true;
	}
	return false;
}

/* "AV:N" up to the next '/'; v2 has values of several letters, whose first tells them apart. */
static bool read_metric(struct scan_cvss *cvss, const char *at, size_t len)
{
	const char *colon = memchr(at, ':', len);
	size_t name = colon ? (size_t)(colon - at) : 0;

	if (!name || name >= sizeof cvss->metrics[0].name || len < name + 2 ||
	    cvss->count == SCAN_CVSS_METRICS)
		return false;
	memcpy(cvss->metrics[cvss->count].name, at, name);
	cvss->metrics[cvss->count].name[name] = '\0';
	for (unsigned i = 0; i < cvss->count; i++)
		if (intoto_text_same(cvss->metrics[i].name, cvss->metrics[cvss->count].name))
			return false;
	cvss->metrics[cvss->count++].value = colon[1];
	return true;
}

bool scan_cvss_parse(struct scan_cvss *cvss, const char *vector)
{
	const char *at = vector;
	size_t len;

	*cvss = (struct scan_cvss){ 0 };
	if (!at || !read_version(cvss, &at))
		return false;
	for (;;) {
		len = strcspn(at, "/");
		if (!read_metric(cvss, at, len))
			return false;
		if (!at[len])
			return true;
		at += len + 1;
		if (!*at) /* some write a last '/' */
			return true;
	}
}

char scan_cvss_metric(const struct scan_cvss *cvss, const char *name)
{
	for (unsigned i = 0; i < cvss->count; i++)
		if (intoto_text_same(cvss->metrics[i].name, name))
			return cvss->metrics[i].value;
	return 'X';
}

/* --- weights --- */

struct weight {
	const char *metric;
	const char *letters;
	double weights[4];
};

static bool find(const struct scan_cvss *cvss, const struct weight *weight, double *out)
{
	char letter = scan_cvss_metric(cvss, weight->metric);
	const char *at = strchr(weight->letters, letter);

	if (!at || !letter)
		return false;
	*out = weight->weights[at - weight->letters];
	return true;
}

static const struct weight v2[] = {
	{ "AV", "LAN", { 0.395, 0.646, 1.0 } }, { "AC", "HML", { 0.35, 0.61, 0.71 } },
	{ "Au", "MSN", { 0.45, 0.56, 0.704 } }, { "C", "NPC", { 0.0, 0.275, 0.66 } },
	{ "I", "NPC", { 0.0, 0.275, 0.66 } },	{ "A", "NPC", { 0.0, 0.275, 0.66 } },
};

static bool score_v2(const struct scan_cvss *cvss, unsigned *tenths)
{
	double w[6];
	double impact;
	double score;

	for (unsigned i = 0; i < 6; i++)
		if (!find(cvss, &v2[i], &w[i]))
			return false;
	impact = 10.41 * (1 - (1 - w[3]) * (1 - w[4]) * (1 - w[5]));
	score = 0.6 * impact + 0.4 * (20 * w[0] * w[1] * w[2]) - 1.5;
	score *= impact > 0 ? 1.176 : 0;
	*tenths = score > 0 ? (unsigned)(score * 10 + 0.5) : 0;
	return true;
}

static const struct weight v3[] = {
	{ "AV", "NALP", { 0.85, 0.62, 0.55, 0.2 } },
	{ "AC", "LH", { 0.77, 0.44 } },
	{ "UI", "NR", { 0.85, 0.62 } },
	{ "C", "NLH", { 0.0, 0.22, 0.56 } },
	{ "I", "NLH", { 0.0, 0.22, 0.56 } },
	{ "A", "NLH", { 0.0, 0.22, 0.56 } },
};
static const struct weight v3_privileges[] = {
	{ "PR", "NLH", { 0.85, 0.62, 0.27 } },
	{ "PR", "NLH", { 0.85, 0.68, 0.5 } }, /* where the scope changes */
};

/* v3.1 appendix A: up to the next tenth, without the noise of binary fractions. */
static unsigned round_up(double score)
{
	unsigned hundred_thousandths = (unsigned)(score * 100000 + 0.5);

	return (hundred_thousandths + 9999) / 10000;
}

static double to_the_15th(double x)
{
	double result = 1;

	for (unsigned i = 0; i < 15; i++)
		result *= x;
	return result;
}

static bool score_v3(const struct scan_cvss *cvss, unsigned *tenths)
{
	char scope = scan_cvss_metric(cvss, "S");
	bool changed = scope == 'C';
	double w[6];
	double privileges;
	double base;
	double impact;
	double score;

	for (unsigned i = 0; i < 6; i++)
		if (!find(cvss, &v3[i], &w[i]))
			return false;
	if ((!changed && scope != 'U') || !find(cvss, &v3_privileges[changed], &privileges))
		return false;
	base = 1 - (1 - w[3]) * (1 - w[4]) * (1 - w[5]);
	impact = changed ? 7.52 * (base - 0.029) - 3.25 * to_the_15th(base - 0.02) : 6.42 * base;
	score = (impact + 8.22 * w[0] * w[1] * privileges * w[2]) * (changed ? 1.08 : 1);
	if (impact <= 0)
		score = 0;
	*tenths = round_up(score < 10 ? score : 10);
	return true;
}

bool scan_cvss_score(const struct scan_cvss *cvss, unsigned *tenths)
{
	if (cvss->version == 4)
		return scan_cvss4_score(cvss, tenths);
	return cvss->version == 3 ? score_v3(cvss, tenths) : score_v2(cvss, tenths);
}

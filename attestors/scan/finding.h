/* SPDX-License-Identifier: Apache-2.0 */
/* One finding of any scanner, as it goes into a result of vulns/v0.2. */
#ifndef IT_ATTESTORS_SCAN_FINDING_H
#define IT_ATTESTORS_SCAN_FINDING_H

#include <intoto/attestor.h>

/* Borrowed texts. */
struct scan_texts {
	const char **items;
	size_t count;
	size_t room;
};

enum { SCAN_RATINGS_MOST = 32 };

struct scan_rating {
	const char *method;
	char score[16];
};

/* Texts are borrowed until it is written; NULL is "not known", and is not written. */
struct scan_finding {
	const char *id;
	const char *word;   /* of the severity, as the scanner wrote it */
	const char *method; /* where the word comes from */
	const char *package;
	const char *purl;
	const char *version;
	const char *ecosystem;
	const char *location;
	const char *fix_state;
	const char *epss;
	const char *published;
	const char *modified;
	const char *suppressed_by; /* NULL: open */
	const char *url;
	const char *rule;
	const char *kind; /* NULL: vulnerability */
	bool known_exploited;
	struct scan_texts aliases;
	struct scan_texts fixed_in;
	struct scan_texts cvss;
	struct scan_rating ratings[SCAN_RATINGS_MOST];
	size_t rating_count;

	const char *worst_band;
	char **owned;
	size_t owned_count;
	bool failed; /* out of memory */
};

void scan_finding_done(struct scan_finding *finding);
/* Each takes NULL and "" for "not there"; a text that is there already is not added again. */
void scan_texts_add(struct scan_finding *finding, struct scan_texts *texts, const char *text);
/* The parts of "1.2, 1.3". */
void scan_texts_split(struct scan_finding *finding, struct scan_texts *texts, const char *text);
/* A text that the finding owns; NULL when memory ran out, which is found when it is written. */
const char *scan_finding_keep(struct scan_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A CVSS vector, and its score as the scanner gave it (NULL: it is computed). */
void scan_finding_cvss(struct scan_finding *finding, const char *vector, const char *score);
/* A score without a vector, of CVSS 2, 3 or 4. */
void scan_finding_score(struct scan_finding *finding, unsigned cvss, const char *score);
/* Digits of a probability; the highest counts. */
void scan_finding_epss(struct scan_finding *finding, const char *digits);
/* Package URL of a package whose ecosystem is called so; NULL for one that has no plain rule. */
const char *scan_finding_purl(struct scan_finding *finding, const char *ecosystem, const char *name,
			      const char *version);
int scan_finding_write(struct scan_finding *finding, struct intoto_json_out *out,
		       struct intoto_error **err);

/* "" as NULL. */
const char *scan_text(const struct intoto_value *object, const char *name);
/* Digits like "9.8" in tenths, rounded down; false for what is no score. */
bool scan_tenths(const char *score, unsigned *tenths);
/* The band of a score: v2 ends at high (reference: NVD), v3 and v4 at critical. */
const char *scan_band(unsigned cvss, unsigned tenths);
/* The band that a word of any scanner means; "unknown" for others. */
const char *scan_word_band(const char *word);
/* 0 for what is least severe; unknown stands below high. */
unsigned scan_band_rank(const char *band);

#endif

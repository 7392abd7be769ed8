/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules for software ask, beside what an archive can show of it.  An archive never proves that
 * an organisation keeps a rule: each row says what was shown, by what, and what must be shown
 * otherwise.
 */
#ifndef IT_REPORT_CONTROLS_H
#define IT_REPORT_CONTROLS_H

#include "report/audit.h"

/* Pieces of evidence that controls ask for; a bit each. */
enum it_evidence {
	IT_EVIDENCE_LAYOUT,	/* a signed layout says who may do what */
	IT_EVIDENCE_STEPS,	/* each step has signed links of as many people as it wants */
	IT_EVIDENCE_TWO_PEOPLE, /* some step wants, and has, two people */
	IT_EVIDENCE_MATERIALS,	/* what went in is recorded with digests, and follows the rules */
	IT_EVIDENCE_VERDICT,	/* the chain passed */
	IT_EVIDENCE_PROVENANCE, /* a provenance statement */
	IT_EVIDENCE_SOURCE,	/* the source is identified */
	IT_EVIDENCE_BUILDER,	/* who built is identified */
	IT_EVIDENCE_SANDBOX,	/* the build was confined */
	IT_EVIDENCE_TRACE,	/* what was read and written was watched */
	IT_EVIDENCE_SBOM,
	IT_EVIDENCE_LICENSES,
	IT_EVIDENCE_SCAN,
	IT_EVIDENCE_VEX,
	IT_EVIDENCE_TESTS,
	IT_EVIDENCE_ANALYSIS,	/* static analysis, as SARIF */
	IT_EVIDENCE_EXCEPTIONS, /* whatever was excused has an owner, a reason and an end */
	IT_EVIDENCE_VSA,	/* a signed summary of the verification */
	IT_EVIDENCE_ARCHIVE,	/* the archive is signed and whole */
	IT_EVIDENCE_TIMESTAMP,	/* by an authority */
	IT_EVIDENCE_RETENTION,	/* it says how long it is kept */
	IT_EVIDENCE_COUNT,
};

struct it_control {
	const char *id;
	const char *asks;  /* in our words, short */
	unsigned evidence; /* bits; all of them are wanted */
	const char *rest;  /* what an archive cannot show; NULL: nothing more is asked */
};

struct it_framework {
	const char *id; /* "slsa": for addresses and programs */
	const char *name;
	const char *edition;
	const char *note;
	const struct it_control *controls;
	size_t count;
};

extern const struct it_framework it_framework_slsa;
extern const struct it_framework it_framework_ssdf;
extern const struct it_framework it_framework_cra;
extern const struct it_framework it_framework_pci;
extern const struct it_framework it_framework_soc2;
extern const struct it_framework *const it_frameworks[]; /* NULL-terminated */

/* What is shown for one piece. */
struct it_shown {
	enum it_proof proof;
	const char *text;   /* one clause: what was found, or that nothing was */
	const char *anchor; /* in the report, where it stands */
};

struct it_shown_all {
	struct it_shown items[IT_EVIDENCE_COUNT];
};
const char *it_evidence_name(enum it_evidence evidence);
/* Texts are owned by the audit. */
void it_evidence_show(struct it_shown_all *out, struct it_audit *audit);

enum it_control_state {
	IT_CONTROL_NOT_SHOWN,
	IT_CONTROL_CONTRADICTED, /* a check says the contrary */
	IT_CONTROL_PART,	 /* some of it; or documents that nothing checked */
	IT_CONTROL_SHOWN,	 /* as far as an archive can */
};
enum it_control_state it_control_judge(const struct it_control *control,
				       const struct it_shown_all *shown);
const char *it_control_state_name(enum it_control_state state);

#endif

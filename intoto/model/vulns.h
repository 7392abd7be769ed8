/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scanner found, whatever predicate says it: in-toto's vulns/v0.2, v0.1 in both of its
 * shapes, and cosign's vuln/v1 around a report of Grype or Trivy.
 *
 * What a document does not say stays unknown: nothing is made up, and an unknown is never the
 * harmless value.
 */
#ifndef IT_MODEL_VULNS_H
#define IT_MODEL_VULNS_H

#include "base/strings.h"
#include "json/json.h"
#include "json/where.h"
#include "model/purl.h"
#include "model/severity.h"

enum { IT_FINDINGS_MAX = 1000 * 1000, IT_EPSS_UNIT = 1000000 };

enum it_fix_state {
	IT_FIX_UNKNOWN,
	IT_FIX_AVAILABLE,
	IT_FIX_NONE, /* not fixed, or never will be */
};

enum it_told { IT_TOLD_NOT, IT_TOLD_NO, IT_TOLD_YES };

struct it_rating {
	char *source; /* "nvd", "vendor", "ghsa", "cvss_v3" …; "" when nobody is named */
	enum it_severity severity;
};

struct it_finding {
	struct it_strings ids; /* the id first, then aliases; at least 1 */
	char *package;	       /* name; NULL: not said.  So are all texts */
	char *version;	       /* installed */
	char *ecosystem;
	char *location;
	char *kind; /* "vulnerability", "misconfiguration" …; never NULL */
	struct it_purl *purl;
	struct it_rating *ratings;
	size_t rating_count;
	struct it_strings fixed_in;
	enum it_fix_state fix;
	int epss; /* probability in millionths; -1: not told */
	enum it_told exploited;
	int64_t published; /* 0: not told */
	bool suppressed;   /* by the scanner itself */
	char *suppressed_by;
};

struct it_vulns {
	char *scanner; /* a word: "grype", "trivy" …; from the format, or else of the URI */
	char *uri;
	char *version;
	int64_t database; /* when the database was updated; 0: not told */
	int64_t started;
	int64_t finished; /* 0: not told */
	bool complete;	  /* the scan came to its end, as far as the document says */
	char *incomplete; /* a clause: why it is not complete; NULL when it is */
	struct it_finding *items;
	size_t count;
};

/* A probability, "0.97565", in millionths; -1 for anything else. */
int it_epss_read(struct it_span text);
/* Reads the predicate of that type URI.  FORMAT names the place below where. */
IT_CHECK int it_vulns_read(struct it_vulns **out, const struct it_json *predicate, const char *type,
			   const struct it_where *where, struct intoto_error **err);
/* A report of Grype or Trivy as it is; it says nothing of scanner and time. */
IT_CHECK int it_vulns_read_report(struct it_vulns **out, const struct it_json *report,
				  const struct it_where *where, struct intoto_error **err);
void it_vulns_free(struct it_vulns *vulns);
IT_DEFINE_AUTO(struct it_vulns, it_vulns_free);

#endif

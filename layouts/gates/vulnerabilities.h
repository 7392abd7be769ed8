/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate "vulnerabilities" demands; for its own files. */
#ifndef IT_LAYOUTS_GATES_VULNERABILITIES_H
#define IT_LAYOUTS_GATES_VULNERABILITIES_H

#include "base/strings.h"
#include "json/json.h"
#include "json/where.h"
#include "model/severity.h"

/* Whose VEX statements count, and which of them. */
struct it_vex_terms {
	bool given;
	struct it_strings authors;	  /* names in the documents; empty: any */
	struct it_strings functionaries;  /* ids of the layout's keys; empty: any of the gate's */
	struct it_strings statuses;	  /* that clear a finding */
	struct it_strings justifications; /* of not_affected; empty: any */
	struct it_strings products;	  /* names of what the step makes: purls, CPEs, names */
	int64_t max_age;		  /* seconds; 0: any */
	bool versioned;			  /* a statement must name the version, or the digest */
};

struct it_vulnerabilities {
	/* Of findings that are at least so severe; -1: any number.  UNKNOWN has none. */
	int64_t limits[IT_SEVERITY_UNKNOWN];
	int64_t grace[IT_SEVERITY_UNKNOWN]; /* seconds; 0: none */
	enum it_severity unknown;	    /* what an unknown severity counts as */
	struct it_strings sources; /* of severities, the first that is there; empty: worst */
	struct it_strings kinds;   /* empty: all */
	struct it_strings scanners;
	int64_t quorum;	      /* of scanners, on each artifact */
	int64_t database_age; /* seconds at the time of the scan; 0: any */
	int64_t scan_age;     /* seconds until now; 0: any */
	int64_t epss;	      /* millionths; -1: any */
	bool block_exploited;
	bool pass_untold; /* findings of which no scanner told EPSS or exploitation */
	bool fixed_only;
	bool from_detection; /* days of grace, rather than from publication */
	bool accept_suppressed;
	struct it_vex_terms vex;
};

int it_vulnerabilities_read(void **out, const struct it_json *object, const struct it_where *where,
			    struct intoto_error **err);
void it_vulnerabilities_free(void *demand);
int it_vulnerabilities_clauses(struct it_strings *out, const void *demand,
			       struct intoto_error **err);
/* The limit that a severity falls under: the smallest number for it or anything below it; -1. */
int64_t it_vulnerabilities_limit(const struct it_vulnerabilities *own, enum it_severity severity);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader of one report knows, and what a format is. */
#ifndef IT_ATTESTORS_SCAN_SCAN_H
#define IT_ATTESTORS_SCAN_SCAN_H

#include "attestors/scan/finding.h"

enum { SCAN_REASONS_MOST = 20 };

/* A database as a document says it. */
struct scan_database {
	const char *uri;
	const char *version;
	int64_t updated; /* nanoseconds since 1970; 0: not known */
};

struct scan {
	const struct intoto_request *request;
	struct intoto_answer *answer;
	const struct intoto_input *input;
	const struct scan_format *format;
	struct intoto_json_out *out;
	uint64_t findings;
	uint64_t elements; /* of the list that is being read, for errors */
	/* What the report says of its scanner. */
	const char *scanner;
	const char *version;
	const char *uri;
	struct scan_database database;
	int64_t started;
	int64_t finished;
	/* Why it is not the whole truth. */
	char *reasons[SCAN_REASONS_MOST];
	size_t reason_count;
	bool incomplete;
	/* Texts that live as long. */
	char **owned;
	size_t owned_count;
	size_t owned_room;
	void *own; /* of the format */
};

struct scan_format {
	const char *name;    /* "grype" */
	const char *scanner; /* its URI, when the report has none; or NULL */
	/* A reading in front of the other; or NULL. */
	intoto_event_fn *prepare;
	/* The events of the report; arg is the scan. */
	intoto_event_fn *each;
	/* After the last event: what must have been there; or NULL. */
	int (*finish)(struct scan *scan, struct intoto_error **err);
	/* Frees scan->own; or NULL. */
	void (*done)(struct scan *scan);
};

extern const struct scan_format scan_format_clair;
extern const struct scan_format scan_format_cyclonedx;
extern const struct scan_format scan_format_grype;
extern const struct scan_format scan_format_npm;
extern const struct scan_format scan_format_npm_v1;
extern const struct scan_format scan_format_osv;
extern const struct scan_format scan_format_sarif;
extern const struct scan_format scan_format_trivy;

/* Counts, and writes the finding. */
int scan_write(struct scan *scan, struct scan_finding *finding, struct intoto_error **err);
/* The scan did not look at all of it: the predicate says so, with a reason. */
int scan_incomplete(struct scan *scan, struct intoto_error **err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A copy that lives as long as the scan; NULL for NULL, and when memory ran out. */
const char *scan_keep(struct scan *scan, const char *text);
/* Keeps a time of the report if it is one. */
void scan_time(int64_t *out, const char *text);
/* The element that is being read: "WHERE[7]: want WHAT". */
int scan_refuse(const struct scan *scan, struct intoto_error **err, const char *where,
		const char *want);
/* scan->format of the report, or why there is none; database is set when the file is no report but
 * says how old Trivy's database is. */
int scan_detect(struct scan *scan, bool *database, struct intoto_error **err);
/* Opens the input and reads it once. */
int scan_read(struct scan *scan, intoto_event_fn *each, void *arg, struct intoto_error **err);

extern const char scan_predicate[];
/* The work of the attestor. */
int scan_attest(const struct intoto_request *request, struct intoto_answer *answer,
		struct intoto_error **err);

#endif

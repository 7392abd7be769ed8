/* SPDX-License-Identifier: Apache-2.0 */
/* The scans among a gate's evidence: which may be relied on, and who scanned what. */
#ifndef IT_LAYOUTS_GATES_SCANS_H
#define IT_LAYOUTS_GATES_SCANS_H

#include "layouts/gates/gate.h"
#include "layouts/gates/vulnerabilities.h"
#include "model/vulns.h"

struct it_scan {
	const struct it_gate_evidence *evidence;
	struct it_vulns *vulns; /* owned */
	char *unfit;	      /* a clause: why it does not count as a scan; NULL: it does.  What it
			       * found counts in any case. */
	const char **digests; /* of its subjects, sorted; owned, the texts are not */
};

struct it_scans {
	struct it_scan *items;
	size_t count;
};
void it_scans_done(struct it_scans *scans);

/* Reads them; decides about each that cannot be read (UNDECIDED) or does not count (REMARK). */
IT_CHECK int it_scans_read(struct it_scans *out, struct it_gate_verdict *verdict,
			   const struct it_vulnerabilities *own, const struct it_gate_input *input,
			   struct intoto_error **err);
/* Blocks for each artifact that fewer scanners have scanned than the quorum. */
IT_CHECK int it_scans_judge_quorum(const struct it_scans *scans, struct it_gate_verdict *verdict,
				   const struct it_vulnerabilities *own, struct intoto_error **err);
/* Whether two subjects' digest sets are of one artifact. */
bool it_scan_has_digests(const struct it_scan *scan, const char *digests);

#endif

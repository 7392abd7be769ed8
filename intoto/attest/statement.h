/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hearing comes to: statements (attestation framework v1) about subjects that we chose, with
 * the predicate as the attestor gave it, and how it was made in the annotation "intoto" of the
 * first subject.
 */
#ifndef IT_ATTEST_STATEMENT_H
#define IT_ATTEST_STATEMENT_H

#include "attest/hearing.h"
#include "crypto/signer.h"

#define IT_ATTEST_FAILURE_TYPE "https://in-toto.io/intoto/attestor-failure/v1"

struct it_json;

struct it_attest_statement {
	const struct it_hearing *hearing;
	size_t index;			     /* of the answer's statements; 0 for a failure */
	const struct it_artifacts *subjects; /* at least one */
	const struct it_attest_step *step;   /* NULL: outside of one */
};

/* How many statements a hearing comes to: those of its answer, or one of its failure. */
size_t it_attest_statement_count(const struct it_hearing *hearing);
const char *it_attest_statement_type(const struct it_attest_statement *statement);

struct it_attest_signing {
	const struct it_signer *signer;
	enum intoto_keyid_style keyid_style;
};

/* Signs it and writes the envelope; appends the SHA-256 of the file in hex. */
IT_CHECK int it_attest_statement_save(const struct it_attest_statement *statement, const char *path,
				      const struct it_attest_signing *signing,
				      struct it_buf *sha256, struct intoto_error **err);

/*
 * Copies each input whole beside path as "sha256-HEX.report", unless it is there already.
 */
IT_CHECK int it_attest_keep_reports(const struct it_hearing *hearing, const char *folder,
				    struct intoto_error **err);

#endif

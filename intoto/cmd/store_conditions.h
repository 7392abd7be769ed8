/* SPDX-License-Identifier: Apache-2.0 */
/* Which entries are meant, by what they say: of search and export. */
#ifndef IT_CMD_STORE_CONDITIONS_H
#define IT_CMD_STORE_CONDITIONS_H

#include "cmd/command.h"
#include "store/query.h"

struct it_store_conditions {
	struct it_query query;
	const char *since, *until;
};

/* clang-format off */
#define IT_STORE_CONDITIONS(type, member) \
	IT_VALUE(type, member.query.digest, 0, "digest", "ALG:HEX", "of an artifact that it speaks of"), \
	IT_VALUE(type, member.query.name, 0, "name", "NAME", "of such an artifact; * and ? stand for anything"), \
	IT_VALUE(type, member.query.role, 0, "role", "ROLE", \
		 "which the artifact plays: subject, material, product, dependency"), \
	IT_VALUE(type, member.query.step, 0, "step", "NAME", "of a step"), \
	IT_VALUE(type, member.query.signer, 0, "signer", "ID", "who signed it: a keyid, or how it begins"), \
	IT_VALUE(type, member.query.predicate_type, 0, "type", "URI", "of the predicate"), \
	IT_VALUE(type, member.query.kind, 0, "kind", "KIND", \
		 "link, layout, attestation, bundle, sbom, vex, archive, file"), \
	IT_VALUE(type, member.query.vulnerability, 0, "vulnerability", "ID", "that it speaks of"), \
	IT_VALUE(type, member.query.package, 0, "package", "PURL", "that it lists, with or without a version"), \
	IT_VALUE(type, member.query.verdict, 0, "verdict", "WORD", "of a verdict: passed, failed"), \
	IT_VALUE(type, member.query.exception, 0, "exception", "ID", "that it grants or uses; *: any"), \
	IT_VALUE(type, member.query.product, 0, "product", "NAME", "archives of its releases"), \
	IT_VALUE(type, member.since, 0, "since", "TIME", "not older than that"), \
	IT_VALUE(type, member.until, 0, "until", "TIME", "older than that")
/* clang-format on */

/* Fills conditions->query from the words; USAGE for what does not go together. */
IT_CHECK int it_store_conditions_read(struct it_store_conditions *conditions,
				      struct intoto_error **err);
/* Whether there is none. */
bool it_store_conditions_none(const struct it_store_conditions *conditions);

#endif

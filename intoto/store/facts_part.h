/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of facts share. */
#ifndef IT_STORE_FACTS_PART_H
#define IT_STORE_FACTS_PART_H

#include "model/envelope.h"
#include "store/facts.h"

/* A copy that a database takes: UTF-8, cut. */
IT_CHECK int it_fact_text(struct it_facts *facts, const char **out, struct it_span text,
			  struct intoto_error **err);
/* digest: "ALG:VALUE".  role is a constant.  Texts are copied; so they are by the others. */
IT_CHECK int it_fact_subject(struct it_facts *facts, const char *role, struct it_span name,
			     struct it_span digest, struct intoto_error **err);
/* digests: as in <model/artifacts.h>. */
IT_CHECK int it_fact_subjects(struct it_facts *facts, const char *role, struct it_span name,
			      const char *digests, struct intoto_error **err);
IT_CHECK int it_fact_signer(struct it_facts *facts, const char *keyid, const char *identity,
			    struct intoto_error **err);
/* The base is found from the purl. */
IT_CHECK int it_fact_package(struct it_facts *facts, const struct it_fact_package *told,
			     struct intoto_error **err);
IT_CHECK int it_fact_exception(struct it_facts *facts, const struct it_fact_exception *told,
			       struct intoto_error **err);
/* state is a constant; the base is found from the package, and the version, unless it is told. */
IT_CHECK int it_fact_vulnerability(struct it_facts *facts, const struct it_fact_vulnerability *told,
				   struct intoto_error **err);

/* The texts of one are the facts'. */
IT_CHECK int it_fact_line(struct it_facts *facts, const struct it_fact_line *one,
			  struct intoto_error **err);

/* Of a document that could not be read: only memory is an error. */
IT_CHECK int it_fact_none(struct it_facts *facts, int rc, struct intoto_error **err);

/* What cannot be read leaves the kind that is known so far; only memory is an error. */
/* Takes the envelope. */
IT_CHECK int it_facts_of_envelope(struct it_facts *facts, struct intoto_envelope *envelope,
				  struct intoto_error **err);
/* The payload of a signed exception (layouts/gates/exception.h). */
IT_CHECK int it_facts_of_exception(struct it_facts *facts, const struct it_json *body,
				   struct intoto_error **err);
/* What is no JSON as a whole, but may be an envelope a line. */
IT_CHECK int it_facts_of_bundle(struct it_facts *facts, struct it_span bytes,
				struct intoto_error **err);
/* A document without an envelope: an SBOM, a VEX, a report. */
IT_CHECK int it_facts_of_raw(struct it_facts *facts, const struct it_json *root,
			     struct intoto_error **err);
/* The predicate of a statement (or the document itself): packages, vulnerabilities. */
IT_CHECK int it_facts_of_predicate(struct it_facts *facts, const struct it_json *predicate,
				   const char *type, struct intoto_error **err);

#endif

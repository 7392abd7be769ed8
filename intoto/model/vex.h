/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody says about vulnerabilities in products, in one model of statements: OpenVEX 0.2.0,
 * CSAF 2.0 and 2.1 (profile csaf_vex), CycloneDX with analyses.
 *
 * Reading is lenient about what does not change the meaning, and strict about the rest: a statement
 * without what its status needs (a justification, an action) is kept, with what it lacks.
 */
#ifndef IT_MODEL_VEX_H
#define IT_MODEL_VEX_H

#include "base/strings.h"
#include "json/json.h"
#include "json/where.h"
#include "model/purl.h"

enum { IT_VEX_STATEMENTS_MAX = 200 * 1000, IT_VEX_PRODUCTS_MAX = 1000 * 1000 };

enum it_vex_status {
	IT_VEX_NOT_AFFECTED,
	IT_VEX_AFFECTED,
	IT_VEX_FIXED,
	IT_VEX_UNDER_INVESTIGATION,
};
const char *it_vex_status_word(enum it_vex_status status);

/* What a product or a component of one is identified by; any one may be missing. */
struct it_vex_thing {
	char *id;		/* as the document names it; never NULL */
	struct it_purl **purls; /* owned */
	size_t purl_count;
	struct it_strings cpes;
	struct it_strings digests; /* texts of digest sets (model/digest_set.h), one digest each */
	char *range;		   /* versions, in the vers notation or in free text; NULL: none */
	bool bound; /* what the statement's envelope is about, whatever it is called */
};

struct it_vex_product {
	struct it_vex_thing thing;
	struct it_vex_thing *components; /* if there are any, the statement is about them alone */
	size_t component_count;
};

struct it_vex_statement {
	struct it_strings ids; /* of the vulnerability, its aliases too; at least 1 */
	struct it_vex_product *products;
	size_t product_count; /* 0: what the envelope is about */
	enum it_vex_status status;
	char *justification; /* a word of the format; NULL: none */
	char *impact;	     /* why, or what to do; NULL */
	char *lacks;	     /* a clause: what its status needs and is not there; NULL */
	int64_t time;	     /* 0: not said */
	char *place;	     /* "statements[3]" */
};

struct it_vex {
	const char *format;	   /* "OpenVEX", "CSAF", "CycloneDX" */
	struct it_strings authors; /* names that the document gives itself: OpenVEX author; CSAF
				      publisher's name and namespace; CycloneDX authors, supplier,
				      manufacturer */
	char *id;
	bool draft; /* CSAF: tracking.status */
	struct it_vex_statement *items;
	size_t count;
};

/* Of a CycloneDX document without analyses (an SBOM, a report) no statement comes. */
IT_CHECK int it_vex_read(struct it_vex **out, const struct it_json *document,
			 const struct it_where *where, struct intoto_error **err);
/* Whether a document is one that it_vex_read knows by its distinguishing members. */
bool it_vex_is_one(const struct it_json *document);
void it_vex_free(struct it_vex *vex);
IT_DEFINE_AUTO(struct it_vex, it_vex_free);

#endif

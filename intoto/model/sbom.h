/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software bills of materials as one model: SPDX 2.2 and 2.3 (JSON), SPDX 3.0 (JSON-LD), CycloneDX
 * 1.2 to 1.7 (JSON).  What it holds is what gates ask for; the document itself stays the evidence.
 */
#ifndef IT_MODEL_SBOM_H
#define IT_MODEL_SBOM_H

#include "base/strings.h"
#include "json/json.h"

enum it_sbom_format { IT_SBOM_SPDX2, IT_SBOM_SPDX3, IT_SBOM_CYCLONEDX };

/* What is said of a licence: an SPDX expression, or a name in words of one's own. */
struct it_sbom_license {
	const char *text;
	bool name;
};

/* Several hold together (AND), as CycloneDX lists them. */
struct it_sbom_licenses {
	struct it_sbom_license *items;
	size_t count;
	size_t cap;
};

/* Texts are borrowed from the SBOM or its document; "" where nothing is said. */
struct it_sbom_component {
	const char *id; /* SPDXID, spdxId, bom-ref */
	const char *name;
	const char *version;
	const char *purl;
	const char *supplier;
	const char *type; /* "library", "operating-system", "file" …; as the document says it */
	const char *digests; /* as in <model/artifacts.h>; NULL: none that is known */
	struct it_sbom_licenses concluded;
	struct it_sbom_licenses declared; /* also what a CycloneDX does not call either */
	bool file;			  /* a file, not a package */
	bool described;			  /* it is what the SBOM is about */
};

struct it_sbom {
	enum it_sbom_format format;
	const char *version; /* of the format: "2.3", "3.0.1", "1.6" */
	const char *name;    /* of the document; "" */
	int64_t created;     /* seconds since 1970; 0: it does not say */
	struct it_strings tools;
	struct it_sbom_component *components; /* in the order of the document, nested ones behind
						 the one they are in */
	size_t count;
	size_t cap;
	/* Digest sets of what it is about, also those that stand in its version or purl as those
	   of images do. */
	struct it_strings subjects;
	struct it_strings texts; /* that are no part of the document */
};

enum {
	IT_SBOM_COMPONENTS_MAX = 1024 * 1024,
	IT_SBOM_LICENSES_MAX = 1024, /* of one component */
	IT_SBOM_NESTING_MAX = 64,
	IT_SBOM_SUBJECTS_MAX =
		1024, /* digests of what it is about: each is compared with products */
};

/*
 * Reads the predicate of an SBOM attestation, which must live as long as *out; type is its
 * predicateType, which it must fit, or NULL.  cosign's older form { "Data": { … } } is read, too.
 * FORMAT: it is no SBOM, or of two formats at once, or what is read of it is not as its format
 * says; UNSUPPORTED: a version that is not read.
 */
IT_CHECK int it_sbom_read(struct it_sbom **out, const struct it_json *predicate, const char *type,
			  struct intoto_error **err);
void it_sbom_free(struct it_sbom *sbom);
IT_DEFINE_AUTO(struct it_sbom, it_sbom_free);

/* "SPDX 2.3", "CycloneDX 1.6". */
const char *it_sbom_format_name(enum it_sbom_format format);
/* A purl with a type and a name, as far as one can see. */
bool it_sbom_purl_is_valid(const char *purl);

#endif

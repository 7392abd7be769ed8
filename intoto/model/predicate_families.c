/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds of predicates and the type URIs that go by them.  Adding one is one entry; entries are
 * sorted by name.
 */
#include <string.h>

#include "base/text.h"
#include "model/attestation.h"

#define OURS "https://in-toto.io/intoto/"
#define FRAMEWORK "https://in-toto.io/attestation/"

#define URIS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* One of ours, which has a single type URI. */
#define OUR_FAMILY(word)                                                                           \
	{                                                                                          \
		word, word, OURS word "/v1", URIS(OURS word "/v1"), NULL                           \
	}

const struct it_predicate_family it_predicate_families[] = {
	OUR_FAMILY("attestor-failure"),
	OUR_FAMILY("ci"),
	OUR_FAMILY("compiler"),
	{ "custom", "custom", "https://cosign.sigstore.dev/attestation/v1",
	  URIS("https://cosign.sigstore.dev/attestation/v1", "cosign.sigstore.dev/attestation/v1"),
	  NULL },
	OUR_FAMILY("environment"),
	OUR_FAMILY("git"),
	OUR_FAMILY("host"),
	{ "link", "link", FRAMEWORK "link/v0.3",
	  URIS(FRAMEWORK "link/v0.3", "https://in-toto.io/Link/v1", "https://in-toto.io/Link/v0.2"),
	  URIS("https://in-toto.io/Link/") },
	OUR_FAMILY("lockfile"),
	/* Witness writes v1.0, where SLSA says v1. */
	{ "provenance", "provenance", "https://slsa.dev/provenance/v1",
	  URIS("https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v1.0",
	       "https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v0.1",
	       "https://in-toto.io/Provenance/v0.1"),
	  URIS("https://slsa.dev/provenance/v1.") },
	{ "reference", "reference", FRAMEWORK "reference/v0.1", URIS(FRAMEWORK "reference/v0.1"),
	  NULL },
	{ "release", "release", FRAMEWORK "release/v0.1",
	  URIS(FRAMEWORK "release/v0.1", FRAMEWORK "release/v0.2", FRAMEWORK "release"), NULL },
	{ "runtime-trace", "runtime-trace", FRAMEWORK "runtime-trace/v0.1",
	  URIS(FRAMEWORK "runtime-trace/v0.1"), NULL },
	{ "sarif", "sarif", "https://witness.dev/attestations/sarif/v0.1",
	  URIS("https://witness.dev/attestations/sarif/v0.1"), NULL },
	/* The framework's example has the version at the end; cosign, Witness and Conforma have
	   none. */
	{ "sbom-cyclonedx", "sbom", "https://cyclonedx.org/bom", URIS("https://cyclonedx.org/bom"),
	  URIS("https://cyclonedx.org/bom/", "https://cyclonedx.org/schema") },
	{ "sbom-spdx", "sbom", "https://spdx.dev/Document", URIS("https://spdx.dev/Document"),
	  URIS("https://spdx.dev/Document/") },
	{ "scai", "scai", FRAMEWORK "scai/v0.3",
	  URIS(FRAMEWORK "scai/v0.3", FRAMEWORK "scai/v0.2", FRAMEWORK "scai/attribute-report/v0.2",
	       FRAMEWORK "scai/attribute-report"),
	  NULL },
	OUR_FAMILY("secrets"),
	{ "svr", "svr", "https://in-toto.io/attestation/svr/v0.2",
	  URIS(FRAMEWORK "svr/v0.2", FRAMEWORK "svr/v0.1"), NULL },
	{ "test-result", "test-result", FRAMEWORK "test-result/v0.1",
	  URIS(FRAMEWORK "test-result/v0.1"), NULL },
	/* CSAF has no type URI of its own. */
	{ "vex-csaf", "vex", OURS "csaf/v1", URIS(OURS "csaf/v1"), NULL },
	{ "vex-openvex", "vex", "https://openvex.dev/ns", URIS("https://openvex.dev/ns"),
	  URIS("https://openvex.dev/ns/") },
	{ "vsa", "vsa", "https://slsa.dev/verification_summary/v1",
	  URIS("https://slsa.dev/verification_summary/v1",
	       "https://slsa.dev/verification_summary/v0.2",
	       "https://slsa.dev/verification_summary/v0.1"),
	  URIS("https://slsa.dev/verification_summary/v1.") },
	{ "vulns", "vulns", FRAMEWORK "vulns/v0.2",
	  URIS(FRAMEWORK "vulns/v0.2", FRAMEWORK "vulns/v0.1", FRAMEWORK "vuln/v0.1"), NULL },
	{ "vulns-cosign", "vulns", "https://cosign.sigstore.dev/attestation/vuln/v1",
	  URIS("https://cosign.sigstore.dev/attestation/vuln/v1",
	       "cosign.sigstore.dev/attestation/vuln/v1"),
	  NULL },
};
const size_t it_predicate_family_count = IT_COUNT_OF(it_predicate_families);

/* What cosign's --type takes, as a word of ours or a type URI. */
static const struct {
	const char *name;
	const char *word;
} short_names[] = {
	{ "cyclonedx", "sbom-cyclonedx" },
	{ "openvex", "vex-openvex" },
	{ "slsaprovenance", "https://slsa.dev/provenance/v0.2" },
	{ "slsaprovenance02", "https://slsa.dev/provenance/v0.2" },
	{ "slsaprovenance1", "https://slsa.dev/provenance/v1" },
	{ "spdx", "sbom-spdx" },
	{ "spdxjson", "sbom-spdx" },
	{ "vuln", "vulns" },
};

static bool belongs(const struct it_predicate_family *family, const char *type)
{
	for (size_t i = 0; family->exact[i]; i++)
		if (it_streq(family->exact[i], type))
			return true;
	for (size_t i = 0; family->prefixes && family->prefixes[i]; i++)
		if (it_starts_with(type, family->prefixes[i]))
			return true;
	return false;
}

const struct it_predicate_family *it_predicate_family_of(const char *type)
{
	for (size_t i = 0; i < it_predicate_family_count; i++)
		if (belongs(&it_predicate_families[i], type))
			return &it_predicate_families[i];
	return NULL;
}

static const char *spell_out(const char *word)
{
	for (size_t i = 0; i < IT_COUNT_OF(short_names); i++)
		if (it_streq(short_names[i].name, word))
			return short_names[i].word;
	return word;
}

/*
 * A URI means itself and, within its family, what only says the version more precisely:
 * ".../Document" is also ".../Document/v2.3", ".../v1" also ".../v1.0" (framework, "Versioning
 * Rules": minor versions are compatible).
 */
static bool is_variant(const struct it_predicate_family *family, const char *type, const char *uri)
{
	size_t len = strlen(uri);

	return family && it_starts_with(type, uri) && (type[len] == '/' || type[len] == '.') &&
	       belongs(family, uri);
}

bool it_predicate_is(const char *type, const char *word)
{
	const struct it_predicate_family *family = it_predicate_family_of(type);

	word = spell_out(word);
	if (it_streq(type, word))
		return true;
	if (strchr(word, ':'))
		return is_variant(family, type, word);
	return family && (it_streq(family->name, word) || it_streq(family->group, word));
}

bool it_predicate_word_is_known(const char *word)
{
	word = spell_out(word);
	if (strchr(word, ':'))
		return true;
	for (size_t i = 0; i < it_predicate_family_count; i++)
		if (it_streq(it_predicate_families[i].name, word) ||
		    it_streq(it_predicate_families[i].group, word))
			return true;
	return false;
}

const char *it_predicate_uri(const char *word)
{
	word = it_streq(word, "vuln") ? "vulns-cosign" : spell_out(word);
	if (strchr(word, ':'))
		return word;
	for (size_t i = 0; i < it_predicate_family_count; i++)
		if (it_streq(it_predicate_families[i].name, word))
			return it_predicate_families[i].write;
	return NULL;
}

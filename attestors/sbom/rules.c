/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the formats ask for (SPDX 2.3 clauses 6 to 11; SPDX 3.0.1 model; CycloneDX 1.2 to 1.7), as
 * far as an SBOM without it says nothing.
 */
#include "attestors/sbom/document.h"

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

const struct sbom_rule sbom_rules[] = {
	{ SBOM_SPDX2_JSON, "", false,
	  NAMES("SPDXID", "spdxVersion", "dataLicense", "name", "documentNamespace",
		"*creationInfo"),
	  NAMES("SPDXID", "annotations", "comment", "creationInfo", "dataLicense",
		"documentDescribes", "documentNamespace", "externalDocumentRefs", "files",
		"hasExtractedLicensingInfos", "name", "packages", "relationships", "revieweds",
		"snippets", "spdxVersion"),
	  NULL },
	{ SBOM_SPDX2_JSON, "creationInfo", false, NAMES("created", "*creators"),
	  NAMES("comment", "created", "creators", "licenseListVersion"), NULL },
	{ SBOM_SPDX2_JSON, "packages/[]", false, NAMES("SPDXID", "name", "downloadLocation"),
	  NAMES("SPDXID", "annotations", "attributionTexts", "builtDate", "checksums", "comment",
		"copyrightText", "description", "downloadLocation", "externalRefs", "filesAnalyzed",
		"hasFiles", "homepage", "licenseComments", "licenseConcluded", "licenseDeclared",
		"licenseInfoFromFiles", "name", "originator", "packageFileName",
		"packageVerificationCode", "primaryPackagePurpose", "releaseDate", "sourceInfo",
		"summary", "supplier", "validUntilDate", "versionInfo"),
	  "packages" },
	{ SBOM_SPDX2_JSON, "packages/[]/checksums/[]", false, NAMES("algorithm", "checksumValue"),
	  NULL, NULL },
	{ SBOM_SPDX2_JSON, "packages/[]/externalRefs/[]", false,
	  NAMES("referenceCategory", "referenceType", "referenceLocator"), NULL, NULL },
	{ SBOM_SPDX2_JSON, "files/[]", false, NAMES("SPDXID", "fileName"), NULL, "files" },
	{ SBOM_SPDX2_JSON, "relationships/[]", false,
	  NAMES("spdxElementId", "relationshipType", "relatedSpdxElement"), NULL, NULL },
	{ SBOM_SPDX2_JSON, "hasExtractedLicensingInfos/[]", false, NAMES("licenseId"), NULL, NULL },

	{ SBOM_SPDX3, "", false, NAMES("*@context", "*@graph"), NAMES("@context", "@graph"), NULL },
	{ SBOM_SPDX3, "@graph/[]", false, NAMES("type"), NULL, NULL },

	{ SBOM_CYCLONEDX_JSON, "", false, NAMES("bomFormat", "specVersion"),
	  NAMES("$schema", "annotations", "bomFormat", "citations", "components", "compositions",
		"declarations", "definitions", "dependencies", "externalReferences", "formulation",
		"metadata", "properties", "serialNumber", "services", "signature", "specVersion",
		"version", "vulnerabilities"),
	  NULL },
	{ SBOM_CYCLONEDX_JSON, "metadata/component", false, NAMES("type", "name"), NULL, NULL },
	{ SBOM_CYCLONEDX_JSON, "metadata/tools/components/[]", false, NAMES("type", "name"), NULL,
	  NULL },
	{ SBOM_CYCLONEDX_JSON, "components/[]", true, NAMES("type", "name"),
	  NAMES("author", "authors", "bom-ref", "components", "copyright", "cpe",
		"cryptoProperties", "data", "description", "evidence", "externalReferences",
		"group", "hashes", "isExternal", "licenses", "manufacturer", "mime-type",
		"modelCard", "modified", "name", "omniborId", "patentAssertions", "pedigree",
		"properties", "publisher", "purl", "releaseNotes", "scope", "signature", "supplier",
		"swhid", "swid", "tags", "type", "version", "versionRange"),
	  "packages" },
	{ SBOM_CYCLONEDX_JSON, "hashes/[]", true, NAMES("alg", "content"), NULL, NULL },
	{ SBOM_CYCLONEDX_JSON, "dependencies/[]", false, NAMES("ref"), NULL, NULL },
};
const size_t sbom_rule_count = sizeof sbom_rules / sizeof *sbom_rules;

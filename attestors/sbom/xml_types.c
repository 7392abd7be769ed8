/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of xml_types.h, from the XML and JSON schemas of CycloneDX side by side. */
#include "attestors/sbom/xml_types.h"

/* clang-format off */
#define TYPE(which, own_text, ...) \
	static const struct xml_rule which##_rules[] = { __VA_ARGS__, { NULL, NULL, XML_TEXT, NULL, NULL } }; \
	static const struct xml_type which = { which##_rules, own_text, NULL }
#define TEXT(name) { name, NULL, XML_TEXT, NULL, NULL }
#define ATTRIBUTE(name) { "@" name, name, XML_TEXT, NULL, NULL }
#define BOOL(name) { name, NULL, XML_BOOL, NULL, NULL }
#define NUMBER(name) { name, NULL, XML_NUMBER, NULL, NULL }
#define OBJECT(name, type) { name, NULL, XML_OBJECT, &(type), NULL }
#define LIST(name, item, type) { name, NULL, XML_LIST, &(type), item }
#define TEXTS(name, item) { name, NULL, XML_LIST, NULL, item }
#define REPEATED(name, type) { name, NULL, XML_REPEATED, &(type), NULL }
#define AGAIN(name) { name, NULL, XML_REPEATED, NULL, NULL }
#define LICENSES { "licenses", NULL, XML_LICENSES, NULL, NULL }
#define TOOLS { "tools", NULL, XML_TOOLS, NULL, NULL }

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

TYPE(property, "value", ATTRIBUTE("name"));
TYPE(attachment, "content", { "@content-type", "contentType", XML_TEXT, NULL, NULL }, ATTRIBUTE("encoding"));
TYPE(contact, NULL, ATTRIBUTE("bom-ref"), TEXT("name"), TEXT("email"), TEXT("phone"));
TYPE(entity, NULL, ATTRIBUTE("bom-ref"), TEXT("name"), AGAIN("url"), REPEATED("contact", contact));

static const struct xml_rule hash_rules[] = { ATTRIBUTE("alg"), { NULL, NULL, XML_TEXT, NULL, NULL } };
static const struct xml_type hash = { hash_rules, "content", NAMES("@alg") };

TYPE(reference, NULL, ATTRIBUTE("type"), TEXT("url"), TEXT("comment"), LIST("hashes", "hash", hash));
#define PROPERTIES LIST("properties", "property", property)
#define REFERENCES LIST("externalReferences", "reference", reference)

/* --- licences --- */

static const struct xml_rule license_rules[] = {
	ATTRIBUTE("bom-ref"), ATTRIBUTE("acknowledgement"), TEXT("id"), TEXT("name"),
	OBJECT("text", attachment), TEXT("url"), PROPERTIES,
	{ NULL, NULL, XML_TEXT, NULL, NULL },
};
const struct xml_type xml_license = { license_rules, NULL, NULL };

static const struct xml_rule expression_rules[] = {
	ATTRIBUTE("bom-ref"), ATTRIBUTE("acknowledgement"), { NULL, NULL, XML_TEXT, NULL, NULL },
};
const struct xml_type xml_expression = { expression_rules, "expression", NULL };

/* --- components --- */

TYPE(swid, NULL, { "@tagId", "tagId", XML_TEXT, NULL, NULL }, ATTRIBUTE("name"), ATTRIBUTE("version"),
     { "@tagVersion", "tagVersion", XML_NUMBER, NULL, NULL }, { "@patch", "patch", XML_BOOL, NULL, NULL },
     OBJECT("text", attachment), TEXT("url"));
TYPE(identity, NULL, TEXT("timestamp"), TEXT("name"), TEXT("email"));
TYPE(commit, NULL, TEXT("uid"), TEXT("url"), OBJECT("author", identity), OBJECT("committer", identity),
     TEXT("message"));
TYPE(pedigree, NULL, LIST("ancestors", "component", xml_component), LIST("descendants", "component", xml_component),
     LIST("variants", "component", xml_component), LIST("commits", "commit", commit), TEXT("notes"));

static const struct xml_rule component_rules[] = {
	ATTRIBUTE("type"), ATTRIBUTE("mime-type"), ATTRIBUTE("bom-ref"), OBJECT("supplier", entity),
	OBJECT("manufacturer", entity), LIST("authors", "author", contact), TEXT("author"),
	TEXT("publisher"), TEXT("group"), TEXT("name"), TEXT("version"), TEXT("description"),
	TEXT("scope"), LIST("hashes", "hash", hash), LICENSES, TEXT("copyright"), TEXT("cpe"),
	TEXT("purl"), AGAIN("omniborId"), AGAIN("swhid"), OBJECT("swid", swid), BOOL("modified"),
	OBJECT("pedigree", pedigree), REFERENCES, PROPERTIES,
	LIST("components", "component", xml_component), TEXTS("tags", "tag"),
	{ "@isExternal", "isExternal", XML_BOOL, NULL, NULL }, TEXT("versionRange"),
	{ NULL, NULL, XML_TEXT, NULL, NULL },
};
const struct xml_type xml_component = { component_rules, NULL, NAMES("@type", "name") };

static const struct xml_rule service_rules[] = {
	ATTRIBUTE("bom-ref"), OBJECT("provider", entity), TEXT("group"), TEXT("name"), TEXT("version"),
	TEXT("description"), TEXTS("endpoints", "endpoint"), BOOL("authenticated"),
	BOOL("x-trust-boundary"), TEXT("trustZone"), LICENSES, REFERENCES, PROPERTIES,
	LIST("services", "service", xml_service), TEXTS("tags", "tag"),
	{ NULL, NULL, XML_TEXT, NULL, NULL },
};
const struct xml_type xml_service = { service_rules, NULL, NAMES("name") };

static const struct xml_rule tool_rules[] = {
	TEXT("vendor"), TEXT("name"), TEXT("version"), LIST("hashes", "hash", hash), REFERENCES,
	{ NULL, NULL, XML_TEXT, NULL, NULL },
};
const struct xml_type xml_tool = { tool_rules, NULL, NULL };

/* --- metadata --- */

TYPE(lifecycle, NULL, TEXT("phase"), TEXT("name"), TEXT("description"));
TYPE(metadata, NULL, TEXT("timestamp"), LIST("lifecycles", "lifecycle", lifecycle), TOOLS,
     LIST("authors", "author", contact), OBJECT("component", xml_component), OBJECT("manufacture", entity),
     OBJECT("manufacturer", entity), OBJECT("supplier", entity), LICENSES, PROPERTIES);

/* --- vulnerabilities --- */

TYPE(source, NULL, TEXT("name"), TEXT("url"));
TYPE(also, NULL, TEXT("id"), OBJECT("source", source));
TYPE(rating, NULL, OBJECT("source", source), NUMBER("score"), TEXT("severity"), TEXT("method"), TEXT("vector"),
     TEXT("justification"));
TYPE(advisory, NULL, TEXT("title"), TEXT("url"));
TYPE(credits, NULL, LIST("organizations", "organization", entity), LIST("individuals", "individual", contact));
TYPE(analysis, NULL, TEXT("state"), TEXT("justification"), { "responses", "response", XML_LIST, NULL, "response" },
     TEXT("detail"), TEXT("firstIssued"), TEXT("lastUpdated"));
TYPE(affected, NULL, TEXT("version"), TEXT("range"), TEXT("status"));
TYPE(target, NULL, TEXT("ref"), LIST("versions", "version", affected));
static const struct xml_type cwe = { NULL, NULL, NULL };
TYPE(vulnerability, NULL, ATTRIBUTE("bom-ref"), TEXT("id"), OBJECT("source", source),
     LIST("references", "reference", also), LIST("ratings", "rating", rating), LIST("cwes", "cwe", cwe),
     TEXT("description"), TEXT("detail"), TEXT("recommendation"), TEXT("workaround"),
     LIST("advisories", "advisory", advisory), TEXT("created"), TEXT("published"), TEXT("updated"),
     TEXT("rejected"), OBJECT("credits", credits), TOOLS, OBJECT("analysis", analysis),
     LIST("affects", "target", target), PROPERTIES);

/* --- the rest --- */

TYPE(composition, NULL, ATTRIBUTE("bom-ref"), TEXT("aggregate"),
     { "assemblies", NULL, XML_REFS, NULL, "assembly" }, { "dependencies", NULL, XML_REFS, NULL, "dependency" },
     { "vulnerabilities", NULL, XML_REFS, NULL, "vulnerability" });

static const struct xml_rule bom_rules[] = {
	{ "@serialNumber", "serialNumber", XML_TEXT, NULL, NULL }, { "@version", "version", XML_NUMBER, NULL, NULL },
	OBJECT("metadata", metadata), LIST("components", "component", xml_component),
	LIST("services", "service", xml_service), REFERENCES,
	{ "dependencies", NULL, XML_DEPENDENCIES, NULL, NULL },
	LIST("compositions", "composition", composition), PROPERTIES,
	LIST("vulnerabilities", "vulnerability", vulnerability),
	{ NULL, NULL, XML_TEXT, NULL, NULL },
};
const struct xml_type xml_bom = { bom_rules, NULL, NULL };
/* clang-format on */

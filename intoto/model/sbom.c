/* SPDX-License-Identifier: Apache-2.0 */
/* Which format an SBOM has, and what its readers share. */
#include "model/sbom.h"

#include "base/clock.h"
#include "base/text.h"
#include "model/attestation.h"
#include "model/digest_set.h"
#include "model/sbom_part.h"

enum { DIGESTS_BYTES_MAX = 16 * 1024, SHA256_DIGITS = 64 };

void it_sbom_free(struct it_sbom *sbom)
{
	if (!sbom)
		return;
	for (size_t i = 0; i < sbom->count; i++) {
		free(sbom->components[i].concluded.items);
		free(sbom->components[i].declared.items);
	}
	free(sbom->components);
	it_strings_done(&sbom->tools);
	it_strings_done(&sbom->subjects);
	it_strings_done(&sbom->texts);
	free(sbom);
}

const char *it_sbom_format_name(enum it_sbom_format format)
{
	return format == IT_SBOM_CYCLONEDX ? "CycloneDX" : "SPDX";
}

bool it_sbom_purl_is_valid(const char *purl)
{
	const char *type = purl + 4;
	const char *slash;

	if (!it_starts_with(purl, "pkg:"))
		return false;
	/* "pkg://type" is the same (purl specification, "scheme"). */
	type += strspn(type, "/");
	slash = strchr(type, '/');
	return slash && slash > type && slash[1] && !strchr("@?#/", slash[1]);
}

/* --- values --- */

int it_sbom_text(const char **out, const struct it_json *object, const char *member, bool required,
		 const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *value = it_json_get(object, member);
	struct it_where at = { where, member, 0 };
	struct it_span text = it_json_text(value);

	*out = "";
	if (!value && !required)
		return INTOTO_OK;
	if (!value)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want the member \"%s\"",
				       member);
	if (!text.data)
		return it_where_refuse(&at, INTOTO_E_FORMAT, err, "want a text, found %s",
				       it_json_kind_name(value));
	if (text.len && memchr(text.data, '\0', text.len))
		return it_where_refuse(&at, INTOTO_E_FORMAT, err, "a NUL character inside a text");
	if (required && !text.len)
		return it_where_refuse(&at, INTOTO_E_FORMAT, err, "is empty");
	*out = text.data;
	return INTOTO_OK;
}

int it_sbom_value(const struct it_json **out, const struct it_json *object, const char *member,
		  enum it_json_kind kind, const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *value = it_json_get(object, member);
	struct it_where at = { where, member, 0 };

	*out = value;
	if (!value || it_json_kind(value) == kind)
		return INTOTO_OK;
	return it_where_refuse(&at, INTOTO_E_FORMAT, err, "want %s, found %s",
			       kind == IT_JSON_LIST ? "a list" : "an object",
			       it_json_kind_name(value));
}

int it_sbom_time(int64_t *out, const struct it_json *object, const char *member,
		 const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, member, 0 };
	const char *text;
	int rc = it_sbom_text(&text, object, member, false, where, err);

	*out = 0;
	if (rc || !*text || it_time_parse_any(out, it_span_text(text)))
		return rc;
	return it_where_refuse(&at, INTOTO_E_FORMAT, err,
			       "want a time as 2026-01-31T23:59:59Z, found something else");
}

/* --- building --- */

struct it_sbom_component *it_sbom_add(struct it_sbom *sbom, struct intoto_error **err)
{
	static const struct it_sbom_component empty = {
		.id = "", .name = "", .version = "", .purl = "", .supplier = "", .type = ""
	};
	size_t cap = sbom->cap ? sbom->cap * 2 : 64;
	struct it_sbom_component *components = sbom->components;

	if (sbom->count == IT_SBOM_COMPONENTS_MAX) {
		(void)it_err_set(err, INTOTO_E_LIMIT, "more than %d components",
				 IT_SBOM_COMPONENTS_MAX); /* NULL says it */
		return NULL;
	}
	if (sbom->count == sbom->cap) {
		components = reallocarray(components, cap, sizeof *components);
		if (!components) {
			(void)it_err_nomem(err); /* NULL says it */
			return NULL;
		}
		sbom->components = components;
		sbom->cap = cap;
	}
	components[sbom->count] = empty;
	return &components[sbom->count++];
}

int it_sbom_add_license(struct it_sbom_licenses *licenses, const char *text, bool name,
			struct intoto_error **err)
{
	size_t cap = licenses->cap ? licenses->cap * 2 : 1;
	struct it_sbom_license *items = licenses->items;

	if (licenses->count == IT_SBOM_LICENSES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d licences of one component",
				  IT_SBOM_LICENSES_MAX);
	if (licenses->count == licenses->cap) {
		items = reallocarray(items, cap, sizeof *items);
		if (!items)
			return it_err_nomem(err);
		licenses->items = items;
		licenses->cap = cap;
	}
	items[licenses->count++] = (struct it_sbom_license){ text, name };
	return INTOTO_OK;
}

const char *it_sbom_keep(struct it_sbom *sbom, struct it_span text, struct intoto_error **err)
{
	if (it_strings_add_span(&sbom->texts, text, err))
		return NULL;
	return sbom->texts.items[sbom->texts.count - 1];
}

/* --- digests --- */

/* "SHA-256", "SHA256", "sha256" and "SHA3-256" as digest sets name them. */
static bool algorithm_name(char *out, size_t size, const char *name)
{
	size_t length = 0;
	bool sha3 = it_streq_nocase(name, "SHA3-256") || it_streq_nocase(name, "SHA3-384") ||
		    it_streq_nocase(name, "SHA3-512") || it_streq_nocase(name, "SHA3-224");

	for (; *name; name++) {
		char c = *name;

		if (c == '-' && !sha3)
			continue;
		if (length + 1 >= size)
			return false;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		out[length++] = c == '-' ? '_' : c;
	}
	out[length] = '\0';
	return it_starts_with(out, "sha") || it_streq(out, "md5");
}

void it_sbom_digest(struct it_sbom_digests *digests, const char *algorithm, const char *hex)
{
	char name[sizeof digests->items[0].algorithm];
	size_t at = digests->count;

	if (at == IT_COUNT_OF(digests->items) || !algorithm_name(name, sizeof name, algorithm))
		return;
	for (size_t i = 0; i < at; i++)
		if (it_streq(digests->items[i].algorithm, name))
			return;
	/* Sorted by name, as a digest set is. */
	for (; at &&
	       it_span_cmp(it_span_text(digests->items[at - 1].algorithm), it_span_text(name)) > 0;
	     at--)
		digests->items[at] = digests->items[at - 1];
	memcpy(digests->items[at].algorithm, name, sizeof name);
	digests->items[at].hex = hex;
	digests->count++;
}

static int add_digest(struct it_buf *out, const char *algorithm, const char *hex,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf small = IT_BUF(DIGESTS_BYTES_MAX);

	for (; *hex && small.len < SHA256_DIGITS * 4; hex++)
		(void)it_buf_add_byte(&small,
				      (char)(*hex >= 'A' && *hex <= 'F' ? *hex - 'A' + 'a' : *hex));
	if (it_buf_check(&small, "digest", err))
		return INTOTO_E_NOMEM;
	if (it_digest_is_kept(it_span_text(algorithm), it_buf_span(&small)))
		(void)it_buf_printf(out, "%s%s:%s", out->len ? "," : "", algorithm,
				    it_buf_text(&small)); /* sticks in out */
	return INTOTO_OK;
}

int it_sbom_digests_keep(struct it_sbom *sbom, struct it_sbom_component *component,
			 struct it_sbom_digests *digests, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(DIGESTS_BYTES_MAX);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < digests->count; i++)
		rc = add_digest(&text, digests->items[i].algorithm, digests->items[i].hex, err);
	if (!rc)
		rc = it_buf_check(&text, "digests", err);
	if (rc || !text.len)
		return rc;
	component->digests = it_sbom_keep(sbom, it_buf_span(&text), err);
	return component->digests ? INTOTO_OK : INTOTO_E_NOMEM;
}

/* --- what it is about --- */

/* "sha256:HEX" (or with %3A, in a purl) at text, and nothing or what ends a version behind it. */
static int add_image_digest(struct it_sbom *sbom, const char *text, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(256);
	size_t skip = it_starts_with(text, "sha256:")					       ? 7
		      : it_starts_with(text, "sha256%3A") || it_starts_with(text, "sha256%3a") ? 9
											       : 0;

	if (!skip || strlen(text + skip) < SHA256_DIGITS ||
	    !it_digest_is_kept(it_span_text("sha256"), it_span(text + skip, SHA256_DIGITS)) ||
	    (text[skip + SHA256_DIGITS] && !strchr("?#", text[skip + SHA256_DIGITS])))
		return INTOTO_OK;
	(void)it_buf_printf(&digest, "sha256:%.*s", SHA256_DIGITS, text + skip); /* fits */
	return it_strings_add_span(&sbom->subjects, it_buf_span(&digest), err);
}

static int add_subjects(struct it_sbom *sbom, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < sbom->count; i++) {
		const struct it_sbom_component *component = &sbom->components[i];
		const char *at = strrchr(component->purl, '@');

		if (!component->described)
			continue;
		if (sbom->subjects.count >= IT_SBOM_SUBJECTS_MAX)
			return it_err_set(err, INTOTO_E_LIMIT, "is about more than %d things",
					  IT_SBOM_SUBJECTS_MAX);
		if (component->digests)
			rc = it_strings_add(&sbom->subjects, component->digests, err);
		if (!rc)
			rc = add_image_digest(sbom, component->version, err);
		if (!rc && at &&
		    (it_starts_with(component->purl, "pkg:oci/") ||
		     it_starts_with(component->purl, "pkg:docker/")))
			rc = add_image_digest(sbom, at + 1, err);
	}
	return rc;
}

/* --- which format --- */

static bool is_spdx3(const struct it_json *document)
{
	const struct it_json *context = it_json_get(document, "@context");
	struct it_span text = it_json_text(context);

	for (size_t i = 0; !text.data && i < it_json_count(context); i++)
		text = it_json_text(it_json_at(context, i));
	return text.data && it_starts_with(text.data, "https://spdx.org/rdf/3.");
}

/* The type decides between the marks of two formats, since somebody has signed it. */
static int read_format(struct it_sbom *sbom, const struct it_json *document, const char *type,
		       struct intoto_error **err)
{
	const struct it_predicate_family *family = type ? it_predicate_family_of(type) : NULL;
	bool may_be_spdx = !family || !it_streq(family->name, "sbom-cyclonedx");
	bool may_be_cyclonedx = !family || !it_streq(family->name, "sbom-spdx");
	bool spdx2 = may_be_spdx && it_json_get(document, "spdxVersion");
	bool spdx3 = may_be_spdx && is_spdx3(document);
	bool cyclonedx = may_be_cyclonedx && it_json_get(document, "bomFormat");

	if (spdx2 + spdx3 + cyclonedx > 1)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "the document has the marks of two SBOM formats");
	if (spdx2)
		return it_sbom_read_spdx2(sbom, document, err);
	if (spdx3)
		return it_sbom_read_spdx3(sbom, document, err);
	if (cyclonedx)
		return it_sbom_read_cyclonedx(sbom, document, err);
	return it_err_set(err, INTOTO_E_FORMAT, "the document is no SBOM%s: want %s",
			  !may_be_spdx	      ? " in CycloneDX, as its type says"
			  : !may_be_cyclonedx ? " in SPDX, as its type says"
					      : "",
			  !may_be_spdx	      ? "\"bomFormat\""
			  : !may_be_cyclonedx ? "\"spdxVersion\" or an SPDX 3 \"@context\""
					      : "\"spdxVersion\", an SPDX 3 \"@context\", or "
						"\"bomFormat\"");
}

int it_sbom_read(struct it_sbom **out, const struct it_json *predicate, const char *type,
		 struct intoto_error **err)
{
	IT_AUTO(it_sbom_freep) struct it_sbom *sbom = calloc(1, sizeof *sbom);
	const struct it_json *data = it_json_get(predicate, "Data");
	int rc;

	*out = NULL;
	if (!sbom)
		return it_err_nomem(err);
	sbom->version = "";
	sbom->name = "";
	if (it_json_kind(data) == IT_JSON_OBJECT)
		predicate = data;
	rc = read_format(sbom, predicate, type, err);
	if (!rc)
		rc = add_subjects(sbom, err);
	if (rc)
		return rc;
	*out = sbom;
	sbom = NULL; /* now the caller's */
	return INTOTO_OK;
}

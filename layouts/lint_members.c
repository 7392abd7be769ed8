/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document as it stands: names one by one, since reading stops at the first bad one; members
 * that the Go tool wants or refuses (it knows no others, at any depth), and those that the Python
 * tool drops without a word.
 */
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "layouts/lint.h"

static const struct it_where root = { NULL, "layout", 0 };

/* --- names --- */

/* Whether an earlier member of one of the lists has the same name. */
static bool is_known(const struct it_json *body, struct it_span name, const struct it_json *self)
{
	static const char *const lists[] = { "steps", "inspect" };

	for (size_t i = 0; i < IT_COUNT_OF(lists); i++) {
		const struct it_json *list = it_json_get(body, lists[i]);

		for (size_t j = 0; j < it_json_count(list); j++) {
			const struct it_json *item = it_json_at(list, j);

			if (item == self)
				return false;
			if (it_span_eq(it_json_text(it_json_get(item, "name")), name))
				return true;
		}
	}
	return false;
}

static void check_name(struct it_findings *out, const struct it_json *body,
		       const struct it_json *item, const struct it_where *where)
{
	struct it_where at = { where, "name", 0 };
	struct it_span name = it_json_text(it_json_get(item, "name"));
	IT_AUTO(it_freep) char *quoted = it_text_quoted(name);

	if (!name.data)
		return; /* told as a wrong format */
	if (!it_name_is_safe(name))
		it_findings_add(out, "name.unsafe", &at, NULL, quoted ? quoted : "",
				"'%s' cannot be part of a file name", quoted ? quoted : "");
	if (is_known(body, name, item))
		it_findings_add(out, "name.duplicate", &at, NULL, quoted ? quoted : "",
				"an earlier step or inspection is called '%s' too",
				quoted ? quoted : "");
}

/* --- members --- */

static const char *const layout_members[] = { "_type",	"expires", "inspect", "keys",
					      "readme", "steps",   NULL };

static void check_missing(struct it_findings *out, const struct it_json *object)
{
	for (size_t i = 0; layout_members[i]; i++)
		if (!it_json_get(object, layout_members[i]))
			it_findings_add(out, "compat.go-refuses", NULL, NULL, layout_members[i],
					"there is no \"%s\", and the Go tool wants each standard "
					"member",
					layout_members[i]);
}

/* Of the Go tool, and unknown to the Python tool. */
static void check_certificates(struct it_findings *out, const struct it_json *object,
			       const char *member, const struct it_where *where)
{
	struct it_where at = { where, member, 0 };

	if (it_json_count(it_json_get(object, member)))
		it_findings_add(out, "compat.python-ignores", &at, NULL, member,
				"the Python tool knows no \"%s\"", member);
}

/* Of ITE-7, and unknown to both. */
static void check_ite_names(struct it_findings *out, const struct it_json *object,
			    const char *member, const struct it_where *where)
{
	struct it_where at = { where, member, 0 };

	check_certificates(out, object, member, where);
	if (it_json_get(object, member))
		it_findings_add(out, "compat.go-refuses", &at, NULL, member,
				"the Go tool knows no \"%s\"", member);
}

/* Of ours: what a layout demands of how a link was made. */
static void check_requires(struct it_findings *out, const struct it_json *item,
			   const struct it_where *where)
{
	struct it_where at = { where, "requires", 0 };

	if (!it_json_get(item, "requires"))
		return;
	it_findings_add(out, "compat.python-ignores", &at, NULL, "requires",
			"the Python tool knows no \"requires\", and passes over it in an envelope");
	it_findings_add(out, "compat.go-refuses", &at, NULL, "requires",
			"the Go tool knows no \"requires\"");
}

static void check_list(struct it_findings *out, const struct it_json *body, const char *member)
{
	const struct it_json *list = it_json_get(body, member);
	struct it_where lists = { &root, member, 0 };

	for (size_t i = 0; i < it_json_count(list); i++) {
		struct it_where where = { &lists, NULL, i };

		check_name(out, body, it_json_at(list, i), &where);
		check_certificates(out, it_json_at(list, i), "cert_constraints", &where);
		check_ite_names(out, it_json_at(list, i), "certConstraints", &where);
		check_requires(out, it_json_at(list, i), &where);
	}
}

/* Go's key has keyid, keyid_hash_algorithms, keytype, keyval and scheme. */
static void check_keys(struct it_findings *out, const struct it_json *body)
{
	static const char *const members[] = { "keyid", "keyid_hash_algorithms", "keytype",
					       "keyval", "scheme" };
	struct it_where keys = { &root, "keys", 0 };
	IT_AUTO(it_freep) struct it_json_member *all = NULL;
	size_t count = 0;

	if (it_json_kind(it_json_get(body, "keys")) != IT_JSON_OBJECT)
		return;
	if (it_json_members(&all, &count, it_json_get(body, "keys"), NULL)) {
		out->failed = INTOTO_E_NOMEM;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		size_t known = 0;
		struct it_where where = { &keys, all[i].name.data, 0 };

		for (size_t j = 0; j < IT_COUNT_OF(members); j++)
			known += it_json_get(all[i].value, members[j]) != NULL;
		if (it_json_count(all[i].value) > known)
			it_findings_add(out, "compat.go-refuses", &where, NULL, all[i].name.data,
					"the key has members that the Go tool does not know");
	}
}

void it_lint_members(struct it_findings *out, const struct it_json *body)
{
	if (it_json_kind(body) != IT_JSON_OBJECT)
		return;
	check_missing(out, body);
	check_certificates(out, body, "rootcas", &root);
	check_certificates(out, body, "intermediatecas", &root);
	check_ite_names(out, body, "trustBundles", &root);
	check_keys(out, body);
	check_list(out, body, "steps");
	check_list(out, body, "inspect");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Constraints against sets of names; anchors that a layout must not have. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "layouts/layout.h"

#include "base/text.h"
#include "model/envelope.h"
#include "tests/unit/refused.h"

#define AUTO_BUF IT_AUTO(it_buf_done) struct it_buf
#define AUTO_LAYOUT IT_AUTO(intoto_layout_freep) struct intoto_layout *
#define AUTO_ENVELOPE IT_AUTO(intoto_envelope_freep) struct intoto_envelope *

enum { TEXT_MAX = 1024 * 1024 };

static int read_text(struct intoto_layout **out, const char *text, struct intoto_error **err)
{
	AUTO_ENVELOPE envelope = NULL;
	int rc = intoto_envelope_new(&envelope, INTOTO_DSSE, text, strlen(text), err);

	return rc ? rc : intoto_layout_from_envelope(out, envelope, err);
}

static void refuses_anchor(const char *member, const char *value, const char *why)
{
	AUTO_BUF text = IT_BUF(TEXT_MAX);
	AUTO_LAYOUT layout = NULL;
	struct intoto_error *err = NULL;

	(void)it_buf_printf(&text,
			    "{\"_type\":\"layout\",\"inspect\":[],\"keys\":{},\"steps\":[],"
			    "\"%s\":%s}",
			    member, value);
	assert_refused(read_text(&layout, it_buf_text(&text), &err), &err, INTOTO_E_FORMAT, why);
}

static void refuses_broken_anchors(void **state)
{
	(void)state;
	refuses_anchor("rootcas", "[]", "layout.rootcas: want an object, found a list");
	refuses_anchor("rootcas", "{\"*\":{}}", "layout.rootcas: want an id that is not empty");
	refuses_anchor("rootcas", "{\"\":{}}", "want an id that is not empty");
	refuses_anchor("rootcas", "{\"a\":{\"keyid\":\"b\",\"keyval\":{}}}",
		       "layout.rootcas.a.keyid: is not the name");
	refuses_anchor("rootcas", "{\"a\":{\"keyval\":{}}}",
		       "layout.rootcas.a.keyval: has no \"certificate\"");
	refuses_anchor("intermediatecas", "{\"a\":{\"keyval\":{\"certificate\":\"x\"}}}",
		       "layout.intermediatecas.a.keyval.certificate: want certificates in PEM");
	refuses_anchor("rootcas", "{\"a\":{\"keyval\":{\"certificate\":\"x\",\"private\":\"y\"}}}",
		       "keyval: has a private key in it");
	refuses_anchor("rootcas", "{\"a\":{\"keyval\":{\"certificate\":\"x\"},\"more\":1}}",
		       "layout.rootcas.a");
	refuses_anchor("trustBundles", "{\"a\":{\"bundleid\":\"b\",\"roots\":[]}}",
		       "layout.trustBundles.a.bundleid: is not the name");
	refuses_anchor("trustBundles", "{\"a\":{\"roots\":\"x\"}}",
		       "layout.trustBundles.a.roots: want a list, found a text");
	refuses_anchor("trustBundles", "{\"a\":{\"roots\":[\"x\"]}}",
		       "layout.trustBundles.a.roots[0]: want certificates in PEM");
	refuses_anchor("trustBundles", "{\"a\":{\"roots\":[],\"x\":1}}", "layout.trustBundles.a");
}

/* --- constraints --- */

static bool takes(const char *constraint, struct it_buf *why)
{
	AUTO_BUF text = IT_BUF(TEXT_MAX);
	IT_AUTO(it_json_freep) struct it_json *list = NULL;
	IT_AUTO(it_constraints_done) struct it_constraints read = { 0 };
	IT_AUTO(it_certificate_names_done) struct it_certificate_names names = { 0 };
	struct it_where where = { NULL, "c", 0 };

	(void)it_buf_printf(&text, "[%s]", constraint);
	assert_int_equal(it_json_parse(&list, it_buf_span(&text), &it_json_signed_limits, NULL),
			 INTOTO_OK);
	assert_int_equal(it_constraints_read(&read, list, &where, NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&names.of[IT_NAME_COMMON], "bob", NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&names.of[IT_NAME_URI], "u1", NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&names.of[IT_NAME_URI], "u2", NULL), INTOTO_OK);
	return it_constraint_takes_names(&read.items[0], &names, why);
}

#define NAMES(cn, uris)                                                                            \
	"{\"common_name\":" cn ",\"uris\":" uris ",\"dns_names\":[],\"emails\":[\"\"]}"

static void takes_sets_of_names(void **state)
{
	static const struct {
		const char *constraint;
		const char *why; /* NULL: taken */
	} cases[] = {
		{ NAMES("\"bob\"", "[\"u1\",\"u2\"]"), NULL },
		{ NAMES("\"bob\"", "[\"u2\",\"u1\",\"u2\"]"), NULL },
		{ NAMES("\"*\"", "[\"*\"]"), NULL },
		{ NAMES("\"bob\"", "[\"u1\"]"), "has the URIs \"u1\", \"u2\", want \"u1\"" },
		{ NAMES("\"bob\"", "[\"u1\",\"u2\",\"u3\"]"), "want \"u1\", \"u2\", \"u3\"" },
		{ NAMES("\"bob\"", "[\"*\",\"u1\"]"), "want \"*\", \"u1\"" },
		{ NAMES("\"bob\"", "[\"u*\"]"), "want \"u*\"" },
		{ NAMES("\"bob\"", "[]"), "has the URIs \"u1\", \"u2\", want none" },
		{ NAMES("\"bob\"", "[\"\"]"), "want none" },
		{ NAMES("\"\"", "[\"*\"]"), "has the common name \"bob\", want none" },
		{ NAMES("\"bo\"", "[\"*\"]"), "has the common name \"bob\", want \"bo\"" },
		{ "{\"uris\":[\"*\"]}", "has the common name \"bob\", want none" },
		{ "{\"common_name\":\"*\"}", "has the URIs \"u1\", \"u2\", want none" },
		{ "{\"common_name\":\"*\",\"uris\":[\"*\"],\"organizations\":[\"O\"]}",
		  "has no organization, want \"O\"" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		AUTO_BUF why = IT_BUF(TEXT_MAX);
		bool taken = takes(cases[i].constraint, &why);

		if (taken != !cases[i].why)
			fail_msg("%s: %s", cases[i].constraint, it_buf_text(&why));
		if (cases[i].why && !strstr(it_buf_text(&why), cases[i].why))
			fail_msg("\"%s\" does not say \"%s\"", it_buf_text(&why), cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_broken_anchors),
		cmocka_unit_test(takes_sets_of_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

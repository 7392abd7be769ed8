/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates in layouts and on signatures: read, written back, matched, judged. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "layouts/certificate.h"

#include "base/text.h"
#include "model/envelope.h"
#include "tests/unit/refused.h"
#include "tests/unit/timestamps.h"

#define AUTO_MADE IT_AUTO(made_done) struct made
#define AUTO_BUF IT_AUTO(it_buf_done) struct it_buf
#define AUTO_LAYOUT IT_AUTO(intoto_layout_freep) struct intoto_layout *
#define AUTO_ENVELOPE IT_AUTO(intoto_envelope_freep) struct intoto_envelope *

enum { TEXT_MAX = 1024 * 1024 };

/* --- the world of these tests --- */

struct world {
	struct made root;
	struct made other;
	struct made middle;
	struct made bob;
	struct made tsaroot;
	struct made tsa;
};

static const struct recipe bob_recipe = { .common_name = "bob",
					  .organization = "Example",
					  .alternative = "URI:spiffe://a/bob",
					  .basic = "CA:FALSE",
					  .usage = "critical,digitalSignature" };

static int make_world(void **state)
{
	static const struct recipe tsa = TSA_RECIPE;
	struct world *world = calloc(1, sizeof *world);

	made_must(world != NULL, "memory");
	world->root = make(MADE_ROOT("root"), NULL);
	world->other = make(MADE_ROOT("other"), NULL);
	world->middle = make(MADE_ROOT("middle"), &world->root);
	world->bob = make(&bob_recipe, &world->middle);
	world->tsaroot = make(MADE_ROOT("tsaroot"), NULL);
	world->tsa = make(&tsa, &world->tsaroot);
	*state = world;
	return 0;
}

static int free_world(void **state)
{
	struct world *world = *state;

	made_done(&world->root);
	made_done(&world->other);
	made_done(&world->middle);
	made_done(&world->bob);
	made_done(&world->tsaroot);
	made_done(&world->tsa);
	free(world);
	return 0;
}

/* PEM inside a JSON text. */
static void add_pem(struct it_buf *out, const struct made *made)
{
	IT_AUTO(it_freep) char *pem = made_pem(made);

	for (const char *at = pem; *at; at++)
		(void)it_buf_printf(out, *at == '\n' ? "\\n" : "%c", *at);
}

static void add_anchor(struct it_buf *out, const char *id, const struct made *made)
{
	(void)it_buf_printf(out,
			    "\"%s\":{\"keyid\":\"%s\",\"keyid_hash_algorithms\":null,"
			    "\"keytype\":\"ecdsa\",\"scheme\":\"x\",\"keyval\":{\"public\":"
			    "\"\",\"certificate\":\"",
			    id, id);
	add_pem(out, made);
	(void)it_buf_add_text(out, "\"}}");
}

/* A layout of one step; constraints is the list's text. */
static void print_layout(struct it_buf *out, const struct world *world, const char *constraints)
{
	(void)it_buf_add_text(out, "{\"_type\":\"layout\",\"inspect\":[],\"keys\":{},"
				   "\"expires\":\"2080-01-01T00:00:00Z\",\"readme\":\"\",");
	(void)it_buf_add_text(out, "\"rootcas\":{");
	add_anchor(out, "aa", &world->root);
	(void)it_buf_add_byte(out, ',');
	add_anchor(out, "bb", &world->other);
	(void)it_buf_add_text(out, "},\"intermediatecas\":{");
	add_anchor(out, "cc", &world->middle);
	(void)it_buf_add_text(out, "},\"trustBundles\":{\"corp\":{\"bundleid\":\"corp\","
				   "\"roots\":[\"");
	add_pem(out, &world->root);
	(void)it_buf_add_text(out, "\"],\"intermediates\":[\"");
	add_pem(out, &world->middle);
	(void)it_buf_printf(out,
			    "\"]}},\"steps\":[{\"_type\":\"step\",\"name\":\"s\","
			    "\"threshold\":1,\"pubkeys\":[],\"expected_command\":[],"
			    "\"expected_materials\":[],\"expected_products\":[],"
			    "\"cert_constraints\":%s}]}",
			    constraints);
}

static int read_text(struct intoto_layout **out, const char *text, struct intoto_error **err)
{
	AUTO_ENVELOPE envelope = NULL;
	int rc = intoto_envelope_new(&envelope, INTOTO_DSSE, text, strlen(text), err);

	return rc ? rc : intoto_layout_from_envelope(out, envelope, err);
}

static struct intoto_layout *layout_of(const struct world *world, const char *constraints)
{
	AUTO_BUF text = IT_BUF(TEXT_MAX);
	struct intoto_error *err = NULL;
	struct intoto_layout *layout = NULL;

	print_layout(&text, world, constraints);
	if (read_text(&layout, it_buf_text(&text), &err))
		fail_msg("%s", intoto_error_text(err));
	return layout;
}

/* --- layouts --- */

static void writes_what_it_reads(void **state)
{
	static const char constraints[] =
		"[{\"common_name\":\"bob\",\"dns_names\":[],\"emails\":[\"*\"],"
		"\"organizations\":[\"A\",\"B\"],\"roots\":[\"aa\"],\"uris\":[\"x\"]},"
		"{\"trustBundleIds\":[\"corp\"]}]";
	AUTO_BUF text = IT_BUF(TEXT_MAX);
	AUTO_ENVELOPE first = NULL;
	AUTO_ENVELOPE second = NULL;
	AUTO_LAYOUT layout = layout_of(*state, constraints);

	print_layout(&text, *state, constraints);
	assert_int_equal(intoto_envelope_new(&first, INTOTO_METABLOCK, text.data, text.len, NULL),
			 INTOTO_OK);
	assert_int_equal(it_layout_to_envelope(&second, layout, INTOTO_METABLOCK, NULL), INTOTO_OK);
	assert_true(it_json_equal(it_envelope_body(first), it_envelope_body(second)));
	assert_int_equal(layout->rootcas.count, 2);
	assert_int_equal(layout->bundles.items[0].intermediates.count, 1);
}

static void refuses_layouts_with_other_members(void **state)
{
	static const struct {
		const char *constraints;
		const char *why;
	} others[] = {
		{ "[{\"common_nam\":\"bob\"}]", "layout.steps[0].cert_constraints[0]" },
		{ "{}", "layout.steps[0].cert_constraints: want a list, found an object" },
		{ "[[]]", "layout.steps[0].cert_constraints[0]" },
		{ "[{\"uris\":\"x\"}]", "cert_constraints[0].uris: want a list, found a text" },
		{ "[{\"uris\":[1]}]", "cert_constraints[0].uris[0]: want a text, found" },
		{ "[{\"common_name\":[]}]", "common_name: want a text, found a list" },
		{ "[{}],\"certConstraints\":[{}]", "has constraints under another name, too" },
	};

	for (size_t i = 0; i < IT_COUNT_OF(others); i++) {
		AUTO_BUF text = IT_BUF(TEXT_MAX);
		AUTO_LAYOUT layout = NULL;
		struct intoto_error *err = NULL;

		print_layout(&text, *state, others[i].constraints);
		assert_refused(read_text(&layout, it_buf_text(&text), &err), &err, INTOTO_E_FORMAT,
			       others[i].why);
	}
}

/* --- signatures --- */

/* Signed by made's key; certificates (PEM in JSON) and more go onto the signature. */
static struct intoto_envelope *envelope_of(const struct made *made, const char *certificates,
					   const char *more)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = made_signer(made);
	AUTO_ENVELOPE plain = NULL;
	AUTO_BUF text = IT_BUF(TEXT_MAX);
	AUTO_BUF sig = IT_BUF(TEXT_MAX);
	struct intoto_envelope *out = NULL;

	assert_int_equal(intoto_envelope_new(&plain, INTOTO_DSSE, "{}", 2, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_sign(plain, key, INTOTO_KEYID_LEGACY, NULL), INTOTO_OK);
	it_base64_encode(&sig, it_buf_span(&plain->signatures[0].bytes));
	(void)it_buf_printf(
		&text,
		"{\"payload\":\"e30=\",\"payloadType\":"
		"\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\"%s\"%s%s%s%s"
		"}]}",
		it_buf_text(&sig), certificates ? ",\"cert\":\"" : "",
		certificates ? certificates : "", certificates ? "\"" : "", more ? more : "");
	assert_int_equal(intoto_envelope_parse(&out, text.data, text.len, NULL), INTOTO_OK);
	return out;
}

struct judged {
	struct it_certifieds certified;
	struct intoto_report *report;
};

static void judged_done(struct judged *judged)
{
	it_certifieds_done(&judged->certified);
	intoto_report_free(judged->report);
}

static void judge(struct judged *out, struct intoto_layout *layout,
		  const struct intoto_envelope *envelope, const struct it_trust *trust, int64_t now)
{
	static const struct intoto_verify_options options = { .size = sizeof options };
	struct it_chain chain = {
		.options = &options, .prefix = "", .now = now, .layout = layout, .trust = trust
	};

	chain.label = (struct it_buf)IT_BUF(TEXT_MAX);
	assert_int_equal(it_report_new(&out->report, NULL), INTOTO_OK);
	chain.report = out->report;
	assert_int_equal(it_certificates_judge(&chain, &layout->steps[0], "s.link", envelope,
					       &out->certified, NULL),
			 INTOTO_OK);
	it_constraints_remark(&chain, &layout->steps[0]);
	it_buf_done(&chain.label);
}

static bool says(const struct judged *judged, const char *text)
{
	for (size_t i = 0; i < intoto_report_count(judged->report); i++)
		if (strstr(intoto_report_at(judged->report, i)->text, text))
			return true;
	return false;
}

/* Whether bob counts under constraints, and what the report says. */
static void expect(const struct world *world, const char *constraints, bool counts,
		   const char *sentence)
{
	AUTO_BUF pem = IT_BUF(TEXT_MAX);
	AUTO_LAYOUT layout = layout_of(world, constraints);
	AUTO_ENVELOPE envelope = NULL;
	IT_AUTO(judged_done) struct judged judged = { 0 };

	add_pem(&pem, &world->bob);
	envelope = envelope_of(&world->bob, it_buf_text(&pem), NULL);
	judge(&judged, layout, envelope, NULL, MADE_AT);
	assert_int_equal(judged.certified.count, counts);
	if (!says(&judged, sentence))
		fail_msg("%s: does not say \"%s\" but \"%s\"", constraints, sentence,
			 intoto_report_count(judged.report)
				 ? intoto_report_at(judged.report, 0)->text
				 : "nothing");
}

#define ANYBODY                                                                                    \
	"\"common_name\":\"*\",\"dns_names\":[\"*\"],\"emails\":[\"*\"],\"organizations\":[\"*\"]" \
	","                                                                                        \
	"\"uris\":[\"*\"]"

static void selects_the_root_that_is_named(void **state)
{
	struct world *world = *state;

	expect(world, "[{" ANYBODY ",\"roots\":[\"aa\"]}]", true, "under the root \"aa\"");
	expect(world, "[{" ANYBODY ",\"roots\":[\"aa\",\"bb\"]}]", true, "under the root \"aa\"");
	expect(world, "[{" ANYBODY ",\"roots\":[\"*\"]}]", true, "takes everybody");
	expect(world, "[{" ANYBODY ",\"trustBundleIds\":[\"corp\"]}]", true, "is good");
	expect(world, "[{" ANYBODY ",\"trustBundleIds\":[\"*\"]}]", true, "is good");
	expect(world, "[{" ANYBODY ",\"trustBundleIds\":[\"corp\"],\"roots\":[\"aa\"]}]", true,
	       "is good");
	expect(world, "[{" ANYBODY ",\"roots\":[\"bb\"]}]", false, "no chain of issuers leads");
	expect(world, "[{" ANYBODY ",\"roots\":[\"bb\"]},{" ANYBODY ",\"roots\":[\"aa\"]}]", true,
	       "is good");
	expect(world, "[{" ANYBODY ",\"roots\":[\"dd\"]}]", false,
	       "names no root that the layout has");
	expect(world, "[{" ANYBODY ",\"roots\":[\"dd\"]}]", false,
	       "names a root that the layout does not have: \"dd\"");
	expect(world, "[{" ANYBODY ",\"roots\":[]}]", false, "names no root that the layout has");
	expect(world, "[{" ANYBODY "}]", false, "names no root that the layout has");
	expect(world, "[{" ANYBODY ",\"trustBundleIds\":[\"corp\"],\"roots\":[\"bb\"]}]", false,
	       "names no root that the layout has");
	expect(world, "[{" ANYBODY ",\"trustBundleIds\":[\"aa\"]}]", false,
	       "names no root that the layout has");
}

static void counts_nobody_without_constraint_certificate_or_signature(void **state)
{
	struct world *world = *state;
	AUTO_BUF pem = IT_BUF(TEXT_MAX);
	AUTO_LAYOUT none = layout_of(world, "[]");
	AUTO_LAYOUT layout = layout_of(world, "[{" ANYBODY ",\"roots\":[\"*\"]}]");
	AUTO_ENVELOPE bare = envelope_of(&world->bob, NULL, NULL);
	AUTO_ENVELOPE good = NULL;
	AUTO_ENVELOPE wrong = NULL;
	IT_AUTO(judged_done) struct judged first = { 0 };
	IT_AUTO(judged_done) struct judged second = { 0 };
	IT_AUTO(judged_done) struct judged third = { 0 };

	add_pem(&pem, &world->bob);
	good = envelope_of(&world->bob, it_buf_text(&pem), NULL);
	wrong = envelope_of(&world->other, it_buf_text(&pem), NULL);
	judge(&first, none, good, NULL, MADE_AT);
	assert_int_equal(first.certified.count, 0);
	judge(&second, layout, bare, NULL, MADE_AT);
	assert_int_equal(second.certified.count, 0);
	judge(&third, layout, wrong, NULL, MADE_AT);
	assert_int_equal(third.certified.count, 0);
	assert_true(says(&third, "signature 1 of 1, with the certificate of \"spiffe://a/bob\": "
				 "the signature does not verify"));
}

static void refuses_members_that_are_no_certificate(void **state)
{
	static const struct {
		const char *certificates;
		const char *more;
		const char *why;
	} others[] = {
		{ "hello", NULL, "cert: want certificates in PEM, found none" },
		{ NULL, ",\"cert\":[]", "cert: want a text, found a list" },
		{ NULL, ",\"certificate\":\"AAAA\"", "certificate: want certificates in PEM" },
	};
	struct world *world = *state;
	AUTO_LAYOUT layout = layout_of(world, "[{" ANYBODY ",\"roots\":[\"*\"]}]");

	for (size_t i = 0; i < IT_COUNT_OF(others); i++) {
		AUTO_ENVELOPE envelope =
			envelope_of(&world->bob, others[i].certificates, others[i].more);
		IT_AUTO(judged_done) struct judged judged = { 0 };

		judge(&judged, layout, envelope, NULL, MADE_AT);
		assert_int_equal(judged.certified.count, 0);
		if (!says(&judged, others[i].why))
			fail_msg("case %zu: %s", i, intoto_report_at(judged.report, 0)->text);
	}
}

/* --- time --- */

static void stamp_bytes(struct it_buf *out, const struct world *world,
			const struct intoto_envelope *envelope, int64_t time)
{
	struct stamp stamp = { .data = it_buf_span(&envelope->signatures[0].bytes),
			       .time = time,
			       .bare = true };
	AUTO_BUF der = IT_BUF(TEXT_MAX);

	make_stamp(&der, &stamp, &world->tsa);
	it_base64_encode(out, it_buf_span(&der));
}

/* bob's envelope, parsed again with more on its signature; ECDSA would sign other bytes anew. */
static struct intoto_envelope *with_more(const struct intoto_envelope *envelope, const char *more)
{
	IT_AUTO(it_freep) char *printed = NULL;
	AUTO_BUF text = IT_BUF(TEXT_MAX);
	struct intoto_envelope *out = NULL;
	size_t len = 0;
	const char *end;

	assert_int_equal(intoto_envelope_print(envelope, &printed, &len, NULL), INTOTO_OK);
	end = strstr(printed, "}]}");
	assert_non_null(end);
	(void)it_buf_add(&text, printed, (size_t)(end - printed));
	(void)it_buf_printf(&text, "%s}]}", more);
	assert_int_equal(intoto_envelope_parse(&out, text.data, text.len, NULL), INTOTO_OK);
	return out;
}

static void judges_as_of_the_earliest_timestamp(void **state)
{
	struct world *world = *state;
	AUTO_BUF pem = IT_BUF(TEXT_MAX);
	AUTO_BUF early = IT_BUF(TEXT_MAX);
	AUTO_BUF late = IT_BUF(TEXT_MAX);
	AUTO_BUF more = IT_BUF(TEXT_MAX);
	AUTO_LAYOUT layout = layout_of(world, "[{" ANYBODY ",\"roots\":[\"aa\"]}]");
	AUTO_ENVELOPE plain = NULL;
	AUTO_ENVELOPE stamped = NULL;
	AUTO_ENVELOPE behind = NULL;
	IT_AUTO(it_trust_done) struct it_trust trust = { 0 };
	IT_AUTO(judged_done) struct judged first = { 0 };
	IT_AUTO(judged_done) struct judged second = { 0 };
	IT_AUTO(judged_done) struct judged third = { 0 };
	IT_AUTO(judged_done) struct judged fourth = { 0 };

	made_add(&trust.timestamp_roots, &world->tsaroot);
	add_pem(&pem, &world->bob);
	plain = envelope_of(&world->bob, it_buf_text(&pem), NULL);
	stamp_bytes(&early, world, plain, MADE_AT);
	stamp_bytes(&late, world, plain, MADE_AT + 20 * DAY);
	(void)it_buf_printf(&more,
			    ",\"timestamps\":[{\"type\":\"tsp\",\"data\":\"%s\"}],"
			    "\"rfc3161Timestamps\":[{\"signedTimestamp\":\"%s\"}]",
			    it_buf_text(&late), it_buf_text(&early));
	stamped = with_more(plain, it_buf_text(&more));
	judge(&first, layout, plain, &trust, MADE_AT + 100 * DAY);
	assert_int_equal(first.certified.count, 0);
	judge(&second, layout, stamped, &trust, MADE_AT + 100 * DAY);
	assert_int_equal(second.certified.count, 1);
	assert_true(says(&second, "as of 2026-05-28T20:26:40Z (its timestamp)"));
	judge(&third, layout, stamped, NULL, MADE_AT + 100 * DAY);
	assert_int_equal(third.certified.count, 0);
	assert_true(says(&third, "(--timestamp-roots)"));
	/* One that says that the certificate was over already makes it over, also before that. */
	it_buf_reset(&more);
	(void)it_buf_printf(&more, ",\"timestamps\":[{\"type\":\"tsp\",\"data\":\"%s\"}]",
			    it_buf_text(&late));
	behind = with_more(plain, it_buf_text(&more));
	judge(&fourth, layout, behind, &trust, MADE_AT + 100 * DAY);
	assert_int_equal(fourth.certified.count, 0);
	assert_true(says(&fourth, "the certificate expired at"));
}

static void warns_of_timestamps_that_do_not_count(void **state)
{
	static const struct {
		const char *more;
		const char *why;
	} others[] = {
		{ ",\"timestamps\":\"x\"", "its timestamps are no list" },
		{ ",\"timestamps\":[{\"type\":\"roughtime\",\"data\":\"AAAA\"}]",
		  "of another type than \"tsp\"" },
		{ ",\"timestamps\":[{\"type\":\"tsp\",\"data\":\"?\"}]",
		  "its timestamp is no base64" },
		{ ",\"timestamps\":[{\"type\":\"tsp\",\"data\":\"AAAA\"}]",
		  "the timestamp is no RFC 3161 token" },
		{ ",\"timestamps\":[7]", "its timestamp is no base64" },
	};
	struct world *world = *state;
	AUTO_BUF pem = IT_BUF(TEXT_MAX);
	AUTO_LAYOUT layout = layout_of(world, "[{" ANYBODY ",\"roots\":[\"aa\"]}]");
	AUTO_ENVELOPE plain = NULL;
	IT_AUTO(it_trust_done) struct it_trust trust = { 0 };

	made_add(&trust.timestamp_roots, &world->tsaroot);
	add_pem(&pem, &world->bob);
	plain = envelope_of(&world->bob, it_buf_text(&pem), NULL);
	for (size_t i = 0; i < IT_COUNT_OF(others); i++) {
		AUTO_ENVELOPE envelope = with_more(plain, others[i].more);
		IT_AUTO(judged_done) struct judged now = { 0 };
		IT_AUTO(judged_done) struct judged later = { 0 };

		judge(&now, layout, envelope, &trust, MADE_AT);
		assert_int_equal(now.certified.count, 1);
		assert_true(says(&now, others[i].why));
		judge(&later, layout, envelope, &trust, MADE_AT + 100 * DAY);
		assert_int_equal(later.certified.count, 0);
	}
}

static void takes_no_timestamp_of_the_future(void **state)
{
	struct world *world = *state;
	AUTO_BUF pem = IT_BUF(TEXT_MAX);
	AUTO_BUF future = IT_BUF(TEXT_MAX);
	AUTO_BUF more = IT_BUF(TEXT_MAX);
	AUTO_LAYOUT layout = layout_of(world, "[{" ANYBODY ",\"roots\":[\"aa\"]}]");
	AUTO_ENVELOPE plain = NULL;
	AUTO_ENVELOPE stamped = NULL;
	IT_AUTO(it_trust_done) struct it_trust trust = { 0 };
	IT_AUTO(judged_done) struct judged judged = { 0 };

	made_add(&trust.timestamp_roots, &world->tsaroot);
	add_pem(&pem, &world->bob);
	plain = envelope_of(&world->bob, it_buf_text(&pem), NULL);
	stamp_bytes(&future, world, plain, MADE_AT);
	(void)it_buf_printf(&more, ",\"timestamps\":[{\"type\":\"tsp\",\"data\":\"%s\"}]",
			    it_buf_text(&future));
	stamped = with_more(plain, it_buf_text(&more));
	judge(&judged, layout, stamped, &trust, MADE_AT - 15 * DAY);
	assert_int_equal(judged.certified.count, 0);
	assert_true(says(&judged, "its timestamp is of the future"));
}

/* --- people --- */

static void certify(struct it_certifieds *out, const struct world *world, const struct made *made)
{
	AUTO_BUF pem = IT_BUF(TEXT_MAX);
	AUTO_LAYOUT layout = layout_of(world, "[{" ANYBODY ",\"roots\":[\"*\"]}]");
	AUTO_ENVELOPE envelope = NULL;
	struct judged judged = { 0 };

	add_pem(&pem, made);
	envelope = envelope_of(made, it_buf_text(&pem), NULL);
	judge(&judged, layout, envelope, NULL, MADE_AT);
	assert_int_equal(judged.certified.count, 1);
	*out = judged.certified;
	intoto_report_free(judged.report);
}

static void counts_one_person_once(void **state)
{
	struct world *world = *state;
	struct recipe carl = bob_recipe;
	AUTO_MADE again = make(&bob_recipe, &world->middle);
	AUTO_MADE direct = make(&bob_recipe, &world->root);
	AUTO_MADE twin = make(&bob_recipe, &world->other);
	AUTO_MADE other = { 0 };
	IT_AUTO(it_certifieds_done) struct it_certifieds a = { 0 };
	IT_AUTO(it_certifieds_done) struct it_certifieds b = { 0 };
	IT_AUTO(it_certifieds_done) struct it_certifieds c = { 0 };
	IT_AUTO(it_certifieds_done) struct it_certifieds d = { 0 };
	IT_AUTO(it_certifieds_done) struct it_certifieds e = { 0 };

	carl.common_name = "carl";
	other = make(&carl, &world->middle);
	certify(&a, world, &world->bob);
	certify(&b, world, &again);
	certify(&c, world, &direct);
	certify(&d, world, &twin);
	certify(&e, world, &other);
	assert_string_equal(a.items[0].name, "spiffe://a/bob");
	assert_string_not_equal(a.items[0].fingerprint, b.items[0].fingerprint);
	assert_true(it_certified_same(&a.items[0], &b.items[0]));
	assert_true(it_certified_same(&a.items[0], &c.items[0]));
	assert_false(it_certified_same(&a.items[0], &d.items[0]));
	assert_false(it_certified_same(&a.items[0], &e.items[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(refuses_layouts_with_other_members),
		cmocka_unit_test(selects_the_root_that_is_named),
		cmocka_unit_test(counts_nobody_without_constraint_certificate_or_signature),
		cmocka_unit_test(refuses_members_that_are_no_certificate),
		cmocka_unit_test(judges_as_of_the_earliest_timestamp),
		cmocka_unit_test(warns_of_timestamps_that_do_not_count),
		cmocka_unit_test(takes_no_timestamp_of_the_future),
		cmocka_unit_test(counts_one_person_once),
	};

	return cmocka_run_group_tests(tests, make_world, free_world);
}

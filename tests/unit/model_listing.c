/* SPDX-License-Identifier: Apache-2.0 */
/* Listings: read as they were written, and in no other way. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/listing.h"

#include "base/file.h"
#include "base/text.h"
#include "model/link.h"
#include "model/listing_proof.h"
#include "tests/unit/refused.h"
#include "tests/unit/workspace.h"

enum { TEXT_MAX = 1024 * 1024 };

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define LINE(name) "{\"digest\":{\"sha256\":\"" A64 "\"},\"name\":\"" name "\"}\n"

static void add(struct it_artifacts *table, const char *name, const char *digests)
{
	assert_int_equal(it_artifacts_add(table, it_span_text(name), it_span_text(digests), NULL),
			 INTOTO_OK);
}

static void fill(struct it_artifacts *table)
{
	add(table, "b", "sha256:" A64);
	add(table, "a \"quoted\"\n\x01",
	    "md5:"
	    "0123456789abcdef0123456789abcdef"
	    ",sha256:" B64);
	add(table, "c/\xc3\xa9", "sha256:" A64);
	assert_int_equal(it_artifacts_seal(table, NULL), INTOTO_OK);
}

/* The listing of a text as somebody signed it. */
static struct it_listing listing_of(const char *text, uint64_t count)
{
	struct it_listing listing = { .count = count };
	struct it_merkle tree = { 0 };

	while (*text) {
		size_t len = strcspn(text, "\n");
		struct it_merkle_hash leaf;

		it_merkle_leaf(&leaf, it_span(text, len));
		it_merkle_add(&tree, &leaf);
		text += len + (text[len] == '\n');
	}
	it_merkle_root(&listing.root, &tree);
	return listing;
}

static void reads_what_it_wrote(void **state)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts table = { 0 };
	IT_AUTO(it_artifacts_done) struct it_artifacts again = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	struct it_listing listing;

	(void)state;
	fill(&table);
	assert_int_equal(it_listing_measure(&listing, &table, NULL), INTOTO_OK);
	assert_int_equal(listing.count, 3);
	assert_int_equal(it_listing_write(&table, "a.listing", 0, NULL), INTOTO_OK);
	assert_int_equal(it_file_read(&text, "a.listing", NULL), INTOTO_OK);
	assert_true(it_starts_with(it_buf_text(&text),
				   "{\"digest\":{\"md5\":\"0123456789abcdef0123456789abcdef\","
				   "\"sha256\":\"" B64
				   "\"},\"name\":\"a \\\"quoted\\\"\\n\\u0001\"}\n"
				   "{\"digest\":{\"sha256\":\"" A64 "\"},\"name\":\"b\"}\n"));
	assert_int_equal(it_listing_read(&again, it_buf_span(&text), &listing, NULL), INTOTO_OK);
	assert_int_equal(again.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(again.items[i].name, table.items[i].name);
		assert_string_equal(again.items[i].digests, table.items[i].digests);
	}
}

static void refuse(const char *text, const struct it_listing *meant, enum intoto_code code,
		   const char *why)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts table = { 0 };
	struct intoto_error *err = NULL;

	assert_refused(it_listing_read(&table, it_span_text(text), meant, &err), &err, code, why);
}

static void refuses_any_other_listing(void **state)
{
	const struct it_listing listing = listing_of(LINE("a") LINE("b") LINE("c"), 3);
	IT_AUTO(it_artifacts_done) struct it_artifacts table = { 0 };

	(void)state;
	assert_int_equal(it_listing_read(&table, it_span_text(LINE("a") LINE("b") LINE("c")),
					 &listing, NULL),
			 INTOTO_OK);
	refuse("", &listing, INTOTO_E_UNTRUSTED, "has 0 artifacts, where the link says 3");
	refuse(LINE("a") LINE("b"), &listing, INTOTO_E_UNTRUSTED,
	       "has 2 artifacts, where the link says 3");
	refuse(LINE("a") LINE("b") LINE("c") LINE("d"), &listing, INTOTO_E_UNTRUSTED,
	       "has more than the 3 artifacts that the link says");
	refuse(LINE("a") LINE("b") LINE("d"), &listing, INTOTO_E_UNTRUSTED,
	       "is not the listing whose root the link has");
	refuse(LINE("a") LINE("b") "{\"digest\":{\"sha256\":\"" B64 "\"},\"name\":\"c\"}\n",
	       &listing, INTOTO_E_UNTRUSTED, "is not the listing whose root the link has");
	refuse(LINE("a") LINE("c") LINE("b"), &listing, INTOTO_E_FORMAT,
	       "line 3: its name is not behind the one before");
	refuse(LINE("a") LINE("a") LINE("b"), &listing, INTOTO_E_FORMAT,
	       "line 2: its name stands there twice");
}

/* Signed like this, so that the root is right and only the reader can say no. */
static void refuses_what_is_no_listing_though_it_was_signed(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{ LINE("b") LINE("a"), "line 2: its name is not behind the one before" },
		{ LINE("a") LINE("a"), "line 2: its name stands there twice" },
		{ LINE("a") "\n", "line 2: want {\"digest\":" },
		{ LINE("a") "{\"digest\":{\"sha256\":\"" A64 "\"},\"name\":\"b\"}",
		  "line 2: has no end" },
		{ LINE("\\u0041"), "line 1: is spelled in another way" },
		{ LINE("\\/"), "line 1: is spelled in another way" },
		{ LINE("\\u00e9"), "line 1: is spelled in another way" },
		{ LINE(""), "line 1: want" },
		{ LINE("a\\u0000b"), "line 1: want" },
		{ LINE("\xff"), "line 1: want" },
		{ " " LINE("a"), "line 1: is spelled in another way" },
		{ "{\"digest\": {\"sha256\":\"" A64 "\"},\"name\":\"a\"}\n",
		  "line 1: is spelled in another way" },
		{ "{\"digest\":{\"sha256\":\"" A64 "\"},\"name\":\"a\"}\r\n",
		  "line 1: is spelled in another way" },
		{ "{\"name\":\"a\",\"digest\":{\"sha256\":\"" A64 "\"}}\n", "line 1: want" },
		{ "{\"digest\":{},\"name\":\"a\"}\n", "line 1: want" },
		{ "{\"digest\":{\"sha256\":\"" A64 "\"}}\n", "line 1: want" },
		{ "{\"digest\":{\"sha256\":\"AA\"},\"name\":\"a\"}\n", "line 1: want" },
		{ "{\"digest\":{\"sha256\":\"aa\"},\"name\":\"a\"}\n", "line 1: want" },
		{ "{\"digest\":{\"sha256\":1},\"name\":\"a\"}\n", "line 1: want" },
		{ "{\"digest\":{\"x:y\":\"aa\"},\"name\":\"a\"}\n", "line 1: want" },
		{ "{\"digest\":{\"sha256\":\"" A64
		  "\",\"md5\":\"0123456789abcdef0123456789abcdef\"}"
		  ",\"name\":\"a\"}\n",
		  "line 1: is spelled in another way" },
		{ "{\"digest\":{\"sha256\":\"" A64 "\",\"sha256\":\"" A64 "\"},\"name\":\"a\"}\n",
		  "line 1: is spelled in another way" },
		{ "{\"digest\":{\"sha256\":\"" A64 "\"},\"name\":\"a\",\"x\":1}\n",
		  "line 1: want" },
		{ "{\"digest\":{\"sha256\":\"" A64 "\"},\"name\":\"a\"}{}\n", "line 1: want" },
		{ "[]\n", "line 1: want" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		const struct it_listing listing = listing_of(cases[i].text, 2);

		refuse(cases[i].text, &listing, INTOTO_E_FORMAT, cases[i].why);
	}
}

/* --- in a link --- */

static struct intoto_link *make_link(const char *environment)
{
	static const struct it_json_limits *limits = &it_json_signed_limits;
	struct intoto_link *link = NULL;

	assert_int_equal(it_link_new(&link, "build", NULL), INTOTO_OK);
	assert_int_equal(it_json_parse(&link->environment, it_span_text(environment), limits, NULL),
			 INTOTO_OK);
	return link;
}

#define SAYS(side, member) "{\"intoto\": {\"listing\": {\"" side "\": " member "}}}"
#define ABOUT "{\"artifacts\": 2, \"file\": \"x.listing\", \"root\": \"" A64 "\"}"

static void find(enum intoto_link_side side, const char *environment, const char *name,
		 const char *digests, const char *why)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_link(environment);
	struct it_artifacts *table = side == INTOTO_MATERIALS ? &link->materials : &link->products;
	IT_AUTO(it_listing_done) struct it_listing listing = { 0 };
	struct intoto_error *err = NULL;

	if (name)
		add(table, name, digests);
	if (why) {
		assert_refused(it_listing_of(&listing, link, side, &err), &err, INTOTO_E_FORMAT,
			       why);
		assert_null(listing.file);
		return;
	}
	assert_int_equal(it_listing_of(&listing, link, side, NULL), INTOTO_OK);
	assert_string_equal(listing.file, "x.listing");
	assert_int_equal(listing.count, 2);
	assert_int_equal(listing.root.bytes[31], 0xaa);
}

static void finds_what_a_link_says_of_its_sides(void **state)
{
	(void)state;
	find(INTOTO_PRODUCTS, SAYS("products", ABOUT), IT_LISTING_ARTIFACT, "sha256:" A64, NULL);
	find(INTOTO_MATERIALS, SAYS("materials", ABOUT), IT_LISTING_ARTIFACT, "sha256:" A64, NULL);
}

static void refuses_links_that_do_not_say_the_same_in_both_places(void **state)
{
	static const char alone[] = "is in a listing, so want \"listing:merkle-sha256\"";
	static const char nameless[] = "stands for a listing that the environment does not name";

	(void)state;
	find(INTOTO_PRODUCTS, "{}", IT_LISTING_ARTIFACT, "sha256:" A64, nameless);
	find(INTOTO_PRODUCTS, SAYS("materials", ABOUT), IT_LISTING_ARTIFACT, "sha256:" A64,
	     nameless);
	find(INTOTO_PRODUCTS, SAYS("products", ABOUT), NULL, NULL, alone);
	find(INTOTO_PRODUCTS, SAYS("products", ABOUT), "other", "sha256:" A64, alone);
	find(INTOTO_PRODUCTS, SAYS("products", ABOUT), IT_LISTING_ARTIFACT, "sha256:" B64, alone);
	find(INTOTO_PRODUCTS, SAYS("products", ABOUT), IT_LISTING_ARTIFACT,
	     "md5:0123456789abcdef0123456789abcdef,sha256:" A64, alone);
	find(INTOTO_PRODUCTS, SAYS("products", "1"), IT_LISTING_ARTIFACT, "sha256:" A64,
	     "link.environment.intoto.listing.products: want an object");
	find(INTOTO_PRODUCTS,
	     SAYS("products", "{\"artifacts\": 0, \"file\": \"x\", \"root\": \"" A64 "\"}"),
	     IT_LISTING_ARTIFACT, "sha256:" A64, "products.artifacts: want a whole number over 0");
	find(INTOTO_PRODUCTS,
	     SAYS("products", "{\"artifacts\": 1, \"file\": \"../x\", \"root\": \"" A64 "\"}"),
	     IT_LISTING_ARTIFACT, "sha256:" A64, "products.file: want the name of a file");
	find(INTOTO_PRODUCTS,
	     SAYS("products", "{\"artifacts\": 1, \"file\": \"x\", \"root\": \"aa\"}"),
	     IT_LISTING_ARTIFACT, "sha256:" A64, "products.root: want 64 hex digits");
	find(INTOTO_PRODUCTS,
	     SAYS("products",
		  "{\"artifacts\": 1, \"file\": \"x\", \"root\": \"" A64 "\", \"more\": 1}"),
	     IT_LISTING_ARTIFACT, "sha256:" A64, "products: want an object of artifacts");
}

/* A link with listed products, and the listing in the folder. */
static struct intoto_link *make_listed(void)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts table = { 0 };
	IT_AUTO(it_listing_done) struct it_listing listing = { 0 };
	struct intoto_link *link = make_link("{}");
	struct it_json *about = NULL;
	struct it_json *sides = it_json_new_object();
	struct it_json *ours = it_json_new_object();

	fill(&table);
	assert_int_equal(it_listing_measure(&listing, &table, NULL), INTOTO_OK);
	listing.file = strdup("x.listing");
	assert_non_null(listing.file);
	assert_int_equal(it_listing_write(&table, "x.listing", 0, NULL), INTOTO_OK);
	assert_int_equal(it_listing_stand_in(&link->products, &listing, NULL), INTOTO_OK);
	assert_int_equal(it_listing_describe(&about, &listing, NULL), INTOTO_OK);
	assert_int_equal(it_json_set_take(sides, "products", about, NULL), INTOTO_OK);
	assert_int_equal(it_json_set_take(ours, "listing", sides, NULL), INTOTO_OK);
	assert_int_equal(it_json_set_take(link->environment, "intoto", ours, NULL), INTOTO_OK);
	return link;
}

static void puts_the_artifacts_into_the_link(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_listed();

	(void)state;
	assert_int_equal(link->products.count, 1);
	assert_int_equal(it_listing_resolve_beside(link, "build.12345678.link", NULL), INTOTO_OK);
	assert_int_equal(link->products.count, 3);
	assert_int_equal(link->materials.count, 0);
	assert_non_null(it_artifacts_find(&link->products, it_span_text("b")));
}

static void refuses_a_listing_that_is_not_there_or_no_file(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_listed();
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(unlink("x.listing"), 0);
	assert_refused(it_listing_resolve_beside(link, "a.link", &err), &err, INTOTO_E_NOTFOUND,
		       "x.listing: ");
	assert_int_equal(mkfifo("x.listing", 0600), 0);
	assert_refused(it_listing_resolve_beside(link, "a.link", &err), &err, INTOTO_E_FORMAT,
		       "x.listing: ");
	assert_int_equal(unlink("x.listing"), 0);
	workspace_write("x.listing", LINE("a"));
	assert_refused(it_listing_resolve_beside(link, "a.link", &err), &err, INTOTO_E_UNTRUSTED,
		       "x.listing: has 1 artifacts, where the link says 3");
	assert_int_equal(link->products.count, 1);
}

/* --- proofs --- */

static void write_proof(struct it_buf *out, const struct intoto_link *link, const char *name)
{
	IT_AUTO(it_listing_proof_done) struct it_listing_proof proof = { 0 };
	struct it_writer writer;

	assert_int_equal(it_listing_proof_open(&proof, link, "a.link", INTOTO_PRODUCTS, NULL),
			 INTOTO_OK);
	assert_int_equal(it_listing_proof_make(
				 &proof, it_artifacts_find(&proof.table, it_span_text(name)), NULL),
			 INTOTO_OK);
	it_buf_reset(out);
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_listing_proof_write(&writer, &proof);
	assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
}

static void proves_every_artifact_without_the_listing(void **state)
{
	static const char *const names[] = { "a \"quoted\"\n\x01", "b", "c/\xc3\xa9" };
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_listed();
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		IT_AUTO(it_listing_proof_done) struct it_listing_proof proof = { 0 };

		write_proof(&text, link, names[i]);
		assert_int_equal(it_listing_proof_read(&proof, it_buf_span(&text), link, NULL),
				 INTOTO_OK);
		assert_string_equal(proof.artifact->name, names[i]);
		assert_int_equal(proof.path.index, i);
	}
}

static void refuse_proof(const struct intoto_link *link, const char *good, const char *from,
			 const char *to, const char *why)
{
	IT_AUTO(it_listing_proof_done) struct it_listing_proof proof = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	struct intoto_error *err = NULL;
	const char *at = strstr(good, from);
	int rc;

	assert_non_null(at);
	assert_int_equal(it_buf_add(&text, good, (size_t)(at - good)), INTOTO_OK);
	assert_int_equal(it_buf_add_text(&text, to), INTOTO_OK);
	assert_int_equal(it_buf_add_text(&text, at + strlen(from)), INTOTO_OK);
	rc = it_listing_proof_read(&proof, it_buf_span(&text), link, &err);
	assert_refused(rc, &err, (enum intoto_code)rc, why);
	assert_int_not_equal(rc, INTOTO_OK);
}

static void refuses_every_other_proof(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_listed();
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	static const char leads[] = "does not lead from the artifact to the root in the link";
	const char *good;

	(void)state;
	write_proof(&text, link, "b");
	good = it_buf_text(&text);
	refuse_proof(link, good, "\"name\":\"b\"", "\"name\":\"d\"", leads);
	refuse_proof(link, good, A64, B64, leads);
	refuse_proof(link, good, "\"index\":1", "\"index\":0", leads);
	refuse_proof(link, good, "\"index\":1", "\"index\":3", leads);
	refuse_proof(link, good, "\"path\":[", "\"path\":[\"" A64 "\",", leads);
	refuse_proof(link, good, "\"artifacts\":3", "\"artifacts\":4", "another listing");
	refuse_proof(link, good, "\"root\":\"", "\"root\":\"00", "proof.root: want 64 hex digits");
	refuse_proof(link, good, "\"index\":1", "\"index\":-1", "want a whole number from 0");
	refuse_proof(link, good, "\"path\":[", "\"path\":[1,", "proof.path: want 64 hex digits");
	refuse_proof(link, good, "products", "materials",
		     "its materials are in the link itself, which needs no proof");
	refuse_proof(link, good, "products", "both", "want \"materials\" or \"products\"");
	refuse_proof(link, good, "intoto-inclusion-proof", "x", "want \"intoto-inclusion-proof\"");
	refuse_proof(link, good, "\"type\"", "\"more\":1,\"type\"", "more");
	refuse_proof(link, good, "\"sha256\"", "\"sha257:\"", "proof.artifact.digest");
}

int main(void)
{
#define IN_WORKSPACE(test) cmocka_unit_test_setup_teardown(test, workspace_enter, workspace_leave)
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE(reads_what_it_wrote),
		cmocka_unit_test(refuses_any_other_listing),
		cmocka_unit_test(refuses_what_is_no_listing_though_it_was_signed),
		cmocka_unit_test(finds_what_a_link_says_of_its_sides),
		cmocka_unit_test(refuses_links_that_do_not_say_the_same_in_both_places),
		IN_WORKSPACE(puts_the_artifacts_into_the_link),
		IN_WORKSPACE(refuses_a_listing_that_is_not_there_or_no_file),
		IN_WORKSPACE(proves_every_artifact_without_the_listing),
		IN_WORKSPACE(refuses_every_other_proof),
	};

	return cmocka_run_group_tests_name("model_listing", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A small chain in the current folder, for tests of a verification.  Include cmocka first. */
#ifndef INTOTO_TESTS_UNIT_SMALL_CHAIN_H
#define INTOTO_TESTS_UNIT_SMALL_CHAIN_H

#include <intoto/verify.h>

#include "base/text.h"
#include "layouts/layout.h"
#include "layouts/words.h"
#include "model/envelope.h"
#include "model/link.h"

enum { NOW = 1000000, LATER = 2000000 };

static struct intoto_key *owner;
static struct intoto_key *alice;
static struct intoto_key *bob;

static inline int small_make_keys(void **state)
{
	(void)state;
	return intoto_key_generate(&owner, "ed25519", NULL) ||
	       intoto_key_generate(&alice, "ed25519", NULL) ||
	       intoto_key_generate(&bob, "ed25519", NULL);
}

static inline int small_free_keys(void **state)
{
	(void)state;
	intoto_key_free(owner);
	intoto_key_free(alice);
	intoto_key_free(bob);
	return 0;
}

static inline struct intoto_layout *new_layout(void)
{
	struct intoto_layout *layout = NULL;

	assert_int_equal(it_layout_new(&layout, NULL), INTOTO_OK);
	layout->expires = LATER;
	layout->expires_text = strdup("1970-01-24T03:33:20Z");
	assert_non_null(layout->expires_text);
	return layout;
}

static inline void add_rule(struct it_rules *rules, const char *text)
{
	IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };

	assert_int_equal(it_words_split(&tokens, text, NULL), INTOTO_OK);
	assert_int_equal(it_rules_add(rules, &tokens, NULL, NULL), INTOTO_OK);
}

static inline void add_step(struct intoto_layout *layout, const char *name,
			    const struct intoto_key *key, const char *material_rule,
			    const char *product_rule)
{
	struct it_layout_step *step = NULL;
	const char *id = NULL;

	assert_int_equal(it_layout_add_key(layout, key, INTOTO_KEYID_LEGACY, &id, NULL), INTOTO_OK);
	assert_int_equal(it_layout_add_step(layout, name, &step, NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&step->pubkeys, id, NULL), INTOTO_OK);
	add_rule(&step->item.rules[INTOTO_MATERIALS], material_rule);
	add_rule(&step->item.rules[INTOTO_MATERIALS], "DISALLOW *");
	add_rule(&step->item.rules[INTOTO_PRODUCTS], product_rule);
	add_rule(&step->item.rules[INTOTO_PRODUCTS], "DISALLOW *");
}

static inline void save(struct intoto_envelope *envelope, const struct intoto_key *key,
			const char *path)
{
	assert_int_equal(intoto_envelope_sign(envelope, key, INTOTO_KEYID_LEGACY, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_save(envelope, path, NULL), INTOTO_OK);
}

static inline void save_layout(const struct intoto_layout *layout, const struct intoto_key *key)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	assert_int_equal(it_layout_to_envelope(&envelope, layout, INTOTO_DSSE, NULL), INTOTO_OK);
	save(envelope, key, "root.layout");
}

#define SMALL_DIGEST "sha256:0000000000000000000000000000000000000000000000000000000000000001"

static inline void add_artifact(struct it_artifacts *artifacts, const char *name,
				const char *digests)
{
	if (name)
		assert_int_equal(it_artifacts_add(artifacts, it_span_text(name),
						  it_span_text(digests), NULL),
				 INTOTO_OK);
	assert_int_equal(it_artifacts_seal(artifacts, NULL), INTOTO_OK);
}

/* A link whose product has digests. */
static inline void save_link_with(const char *step, const struct intoto_key *key,
				  const char *material, const char *product, const char *digests)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep)
	char *path = it_link_file_name(step, intoto_key_id(key, INTOTO_KEYID_LEGACY));

	assert_int_equal(it_link_new(&link, step, NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&link->command, step, NULL), INTOTO_OK);
	add_artifact(&link->materials, material, SMALL_DIGEST);
	add_artifact(&link->products, product, digests);
	assert_int_equal(it_link_to_envelope(&envelope, link, INTOTO_DSSE, NULL), INTOTO_OK);
	save(envelope, key, path);
}

static inline void save_link(const char *step, const struct intoto_key *key, const char *material,
			     const char *product)
{
	save_link_with(step, key, material, product, SMALL_DIGEST);
}

/* build by alice, then pack by bob */
static inline void make_chain(void)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = new_layout();

	add_step(layout, "build", alice, "ALLOW source", "CREATE out");
	add_step(layout, "pack", bob, "MATCH * WITH PRODUCTS FROM build", "CREATE tar");
	save_layout(layout, owner);
	save_link("build", alice, "source", "out");
	save_link("pack", bob, "out", "tar");
}

static inline struct intoto_verify_options options_for(const struct intoto_key *const *keys)
{
	return (struct intoto_verify_options){
		.size = sizeof(struct intoto_verify_options),
		.layout_path = "root.layout",
		.keys = keys,
		.key_count = 1,
		.at_given = true,
		.at = NOW,
	};
}

#endif

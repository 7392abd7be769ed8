/* SPDX-License-Identifier: Apache-2.0 */
/* From the words of intoto image verify to what an image must be. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/image_verify.h"
#include "cmd/layout_options.h"
#include "model/attestation.h"

enum { THRESHOLD_MAX = 1024 };

void it_image_verify_policy_done(struct it_image_verify_policy *policy)
{
	it_key_list_done(&policy->keys);
	it_key_list_done(&policy->vsa_keys);
	it_key_list_done(&policy->deny_keys);
	it_deny_list_free(policy->deny);
	it_strings_done(&policy->names);
	free(policy->annotations);
	free(policy->wanted);
}

bool it_image_verify_wants_chain(const struct it_image_verify_words *words)
{
	return words->chain.verification_keys.count || words->chain.layout_keys.count ||
	       words->chain.gpg.count;
}

static int read_count(size_t *out, const char *option, const char *text, struct intoto_error **err)
{
	uint64_t count = 1;

	if (text && (!it_parse_u64(text, THRESHOLD_MAX, &count) || !count))
		return it_refuse_value(option, "a whole number from 1 to 1024", text, err);
	*out = (size_t)count;
	return INTOTO_OK;
}

/* Keeps a text as long as the policy lives. */
static int keep(struct it_image_verify_policy *out, const char **kept, struct it_span text,
		struct intoto_error **err)
{
	int rc = it_strings_add_span(&out->names, text, err);

	if (!rc)
		*kept = out->names.items[out->names.count - 1];
	return rc;
}

static int read_annotations(struct it_image_verify_policy *out, const struct it_strings *words,
			    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	out->annotations = calloc(words->count + 1, sizeof *out->annotations);
	if (!out->annotations)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < words->count; i++) {
		const char *word = words->items[i];
		const char *equals = strchr(word, '=');

		if (!equals || equals == word)
			return it_refuse_value("--annotation", "NAME=VALUE", word, err);
		rc = keep(out, &out->annotations[i].name, it_span(word, (size_t)(equals - word)),
			  err);
		out->annotations[i].value = equals + 1;
	}
	out->policy.annotations = out->annotations;
	out->policy.annotation_count = words->count;
	return rc;
}

/* TYPE[:K]; the type may have colons of its own. */
static int read_wanted(struct it_image_verify_policy *out, struct it_image_wanted *wanted,
		       const char *word, struct intoto_error **err)
{
	const char *colon = strrchr(word, ':');
	size_t len = strlen(word);
	int rc = INTOTO_OK;

	wanted->threshold = 1;
	if (colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1)) {
		rc = read_count(&wanted->threshold, "--attestation", colon + 1, err);
		len = (size_t)(colon - word);
	}
	if (!rc)
		rc = keep(out, &wanted->type, it_span(word, len), err);
	if (!rc && !it_predicate_word_is_known(wanted->type))
		rc = it_refuse_value("--attestation",
				     "the URI of a predicate type or a known word like vulns",
				     wanted->type, err);
	return rc;
}

static int read_attestations(struct it_image_verify_policy *out, const struct it_strings *words,
			     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	out->wanted = calloc(words->count + 1, sizeof *out->wanted);
	if (!out->wanted)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < words->count; i++)
		rc = read_wanted(out, &out->wanted[i], words->items[i], err);
	out->policy.attestations = out->wanted;
	out->policy.attestation_count = words->count;
	return rc;
}

static int read_layout(struct it_image_verify_policy *out, const char *path,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	int rc = it_file_read(&text, path, err);

	if (!rc)
		it_oci_digest(out->layout, it_buf_span(&text));
	return rc;
}

static int read_vsa(struct it_image_verify_policy *out, const struct it_image_verify_words *words,
		    int64_t now, struct intoto_error **err)
{
	int rc = it_key_list_load(&out->vsa_keys, &words->vsa_keys, err);

	if (!rc && words->chain.layout)
		rc = read_layout(out, words->chain.layout, err);
	out->vsa = (struct it_image_vsa_policy){
		.keys = it_key_list_keys(&out->vsa_keys),
		.key_count = out->vsa_keys.count,
		.verifier_id = words->verifier_id,
		.layout = *out->layout ? out->layout : NULL,
		.now = now,
	};
	out->policy.vsa = &out->vsa;
	return rc;
}

static int read_deny_list(struct it_image_verify_policy *out,
			  const struct it_image_verify_words *words, int64_t now,
			  struct intoto_error **err)
{
	struct it_deny_terms terms = { .path = words->deny_list,
				       .keys = &out->deny_keys,
				       .now = now };
	uint64_t least = 0;
	int rc;

	if (words->deny_list_version && !it_parse_u64(words->deny_list_version, INT64_MAX, &least))
		return it_refuse_value("--deny-list-version", "a whole number",
				       words->deny_list_version, err);
	terms.least = (int64_t)least;
	/* What is revoked is known today: --at does not bring back a list that has expired. */
	if (terms.now < it_clock_now())
		terms.now = it_clock_now();
	rc = it_key_list_load(&out->deny_keys, &words->deny_list_keys, err);
	if (!rc)
		rc = it_deny_list_open(&out->deny, &terms, err);
	out->policy.deny = out->deny;
	return rc;
}

/* Words that are of no use without others. */
static int check_words(const struct it_image_verify_words *words, struct intoto_error **err)
{
	bool chain = it_image_verify_wants_chain(words);

	if (!words->keys.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want the public key of whoever must have "
				  "signed the image (--key FILE)");
	if (!words->deny_list != !words->deny_list_keys.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "options --deny-list and --deny-list-key want each other");
	if (words->deny_list_version && !words->deny_list)
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --deny-list-version wants --deny-list");
	if (!words->vsa && (words->vsa_keys.count || words->verifier_id))
		return it_err_set(err, INTOTO_E_USAGE,
				  "options --vsa-key and --verifier-id want --vsa");
	if (words->chain.layout && !words->vsa && !chain)
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --layout wants --vsa, or --verification-keys to verify "
				  "the chain again");
	if (chain && !words->chain.layout)
		return it_err_set(err, INTOTO_E_USAGE, "to verify the chain again wants --layout");
	if (words->step && !chain)
		return it_err_set(err, INTOTO_E_USAGE, "option --step wants --verification-keys");
	return INTOTO_OK;
}

int it_image_verify_policy_read(struct it_image_verify_policy *out,
				const struct it_image_verify_words *words,
				struct intoto_error **err)
{
	struct it_image_policy *policy = &out->policy;
	int64_t now = 0;
	int rc = check_words(words, err);

	policy->simple = !it_streq(words->signature, "bundle");
	policy->bundles = !it_streq(words->signature, "simple");
	policy->identity = words->identity;
	policy->all = words->all;
	policy->recursive = words->recursive;
	if (!rc)
		rc = it_read_time(&now, "--at", words->chain.at, err);
	if (!rc)
		rc = read_count(&policy->threshold, "--threshold", words->threshold, err);
	if (!rc)
		rc = read_annotations(out, &words->annotations, err);
	if (!rc)
		rc = read_attestations(out, &words->attestations, err);
	if (!rc)
		rc = it_key_list_load(&out->keys, &words->keys, err);
	policy->keys = it_key_list_keys(&out->keys);
	policy->key_count = out->keys.count;
	if (!rc && words->vsa)
		rc = read_vsa(out, words, now, err);
	return rc || !words->deny_list ? rc : read_deny_list(out, words, now, err);
}

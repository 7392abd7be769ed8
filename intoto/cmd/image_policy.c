/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intoto image policy: what podman, skopeo, buildah and CRI-O need to refuse what we would refuse:
 * policy.json (containers-policy.json(5)) and a file for registries.d
 * (containers-registries.d(5)), without which the signatures are not even looked for.
 *
 * Several keys in keyPaths are alternatives there, and one requirement for each is "all of them";
 * a threshold between one and all cannot be said.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/image_deny_list.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "json/writer.h"
#include "model/image_reference.h"

enum { TEXT_MAX = 4 << 20, FILE_MODE = 0666 /* and umask */, SCOPES_MAX = 1024 };

struct policy_words {
	struct it_strings keys;
	struct it_strings scopes;
	const char *threshold;
	const char *match;
	const char *identity;
	const char *by_default;
	bool embed;
	const char *output;
	const char *registries;
	bool force;
};

static const char *const match_words[] = { "repository", "exact", "digest-or-exact", NULL };
static const char *const default_words[] = { "reject", "accept", NULL };

/* clang-format off */
static const struct it_option options[] = {
	IT_EACH(struct policy_words, keys, 0, "key", "FILE",
		"a public key whose signature counts"),
	IT_EACH(struct policy_words, scopes, 0, "registry", "HOST[:PORT][/NAME]",
		"what images it is for: a registry, or a part of it"),
	IT_VALUE(struct policy_words, threshold, 0, "threshold", "NUMBER",
		 "how many keys must have signed: 1, or as many as there are (1)"),
	IT_CHOICE(struct policy_words, match, 0, "match", "HOW", match_words,
		  "what the name in a signature must have in common with the image's (repository)"),
	IT_VALUE(struct policy_words, identity, 0, "identity", "REFERENCE",
		 "the name that signatures have instead, of images that were copied"),
	IT_CHOICE(struct policy_words, by_default, 0, "default", "WHAT", default_words,
		  "what is done with images of everywhere else (reject)"),
	IT_FLAG(struct policy_words, embed, 0, "embed",
		"put the keys themselves into the policy, instead of their paths"),
	IT_VALUE(struct policy_words, output, 'o', "output", "FILE",
		 "write the policy here (standard output)"),
	IT_VALUE(struct policy_words, registries, 0, "registries", "FILE",
		 "write the file for registries.d here"),
	IT_FLAG(struct policy_words, force, 'f', "force", "replace files that are there"),
};
/* clang-format on */

/* One run. */
struct making {
	const struct policy_words *words;
	struct it_key_list keys;
	struct it_strings texts; /* absolute paths, or base64 of the PEM */
	struct it_buf identity;
	bool tagged; /* it is one image, not a repository */
	bool all;    /* each key must have signed */
};

static void making_done(struct making *self)
{
	it_key_list_done(&self->keys);
	it_strings_done(&self->texts);
	it_buf_done(&self->identity);
}

/* --- words --- */

/* As in policy.json: HOST, HOST/NAME …, a name with a tag or digest names one image. */
static int check_scope(const char *scope, struct intoto_error **err)
{
	IT_AUTO(it_image_reference_done) struct it_image_reference reference = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	const char *slash = strchr(scope, '/');

	if (slash)
		(void)it_buf_add_text(&text, scope); /* sticky */
	else
		(void)it_buf_printf(&text, "%s/x", scope);
	if (text.failed || it_image_reference_parse(&reference, it_buf_text(&text), NULL) ||
	    !it_starts_with(scope, reference.host))
		return it_refuse_value("--registry", "HOST[:PORT] or HOST[:PORT]/NAME", scope, err);
	return INTOTO_OK;
}

/* One that the tools could not use would refuse everything, and nobody would know why. */
static int check_key(const struct intoto_key *key, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));

	if (!key->openpgp && key->scheme &&
	    (it_streq(key->scheme->keytype, "rsa") ||
	     it_streq(key->scheme->name, "ecdsa-sha2-nistp256") ||
	     it_streq(key->scheme->name, "ed25519")))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_KEY,
			  "%s: want a key of RSA, ECDSA P-256 or Ed25519: these tools "
			  "take no other",
			  quoted ? quoted : "");
}

static int check_threshold(struct making *self, struct intoto_error **err)
{
	const char *text = self->words->threshold;
	uint64_t threshold = 1;

	for (size_t i = 0; i < self->keys.count; i++)
		for (size_t j = 0; j < i; j++)
			if (intoto_key_same(self->keys.items[i], self->keys.items[j]))
				return it_err_set(err, INTOTO_E_USAGE, "%s and %s are one key",
						  self->words->keys.items[j],
						  self->words->keys.items[i]);
	if (text && !it_parse_u64(text, SIZE_MAX, &threshold))
		return it_refuse_value("--threshold", "a whole number", text, err);
	if (threshold != 1 && threshold != self->keys.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--threshold: policy.json can say one of the %zu keys or all of "
				  "them, nothing between (intoto image verify can)",
				  self->keys.count);
	self->all = threshold > 1;
	return INTOTO_OK;
}

/* Normalised, as the tools compare it. */
static int read_identity(struct making *self, struct intoto_error **err)
{
	IT_AUTO(it_image_reference_done) struct it_image_reference identity = { 0 };
	int rc = it_err_wrap(err, it_image_reference_parse(&identity, self->words->identity, err),
			     "--identity");

	if (!rc && *identity.digest)
		return it_refuse_value("--identity", "a name without a digest",
				       self->words->identity, err);
	if (rc)
		return rc;
	it_image_reference_print(&self->identity, &identity);
	self->tagged = *identity.tag;
	return it_buf_check(&self->identity, "--identity", err);
}

static int check_words(struct making *self, struct intoto_error **err)
{
	const struct policy_words *words = self->words;
	int rc = INTOTO_OK;

	if (!words->keys.count)
		return it_err_set(err, INTOTO_E_USAGE, "want a public key (--key FILE)");
	if (!words->scopes.count || words->scopes.count > SCOPES_MAX)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want the registry that it is for (--registry HOST)");
	if (words->identity && words->match && !it_streq(words->match, "repository"))
		return it_err_set(err, INTOTO_E_USAGE,
				  "options --identity and --match exclude each other");
	if (words->identity)
		rc = read_identity(self, err);
	for (size_t i = 0; !rc && i < words->scopes.count; i++)
		rc = check_scope(words->scopes.items[i], err);
	return rc;
}

/* --- keys --- */

static int add_path(struct making *self, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *whole = realpath(path, NULL);
	int number = errno;

	if (!whole)
		return it_err_errno(err, number, "%s", path);
	if (!it_utf8_valid(it_span_text(whole)))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "the path of a key is not UTF-8: use --embed");
	return it_strings_add(&self->texts, whole, err);
}

static int add_pem(struct making *self, const struct intoto_key *key, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *pem = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	int rc = intoto_key_public_pem(key, &pem, err);

	if (rc)
		return rc;
	it_base64_encode(&text, it_span_text(pem));
	rc = it_buf_check(&text, "the key", err);
	return rc ? rc : it_strings_add(&self->texts, it_buf_text(&text), err);
}

static int read_keys(struct making *self, struct intoto_error **err)
{
	const struct it_strings *paths = &self->words->keys;
	int rc = it_key_list_load(&self->keys, paths, err);

	for (size_t i = 0; !rc && i < paths->count; i++)
		rc = check_key(self->keys.items[i], paths->items[i], err);
	for (size_t i = 0; !rc && i < paths->count; i++)
		rc = self->words->embed ? add_pem(self, self->keys.items[i], err)
					: add_path(self, paths->items[i], err);
	return rc ? rc : check_threshold(self, err);
}

/* --- policy.json --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_identity(struct it_writer *writer, const struct making *self)
{
	static const char *const types[] = { "matchRepository", "matchExact",
					     "matchRepoDigestOrExact" };
	const struct policy_words *words = self->words;
	const char *type = types[0];

	for (size_t i = 0; words->match && match_words[i]; i++)
		if (it_streq(words->match, match_words[i]))
			type = types[i];
	it_write_name(writer, "signedIdentity");
	it_write_object(writer);
	if (words->identity) {
		write_member(writer, self->tagged ? "dockerReference" : "dockerRepository",
			     it_buf_text(&self->identity));
		type = self->tagged ? "exactReference" : "exactRepository";
	}
	write_member(writer, "type", type);
	it_write_object_end(writer);
}

/* Keys first to last: as alternatives. */
static void write_requirement(struct it_writer *writer, const struct making *self, size_t first,
			      size_t last)
{
	const struct policy_words *words = self->words;
	bool one = last - first == 1;
	const char *const names[] = { "keyPaths", "keyPath", "keyDatas", "keyData" };

	it_write_object(writer);
	it_write_name(writer, names[(words->embed ? 2 : 0) + (one ? 1 : 0)]);
	if (one) {
		it_write_text(writer, self->texts.items[first]);
	} else {
		it_write_list(writer);
		for (size_t i = first; i < last; i++)
			it_write_text(writer, self->texts.items[i]);
		it_write_list_end(writer);
	}
	write_identity(writer, self);
	write_member(writer, "type", "sigstoreSigned");
	it_write_object_end(writer);
}

static void write_scope(struct it_writer *writer, const struct making *self)
{
	it_write_list(writer);
	if (!self->all)
		write_requirement(writer, self, 0, self->texts.count);
	for (size_t i = 0; self->all && i < self->texts.count; i++)
		write_requirement(writer, self, i, i + 1);
	it_write_list_end(writer);
}

static int print_policy(struct it_buf *out, const struct making *self,
			const struct it_strings *scopes, struct intoto_error **err)
{
	bool accept = it_streq(self->words->by_default, "accept");
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "default");
	it_write_list(&writer);
	it_write_object(&writer);
	write_member(&writer, "type", accept ? "insecureAcceptAnything" : "reject");
	it_write_object_end(&writer);
	it_write_list_end(&writer);
	it_write_name(&writer, "transports");
	it_write_object(&writer);
	it_write_name(&writer, "docker");
	it_write_object(&writer);
	for (size_t i = 0; i < scopes->count; i++) {
		it_write_name(&writer, scopes->items[i]);
		write_scope(&writer, self);
	}
	it_write_object_end(&writer);
	it_write_object_end(&writer);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* looked at next */
	return rc ? rc : it_buf_check(out, "the policy", err);
}

/* --- registries.d --- */

/* A scope holds letters, digits and -._:/[] only, and is quoted for its colon. */
static int print_registries(struct it_buf *out, const struct it_strings *scopes,
			    struct intoto_error **err)
{
	(void)it_buf_add_text(out, "docker:\n"); /* sticky */
	for (size_t i = 0; i < scopes->count; i++)
		(void)it_buf_printf(out, "  \"%s\":\n    use-sigstore-attachments: true\n",
				    scopes->items[i]);
	return it_buf_check(out, "the file for registries.d", err);
}

/* --- files --- */

static int write_file(const struct making *self, const char *path, const struct it_buf *text,
		      struct intoto_error **err)
{
	IT_AUTO(it_freep) char *place = NULL;
	int rc = it_path_in_place(&place, path, err);

	return rc ? rc
		  : it_file_write(place, it_buf_span(text), FILE_MODE,
				  self->words->force ? 0 : IT_FILE_NEW, err);
}

/* Sorted, each once. */
static int sort_scopes(struct it_strings *out, const struct it_strings *words,
		       struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < words->count; i++)
		if (!it_strings_has(out, words->items[i]))
			rc = it_strings_add(out, words->items[i], err);
	it_strings_sort(out);
	return rc;
}

static int make(struct making *self, struct intoto_error **err)
{
	const struct policy_words *words = self->words;
	IT_AUTO(it_buf_done) struct it_buf policy = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf registries = IT_BUF(TEXT_MAX);
	IT_AUTO(it_strings_done) struct it_strings scopes = { 0 };
	int rc = check_words(self, err);

	if (!rc)
		rc = read_keys(self, err);
	if (!rc)
		rc = sort_scopes(&scopes, &words->scopes, err);
	if (!rc)
		rc = print_policy(&policy, self, &scopes, err);
	if (!rc)
		rc = print_registries(&registries, &scopes, err);
	if (!rc && words->registries)
		rc = write_file(self, words->registries, &registries, err);
	if (rc)
		return rc;
	return words->output ? write_file(self, words->output, &policy, err)
			     : it_print(&policy, err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(making_done) struct making self = { .words = parsed, .identity = IT_BUF(TEXT_MAX) };

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	return make(&self, err) ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_image_policy = {
	.name = "policy",
	.synopsis = "--key FILE --registry HOST [OPTIONS]",
	.summary = "write the policy by which podman and skopeo take the same images",
	.examples = "intoto image policy --key cosign.pub --registry registry.example "
		    "-o policy.json --registries registry.example.yaml",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct policy_words),
	.run = run,
	.manual = "intoto-image-policy",
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images as artifacts: "oci:REF" of a registry, "oci-layout:FOLDER:TAG", "oci-archive:FILE:TAG",
 * "docker-archive:FILE:REF".  Recorded by the digest of the manifest or index, which is what a
 * registry and everybody behind it calls the image by.
 *
 * The network and archive libraries live in a helper program, intoto-image, so that a step which
 * records files only pays for none of it.
 */
#include "base/ask.h"
#include "base/libexec.h"
#include "base/text.h"
#include "record/resolver.h"

enum {
	ANSWER_MAX = 16 * 1024,
	TEXT_MAX = 8 * 1024,
	HELPER_NAME_MAX = 64,
	SHA256_DIGITS = 64,
	SHA512_DIGITS = 128,
};

/* Statuses of the helper (sysexits) whose meaning is kept. */
static const struct {
	int status;
	enum intoto_code code;
} meanings[] = {
	{ 1, INTOTO_E_POLICY },	   { 64, INTOTO_E_USAGE },   { 65, INTOTO_E_FORMAT },
	{ 66, INTOTO_E_NOTFOUND }, { 69, INTOTO_E_SERVICE }, { 74, INTOTO_E_IO },
};

struct resolving {
	const struct it_resolver *resolver;
	const struct it_resolution *resolution;
	const char *rest;
};

static int refuse(const struct resolving *resolving, enum intoto_code code, const char *text,
		  struct intoto_error **err)
{
	return it_resolver_refuse(err, code, resolving->resolver->scheme, resolving->rest, text);
}

/* The helper's own last line, without its name in front. */
static int tell(const struct resolving *resolving, const struct it_answer *answer,
		struct intoto_error **err)
{
	static const char prefix[] = "intoto image digest: ";
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	const char *said = answer->said;
	const char *found = strstr(said, prefix);
	enum intoto_code code = INTOTO_E_HELPER;

	for (size_t i = 0; i < IT_COUNT_OF(meanings); i++)
		if (!answer->signal && answer->status == meanings[i].status)
			code = meanings[i].code;
	if (found)
		said = found + sizeof prefix - 1;
	it_text_quote(&text, it_span(said, strcspn(said, "\n"))); /* sticky: a message */
	if (!text.len)
		(void)it_buf_add_text(&text, "intoto-image ended without a word");
	return refuse(resolving, code, it_buf_text(&text), err);
}

static int make_words(struct it_strings *out, const struct resolving *resolving, const char *helper,
		      struct intoto_error **err)
{
	const struct it_strings *registry = resolving->resolution->options->registry;
	IT_AUTO(it_buf_done) struct it_buf image = IT_BUF(TEXT_MAX);
	int rc = it_strings_add(out, helper, err);

	if (!rc)
		rc = it_strings_add(out, "digest", err);
	for (size_t i = 0; !rc && registry && i < registry->count; i++)
		rc = it_strings_add(out, registry->items[i], err);
	if (!rc)
		rc = it_strings_add(out, "--", err);
	(void)it_buf_printf(&image, "%s:%s", resolving->resolver->scheme, resolving->rest);
	if (!rc)
		rc = it_buf_check(&image, "the name of an image", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&image), err);
}

/* "sha256:HEX\n" becomes what the digests of an artifact are. */
static int take_digest(struct it_resolution *resolution, const struct resolving *resolving,
		       struct it_span answer, struct intoto_error **err)
{
	size_t colon = answer.len ? strcspn(answer.data, ":\n") : 0;
	struct it_span hex;
	bool sha256 = it_span_is(it_span(answer.data, colon), "sha256");
	bool sha512 = it_span_is(it_span(answer.data, colon), "sha512");

	if (!answer.len || answer.data[colon] != ':' || answer.data[answer.len - 1] != '\n')
		return refuse(resolving, INTOTO_E_HELPER, "intoto-image gave no answer", err);
	hex = it_span(answer.data + colon + 1, answer.len - colon - 2);
	if (!it_hex_valid(hex) ||
	    !((sha256 && hex.len == SHA256_DIGITS) || (sha512 && hex.len == SHA512_DIGITS)))
		return refuse(resolving, INTOTO_E_HELPER, "intoto-image gave no answer", err);
	(void)it_buf_add(&resolution->digests, answer.data, answer.len - 1); /* looked at here */
	return it_buf_check(&resolution->digests, "a digest", err);
}

static int ask(struct it_resolution *resolution, const struct resolving *resolving,
	       struct intoto_error **err)
{
	IT_AUTO(it_freep) char *helper = it_libexec_path("intoto-image");
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ANSWER_MAX);
	struct it_question question = { .folder = resolution->options->base_path,
					.take = it_sink_into_buf,
					.arg = &text };
	struct it_answer answer;
	int rc = helper ? make_words(&words, resolving, helper, err) : it_err_nomem(err);

	if (rc)
		return rc;
	question.argv = (const char *const *)words.items;
	rc = it_ask(&answer, &question, err);
	if (rc == INTOTO_E_NOTFOUND)
		return it_err_wrap(err, rc, "%s:, whose helper program is not there",
				   resolving->resolver->scheme);
	if (rc)
		return rc;
	if (answer.status || answer.signal)
		return tell(resolving, &answer, err);
	return take_digest(resolution, resolving, it_buf_span(&text), err);
}

static int resolve(const struct it_resolver *resolver, struct it_resolution *resolution,
		   const char *rest, struct intoto_error **err)
{
	const struct resolving resolving = { resolver, resolution, rest };

	if (!*rest)
		return refuse(&resolving, INTOTO_E_FORMAT, "want an image behind the scheme", err);
	(void)it_buf_add_text(&resolution->name, rest); /* looked at below */
	if (resolution->name.failed)
		return it_buf_check(&resolution->name, "the name of an image", err);
	return ask(resolution, &resolving, err);
}

#define IMAGE_RESOLVER(object, word)                                                               \
	static int resolve_##object(struct it_resolution *resolution, const char *rest,            \
				    struct intoto_error **err)                                     \
	{                                                                                          \
		return resolve(&it_resolver_##object, resolution, rest, err);                      \
	}                                                                                          \
	const struct it_resolver it_resolver_##object = { .scheme = word,                          \
							  .resolve = resolve_##object }

IMAGE_RESOLVER(oci, "oci");
IMAGE_RESOLVER(oci_layout, "oci-layout");
IMAGE_RESOLVER(oci_archive, "oci-archive");
IMAGE_RESOLVER(docker_archive, "docker-archive");

bool it_resolver_is_image(const struct it_resolver *resolver)
{
	return resolver == &it_resolver_oci || resolver == &it_resolver_oci_layout ||
	       resolver == &it_resolver_oci_archive || resolver == &it_resolver_docker_archive;
}

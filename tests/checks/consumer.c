/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stranger's program can do with the installed headers and library, and nothing else of this
 * tree: makes a key, signs a link, reads it back, and sees another key refused.
 */
#include <intoto/envelope.h>
#include <intoto/error.h>
#include <intoto/key.h>
#include <intoto/layout.h>
#include <intoto/link.h>
#include <intoto/report.h>
#include <intoto/verify.h>
#include <intoto/version.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char document[] =
	"{\"_type\":\"link\",\"byproducts\":{},\"command\":[\"true\"],"
	"\"environment\":{},\"materials\":{},\"name\":\"build\","
	"\"products\":{\"a\":{\"sha256\":"
	"\"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb\"}}}";

static void must(int holds, const char *what, const struct intoto_error *err)
{
	if (holds)
		return;
	fprintf(stderr, "consumer: %s: %s\n", what, intoto_error_text(err));
	exit(1);
}

/* A signed link as text. */
static char *make_link(const struct intoto_key *key, size_t *len)
{
	struct intoto_envelope *envelope;
	struct intoto_error *err = NULL;
	char *text;

	must(!intoto_envelope_new(&envelope, INTOTO_DSSE, document, strlen(document), &err),
	     "new envelope", err);
	must(!intoto_envelope_sign(envelope, key, INTOTO_KEYID_CURRENT, &err), "sign", err);
	must(!intoto_envelope_print(envelope, &text, len, &err), "print", err);
	intoto_envelope_free(envelope);
	return text;
}

static void read_link(const char *text, size_t len, const struct intoto_key *key,
		      const struct intoto_key *other)
{
	struct intoto_envelope *envelope;
	struct intoto_error *err = NULL;
	struct intoto_link *link;

	must(!intoto_envelope_parse(&envelope, text, len, &err), "parse", err);
	must(!intoto_envelope_verify(envelope, key, &err), "verify", err);
	must(intoto_envelope_verify(envelope, other, &err) == INTOTO_E_UNTRUSTED,
	     "another key is refused", err);
	must(intoto_error_code(err) == INTOTO_E_UNTRUSTED, "the error says so", err);
	intoto_error_free(err);
	err = NULL;
	must(!intoto_link_from_envelope(&link, envelope, &err), "link", err);
	must(!strcmp(intoto_link_name(link), "build"), "name of the link", NULL);
	must(!strcmp(intoto_link_artifact_name(link, INTOTO_PRODUCTS, 0), "a"), "product", NULL);
	must(!intoto_link_artifact_name(link, INTOTO_PRODUCTS, 1), "no second product", NULL);
	intoto_link_free(link);
	intoto_envelope_free(envelope);
}

/* A verification without keys makes no sense, and a report never comes out of one. */
static void ask_nonsense(void)
{
	struct intoto_verify_options options = { 0 };
	struct intoto_report *report = NULL;
	struct intoto_error *err = NULL;

	options.size = sizeof options;
	options.layout_path = "root.layout";
	must(intoto_verify(&report, NULL, &options, &err) != INTOTO_OK, "no keys", NULL);
	must(!report && err, "no report", NULL);
	intoto_error_free(err);
}

int main(void)
{
	struct intoto_key *key;
	struct intoto_key *other;
	struct intoto_error *err = NULL;
	size_t len;
	char *text;

	must(!strcmp(intoto_version(), INTOTO_VERSION), "header and library agree", NULL);
	must(!intoto_key_generate(&key, "ed25519", &err), "generate", err);
	must(!intoto_key_generate(&other, "ed25519", &err), "generate", err);
	text = make_link(key, &len);
	read_link(text, len, key, other);
	ask_nonsense();
	free(text);
	intoto_key_free(key);
	intoto_key_free(other);
	return 0;
}

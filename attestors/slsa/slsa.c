/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slsa: SLSA provenance v1 of the step: what ran, from what, when, on whose machine.
 *
 * The build type is https://in-toto.io/intoto/run/v1 (intoto-attestors(7) describes it).  The
 * builder is "unverified" unless the user names one: a provenance that a step makes of itself is as
 * true as who signs it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "attestors/source/place.h"
#include "attestors/source/provider.h"
#include "attestors/source/text.h"

#define PREDICATE "https://slsa.dev/provenance/v1"
#define BUILD_TYPE "https://in-toto.io/intoto/run/v1"
#define NOBODY "https://in-toto.io/intoto/builder/unverified-local"

enum { VARIABLES_MAX = 512, URI_MAX = 8192, UUID_BYTES = 16, STATUS_TEXT = 32 };

/* --- the source --- */

/* Where the folder came from, as far as its repository says it. */
struct source {
	struct repo_head head;
	char *url; /* of a remote, cleaned; NULL: none */
	bool there;
};

static void source_done(struct source *source)
{
	free(source->url);
	*source = (struct source){ 0 };
}

/* Not being a repository is no error; a repository that leads elsewhere is told in a note. */
static int find_source(struct source *out, const struct intoto_request *request,
		       struct intoto_answer *answer, struct intoto_error **err)
{
	AT_AUTO(repo_place_done) struct repo_place place = { 0 };
	struct intoto_error *why = NULL;
	const char *url;
	bool cleaned;
	int rc = repo_place_find(&place, intoto_request_folder(request), &why);

	if (!rc)
		rc = repo_head_read(&out->head, &place, &why);
	if (rc) {
		rc = rc == INTOTO_E_NOTFOUND
			     ? INTOTO_OK
			     : intoto_answer_note(answer, err,
						  "the repository was not looked at: %s",
						  intoto_error_text(why));
		intoto_error_free(why);
		return rc;
	}
	url = repo_config_get(&place.config, "remote", "origin", "url");
	out->url = url ? at_url_clean(url, true, &cleaned) : NULL;
	out->there = out->head.id[0];
	if (url && !out->url)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	return INTOTO_OK;
}

/* git+https://host/path@refs/heads/main (SLSA: SPDX download location); "git:ID" without a remote.
 */
static void write_source(struct intoto_json_out *out, const struct source *source)
{
	AT_AUTO(at_buf_done) struct at_buf uri = { .max = URI_MAX };

	if (source->url && strstr(source->url, "://")) {
		at_buf_text(&uri, "git+");
		at_buf_text(&uri, source->url);
		at_buf_text(&uri, source->head.ref[0] ? "@" : "");
		at_buf_text(&uri, source->head.ref);
	}
	intoto_out_object(out);
	intoto_out_name(out, "digest");
	intoto_out_object(out);
	intoto_out_member(out, "gitCommit", source->head.id);
	intoto_out_object_end(out);
	intoto_out_member(out, "name", "source");
	if (uri.len && !uri.failed)
		intoto_out_member(out, "uri", uri.data);
	intoto_out_object_end(out);
}

/* --- what it was built from --- */

static void write_artifacts(struct intoto_json_out *out, const struct intoto_value *artifacts)
{
	for (size_t i = 0; i < intoto_value_count(artifacts); i++) {
		const struct intoto_value *each = intoto_value_at(artifacts, i);
		const struct intoto_value *digest = intoto_value_get(each, "digest");

		if (!digest)
			continue;
		intoto_out_object(out);
		intoto_out_name(out, "digest");
		intoto_out_value(out, digest);
		intoto_out_member(out, "name", intoto_value_text(intoto_value_get(each, "name")));
		intoto_out_object_end(out);
	}
}

/* NAME=VALUE of the option parameter, each name once. */
static int write_parameters(struct intoto_json_out *out, const struct intoto_request *request,
			    struct intoto_error **err)
{
	size_t count = intoto_request_option_count(request, "parameter");

	for (size_t i = 0; i < count; i++) {
		const char *text = intoto_request_option_at(request, "parameter", i);
		size_t len = strcspn(text, "=");
		AT_AUTO(at_freep) char *name = strndup(text, len);

		if (!name)
			return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
		if (!len || !text[len] || intoto_text_same(name, "command") ||
		    intoto_text_same(name, "step"))
			return intoto_attestor_fail(
				err, INTOTO_E_USAGE,
				"the option parameter: want NAME=VALUE, and another "
				"name than command and step");
		for (size_t j = 0; j < i; j++)
			if (at_text_begins(intoto_request_option_at(request, "parameter", j),
					   name) &&
			    intoto_request_option_at(request, "parameter", j)[len] == '=')
				return intoto_attestor_fail(err, INTOTO_E_USAGE,
							    "the option parameter: a name is there "
							    "twice");
		intoto_out_member(out, name, text + len + 1);
	}
	return INTOTO_OK;
}

static int write_definition(struct intoto_json_out *out, const struct intoto_request *request,
			    const struct source *source, struct intoto_error **err)
{
	const struct intoto_value *document = intoto_request_document(request);
	const struct intoto_value *step = intoto_value_get(document, "step");
	const char *type = intoto_request_option(request, "build-type");
	int rc;

	intoto_out_name(out, "buildDefinition");
	intoto_out_object(out);
	intoto_out_member(out, "buildType", type ? type : BUILD_TYPE);
	intoto_out_name(out, "externalParameters");
	intoto_out_object(out);
	intoto_out_name(out, "command");
	intoto_out_value(out, intoto_value_get(step, "command"));
	intoto_out_member(out, "step", intoto_request_step(request));
	rc = write_parameters(out, request, err);
	intoto_out_object_end(out);
	intoto_out_name(out, "internalParameters");
	intoto_out_object(out);
	intoto_out_object_end(out);
	intoto_out_name(out, "resolvedDependencies");
	intoto_out_list(out);
	if (source->there)
		write_source(out, source);
	write_artifacts(out, intoto_value_get(document, "materials"));
	intoto_out_list_end(out);
	intoto_out_object_end(out);
	return rc;
}

/* --- who ran it, and when --- */

/* RFC 9562 version 4. */
static int make_invocation(char *out, size_t size, struct intoto_error **err)
{
	static const char prefix[] = "urn:uuid:";
	unsigned char bytes[UUID_BYTES];
	char hex[2 * UUID_BYTES + 1];
	size_t at = sizeof prefix - 1;

	if (size < sizeof prefix + 2 * UUID_BYTES + 4 ||
	    getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return intoto_attestor_fail(err, INTOTO_E_IO, "no random bytes");
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
	at_hex(hex, bytes, sizeof bytes);
	memcpy(out, prefix, at);
	for (size_t i = 0; i < 2 * UUID_BYTES; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			out[at++] = '-';
		out[at++] = hex[i];
	}
	out[at] = '\0';
	return INTOTO_OK;
}

/* What the CI system calls the run: a URL where there is one. */
static const char *invocation_of_ci(void)
{
	const struct ci_provider *provider = NULL;
	const char *url;

	if (ci_provider_find(&provider, NULL, NULL))
		return NULL;
	url = ci_variable(provider->build.url);
	return url ? url : ci_variable(provider->build.id);
}

static int write_metadata(struct intoto_json_out *out, const struct intoto_request *request,
			  struct intoto_error **err)
{
	const char *given = intoto_request_option(request, "invocation-id");
	const char *of_ci = given ? given : invocation_of_ci();
	char made[64] = "", when[INTOTO_TIME_SIZE];
	bool cleaned = false;
	AT_AUTO(at_freep) char *clean = of_ci ? at_url_clean(of_ci, false, &cleaned) : NULL;
	int rc = clean ? INTOTO_OK : make_invocation(made, sizeof made, err);

	if (rc)
		return rc;
	intoto_out_name(out, "metadata");
	intoto_out_object(out);
	intoto_time_format(when, intoto_request_finished(request));
	intoto_out_member(out, "finishedOn", when);
	intoto_out_member(out, "invocationId", clean ? clean : made);
	intoto_time_format(when, intoto_request_started(request));
	intoto_out_member(out, "startedOn", when);
	intoto_out_object_end(out);
	return INTOTO_OK;
}

static void write_byproducts(struct intoto_json_out *out)
{
	/* the status of a build that has a provenance, as {"status":0} */
	intoto_out_name(out, "byproducts");
	intoto_out_list(out);
	intoto_out_object(out);
	intoto_out_member(out, "content", "eyJzdGF0dXMiOjB9");
	intoto_out_member(out, "mediaType", "application/json");
	intoto_out_member(out, "name", "exit-status");
	intoto_out_object_end(out);
	intoto_out_list_end(out);
}

static int write_details(struct intoto_json_out *out, const struct intoto_request *request,
			 struct intoto_error **err)
{
	const char *builder = intoto_request_option(request, "builder-id");
	int rc;

	intoto_out_name(out, "runDetails");
	intoto_out_object(out);
	intoto_out_name(out, "builder");
	intoto_out_object(out);
	intoto_out_member(out, "id", builder ? builder : NOBODY);
	intoto_out_name(out, "version");
	intoto_out_object(out);
	intoto_out_member(out, "intoto", INTOTO_VERSION);
	intoto_out_object_end(out);
	intoto_out_object_end(out);
	write_byproducts(out);
	rc = write_metadata(out, request, err);
	intoto_out_object_end(out);
	return rc;
}

/* --- all of it --- */

/* A provenance says how something was made: there is none of a step that failed, or of none. */
static int check_request(const struct intoto_request *request, struct intoto_error **err)
{
	const struct intoto_value *step =
		intoto_value_get(intoto_request_document(request), "step");
	const char *type = intoto_request_option(request, "build-type");
	const char *builder = intoto_request_option(request, "builder-id");
	int64_t status = -1;

	if (intoto_value_kind(step) != INTOTO_VALUE_OBJECT ||
	    intoto_value_kind(intoto_value_get(step, "command")) != INTOTO_VALUE_LIST)
		return intoto_attestor_fail(
			err, INTOTO_E_USAGE,
			"a provenance is made of a step: use it with run --attest");
	if (!intoto_value_int(intoto_value_get(step, "status"), &status) || status)
		return intoto_attestor_fail(
			err, INTOTO_E_POLICY,
			"the step ended with status %lld; there is no provenance of "
			"a build that failed",
			(long long)status);
	/* both are TypeURI (SLSA v1) */
	if ((type && !strchr(type, ':')) || (builder && !strchr(builder, ':')))
		return intoto_attestor_fail(err, INTOTO_E_USAGE,
					    "the options builder-id and build-type: want a URI");
	return INTOTO_OK;
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	AT_AUTO(source_done) struct source source = { 0 };
	struct intoto_json_out *out = NULL;
	int rc = check_request(request, err);

	if (!rc)
		rc = find_source(&source, request, answer, err);
	if (!rc)
		rc = intoto_answer_begin(answer, PREDICATE, &out, err);
	if (rc)
		return rc;
	intoto_out_object(out);
	rc = write_definition(out, request, &source, err);
	if (!rc)
		rc = write_details(out, request, err);
	intoto_out_object_end(out);
	return rc ? rc : intoto_answer_end(answer, err);
}

static const char *const predicates[] = { PREDICATE, NULL };
static const struct intoto_attestor_option options[] = {
	{ "build-type", "URI", "another build type than ours", false },
	{ "builder-id", "URI", "who built (" NOBODY ")", false },
	{ "invocation-id", "TEXT", "what the run is called (what the CI system says, or a UUID)",
	  false },
	{ "parameter", "NAME=VALUE", "one more external parameter", true },
	{ NULL, NULL, NULL, false },
};

int main(int argc, char **argv)
{
	const char *variables[VARIABLES_MAX];
	struct intoto_attestor slsa = {
		.name = "slsa",
		.summary = "SLSA provenance v1 of the step",
		.predicates = predicates,
		.options = options,
		.needs = INTOTO_NEEDS_ARTIFACTS | INTOTO_NEEDS_FOLDER | INTOTO_NEEDS_STEP,
		.environment = variables,
		.attest = attest,
	};

	ci_provider_variables(variables, VARIABLES_MAX);
	return intoto_attestor_main(argc, argv, &slsa);
}

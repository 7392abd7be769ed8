/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ci: which CI system runs this, what it says of the build, and, if the job has an OIDC token and
 * the user gives the keys, what of it the provider's signature proves.
 */
#include <string.h>
#include <time.h>

#include "attestors/ci/claims.h"
#include "attestors/source/text.h"
#include "attestors/ci/token.h"

#define PREDICATE "https://in-toto.io/intoto/ci/v1"

enum {
	VARIABLES_MAX = 512,
	VALUE_MAX = 8192,
	LEEWAY_MAX = 600, /* seconds: more would accept what is long over */
};

/* All that is found out before anything is written. */
struct findings {
	const struct ci_provider *provider;
	struct jwt jwt;
	bool proven;
	struct jwt_terms terms;
	const char *token_from;
	const char *keys_from;
	bool keys_fetched;
	char keys_sha256[JWK_THUMBPRINT_SIZE];
};

static void findings_done(struct findings *findings)
{
	jwt_done(&findings->jwt);
}

/* --- finding out --- */

static int read_leeway(int64_t *out, const char *text, struct intoto_error **err)
{
	*out = JWT_LEEWAY;
	if (!text)
		return INTOTO_OK;
	*out = 0;
	for (const char *c = text; *c; c++) {
		if (*c < '0' || *c > '9' || *out > LEEWAY_MAX)
			*out = LEEWAY_MAX + 1;
		else
			*out = *out * 10 + (*c - '0');
	}
	if (*text && *out <= LEEWAY_MAX)
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_USAGE, "the option leeway: want seconds, 0 to %d",
				    LEEWAY_MAX);
}

static int read_terms(struct findings *out, const struct intoto_request *request,
		      struct intoto_error **err)
{
	const char *issuer = intoto_request_option(request, "issuer");
	const char *audience = intoto_request_option(request, "audience");

	out->terms.issuer = issuer ? issuer : out->provider->issuer;
	out->terms.audience = audience ? audience : "intoto";
	out->terms.now = (int64_t)time(NULL);
	return read_leeway(&out->terms.leeway, intoto_request_option(request, "leeway"), err);
}

static int read_keys(struct intoto_value **out, struct findings *findings,
		     const struct intoto_request *request, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf text = { .max = JWK_SET_MAX };
	struct intoto_error *why = NULL;
	int rc = ci_keys_get(&text, &findings->keys_from, request, err);

	if (rc || !findings->keys_from)
		return rc;
	findings->keys_fetched = intoto_request_option(request, "jwks-url");
	rc = intoto_value_parse(out, text.data ? text.data : "", text.len, &why);
	if (rc) {
		rc = intoto_attestor_fail(err, rc, "the key set %s: %s", findings->keys_from,
					  intoto_error_text(why));
		intoto_error_free(why);
		return rc;
	}
	return jwk_sha256(findings->keys_sha256, text.data, text.len, err);
}

static void value_freep(struct intoto_value **value)
{
	intoto_value_free(*value);
}

/* The user wanted a proof: what stands in its way is an error, never "none". */
static int want_proof(const struct findings *findings, const struct intoto_value *keys,
		      struct intoto_error **err)
{
	const char *request_url = findings->provider->request_url;

	if (!keys)
		return intoto_attestor_fail(
			err, INTOTO_E_USAGE,
			"a proof is wanted, and no keys were given (a JWK set as "
			"file, or the option jwks-url)");
	if (!findings->token_from)
		return intoto_attestor_fail(err, INTOTO_E_NOTFOUND,
					    "keys were given, and there is no token of the job: "
					    "--attest-env ci=VARIABLE passes one on; asking the CI "
					    "system for one needs --attest-network ci%s%s%s%s",
					    request_url ? ", --attest-env ci=" : "",
					    request_url ? request_url : "",
					    request_url ? " and --attest-env ci=" : "",
					    request_url ? findings->provider->request_token : "");
	if (!findings->terms.issuer)
		return intoto_attestor_fail(
			err, INTOTO_E_USAGE,
			"say who issues the tokens of %s with the option issuer",
			findings->provider->name);
	return INTOTO_OK;
}

static int prove(struct findings *findings, const struct intoto_request *request,
		 struct intoto_error **err)
{
	AT_AUTO(value_freep) struct intoto_value *keys = NULL;
	AT_AUTO(at_buf_wipe) struct at_buf token = { .max = JWT_MAX };
	bool wanted = intoto_request_option(request, "proof");
	int rc = read_keys(&keys, findings, request, err);

	/* without keys no token is asked for: it would be good for nothing here */
	if (!rc && (keys || wanted))
		rc = ci_token_get(&token, &findings->token_from, findings->provider, request,
				  findings->terms.audience, err);
	if (!rc && (keys || wanted))
		rc = want_proof(findings, keys, err);
	if (rc || !keys)
		return rc;
	rc = jwt_verify(&findings->jwt, token.data ? token.data : "", token.len, keys,
			&findings->terms, err);
	if (!rc)
		rc = ci_claims_agree(findings->jwt.claims, findings->provider, err);
	findings->proven = !rc;
	return rc;
}

static int check_options(const struct intoto_request *request, struct intoto_error **err)
{
	const char *proof = intoto_request_option(request, "proof");

	if (!proof || intoto_text_same(proof, "oidc-verified"))
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_USAGE,
				    "the option proof: want oidc-verified, or leave it out");
}

static int find_out(struct findings *out, const struct intoto_request *request,
		    struct intoto_error **err)
{
	int rc = check_options(request, err);

	if (!rc)
		rc = ci_provider_find(&out->provider, intoto_request_option(request, "provider"),
				      err);
	if (!rc)
		rc = read_terms(out, request, err);
	return rc ? rc : prove(out, request, err);
}

/* --- writing --- */

static int write_variable(struct intoto_json_out *out, const char *member, const char *name,
			  struct intoto_answer *answer, struct intoto_error **err)
{
	const char *value = ci_variable(name);
	AT_AUTO(at_freep) char *clean = NULL;
	bool cleaned = false;
	int rc = INTOTO_OK;

	if (!value)
		return INTOTO_OK;
	if (strlen(value) > VALUE_MAX)
		return intoto_answer_note(answer, err, "%s has more than %d bytes and was left out",
					  name, VALUE_MAX);
	clean = at_url_clean(value, false, &cleaned);
	if (!clean)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	if (cleaned)
		rc = intoto_answer_note(answer, err, "user and password were taken out of %s",
					name);
	intoto_out_member(out, member, clean);
	return rc;
}

static int write_build(struct intoto_json_out *out, const struct ci_build *build,
		       struct intoto_answer *answer, struct intoto_error **err)
{
	const char *const pairs[][2] = {
		{ "actor", build->actor },
		{ "commit", build->commit },
		{ "event", build->event },
		{ "id", build->id },
		{ "job", build->job },
		{ "ref", build->ref },
		{ "repository", build->repository },
		{ "runner", build->runner },
		{ "url", build->url },
	};
	int rc = INTOTO_OK;

	intoto_out_name(out, "build");
	intoto_out_object(out);
	for (size_t i = 0; !rc && i < sizeof pairs / sizeof *pairs; i++)
		rc = write_variable(out, pairs[i][0], pairs[i][1], answer, err);
	intoto_out_object_end(out);
	return rc;
}

static int write_variables(struct intoto_json_out *out, const char *const *names,
			   struct intoto_answer *answer, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	intoto_out_name(out, "variables");
	intoto_out_object(out);
	for (; !rc && *names; names++)
		rc = write_variable(out, *names, *names, answer, err);
	intoto_out_object_end(out);
	return rc;
}

static void write_time(struct intoto_json_out *out, const char *name, int64_t seconds)
{
	char text[AT_TIME_SIZE];

	at_time(text, seconds);
	intoto_out_member(out, name, text);
}

static void write_proof(struct intoto_json_out *out, const struct findings *findings)
{
	const struct jwt *jwt = &findings->jwt;

	intoto_out_name(out, "oidc");
	intoto_out_object(out);
	intoto_out_member(out, "algorithm", jwt->algorithm);
	intoto_out_member(out, "audience", findings->terms.audience);
	ci_claims_write(out, jwt->claims);
	write_time(out, "expiresAt", jwt->expires);
	write_time(out, "issuedAt", jwt->issued);
	intoto_out_member(out, "issuer", findings->terms.issuer);
	intoto_out_member(out, "keyId", jwt->kid);
	intoto_out_name(out, "keySet");
	intoto_out_object(out);
	intoto_out_member(out, findings->keys_fetched ? "url" : "file", findings->keys_from);
	intoto_out_member(out, "sha256", findings->keys_sha256);
	intoto_out_object_end(out);
	intoto_out_member(out, "keyThumbprint", jwt->thumbprint);
	intoto_out_member(out, "subject", intoto_value_text(intoto_value_get(jwt->claims, "sub")));
	intoto_out_member(out, "tokenFrom", findings->token_from);
	intoto_out_member(out, "tokenSha256", jwt->sha256);
	write_time(out, "verifiedAt", findings->terms.now);
	intoto_out_object_end(out);
}

static int write_findings(struct intoto_answer *answer, const struct findings *findings,
			  struct intoto_error **err)
{
	struct intoto_json_out *out = NULL;
	int rc = intoto_answer_begin(answer, PREDICATE, &out, err);

	if (rc)
		return rc;
	intoto_out_object(out);
	rc = write_build(out, &findings->provider->build, answer, err);
	if (findings->proven)
		write_proof(out, findings);
	intoto_out_member(out, "proof", findings->proven ? "oidc-verified" : "none");
	intoto_out_member(out, "provider", findings->provider->name);
	if (!rc)
		rc = write_variables(out, findings->provider->variables, answer, err);
	intoto_out_object_end(out);
	return rc ? rc : intoto_answer_end(answer, err);
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	AT_AUTO(findings_done) struct findings findings = { 0 };
	int rc = find_out(&findings, request, err);

	return rc ? rc : write_findings(answer, &findings, err);
}

/* --- the program --- */

static const char *const predicates[] = { PREDICATE, NULL };

static const struct intoto_attestor_option options[] = {
	{ "audience", "NAME", "the audience that the token must be for (intoto)", false },
	{ "issuer", "URL", "who must have issued the token (what the provider is known for)",
	  false },
	{ "jwks-url", "URL", "get the keys from there; needs --attest-network ci", false },
	{ "leeway", "SECONDS", "how far clocks may differ (60, at most 600)", false },
	{ "proof", "oidc-verified", "fail where there is no token that verifies", false },
	{ "provider", "NAME", "which CI system, where two are seen", false },
	{ "token-file", "FILE", "read the token from there; it is not recorded", false },
	{ "token-variable", "NAME", "the variable that holds the token", false },
	{ NULL, NULL, NULL, false },
};

/* Passed on only if the user names each.  The rest of the names is a habit of GitLab's users. */
static const char *const secrets[] = {
	"ACTIONS_ID_TOKEN_REQUEST_TOKEN",
	"ACTIONS_ID_TOKEN_REQUEST_URL",
	"BUILDKITE_OIDC_TOKEN",
	"CIRCLE_OIDC_TOKEN",
	"CIRCLE_OIDC_TOKEN_V2",
	"GITLAB_OIDC_TOKEN",
	"ID_TOKEN",
	"ID_TOKEN_*",
	"INTOTO_ID_TOKEN",
	"JENKINS_OIDC_TOKEN",
	"SIGSTORE_ID_TOKEN",
	"SYSTEM_ACCESSTOKEN",
	"TEKTON_ID_TOKEN",
	NULL,
};

/* Where a cluster puts tokens of a service account, and what libcurl and a resolver read. */
static const char *const paths[] = {
	"/var/run/secrets",
	"/run/secrets",
	"/etc/ssl",
	"/etc/pki",
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/nsswitch.conf",
	"/etc/gai.conf",
	"/etc/host.conf",
	"/run/systemd/resolve",
	"/usr/share/ca-certificates",
	NULL,
};

int main(int argc, char **argv)
{
	const char *variables[VARIABLES_MAX];
	struct intoto_attestor ci = {
		.name = "ci",
		.summary = "the CI system, and what an OIDC token of the job proves",
		.predicates = predicates,
		.options = options,
		.inputs_least = 0,
		.inputs_most = 1,
		.needs = INTOTO_NEEDS_NETWORK | INTOTO_NEEDS_PROGRAMS,
		.environment = variables,
		.secrets = secrets,
		.paths = paths,
		.attest = attest,
	};
	size_t count = 0;

	ci_provider_variables(variables, VARIABLES_MAX - 1);
	while (variables[count])
		count++;
	variables[count++] = "SSL_CERT_FILE";
	variables[count] = NULL;
	return intoto_attestor_main(argc, argv, &ci);
}

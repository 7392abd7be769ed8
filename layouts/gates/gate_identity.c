/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "identity": which CI system ran the step, and what its token proves, as the attestor ci
 * says.
 *
 *   { "gate": "identity", "proof": "oidc-verified"|"none", "providers": [NAME…],
 *     "issuers": [URL…], "audiences": [NAME…], "keys": [THUMBPRINT…],
 *     "claims": { NAME: VALUE|[VALUE…] }, "claimPatterns": { NAME: [PATTERN…] },
 *     "variables": { NAME: [PATTERN…] } }
 *
 * "proof" is oidc-verified unless it says none.  A VALUE is a text, number or truth value that must
 * be equal; a claim that is a list must hold it.  "keys" are thumbprints (RFC 7638, SHA-256 in hex)
 * of the key that verified the token.  "variables" are what the environment said and nothing
 * proves.  Every ci document must keep all of it.
 */
#include "base/text.h"
#include "json/field.h"
#include "layouts/gates/criterion.h"

struct demand {
	bool unproven; /* "proof": "none" */
	struct it_strings providers;
	struct it_strings issuers;
	struct it_strings audiences;
	struct it_strings keys;
	struct it_json *claims; /* as they stand; NULL: none.  So are the two others */
	struct it_json *claim_patterns;
	struct it_json *variables;
};

static void free_demand(void *demand)
{
	struct demand *own = demand;

	it_strings_done(&own->providers);
	it_strings_done(&own->issuers);
	it_strings_done(&own->audiences);
	it_strings_done(&own->keys);
	it_json_free(own->claims);
	it_json_free(own->claim_patterns);
	it_json_free(own->variables);
	free(own);
}

static void free_own(struct demand **own)
{
	if (*own)
		free_demand(*own);
}

/* --- reading --- */

static int read_proof(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct demand *own = target;
	struct it_span text = it_json_text(value);

	own->unproven = it_span_is(text, "none");
	if (own->unproven || it_span_is(text, "oidc-verified"))
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want \"oidc-verified\" or \"none\"");
}

static int read_providers(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	return it_gate_read_words(&((struct demand *)target)->providers, value, where, err);
}

static int read_issuers(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	return it_gate_read_words(&((struct demand *)target)->issuers, value, where, err);
}

static int read_audiences(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	return it_gate_read_words(&((struct demand *)target)->audiences, value, where, err);
}

static int read_keys(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	return it_gate_read_words(&((struct demand *)target)->keys, value, where, err);
}

static bool is_plain(const struct it_json *value)
{
	enum it_json_kind kind = it_json_kind(value);

	return value && (kind == IT_JSON_TEXT || kind == IT_JSON_INT || kind == IT_JSON_BOOL);
}

static int check_values(const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	bool good = is_plain(value) || it_json_kind(value) == IT_JSON_LIST;

	if (it_json_kind(value) == IT_JSON_LIST && !it_json_count(value))
		good = false;
	for (size_t i = 0; it_json_kind(value) == IT_JSON_LIST && i < it_json_count(value); i++)
		good &= is_plain(it_json_at(value, i));
	if (good)
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err,
			       "want a text, a number, true or false, or a list of them");
}

static int check_patterns(const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings patterns = { 0 };

	return it_patterns_read(&patterns, value, where, err);
}

/* An object each of whose values check takes. */
static int read_named(struct it_json **out, const struct it_json *value,
		      int (*check)(const struct it_json *value, const struct it_where *where,
				   struct intoto_error **err),
		      const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc;

	if (it_json_kind(value) != IT_JSON_OBJECT || !it_json_count(value))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want an object that is not empty");
	rc = it_json_members(&members, &count, value, err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where member = { where, members[i].name.data, 0 };

		rc = check(members[i].value, &member, err);
	}
	if (!rc)
		*out = it_json_ref(value);
	return rc;
}

static int read_claims(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	return read_named(&((struct demand *)target)->claims, value, check_values, where, err);
}

static int read_claim_patterns(void *target, const struct it_json *value,
			       const struct it_where *where, struct intoto_error **err)
{
	return read_named(&((struct demand *)target)->claim_patterns, value, check_patterns, where,
			  err);
}

static int read_variables(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	return read_named(&((struct demand *)target)->variables, value, check_patterns, where, err);
}

static const struct it_field fields[] = {
	{ "audiences", IT_FIELD_CUSTOM, false, 0, read_audiences },
	{ "claimPatterns", IT_FIELD_CUSTOM, false, 0, read_claim_patterns },
	{ "claims", IT_FIELD_CUSTOM, false, 0, read_claims },
	{ "issuers", IT_FIELD_CUSTOM, false, 0, read_issuers },
	{ "keys", IT_FIELD_CUSTOM, false, 0, read_keys },
	{ "proof", IT_FIELD_CUSTOM, false, 0, read_proof },
	{ "providers", IT_FIELD_CUSTOM, false, 0, read_providers },
	{ "variables", IT_FIELD_CUSTOM, false, 0, read_variables },
};

static int check(const struct demand *own, const struct it_where *where, struct intoto_error **err)
{
	if (own->unproven &&
	    (own->claims || own->claim_patterns || own->issuers.count || own->keys.count))
		return it_where_refuse(
			where, INTOTO_E_FORMAT, err,
			"claims, issuers and keys want a proof; leave \"proof\" out");
	if (own->unproven && !own->providers.count && !own->variables)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "demands nothing; want providers or variables");
	return INTOTO_OK;
}

static int read(void **out, const struct it_json *object, const struct it_where *where,
		struct intoto_error **err)
{
	IT_AUTO(free_own) struct demand *own = calloc(1, sizeof *own);
	int rc;

	if (!own)
		return it_err_nomem(err);
	rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where, err);
	if (!rc)
		rc = check(own, where, err);
	if (rc)
		return rc;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* "the claim NAME: VALUE", one for each. */
static int name_clauses(struct it_strings *out, const char *what, const struct it_json *object,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc = object ? it_json_members(&members, &count, object, err) : INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_CRITERION_TEXT_MAX);
		struct it_writer writer;

		(void)it_buf_printf(&text, "%s ", what); /* sticks, as what follows */
		it_text_quote(&text, members[i].name);
		(void)it_buf_add_text(&text, ": ");
		it_writer_init(&writer, &text, IT_WRITE_COMPACT);
		it_write_value(&writer, members[i].value);
		rc = it_writer_finish(&writer, err);
		if (!rc)
			rc = it_strings_add(out, it_buf_text(&text), err);
	}
	return rc;
}

static int clauses(struct it_strings *out, const void *demand, struct intoto_error **err)
{
	const struct demand *own = demand;
	int rc = own->unproven ? INTOTO_OK : it_strings_add(out, "a token that was verified", err);

	if (!rc)
		rc = it_patterns_clause(out, "the CI system", &own->providers, err);
	if (!rc)
		rc = it_patterns_clause(out, "the issuer", &own->issuers, err);
	if (!rc)
		rc = it_patterns_clause(out, "the audience", &own->audiences, err);
	if (!rc)
		rc = it_patterns_clause(out, "the key", &own->keys, err);
	if (!rc)
		rc = name_clauses(out, "the claim", own->claims, err);
	if (!rc)
		rc = name_clauses(out, "the claim", own->claim_patterns, err);
	return rc ? rc : name_clauses(out, "the variable", own->variables, err);
}

/* --- judging --- */

/* Exactly one of these texts. */
static int judge_word(struct it_criteria *criteria, const char *word, const char *found,
		      const struct it_strings *wanted, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(found ? found : "nothing"));

	if (!wanted->count)
		return INTOTO_OK;
	if (!quoted)
		return it_err_nomem(err);
	if (found && it_strings_has(wanted, found))
		return it_criterion_keep(criteria, err, "the %s is %s", word, quoted);
	return it_criterion_fail(criteria, word, err,
				 "the %s is %s, which is not among the %zu wanted", word, quoted,
				 wanted->count);
}

/* One value of a layout against one of a claim, or a list of them. */
static bool value_fits(const struct it_json *wanted, const struct it_json *found)
{
	if (it_json_kind(found) != IT_JSON_LIST)
		return found && it_json_equal(wanted, found);
	for (size_t i = 0; i < it_json_count(found); i++)
		if (it_json_equal(wanted, it_json_at(found, i)))
			return true;
	return false;
}

static bool claim_fits(const struct it_json *wanted, const struct it_json *found)
{
	if (it_json_kind(wanted) != IT_JSON_LIST)
		return value_fits(wanted, found);
	for (size_t i = 0; i < it_json_count(wanted); i++)
		if (value_fits(it_json_at(wanted, i), found))
			return true;
	return false;
}

static bool pattern_fits(const struct it_json *wanted, const struct it_json *found)
{
	struct it_span text = it_json_text(found);

	for (size_t i = 0; text.data && i < it_json_count(wanted); i++) {
		IT_AUTO(it_strings_done) struct it_strings one = { 0 };

		if (!memchr(text.data, '\0', text.len) &&
		    !it_strings_add_span(&one, it_json_text(it_json_at(wanted, i)), NULL) &&
		    it_patterns_match(&one, text.data))
			return true;
	}
	return false;
}

/* What is wanted of each name, in an object that holds what was found. */
static int judge_named(struct it_criteria *criteria, const char *what, const struct it_json *wanted,
		       const struct it_json *found,
		       bool (*fits)(const struct it_json *wanted, const struct it_json *found),
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc = wanted ? it_json_members(&members, &count, wanted, err) : INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++) {
		const struct it_json *value = it_json_get(found, members[i].name.data);
		IT_AUTO(it_freep) char *name = it_text_quoted(members[i].name);
		IT_AUTO(it_freep) char *said = it_text_quoted(it_json_text(value));

		if (!name || !said)
			return it_err_nomem(err);
		if (fits(members[i].value, value))
			rc = it_criterion_keep(criteria, err, "the %s %s is as wanted", what, name);
		else
			rc = it_criterion_fail(criteria, name, err, "the %s %s is %s%s%s", what,
					       name, value ? "another one" : "not there",
					       *said ? ": " : "", said);
	}
	return rc;
}

static int judge_proof(struct it_criteria *criteria, const struct demand *own,
		       const struct it_json *ci, struct intoto_error **err)
{
	const struct it_json *oidc = it_json_get(ci, "oidc");
	const struct it_json *claims = it_json_get(oidc, "claims");
	bool proven = it_streq(it_member_text(ci, "proof"), "oidc-verified") &&
		      it_json_kind(claims) == IT_JSON_OBJECT;
	int rc;

	if (own->unproven)
		return INTOTO_OK;
	if (!proven)
		return it_criterion_fail(
			criteria, "proof", err,
			"nothing proves who ran it, want a token that was verified");
	rc = it_criterion_keep(criteria, err, "a token was verified");
	if (!rc)
		rc = judge_word(criteria, "issuer", it_member_text(oidc, "issuer"), &own->issuers,
				err);
	if (!rc)
		rc = judge_word(criteria, "audience", it_member_text(oidc, "audience"),
				&own->audiences, err);
	if (!rc)
		rc = judge_word(criteria, "key", it_member_text(oidc, "keyThumbprint"), &own->keys,
				err);
	if (!rc)
		rc = judge_named(criteria, "claim", own->claims, claims, claim_fits, err);
	return rc ? rc
		  : judge_named(criteria, "claim", own->claim_patterns, claims, pattern_fits, err);
}

static int judge_one(struct it_criteria *criteria, const struct demand *own,
		     struct intoto_error **err)
{
	const struct it_json *ci = criteria->evidence->attestation->predicate;
	int rc = judge_word(criteria, "provider", it_member_text(ci, "provider"), &own->providers,
			    err);

	if (!rc)
		rc = judge_proof(criteria, own, ci, err);
	return rc ? rc
		  : judge_named(criteria, "variable", own->variables, it_json_get(ci, "variables"),
				pattern_fits, err);
}

static int judge(struct it_gate_verdict *out, const void *demand, const struct it_gate_input *input,
		 struct intoto_error **err)
{
	struct it_criteria criteria = { "identity", out, input, NULL, 0 };
	size_t found = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < input->count; i++) {
		criteria.evidence = &input->evidence[i];
		if (!it_predicate_is(criteria.evidence->attestation->type, "ci"))
			continue;
		found++;
		rc = judge_one(&criteria, demand, err);
	}
	if (!rc && !found)
		rc = it_gate_block_for_nothing(out, &it_gate_identity, input,
					       "what the attestor ci says", err);
	return rc ? rc
		  : it_gate_conclude(out, err,
				     "%zu documents about who ran it, %llu criteria not met", found,
				     (unsigned long long)criteria.failed);
}

static const char *const predicates[] = { "ci", NULL };

const struct it_gate_kind it_gate_identity = {
	.name = "identity",
	.summary = "a CI system ran the step, and a token of it proves which",
	.read = read,
	.free = free_demand,
	.clauses = clauses,
	.predicates = predicates,
	.judge = judge,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "provenance": who built, how, from what and with which parameters (SLSA provenance v1,
 * and v0.2 where its members mean the same).
 *
 *   { "gate": "provenance", "builders": [ID…], "buildTypes": [URI…],
 *     "source": { "uri": [PATTERN…], "ref": [PATTERN…], "commit": [HEX…] },
 *     "parameters": { NAME: VALUE }, "parameterPatterns": { NAME: [PATTERN…] },
 *     "freeParameters": [NAME…], "unknownParameters": "refuse"|"allow" }
 *
 * A parameter is a member of externalParameters (v0.2: of invocation.parameters); one that is named
 * nowhere here is refused (SLSA v1, "verifying artifacts": reject what is not expected), unless
 * "unknownParameters" is "allow".  A PATTERN of a source's URI is held against what stands before
 * its last "@", one of its ref against what stands behind.  "builders" and "buildTypes" are equal
 * or not.  Every provenance must keep all of it.
 */
#include "base/text.h"
#include "json/field.h"
#include "layouts/gates/criterion.h"

struct demand {
	struct it_strings builders;
	struct it_strings types;
	struct it_strings uris;
	struct it_strings refs;
	struct it_strings commits;
	struct it_strings free;	 /* parameters that may be anything */
	struct it_json *equal;	 /* parameters; NULL: none */
	struct it_json *pattern; /* likewise */
	bool any;		 /* unknown parameters are allowed */
};

static void free_demand(void *demand)
{
	struct demand *own = demand;

	it_strings_done(&own->builders);
	it_strings_done(&own->types);
	it_strings_done(&own->uris);
	it_strings_done(&own->refs);
	it_strings_done(&own->commits);
	it_strings_done(&own->free);
	it_json_free(own->equal);
	it_json_free(own->pattern);
	free(own);
}

static void free_own(struct demand **own)
{
	if (*own)
		free_demand(*own);
}

/* --- reading --- */

static int read_builders(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	return it_gate_read_words(&((struct demand *)target)->builders, value, where, err);
}

static int read_types(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	return it_gate_read_words(&((struct demand *)target)->types, value, where, err);
}

static int read_free(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	return it_gate_read_words(&((struct demand *)target)->free, value, where, err);
}

static int read_uri(void *target, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err)
{
	return it_patterns_read(&((struct demand *)target)->uris, value, where, err);
}

static int read_ref(void *target, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err)
{
	return it_patterns_read(&((struct demand *)target)->refs, value, where, err);
}

static int read_commit(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	return it_gate_read_words(&((struct demand *)target)->commits, value, where, err);
}

static const struct it_field source_fields[] = {
	{ "commit", IT_FIELD_CUSTOM, false, 0, read_commit },
	{ "ref", IT_FIELD_CUSTOM, false, 0, read_ref },
	{ "uri", IT_FIELD_CUSTOM, true, 0, read_uri },
};

static int read_source(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	return it_fields_read(target, value, source_fields, IT_COUNT_OF(source_fields),
			      IT_FIELDS_CLOSED, where, err);
}

static int want_object(const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	if (it_json_kind(value) == IT_JSON_OBJECT && it_json_count(value))
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want an object that is not empty");
}

static int read_parameters(void *target, const struct it_json *value, const struct it_where *where,
			   struct intoto_error **err)
{
	int rc = want_object(value, where, err);

	if (!rc)
		((struct demand *)target)->equal = it_json_ref(value);
	return rc;
}

static int read_parameter_patterns(void *target, const struct it_json *value,
				   const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc = want_object(value, where, err);

	if (!rc)
		rc = it_json_members(&members, &count, value, err);
	for (size_t i = 0; !rc && i < count; i++) {
		IT_AUTO(it_strings_done) struct it_strings patterns = { 0 };
		struct it_where member = { where, members[i].name.data, 0 };

		rc = it_patterns_read(&patterns, members[i].value, &member, err);
	}
	if (!rc)
		((struct demand *)target)->pattern = it_json_ref(value);
	return rc;
}

static int read_unknown(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct demand *own = target;
	struct it_span text = it_json_text(value);

	own->any = it_span_is(text, "allow");
	if (own->any || it_span_is(text, "refuse"))
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want \"refuse\" or \"allow\"");
}

static const struct it_field fields[] = {
	{ "buildTypes", IT_FIELD_CUSTOM, false, 0, read_types },
	{ "builders", IT_FIELD_CUSTOM, true, 0, read_builders },
	{ "freeParameters", IT_FIELD_CUSTOM, false, 0, read_free },
	{ "parameterPatterns", IT_FIELD_CUSTOM, false, 0, read_parameter_patterns },
	{ "parameters", IT_FIELD_CUSTOM, false, 0, read_parameters },
	{ "source", IT_FIELD_CUSTOM, false, 0, read_source },
	{ "unknownParameters", IT_FIELD_CUSTOM, false, 0, read_unknown },
};

static int read(void **out, const struct it_json *object, const struct it_where *where,
		struct intoto_error **err)
{
	IT_AUTO(free_own) struct demand *own = calloc(1, sizeof *own);
	int rc;

	if (!own)
		return it_err_nomem(err);
	rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where, err);
	if (rc)
		return rc;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* "the parameter NAME: VALUE", one for each. */
static int parameter_clauses(struct it_strings *out, const struct it_json *object,
			     struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc = object ? it_json_members(&members, &count, object, err) : INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_CRITERION_TEXT_MAX);
		struct it_writer writer;

		(void)it_buf_add_text(&text, "the parameter "); /* sticks, as what follows */
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
	int rc = it_patterns_clause(out, "the builder", &own->builders, err);

	if (!rc)
		rc = it_patterns_clause(out, "the build type", &own->types, err);
	if (!rc)
		rc = it_patterns_clause(out, "a source", &own->uris, err);
	if (!rc)
		rc = it_patterns_clause(out, "of the reference", &own->refs, err);
	if (!rc)
		rc = it_patterns_clause(out, "of the commit", &own->commits, err);
	if (!rc)
		rc = parameter_clauses(out, own->equal, err);
	if (!rc)
		rc = parameter_clauses(out, own->pattern, err);
	if (!rc && !own->any)
		rc = it_strings_add(out, "no parameter that is named nowhere", err);
	return rc;
}

/* --- one provenance, whatever its version --- */

struct said {
	const char *builder;
	const char *type;
	const struct it_json *parameters; /* NULL: none */
	const struct it_json *sources;	  /* list of { "uri", "digest" } */
	const struct it_json *config;	  /* v0.2: invocation.configSource */
};

static void read_said(struct said *out, const struct it_json *predicate)
{
	const struct it_json *definition = it_json_get(predicate, "buildDefinition");
	const struct it_json *invocation = it_json_get(predicate, "invocation");
	const struct it_json *details = it_json_get(predicate, "runDetails");

	*out = (struct said){
		.builder = it_member_text(it_json_get(definition ? details : predicate, "builder"),
					  "id"),
		.type = it_member_text(definition ? definition : predicate, "buildType"),
		.parameters = definition ? it_json_get(definition, "externalParameters")
					 : it_json_get(invocation, "parameters"),
		.sources = definition ? it_json_get(definition, "resolvedDependencies")
				      : it_json_get(predicate, "materials"),
		.config = definition ? NULL : it_json_get(invocation, "configSource"),
	};
}

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

/* --- sources --- */

static bool commit_fits(const struct demand *own, const struct it_json *source)
{
	const struct it_json *digest = it_json_get(source, "digest");
	const char *commit = it_member_text(digest, "gitCommit");

	if (!own->commits.count)
		return true;
	if (!commit)
		commit = it_member_text(digest, "sha1");
	for (size_t i = 0; commit && i < own->commits.count; i++)
		if (it_streq_nocase(own->commits.items[i], commit))
			return true;
	return false;
}

/* "git+https://…/app@refs/heads/main": before and behind the last "@" that no "/" of an authority
 * follows. */
static bool source_fits(const struct demand *own, const struct it_json *source)
{
	const char *uri = it_member_text(source, "uri");
	IT_AUTO(it_freep) char *copy = uri ? strdup(uri) : NULL;
	const char *scheme = uri ? strstr(uri, "://") : NULL;
	char *at = copy ? strstr(copy, "@refs/") : NULL;
	const char *ref = NULL;

	if (copy && !at)
		at = strrchr(copy, '@');
	/* the "@" of a user is none of a reference */
	if (at && scheme && !strchr(scheme + 3, '/'))
		at = NULL;
	if (at && scheme && (size_t)(at - copy) < (size_t)(strchr(scheme + 3, '/') - uri))
		at = NULL;
	if (at) {
		*at = '\0';
		ref = at + 1;
	}
	return copy && it_patterns_match(&own->uris, copy) &&
	       (!own->refs.count || it_patterns_match(&own->refs, ref)) && commit_fits(own, source);
}

static int judge_source(struct it_criteria *criteria, const struct demand *own,
			const struct said *said, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf names = IT_BUF(IT_CRITERION_TEXT_MAX);
	bool found = said->config && source_fits(own, said->config);
	int rc;

	if (!own->uris.count)
		return INTOTO_OK;
	/* v0.2 says by itself which of its materials is the source */
	for (size_t i = 0; !said->config && !found && i < it_json_count(said->sources); i++)
		found = source_fits(own, it_json_at(said->sources, i));
	if (found)
		return it_criterion_keep(criteria, err, "it was made from a source that is wanted");
	it_patterns_name(&names, &own->uris);
	rc = it_buf_check(&names, "a list of patterns", err);
	if (rc)
		return rc;
	return it_criterion_fail(criteria, "source", err, "none of its sources is %s%s%s",
				 it_buf_text(&names),
				 own->refs.count ? " at a wanted reference" : "",
				 own->commits.count ? " and commit" : "");
}

/* --- parameters --- */

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

static bool value_fits(const struct it_json *wanted, const struct it_json *found)
{
	return found && it_json_equal(wanted, found);
}

static int judge_wanted(struct it_criteria *criteria, const struct it_json *wanted,
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

		if (!name)
			return it_err_nomem(err);
		if (fits(members[i].value, value))
			rc = it_criterion_keep(criteria, err, "the parameter %s is as wanted",
					       name);
		else
			rc = it_criterion_fail(criteria, name, err, "the parameter %s is %s", name,
					       value ? "another one" : "not there");
	}
	return rc;
}

static bool is_named(const struct demand *own, const char *name)
{
	return it_strings_has(&own->free, name) || it_json_get(own->equal, name) ||
	       it_json_get(own->pattern, name);
}

static int judge_unknown(struct it_criteria *criteria, const struct demand *own,
			 const struct it_json *found, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0, unknown = 0;
	int rc = INTOTO_OK;

	if (own->any || !found || it_json_kind(found) == IT_JSON_NULL)
		return INTOTO_OK;
	if (it_json_kind(found) != IT_JSON_OBJECT)
		return it_criterion_fail(criteria, "parameters", err,
					 "its parameters are %s, want an object",
					 it_json_kind_name(found));
	rc = it_json_members(&members, &count, found, err);
	for (size_t i = 0; !rc && i < count; i++) {
		IT_AUTO(it_freep) char *name = it_text_quoted(members[i].name);

		/* a name with a NUL is nobody's */
		if (!memchr(members[i].name.data, '\0', members[i].name.len) &&
		    is_named(own, members[i].name.data))
			continue;
		unknown++;
		rc = it_criterion_fail(criteria, name ? name : "parameters", err,
				       "the parameter %s is not expected", name ? name : "");
	}
	if (!rc && !unknown)
		rc = it_criterion_keep(criteria, err, "every parameter is expected");
	return rc;
}

/* --- all of it --- */

static int judge_one(struct it_criteria *criteria, const struct demand *own,
		     struct intoto_error **err)
{
	struct said said;
	int rc;

	read_said(&said, criteria->evidence->attestation->predicate);
	rc = judge_word(criteria, "builder", said.builder, &own->builders, err);
	if (!rc)
		rc = judge_word(criteria, "build-type", said.type, &own->types, err);
	if (!rc)
		rc = judge_source(criteria, own, &said, err);
	if (!rc)
		rc = judge_wanted(criteria, own->equal, said.parameters, value_fits, err);
	if (!rc)
		rc = judge_wanted(criteria, own->pattern, said.parameters, pattern_fits, err);
	return rc ? rc : judge_unknown(criteria, own, said.parameters, err);
}

static int judge(struct it_gate_verdict *out, const void *demand, const struct it_gate_input *input,
		 struct intoto_error **err)
{
	struct it_criteria criteria = { "provenance", out, input, NULL, 0 };
	size_t found = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < input->count; i++) {
		criteria.evidence = &input->evidence[i];
		if (!it_predicate_is(criteria.evidence->attestation->type, "provenance"))
			continue;
		found++;
		rc = judge_one(&criteria, demand, err);
	}
	if (!rc && !found)
		rc = it_gate_block_for_nothing(out, &it_gate_provenance, input, "a provenance",
					       err);
	return rc ? rc
		  : it_gate_conclude(out, err, "%zu provenances, %llu criteria not met", found,
				     (unsigned long long)criteria.failed);
}

static const char *const predicates[] = { "provenance", NULL };

const struct it_gate_kind it_gate_provenance = {
	.name = "provenance",
	.summary = "a builder that is trusted made the products, from the right source",
	.read = read,
	.free = free_demand,
	.clauses = clauses,
	.predicates = predicates,
	.judge = judge,
};

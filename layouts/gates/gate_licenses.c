/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "licenses": what the step's SBOMs say about the licences of packages is wanted.
 *
 *   { "gate": "licenses", "allow": [LICENSE…], "deny": [LICENSE…],
 *     "none": "deny"|"allow", "noassertion": "deny"|"allow", "unknown": "deny"|"allow",
 *     "source": "concluded"|"declared"|"both", "names": { NAME: EXPRESSION… },
 *     "packages": [{ "package": PACKAGE, "license": EXPRESSION, "allow": [LICENSE…], "reason" }…] }
 *
 * A LICENSE is one of the SPDX list ("MIT"), one with an exception, a LicenseRef, or a beginning
 * ("GPL-*").  Expressions are judged as <model/spdx_policy.h> says.  "names" gives what words in
 * place of an identifier mean; "packages" what somebody found out about one package, or what is
 * allowed for it alone.  A PACKAGE is a purl with or without its version, a name, or a beginning.
 *
 * Every SBOM is looked at, and every package in it; files, and the one thing that an SBOM is about,
 * only if something is said about their licence.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/gates/exception.h"
#include "layouts/gates/gate.h"
#include "layouts/gates/licenses_demand.h"
#include "model/sbom.h"
#include "model/spdx_policy.h"

enum { WHY_MAX = 64 * 1024, LABEL_MAX = 4096, SHOWN = 1000 };

/* --- one package --- */

struct judgement {
	const struct it_licenses_demand *own;
	const struct it_gate_input *input;
	const struct it_gate_evidence *evidence;
	struct it_gate_verdict *out;
	size_t looked_at;
	size_t blocked;
	struct intoto_error **err;
};

/* What one package came to, under one set of permissions. */
struct finding {
	enum it_spdx_verdict verdict;
	struct it_buf why;
	struct it_strings culprits;
};

static void finding_done(struct finding *finding)
{
	it_buf_done(&finding->why);
	it_strings_done(&finding->culprits);
}

static bool begins(const char *text, const char *prefix, size_t length)
{
	return strlen(text) >= length && it_span_eq(it_span(text, length), it_span(prefix, length));
}

/* The purl, or its part before the version or the qualifiers, or the name; or a beginning of one.
 */
static bool is_meant(const char *pattern, const struct it_sbom_component *component)
{
	size_t length = strlen(pattern);

	if (pattern[length - 1] == '*')
		return begins(component->purl, pattern, length - 1) ||
		       begins(component->name, pattern, length - 1);
	return it_streq(pattern, component->name) ||
	       (it_starts_with(component->purl, pattern) &&
		strchr("@?#", component->purl[length])); /* also its NUL */
}

static const struct it_licenses_override *find_override(const struct it_licenses_demand *own,
							const struct it_sbom_component *component)
{
	for (size_t i = 0; i < own->override_count; i++)
		if (is_meant(own->overrides[i].package, component))
			return &own->overrides[i];
	return NULL;
}

static bool says_something(const struct it_sbom_licenses *licenses)
{
	for (size_t i = 0; i < licenses->count; i++)
		if (!it_streq(licenses->items[i].text, "NOASSERTION"))
			return true;
	return false;
}

static void lower_verdict(struct finding *out, enum it_spdx_verdict verdict)
{
	if (verdict < out->verdict)
		out->verdict = verdict;
}

/* Words that are no expression. */
static int judge_name(struct finding *out, const struct it_spdx_policy *policy, const char *name,
		      const char *complaint, struct intoto_error **err)
{
	bool allowed = policy->unlisted || it_strings_has(policy->grant, name);

	lower_verdict(out, allowed ? IT_SPDX_ALLOWED : IT_SPDX_UNKNOWN);
	(void)it_buf_add_text(&out->why, out->why.len ? ", '" : "'"); /* sticks in why */
	it_text_quote(&out->why, it_span(name, strnlen(name, SHOWN)));
	(void)it_buf_printf(&out->why, "' %s", complaint);
	return allowed ? INTOTO_OK : it_strings_add(&out->culprits, name, err);
}

static bool is_all_listed(const struct it_spdx_expression *expression)
{
	for (size_t i = 0; i < expression->count; i++)
		if (expression->nodes[i].op == IT_SPDX_LICENSE && !expression->nodes[i].listed)
			return false;
	return true;
}

static int judge_text(struct finding *out, const struct it_licenses_demand *own,
		      const struct it_spdx_policy *policy, const struct it_sbom_license *license,
		      struct intoto_error **err)
{
	IT_AUTO(it_spdx_expression_done) struct it_spdx_expression parsed = { 0 };
	const char *text = license->text;
	bool name = license->name;
	enum it_spdx_verdict verdict = IT_SPDX_DENIED;
	int rc;

	for (size_t i = 0; i < own->names.count; i++)
		if (it_streq(own->names.items[i], text)) {
			text = own->meanings.items[i];
			name = false;
			break;
		}
	rc = it_spdx_expression_parse(&parsed, it_span_text(text), NULL);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	/* Tools put identifiers in the place of names; a name that only looks like one is none. */
	if (rc || (name && !is_all_listed(&parsed)))
		return judge_name(out, policy, text,
				  name ? "is a name that nobody knows" : "is no SPDX expression",
				  err);
	rc = it_spdx_judge(&verdict, &parsed, policy, &out->why, &out->culprits, err);
	lower_verdict(out, rc ? IT_SPDX_DENIED : verdict);
	return rc;
}

static int judge_list(struct finding *out, const struct it_licenses_demand *own,
		      const struct it_spdx_policy *policy, const struct it_sbom_licenses *licenses,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < licenses->count; i++)
		rc = judge_text(out, own, policy, &licenses->items[i], err);
	return rc;
}

static int judge_said(struct finding *out, const struct it_licenses_demand *own,
		      const struct it_spdx_policy *policy,
		      const struct it_sbom_component *component, struct intoto_error **err)
{
	bool concluded =
		own->source != IT_LICENSES_DECLARED && says_something(&component->concluded);
	bool declared = says_something(&component->declared) &&
			(own->source != IT_LICENSES_CONCLUDED || !concluded);
	int rc = INTOTO_OK;

	if (concluded)
		rc = judge_list(out, own, policy, &component->concluded, err);
	if (!rc && declared)
		rc = judge_list(out, own, policy, &component->declared, err);
	if (rc || concluded || declared)
		return rc;
	return judge_list(
		out, own, policy,
		&(struct it_sbom_licenses){
			.items = &(struct it_sbom_license){ "NOASSERTION", false }, .count = 1 },
		err);
}

/* With what is granted to this package, and excused. */
static int judge_package(struct finding *out, const struct it_licenses_demand *own,
			 const struct it_sbom_component *component,
			 const struct it_licenses_override *override,
			 const struct it_strings *excused, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings grant = { 0 };
	struct it_spdx_policy policy = { &own->allow, &own->deny,	&grant,
					 own->none,   own->noassertion, own->unlisted };
	int rc = INTOTO_OK;

	*out = (struct finding){ IT_SPDX_ALLOWED, IT_BUF(WHY_MAX), { 0 } };
	for (size_t i = 0; !rc && override && i < override->allow.count; i++)
		rc = it_strings_add(&grant, override->allow.items[i], err);
	for (size_t i = 0; !rc && i < excused->count; i++)
		rc = it_strings_add(&grant, excused->items[i], err);
	if (!rc && override && override->license)
		return judge_text(out, own, &policy,
				  &(struct it_sbom_license){ override->license, false }, err);
	return rc ? rc : judge_said(out, own, &policy, component, err);
}

/* --- exceptions --- */

struct excuse {
	struct it_strings licenses; /* that are excused */
	struct it_strings why_not;
	struct it_buf by;
	const char *id; /* of the last one that was used */
};

static void excuse_done(struct excuse *excuse)
{
	it_strings_done(&excuse->licenses);
	it_strings_done(&excuse->why_not);
	it_buf_done(&excuse->by);
}

static int find_excuse(struct excuse *out, const struct judgement *in, const char *license,
		       const struct it_sbom_component *component)
{
	IT_AUTO(it_buf_done) struct it_buf by = IT_BUF(WHY_MAX);
	struct it_strings ids = { 0 };
	struct it_exception_query query = {
		.gate = "licenses",
		.step = in->input->step,
		.ids = &ids,
		.package = *component->purl ? component->purl : component->name,
		.license = license,
		.producers = in->evidence->signers,
	};
	const char *id = NULL;
	int rc =
		it_exceptions_find(in->input->exceptions, &query, &id, &by, &out->why_not, in->err);

	if (rc || !id)
		return rc;
	out->id = id;
	(void)it_buf_printf(&out->by, "%s%s", out->by.len ? ", " : "", it_buf_text(&by));
	return it_strings_add(&out->licenses, license, in->err);
}

static int find_excuses(struct excuse *out, const struct judgement *in,
			const struct finding *finding, const struct it_sbom_component *component)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < finding->culprits.count; i++)
		rc = find_excuse(out, in, finding->culprits.items[i], component);
	return rc ? rc : it_buf_check(&out->by, "exceptions", in->err);
}

/* --- decisions --- */

static void print_label(struct it_buf *out, const struct it_sbom_component *component)
{
	const char *name = *component->purl ? component->purl : component->name;

	it_text_quote(out, it_span(name, strnlen(name, SHOWN)));
	if (*component->purl || !*component->version)
		return;
	(void)it_buf_add_byte(out, ' '); /* fits */
	it_text_quote(out, it_span(component->version, strnlen(component->version, SHOWN / 10)));
}

static const char *word_of(enum it_spdx_verdict verdict)
{
	return verdict == IT_SPDX_UNKNOWN ? "nobody can say whether it may be used: " : "";
}

static int decide_excused(struct judgement *in, const char *label, const struct excuse *excuse,
			  const struct finding *finding)
{
	return it_gate_decide(in->out, IT_DECISION_ALLOWED, label, it_buf_text(&excuse->by),
			      excuse->id, in->err, "%.*s", SHOWN, it_buf_text(&finding->why));
}

static int decide_blocked(struct judgement *in, const char *label, const struct excuse *excuse,
			  const struct finding *finding)
{
	int rc = it_gate_decide(in->out, IT_DECISION_BLOCKED, label, NULL, NULL, in->err, "%s%.*s",
				word_of(finding->verdict), SHOWN, it_buf_text(&finding->why));

	in->blocked++;
	for (size_t i = 0; !rc && i < excuse->why_not.count; i++)
		rc = it_gate_decide(in->out, IT_DECISION_REMARK, label, NULL, NULL, in->err, "%s",
				    excuse->why_not.items[i]);
	return rc;
}

static int decide_bad(struct judgement *in, const char *label,
		      const struct it_sbom_component *component,
		      const struct it_licenses_override *override, const struct finding *finding)
{
	IT_AUTO(excuse_done) struct excuse excuse = { .by = IT_BUF(WHY_MAX) };
	IT_AUTO(finding_done) struct finding again = { 0 };
	int rc = find_excuses(&excuse, in, finding, component);

	if (!rc && excuse.licenses.count)
		rc = judge_package(&again, in->own, component, override, &excuse.licenses, in->err);
	if (rc)
		return rc;
	if (excuse.licenses.count && again.verdict == IT_SPDX_ALLOWED)
		return decide_excused(in, label, &excuse, finding);
	return decide_blocked(in, label, &excuse, finding);
}

static int judge_component(struct judgement *in, const struct it_sbom_component *component)
{
	IT_AUTO(finding_done) struct finding finding = { 0 };
	IT_AUTO(it_buf_done) struct it_buf label = IT_BUF(LABEL_MAX + 8 * SHOWN);
	const struct it_licenses_override *override = find_override(in->own, component);
	const struct it_strings nothing = { 0 };
	int rc = judge_package(&finding, in->own, component, override, &nothing, in->err);

	if (rc)
		return rc;
	in->looked_at++;
	print_label(&label, component);
	if (finding.verdict != IT_SPDX_ALLOWED)
		return decide_bad(in, it_buf_text(&label), component, override, &finding);
	return it_gate_decide(in->out, IT_DECISION_FINE, it_buf_text(&label),
			      override ? "the layout's \"packages\"" : NULL, NULL, in->err, "%.*s",
			      SHOWN, it_buf_text(&finding.why));
}

/* --- one SBOM --- */

static size_t count_described(const struct it_sbom *sbom)
{
	size_t count = 0;

	for (size_t i = 0; i < sbom->count; i++)
		count += sbom->components[i].described;
	return count;
}

/* A file has no licence of its own that anybody must tell, and one's own product has none yet. */
static bool may_be_silent(const struct it_sbom_component *component, size_t described)
{
	return (component->file || (component->described && described == 1)) &&
	       !says_something(&component->concluded) && !says_something(&component->declared);
}

static int judge_sbom(struct judgement *in, const struct it_sbom *sbom)
{
	size_t described = count_described(sbom);
	size_t before = in->looked_at;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < sbom->count; i++)
		if (!may_be_silent(&sbom->components[i], described))
			rc = judge_component(in, &sbom->components[i]);
	if (rc || in->looked_at > before)
		return rc;
	in->blocked++;
	return it_gate_decide(in->out, IT_DECISION_BLOCKED, in->evidence->name, NULL, NULL, in->err,
			      "says nothing about the licence of any package");
}

static int judge_evidence(struct judgement *in)
{
	IT_AUTO(it_sbom_freep) struct it_sbom *sbom = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_sbom_read(&sbom, in->evidence->attestation->predicate,
			      in->evidence->attestation->type, &why);

	if (!rc)
		return judge_sbom(in, sbom);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(in->err);
	in->blocked++;
	return it_gate_decide(in->out, IT_DECISION_BLOCKED, in->evidence->name, NULL, NULL, in->err,
			      "cannot be read as an SBOM: %s", intoto_error_text(why));
}

static int judge(struct it_gate_verdict *out, const void *demand, const struct it_gate_input *input,
		 struct intoto_error **err)
{
	struct judgement in = { .own = demand, .input = input, .out = out, .err = err };
	int rc = INTOTO_OK;

	if (!input->count)
		rc = it_gate_block_for_nothing(out, &it_gate_licenses, input, "SBOM", err);
	for (size_t i = 0; !rc && i < input->count; i++) {
		in.evidence = &input->evidence[i];
		rc = judge_evidence(&in);
	}
	if (!rc && !input->count)
		return it_gate_conclude(out, err, "no SBOM was found");
	if (rc || in.looked_at)
		return rc ? rc
			  : it_gate_conclude(out, err,
					     "%zu of %zu packages are blocked for their licence",
					     in.blocked, in.looked_at);
	return it_gate_conclude(out, err, "no SBOM says anything about a licence");
}

static const char *const predicates[] = { "sbom", NULL };

const struct it_gate_kind it_gate_licenses = {
	.name = "licenses",
	.summary = "packages have licences that are wanted",
	.read = it_licenses_read,
	.free = it_licenses_free,
	.clauses = it_licenses_clauses,
	.predicates = predicates,
	.judge = judge,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Who signed, by certificate: signature, time, names, root, in this order. */
#include "layouts/certificate.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/timestamp.h"
#include "json/where.h"
#include "layouts/carried.h"

enum {
	WORDS_MAX = 64 * 1024,
	SIGNERS_MAX = 64, /* signatures with a certificate that are looked at in one file */
	REASONS_MAX = 3,  /* constraints of which a sentence says why they do not fit */
	TIME_AHEAD = 300, /* seconds that an authority's clock may be ahead of ours */
};

/* --- what the caller trusts --- */

static int load_all(struct it_certificates *out, const char *const *paths, size_t count,
		    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++)
		rc = it_certificates_load(out, paths[i], err);
	return rc;
}

int it_trust_load(struct it_trust *out, const struct intoto_verify_options *options,
		  struct intoto_error **err)
{
	int rc = load_all(&out->intermediates, options->intermediates, options->intermediate_count,
			  err);

	return rc ? rc
		  : load_all(&out->timestamp_roots, options->timestamp_roots,
			     options->timestamp_root_count, err);
}

void it_trust_done(struct it_trust *trust)
{
	it_certificates_done(&trust->intermediates);
	it_certificates_done(&trust->timestamp_roots);
}

/* --- who is certified --- */

void it_certifieds_done(struct it_certifieds *certifieds)
{
	for (size_t i = 0; i < certifieds->count; i++) {
		free(certifieds->items[i].identity);
		free(certifieds->items[i].issuer);
		free(certifieds->items[i].fingerprint);
		free(certifieds->items[i].name);
	}
	free(certifieds->items);
	*certifieds = (struct it_certifieds){ 0 };
}

bool it_certified_same(const struct it_certified *a, const struct it_certified *b)
{
	return it_streq(a->fingerprint, b->fingerprint) || it_streq(a->identity, b->identity) ||
	       it_streq(a->issuer, b->issuer);
}

/* One signature on its way. */
struct visit {
	struct it_chain *chain;
	const struct it_layout_step *step;
	const char *file;
	const struct intoto_envelope *envelope;
	size_t index;
	struct it_certificates carried; /* the leaf, then what may be its issuers */
	struct it_certificates helpers;
	struct it_certificate_names names;
	struct intoto_key *key;
	int64_t at;
	bool stamped;
	int rc; /* no memory, while timestamps were visited */
};

static void visit_done(struct visit *visit)
{
	it_certificates_done(&visit->carried);
	it_certificates_done(&visit->helpers);
	it_certificate_names_done(&visit->names);
	intoto_key_free(visit->key);
}

/* The name that people know somebody by. */
static void name_leaf(struct it_buf *out, const struct visit *visit)
{
	static const enum it_certificate_name order[] = { IT_NAME_URI, IT_NAME_EMAIL,
							  IT_NAME_COMMON, IT_NAME_DNS };

	for (size_t i = 0; i < IT_COUNT_OF(order); i++) {
		const struct it_strings *names = &visit->names.of[order[i]];

		if (names->count) {
			(void)it_buf_add_text(out, names->items[0]); /* sticky */
			return;
		}
	}
	it_certificate_subject(out, visit->carried.items[0]);
}

static void report(const struct visit *visit, enum intoto_outcome outcome, const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(WORDS_MAX);
	IT_AUTO(it_buf_done) struct it_buf who = IT_BUF(WORDS_MAX);

	if (visit->carried.count) {
		name_leaf(&name, visit);
		(void)it_buf_add_text(&who, ", with the certificate of "); /* sticky */
		it_where_quote(&who, it_buf_span(&name));
	}
	it_report_add(visit->chain->report, outcome, "link.certificate",
		      it_chain_label(visit->chain, visit->step->item.name), visit->file,
		      "signature %zu of %zu%s: %s", visit->index + 1,
		      visit->envelope->signature_count, it_buf_text(&who), text);
}

/* --- the time --- */

static int warn_timestamp(struct visit *visit, const char *why)
{
	char now[IT_TIME_SIZE];
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(WORDS_MAX);

	it_time_format(now, visit->chain->now);
	(void)it_buf_printf(&text,
			    "%s: it does not count, and without another one the certificate "
			    "is judged as of %s",
			    why, now); /* a shorter sentence is still one */
	report(visit, INTOTO_CHECK_WARNING, it_buf_text(&text));
	return 0;
}

/* The earliest time at which the signature is known to have existed is the closest to its making.
 */
static int visit_timestamp(void *arg, struct it_span data, const char *why)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct visit *visit = arg;
	const struct it_trust *trust = visit->chain->trust;
	const struct it_signature *signature = &visit->envelope->signatures[visit->index];
	int64_t time = 0;
	int rc;

	if (why)
		return warn_timestamp(visit, why);
	if (!trust || !trust->timestamp_roots.count)
		return warn_timestamp(visit, "its timestamp cannot be verified without the root of "
					     "its authority (--timestamp-roots)");
	rc = it_timestamp_verify(&time, data, it_buf_span(&signature->bytes),
				 &trust->timestamp_roots, &err);
	if (rc == INTOTO_E_NOMEM)
		return visit->rc = rc;
	if (rc)
		return warn_timestamp(visit, intoto_error_text(err));
	if (time > visit->chain->now + TIME_AHEAD)
		return warn_timestamp(visit, "its timestamp is of the future");
	if (!visit->stamped || time < visit->at)
		visit->at = time;
	visit->stamped = true;
	return 0;
}

static int find_time(struct visit *visit, struct intoto_error **err)
{
	const struct it_signature *signature = &visit->envelope->signatures[visit->index];

	visit->at = visit->chain->now;
	return it_carried_timestamps(signature, visit_timestamp, visit) ? it_err_nomem(err)
									: INTOTO_OK;
}

/* --- the roots --- */

/* Whether a member of a constraint takes an id; one that is not there takes what the other does. */
static bool takes_id(const struct it_constraint *constraint, enum it_want want, const char *id)
{
	return it_constraint_is_any(constraint, want) ||
	       it_strings_has(&constraint->want[want], id);
}

static bool has_certificate(const struct it_certificates *list, struct it_certificate certificate)
{
	for (size_t i = 0; i < list->count; i++)
		if (it_certificate_same(list->items[i], certificate))
			return true;
	return false;
}

/* Whether a root stands under an id of anchors that the constraint takes. */
static bool is_named(const struct it_constraint *constraint, enum it_want want,
		     const struct it_layout_anchors *anchors, struct it_certificate root)
{
	if (!constraint->given[want] || it_constraint_is_any(constraint, want))
		return true;
	for (size_t i = 0; i < anchors->count; i++)
		if (takes_id(constraint, want, anchors->items[i].id) &&
		    has_certificate(&anchors->items[i].roots, root))
			return true;
	return false;
}

/* Appends the roots of anchors that the constraint takes, and to others the rest. */
static int choose(struct it_certificates *chosen, struct it_certificates *others,
		  const struct intoto_layout *layout, const struct it_layout_anchors *anchors,
		  const struct it_constraint *constraint, struct intoto_error **err)
{
	bool silent = !constraint->given[IT_WANT_ROOTS] && !constraint->given[IT_WANT_BUNDLES];
	int rc = INTOTO_OK;

	for (size_t i = 0; i < anchors->count; i++) {
		const struct it_certificates *roots = &anchors->items[i].roots;

		for (size_t j = 0; !rc && j < roots->count; j++) {
			struct it_certificates one = { &roots->items[j], 1 };
			bool good = !silent &&
				    is_named(constraint, IT_WANT_ROOTS, &layout->rootcas,
					     roots->items[j]) &&
				    is_named(constraint, IT_WANT_BUNDLES, &layout->bundles,
					     roots->items[j]);

			rc = it_certificates_share(good ? chosen : others, &one, 0, err);
		}
	}
	return rc;
}

/* Under which name the layout has a root. */
static const char *root_id(const struct intoto_layout *layout, struct it_certificate root)
{
	const struct it_layout_anchors *const all[] = { &layout->rootcas, &layout->bundles };

	for (size_t i = 0; i < IT_COUNT_OF(all); i++)
		for (size_t j = 0; j < all[i]->count; j++)
			if (has_certificate(&all[i]->items[j].roots, root))
				return all[i]->items[j].id;
	return "";
}

static int gather_helpers(struct visit *visit, struct intoto_error **err)
{
	const struct intoto_layout *layout = visit->chain->layout;
	const struct it_layout_anchors *const all[] = { &layout->intermediatecas,
							&layout->bundles };
	int rc = it_certificates_share(&visit->helpers, &visit->carried, 1, err);

	for (size_t i = 0; i < IT_COUNT_OF(all); i++)
		for (size_t j = 0; !rc && j < all[i]->count; j++)
			rc = it_certificates_share(&visit->helpers, &all[i]->items[j].intermediates,
						   0, err);
	if (!rc && visit->chain->trust)
		rc = it_certificates_share(&visit->helpers, &visit->chain->trust->intermediates, 0,
					   err);
	return rc;
}

/* --- the constraints --- */

/* UNTRUSTED and why in *reason: no path to a root that the constraint takes. */
static int judge_root(struct visit *visit, const struct it_constraint *constraint,
		      struct it_certificates *root, struct it_buf *reason,
		      struct intoto_error **err)
{
	IT_AUTO(it_certificates_done) struct it_certificates roots = { 0 };
	IT_AUTO(it_certificates_done) struct it_certificates helpers = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct intoto_layout *layout = visit->chain->layout;
	size_t found = 0;
	int rc = it_certificates_share(&helpers, &visit->helpers, 0, err);

	if (!rc)
		rc = choose(&roots, &helpers, layout, &layout->rootcas, constraint, err);
	if (!rc)
		rc = choose(&roots, &helpers, layout, &layout->bundles, constraint, err);
	if (rc)
		return rc;
	if (!roots.count) {
		(void)it_buf_add_text(reason, "names no root that the layout has"); /* sticky */
		return INTOTO_E_UNTRUSTED;
	}
	rc = it_certificate_chain(&found, visit->carried.items[0], &roots, &helpers, visit->at,
				  &why);
	if (!rc) {
		struct it_certificates one = { &roots.items[found], 1 };

		return it_certificates_share(root, &one, 0, err);
	}
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	(void)it_buf_add_text(reason, intoto_error_text(why)); /* sticky */
	return INTOTO_E_UNTRUSTED;
}

static int judge_constraint(struct visit *visit, const struct it_constraint *constraint,
			    struct it_certificates *root, struct it_buf *reason,
			    struct intoto_error **err)
{
	if (!it_constraint_takes_names(constraint, &visit->names, reason))
		return INTOTO_E_UNTRUSTED;
	return judge_root(visit, constraint, root, reason, err);
}

/* "constraint 2 of 3: has the URI ..." */
static void add_reason(struct it_buf *out, size_t index, size_t count, const struct it_buf *reason)
{
	if (index < REASONS_MAX) {
		(void)it_buf_add_text(out, index ? "; " : ""); /* sticky, as below */
		if (count > 1)
			(void)it_buf_printf(out, "constraint %zu of %zu: ", index + 1, count);
		(void)it_buf_add_span(out, it_buf_span(reason));
	} else if (index == count - 1) {
		(void)it_buf_printf(out, "; and so on");
	}
}

/* UNTRUSTED and why in *reasons, when no constraint is satisfied. */
static int judge_constraints(struct visit *visit, struct it_certificates *root,
			     struct it_buf *reasons, struct intoto_error **err)
{
	const struct it_constraints *constraints = &visit->step->constraints;
	int rc = INTOTO_E_UNTRUSTED;

	for (size_t i = 0; rc == INTOTO_E_UNTRUSTED && i < constraints->count; i++) {
		IT_AUTO(it_buf_done) struct it_buf reason = IT_BUF(WORDS_MAX);

		rc = judge_constraint(visit, &constraints->items[i], root, &reason, err);
		if (rc == INTOTO_E_UNTRUSTED)
			add_reason(reasons, i, constraints->count, &reason);
	}
	return rc;
}

/* --- what counts --- */

static int compare_texts(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return it_span_cmp(it_span_text(*left), it_span_text(*right));
}

/* The set of names: sorted, each once, so that nobody becomes two by order or repetition. */
static void add_names(struct it_buf *out, const struct it_strings *names)
{
	IT_AUTO(it_freep) const char **sorted = calloc(names->count + 1, sizeof *sorted);

	if (!sorted) {
		out->failed = INTOTO_E_NOMEM;
		return;
	}
	for (size_t i = 0; i < names->count; i++)
		sorted[i] = names->items[i];
	qsort(sorted, names->count, sizeof *sorted, compare_texts);
	for (size_t i = 0; i < names->count; i++)
		if (!i || !it_streq(sorted[i], sorted[i - 1]))
			(void)it_buf_printf(out, "%zu:%s,", strlen(sorted[i]), sorted[i]);
	(void)it_buf_add_byte(out, '\n'); /* sticky, as above */
}

/* The hash of all names behind what stands in front. */
static char *identify(const struct visit *visit, const struct it_buf *front)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_CERTIFICATE_DER_MAX * 4);
	IT_AUTO(it_buf_done) struct it_buf hash = IT_BUF(IT_KEYID_SIZE);

	(void)it_buf_add_span(&text, it_buf_span(front)); /* sticky, as below */
	(void)it_buf_add_byte(&text, '\n');
	for (size_t i = 0; i < IT_NAME_KINDS; i++)
		add_names(&text, &visit->names.of[i]);
	if (text.failed || front->failed)
		return NULL;
	it_sha256_hex(&hash, it_buf_span(&text));
	return it_buf_take(&hash);
}

static int keep(const struct visit *visit, struct it_certificate root, struct it_certifieds *out,
		struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf under = IT_BUF(IT_KEYID_SIZE);
	IT_AUTO(it_buf_done) struct it_buf by = IT_BUF(IT_CERTIFICATE_DER_MAX);
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(WORDS_MAX);
	struct it_certified *items = reallocarray(out->items, out->count + 1, sizeof *items);
	struct it_certified *added;

	if (!items)
		return it_err_nomem(err);
	out->items = items;
	it_certificate_fingerprint(&under, root);
	it_certificate_issuer(&by, visit->carried.items[0]);
	name_leaf(&name, visit);
	added = &items[out->count++];
	*added = (struct it_certified){
		.identity = identify(visit, &under),
		.issuer = identify(visit, &by),
		.fingerprint = strdup(intoto_key_fingerprint(visit->key)),
		.name = it_buf_take(&name),
	};
	if (!added->identity || !added->issuer || !added->fingerprint || !added->name)
		return it_err_nomem(err);
	return INTOTO_OK;
}

static int accept(struct visit *visit, struct it_certificate root, struct it_certifieds *out,
		  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(WORDS_MAX);
	char at[IT_TIME_SIZE];

	it_time_format(at, visit->at);
	(void)it_buf_add_text(&text, "is good, under the root "); /* sticky, as below */
	it_where_quote(&text, it_span_text(root_id(visit->chain->layout, root)));
	(void)it_buf_printf(&text, ", as of %s%s", at, visit->stamped ? " (its timestamp)" : "");
	report(visit, INTOTO_CHECK_PASSED, it_buf_text(&text));
	return keep(visit, root, out, err);
}

/* --- one signature --- */

/* Everything that needs no layout: UNTRUSTED or FORMAT and why in err. */
static int read_signer(struct visit *visit, struct intoto_error **err)
{
	const struct it_signature *signature = &visit->envelope->signatures[visit->index];
	int rc = it_carried_certificates(&visit->carried, signature, err);

	if (!rc)
		rc = it_certificate_names(&visit->names, visit->carried.items[0], err);
	if (!rc)
		rc = it_certificate_key(&visit->key, visit->carried.items[0], err);
	if (!rc)
		rc = it_envelope_verify_one(visit->envelope, visit->index, visit->key, err);
	return rc ? rc : it_certificate_check_signer(visit->carried.items[0], &visit->names, err);
}

static int judge_signature(struct visit *visit, struct it_certifieds *out,
			   struct intoto_error **err)
{
	IT_AUTO(it_certificates_done) struct it_certificates root = { 0 };
	IT_AUTO(it_buf_done) struct it_buf reasons = IT_BUF(WORDS_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = read_signer(visit, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc) {
		report(visit, INTOTO_CHECK_WARNING, intoto_error_text(why));
		return INTOTO_OK;
	}
	rc = find_time(visit, err);
	if (!rc)
		rc = gather_helpers(visit, err);
	if (!rc)
		rc = judge_constraints(visit, &root, &reasons, err);
	if (!rc)
		return accept(visit, root.items[0], out, err);
	if (rc != INTOTO_E_UNTRUSTED)
		return rc;
	report(visit, INTOTO_CHECK_WARNING, it_buf_text(&reasons));
	return INTOTO_OK;
}

int it_certificates_judge(struct it_chain *chain, const struct it_layout_step *step,
			  const char *file, const struct intoto_envelope *envelope,
			  struct it_certifieds *out, struct intoto_error **err)
{
	size_t seen = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < envelope->signature_count; i++) {
		IT_AUTO(visit_done)
		struct visit visit = {
			.chain = chain, .step = step, .file = file, .envelope = envelope, .index = i
		};

		if (!step->constraints.count || !it_carries_certificate(&envelope->signatures[i]))
			continue;
		if (seen++ == SIGNERS_MAX) {
			report(&visit, INTOTO_CHECK_WARNING,
			       "this one and those behind it were not looked at: there are too "
			       "many");
			break;
		}
		rc = judge_signature(&visit, out, err);
	}
	return rc;
}

/* --- remarks --- */

static void remark(struct it_chain *chain, const struct it_layout_step *step, size_t index,
		   const char *text)
{
	it_report_add(chain->report, INTOTO_CHECK_WARNING, "step.certificates",
		      it_chain_label(chain, step->item.name), "", "constraint %zu of %zu %s",
		      index + 1, step->constraints.count, text);
}

/* The first id of a constraint that anchors do not have; NULL when it has them all. */
static const char *unknown_id(const struct it_constraint *constraint, enum it_want want,
			      const struct it_layout_anchors *anchors)
{
	const struct it_strings *ids = &constraint->want[want];

	if (it_constraint_is_any(constraint, want))
		return NULL;
	for (size_t i = 0; i < ids->count; i++)
		if (!it_layout_anchor(anchors, ids->items[i]))
			return ids->items[i];
	return NULL;
}

static void remark_unknown(struct it_chain *chain, const struct it_layout_step *step, size_t index,
			   const char *id)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(WORDS_MAX);

	if (!id)
		return;
	(void)it_buf_add_text(&text, "names a root that the layout does not have: "); /* sticky */
	it_where_quote(&text, it_span_text(id));
	remark(chain, step, index, it_buf_text(&text));
}

void it_constraints_remark(struct it_chain *chain, const struct it_layout_step *step)
{
	const struct intoto_layout *layout = chain->layout;

	for (size_t i = 0; i < step->constraints.count; i++) {
		const struct it_constraint *constraint = &step->constraints.items[i];

		if (it_constraint_is_open(constraint))
			remark(chain, step, i,
			       "takes everybody who has a certificate under its roots: every name "
			       "is \"*\"");
		remark_unknown(chain, step, i,
			       unknown_id(constraint, IT_WANT_ROOTS, &layout->rootcas));
		remark_unknown(chain, step, i,
			       unknown_id(constraint, IT_WANT_BUNDLES, &layout->bundles));
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a document has to do with a step: by digests, as everywhere (it_digests_match), never by
 * names alone.
 *
 * One shared file is not enough: the licence of a project is a product of each of its builds.  So a
 * document that names an artifact of the step with other digests is about another build, and one
 * that says that it was made in this very step must be about nothing but its artifacts, unless the
 * step's link names the document itself.  Nothing is about an empty file.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/gates/evidence.h"
#include "model/link.h"

enum { SENTENCE_MAX = 64 * 1024 };

/* Comparisons of digest sets for one step: past that nothing matches any more. */
#define WORK_MAX ((size_t)64 << 20)

#define EMPTY_FILE "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* One digest of one artifact. */
struct entry {
	struct it_span digest; /* "sha256:…" */
	size_t artifact;
};

/* The digests of a table, sorted. */
struct index {
	const struct it_artifacts *artifacts;
	struct entry *entries;
	size_t count;
};

static void index_done(struct index *index)
{
	free(index->entries);
}

static size_t count_digests(const struct it_artifacts *artifacts)
{
	size_t count = 0;

	for (size_t i = 0; i < artifacts->count; i++) {
		count++;
		for (const char *at = artifacts->items[i].digests; (at = strchr(at, ',')); at++)
			count++;
	}
	return count;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;

	return it_span_cmp(left->digest, right->digest);
}

/* Calls of a loop over the digests of a set. */
static struct it_span next_digest(const char **at)
{
	struct it_span out = { *at, strcspn(*at, ",") };

	*at += out.len + ((*at)[out.len] == ',');
	return out;
}

static int index_make(struct index *out, const struct it_artifacts *artifacts,
		      struct intoto_error **err)
{
	static const struct it_artifacts nothing;

	out->artifacts = artifacts ? artifacts : &nothing;
	out->entries = calloc(count_digests(out->artifacts) + 1, sizeof *out->entries);
	if (!out->entries)
		return it_err_nomem(err);
	for (size_t i = 0; i < out->artifacts->count; i++)
		for (const char *at = out->artifacts->items[i].digests; *at;)
			out->entries[out->count++] = (struct entry){ next_digest(&at), i };
	if (out->count)
		qsort(out->entries, out->count, sizeof *out->entries, compare_entries);
	return INTOTO_OK;
}

static size_t lower_bound(const struct index *index, struct it_span digest)
{
	size_t low = 0;
	size_t high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (it_span_cmp(index->entries[middle].digest, digest) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_empty_file(const char *digests)
{
	return strstr(digests, "sha256:" EMPTY_FILE);
}

/* Whether an artifact has the digests; marks all that have, if somebody wants to know. */
static bool look_up(const struct index *index, const char *digests, bool *marks, size_t *work)
{
	bool found = false;

	for (const char *at = digests; *at;) {
		struct it_span digest = next_digest(&at);

		for (size_t i = lower_bound(index, digest);
		     i < index->count && it_span_eq(index->entries[i].digest, digest); i++) {
			size_t artifact = index->entries[i].artifact;

			if (++*work > WORK_MAX)
				return false;
			if ((marks && marks[artifact]) ||
			    it_digests_match(digests, index->artifacts->items[artifact].digests) !=
				    IT_DIGESTS_MATCH)
				continue;
			found = true;
			if (!marks)
				return true;
			marks[artifact] = true;
		}
	}
	return found;
}

/* --- one document --- */

struct binding {
	const struct it_gate_step *step;
	struct index materials;
	struct index products;
	const struct it_gate_document *document;
	bool *covered; /* products that are subjects */
	size_t work;
};

static void binding_done(struct binding *binding)
{
	index_done(&binding->materials);
	index_done(&binding->products);
	free(binding->covered);
}

static const struct it_json *named_by_link(const struct it_gate_step *step)
{
	const struct it_json *list;

	if (!step->link)
		return NULL;
	list = it_json_get(it_json_get(step->link->environment, "intoto"), "attestations");
	return it_json_kind(list) == IT_JSON_LIST ? list : NULL;
}

static bool has_digest(const struct it_gate_document *document, struct it_span hex)
{
	return it_span_is(hex, document->sha256) ||
	       (*document->sha256_line && it_span_is(hex, document->sha256_line));
}

static bool is_named(const struct it_gate_step *step, const struct it_gate_document *document)
{
	const struct it_json *list = named_by_link(step);

	for (size_t i = 0; i < it_json_count(list); i++)
		if (has_digest(document, it_json_text(it_json_get(it_json_at(list, i), "sha256"))))
			return true;
	return false;
}

/* A subject that matched nothing: what that says about the document. */
static void judge_stranger(struct it_gate_bond *bond, const struct binding *binding,
			   const struct it_attested_subject *subject)
{
	const struct it_attested_making *making = &binding->document->attestation->making;
	bool known = it_artifacts_find(binding->products.artifacts, subject->name) ||
		     it_artifacts_find(binding->materials.artifacts, subject->name);
	bool own = binding->step->name && it_streq(making->step, binding->step->name);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	if (bond->why_not || (!known && !own))
		return;
	(void)it_buf_add_text(&text, "is about "); /* sticks */
	it_where_quote(&text, subject->name);
	(void)it_buf_add_text(&text, known ? " with other digests than the step's"
					   : ", which is no artifact of the step that it says it "
					     "was made in");
	bond->why_not = it_buf_take(&text);
}

static bool covers_all(const struct binding *binding)
{
	for (size_t i = 0; i < binding->products.artifacts->count; i++)
		if (!binding->covered[i] &&
		    !is_empty_file(binding->products.artifacts->items[i].digests))
			return false;
	return binding->products.artifacts->count > 0;
}

static void bind_subjects(struct it_gate_bond *bond, struct binding *binding)
{
	const struct it_attestation *attestation = binding->document->attestation;
	bool all;

	memset(binding->covered, 0, binding->products.artifacts->count * sizeof(bool));
	for (size_t i = 0; i < attestation->subject_count; i++) {
		const struct it_attested_subject *subject = &attestation->subjects[i];
		bool product = look_up(&binding->products, subject->digests, binding->covered,
				       &binding->work);
		bool material =
			look_up(&binding->materials, subject->digests, NULL, &binding->work);

		if (!product && !material)
			judge_stranger(bond, binding, subject);
		if (is_empty_file(subject->digests))
			continue;
		bond->about |= product ? IT_ABOUT_PRODUCT : 0;
		bond->about |= material ? IT_ABOUT_MATERIAL : 0;
	}
	all = covers_all(binding);
	bond->about |= all ? IT_ABOUT_ALL_PRODUCTS : 0;
}

static int bind(struct it_gate_bond *bond, struct binding *binding, struct intoto_error **err)
{
	bind_subjects(bond, binding);
	if (binding->work > WORK_MAX) {
		free(bond->why_not);
		bond->why_not = strdup("has too many subjects to be compared with the step's "
				       "artifacts");
		return bond->why_not ? INTOTO_OK : it_err_nomem(err);
	}
	if (!is_named(binding->step, binding->document))
		return INTOTO_OK;
	/* Whoever signed the link vouches for the very bytes. */
	bond->about |= IT_ABOUT_LINK;
	free(bond->why_not);
	bond->why_not = NULL;
	return INTOTO_OK;
}

void it_gate_bonds_free(struct it_gate_bond *bonds, size_t count)
{
	for (size_t i = 0; bonds && i < count; i++)
		free(bonds[i].why_not);
	free(bonds);
}

int it_gate_bind(struct it_gate_bond **out, const struct it_gate_documents *documents,
		 const struct it_gate_step *step, struct intoto_error **err)
{
	IT_AUTO(binding_done) struct binding binding = { .step = step };
	int rc = index_make(&binding.materials, step->materials, err);

	*out = NULL;
	if (!rc)
		rc = index_make(&binding.products, step->products, err);
	if (rc)
		return rc;
	binding.covered = calloc(binding.products.artifacts->count + 1, sizeof(bool));
	*out = calloc(documents->count + 1, sizeof **out);
	if (!*out || !binding.covered)
		rc = it_err_nomem(err);
	for (size_t i = 0; !rc && i < documents->count; i++) {
		binding.document = &documents->items[i];
		binding.work = 0;
		rc = bind(&(*out)[i], &binding, err);
	}
	if (rc) {
		it_gate_bonds_free(*out, documents->count);
		*out = NULL;
	}
	return rc;
}

/* --- what the link names --- */

static bool is_there(const struct it_gate_documents *documents, struct it_span hex)
{
	for (size_t i = 0; i < documents->count; i++)
		if (has_digest(&documents->items[i], hex))
			return true;
	return false;
}

int it_gate_missing(const struct it_gate_documents *documents, const struct it_gate_step *step,
		    int (*visit)(void *arg, const char *file, const char *type,
				 struct intoto_error **err),
		    void *arg, struct intoto_error **err)
{
	const struct it_json *list = named_by_link(step);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		const struct it_json *named = it_json_at(list, i);
		struct it_span type = it_json_text(it_json_get(named, "predicateType"));
		struct it_span file = it_json_text(it_json_get(named, "file"));

		if (is_there(documents, it_json_text(it_json_get(named, "sha256"))))
			continue;
		if (type.data && documents->wanted && !documents->wanted(documents->arg, type.data))
			continue;
		rc = visit(arg, file.data ? file.data : "", type.data ? type.data : "", err);
	}
	return rc;
}

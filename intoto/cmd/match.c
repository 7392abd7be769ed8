/* SPDX-License-Identifier: Apache-2.0 */
/* intoto match: what is here now against what a link recorded. */
#include <string.h>

#include "base/text.h"
#include "cmd/match_prove.h"
#include "cmd/output.h"
#include "cmd/registry_options.h"
#include "cmd/step_options.h"
#include "model/digest_set.h"
#include "model/envelope.h"
#include "model/listing.h"

enum { REPORT_MAX = 1024 * 1024 * 1024, ALGORITHMS_MAX = 8 };

struct match_options {
	const char *link;
	struct it_strings paths;
	struct it_strings exclude;
	struct it_strings lstrip;
	const char *base_path;
	const char *symlinks;
	struct it_registry_options registry;
	bool materials;
	const char *prove;
	const char *proof;
	struct it_strings keys;
	const char *format;
	bool quiet;
	unsigned verbose;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_REQUIRED(struct match_options, link, 'l', "link", "FILE", "the link to compare with"),
	IT_WORDS(struct match_options, paths, 'p', "paths", "PATH",
		 "files and folders to compare (the current folder)"),
	IT_WORDS(struct match_options, exclude, 'e', "exclude", "PATTERN",
		 "leave out what these match, as in .gitignore, instead of the usual"),
	IT_VALUE(struct match_options, base_path, 0, "base-path", "FOLDER",
		 "paths and names are relative to FOLDER"),
	IT_WORDS(struct match_options, lstrip, 0, "lstrip-paths", "PREFIX",
		 "take the longest of these off the front of each name"),
	IT_CHOICE(struct match_options, symlinks, 0, "symlinks", "WHAT", it_symlink_words,
		  "look at what symbolic links lead to, or at the links themselves"),
	IT_FLAG(struct match_options, materials, 0, "materials",
		"compare with the materials, not with the products"),
	IT_WORDS(struct match_options, keys, 'k', "verification-keys", "FILE",
		 "public keys; one of them must have signed the link"),
	IT_VALUE(struct match_options, prove, 0, "prove", "FILE",
		 "prove that this file is in the listing beside the link"),
	IT_VALUE(struct match_options, proof, 0, "proof", "PROOF",
		 "by such a proof (--prove with --format=json prints one), without the listing"),
	IT_REGISTRY_OPTIONS(struct match_options, registry),
	IT_REPORT_OPTION(struct match_options, format),
	IT_TALLY(struct match_options, verbose, 'v', "verbose", "name what is the same, too"),
	IT_FLAG(struct match_options, quiet, 'q', "quiet", "print nothing; the status tells"),
};
/* clang-format on */

enum finding { SAME, DIFFERS, ONLY_HERE, ONLY_IN_LINK, FINDINGS };

static const char *const finding_texts[] = { "same", "differs", "only here", "only in the link" };
static const char *const finding_names[] = { "same", "differs", "only-here", "only-in-link" };

/* One comparison. */
struct comparison {
	struct intoto_link *link;
	const struct it_artifacts *recorded; /* a side of link */
	struct it_artifacts here;
	const struct it_digest_alg *algorithms[ALGORITHMS_MAX + 1];
	const char *signed_by; /* a path of a key, or NULL when no key was given */
	size_t counts[FINDINGS];
};

static void comparison_done(struct comparison *comparison)
{
	intoto_link_free(comparison->link);
	it_artifacts_done(&comparison->here);
}

/* --- the link --- */

static int check_signature(struct comparison *comparison, const struct intoto_envelope *envelope,
			   const struct match_options *self, struct intoto_error **err)
{
	for (size_t i = 0; i < self->keys.count; i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
		int rc = intoto_key_load(&key, self->keys.items[i], NULL, NULL, err);

		if (rc)
			return rc;
		if (!comparison->signed_by && !intoto_envelope_verify(envelope, key, NULL))
			comparison->signed_by = self->keys.items[i];
	}
	if (self->keys.count && !comparison->signed_by)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "%s: none of the given keys has signed it", self->link);
	return INTOTO_OK;
}

static int read_link(struct comparison *comparison, const struct match_options *self,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = intoto_envelope_load(&envelope, self->link, err);

	if (!rc)
		rc = check_signature(comparison, envelope, self, err);
	if (rc)
		return rc;
	rc = intoto_link_from_envelope(&comparison->link, envelope, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", self->link);
	comparison->recorded =
		self->materials ? &comparison->link->materials : &comparison->link->products;
	return INTOTO_OK;
}

/* --- digests: "sha256:<hex>,sha512:<hex>" --- */

struct digest {
	struct it_span algorithm;
	struct it_span hex;
};

/* The next one of a set; false at its end. */
static bool next_digest(struct digest *out, const char **at)
{
	size_t len = strcspn(*at, ",");
	size_t name = strcspn(*at, ":");

	if (!len || name >= len)
		return false;
	out->algorithm = it_span(*at, name);
	out->hex = it_span(*at + name + 1, len - name - 1);
	*at += len + ((*at)[len] == ',');
	return true;
}

static void add_algorithm(struct comparison *comparison, const struct it_digest_alg *alg)
{
	for (size_t i = 0; alg && i < ALGORITHMS_MAX; i++) {
		if (comparison->algorithms[i] == alg)
			return;
		if (!comparison->algorithms[i]) {
			comparison->algorithms[i] = alg;
			return;
		}
	}
}

/* Files are hashed as the link says that they were. */
static void choose_algorithms(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->recorded->count; i++) {
		const char *at = comparison->recorded->items[i].digests;
		struct digest digest;

		while (next_digest(&digest, &at))
			add_algorithm(comparison,
				      it_digest_of_set(digest.algorithm, digest.hex.len));
	}
}

/* --- the comparison --- */

struct pair {
	const struct it_artifact *recorded; /* NULL: only here */
	const struct it_artifact *here;	    /* NULL: only in the link */
};

static enum finding judge(const struct pair *pair)
{
	if (!pair->recorded)
		return ONLY_HERE;
	if (!pair->here)
		return ONLY_IN_LINK;
	return it_digests_match(pair->recorded->digests, pair->here->digests) == IT_DIGESTS_MATCH
		       ? SAME
		       : DIFFERS;
}

/* Both tables are sorted: goes through them side by side. */
static bool next_pair(struct pair *out, const struct comparison *comparison, size_t at[2])
{
	const struct it_artifacts *recorded = comparison->recorded;
	const struct it_artifacts *here = &comparison->here;
	int order;

	*out = (struct pair){ at[0] < recorded->count ? &recorded->items[at[0]] : NULL,
			      at[1] < here->count ? &here->items[at[1]] : NULL };
	if (!out->recorded && !out->here)
		return false;
	if (out->recorded && out->here) {
		order = it_span_cmp(it_span_text(out->recorded->name),
				    it_span_text(out->here->name));
		if (order > 0)
			out->recorded = NULL;
		if (order < 0)
			out->here = NULL;
	}
	at[0] += out->recorded != NULL;
	at[1] += out->here != NULL;
	return true;
}

static void count(struct comparison *comparison)
{
	size_t at[2] = { 0, 0 };
	struct pair pair;

	while (next_pair(&pair, comparison, at))
		comparison->counts[judge(&pair)]++;
}

static bool matches(const struct comparison *comparison)
{
	return comparison->counts[SAME] == comparison->recorded->count &&
	       comparison->counts[SAME] == comparison->here.count;
}

static const char *name_of(const struct pair *pair)
{
	return pair->recorded ? pair->recorded->name : pair->here->name;
}

static const char *side_of(const struct match_options *self)
{
	return self->materials ? "materials" : "products";
}

/* All additions are sticky: it_print looks. */
static void write_text(struct it_buf *out, const struct comparison *comparison,
		       const struct match_options *self)
{
	const size_t *counts = comparison->counts;
	size_t at[2] = { 0, 0 };
	struct pair pair;

	while (next_pair(&pair, comparison, at)) {
		enum finding finding = judge(&pair);

		if (finding == SAME && !self->verbose)
			continue;
		(void)it_buf_printf(out, "%s: ", finding_texts[finding]);
		it_text_quote(out, it_span_text(name_of(&pair)));
		(void)it_buf_add_byte(out, '\n');
	}
	it_text_quote(out, it_span_text(self->link));
	(void)it_buf_printf(out,
			    ": %s, %zu %s: %zu same, %zu differ, %zu only here, %zu only in the "
			    "link\n",
			    comparison->signed_by ? "signature verified" : "signature not checked",
			    comparison->recorded->count, side_of(self), counts[SAME],
			    counts[DIFFERS], counts[ONLY_HERE], counts[ONLY_IN_LINK]);
}

static void write_list(struct it_writer *writer, const struct comparison *comparison,
		       enum finding wanted)
{
	size_t at[2] = { 0, 0 };
	struct pair pair;

	it_write_name(writer, finding_names[wanted]);
	it_write_list(writer);
	while (next_pair(&pair, comparison, at))
		if (judge(&pair) == wanted)
			it_write_text(writer, name_of(&pair));
	it_write_list_end(writer);
}

static void write_quoted(struct it_writer *writer, const char *name, const char *text)
{
	IT_AUTO(it_freep) char *quoted = text ? it_text_quoted(it_span_text(text)) : NULL;

	it_write_name(writer, name);
	if (quoted)
		it_write_text(writer, quoted);
	else
		it_write_null(writer);
}

static int write_json(struct it_buf *out, const struct comparison *comparison,
		      const struct match_options *self, struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	write_list(&writer, comparison, DIFFERS);
	write_quoted(&writer, "link", self->link);
	it_write_name(&writer, "match");
	it_write_bool(&writer, matches(comparison));
	write_list(&writer, comparison, ONLY_HERE);
	write_list(&writer, comparison, ONLY_IN_LINK);
	write_list(&writer, comparison, SAME);
	write_quoted(&writer, "side", side_of(self));
	write_quoted(&writer, "signed-by", comparison->signed_by);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n');
	return rc;
}

static int print(const struct comparison *comparison, const struct match_options *self,
		 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(REPORT_MAX);
	int rc = INTOTO_OK;

	if (self->quiet)
		return INTOTO_OK;
	if (!it_report_is_json(self->format)) {
		write_text(&out, comparison, self);
		return it_print(&out, err);
	}
	rc = write_json(&out, comparison, self, err);
	return rc ? rc : it_print_json(&out, err);
}

static int look_here(struct comparison *comparison, struct match_options *self,
		     struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings registry = { 0 };
	struct it_progress progress;
	const struct it_snapshot_options snapshot = {
		.base_path = self->base_path,
		.exclude = self->exclude.count ? &self->exclude : NULL,
		.lstrip = &self->lstrip,
		.symlinks = it_streq(self->symlinks, "record") ? IT_SYMLINKS_RECORD
							       : IT_SYMLINKS_FOLLOW,
		.optional = true, /* what is missing here is a finding */
		.registry = &registry,
		.algorithms = comparison->algorithms[0] ? comparison->algorithms : NULL,
		.notice = it_progress_notice,
		.progress = it_progress_files,
		.arg = &progress,
	};
	int rc = self->paths.count ? INTOTO_OK : it_strings_add(&self->paths, ".", err);

	if (!rc)
		rc = it_registry_words(&registry, &self->registry, err);

	it_progress_start(&progress, "intoto match", self->quiet);
	if (!rc)
		rc = it_snapshot(&comparison->here, &self->paths, &snapshot, err);
	it_progress_end(&progress);
	return rc;
}

/* --- one file --- */

struct looking {
	struct comparison *comparison;
	struct match_options *self;
};

static int look_at_one(void *arg, struct it_artifacts *here, const struct it_artifacts *recorded,
		       struct intoto_error **err)
{
	const struct looking *looking = arg;
	struct comparison *comparison = looking->comparison;
	int rc = it_strings_add(&looking->self->paths, looking->self->prove, err);

	comparison->recorded = recorded;
	choose_algorithms(comparison);
	if (!rc)
		rc = look_here(comparison, looking->self, err);
	*here = comparison->here;
	comparison->here = (struct it_artifacts){ 0 };
	return rc;
}

static int run_prove(struct comparison *comparison, struct match_options *self,
		     struct intoto_error **err)
{
	struct looking looking = { comparison, self };
	const struct it_proving proving = {
		.link = comparison->link,
		.link_path = self->link,
		.signed_by = comparison->signed_by,
		.side = self->materials ? INTOTO_MATERIALS : INTOTO_PRODUCTS,
		.materials_asked = self->materials,
		.file = self->prove,
		.proof = self->proof,
		.format = self->format,
		.quiet = self->quiet,
		.look = look_at_one,
		.arg = &looking,
	};
	bool proven = false;

	if (it_prove(&proven, &proving, err))
		return IT_EXIT_FROM_ERROR;
	return proven ? IT_EXIT_YES : IT_EXIT_NO;
}

static int check_words(const struct match_options *self, struct intoto_error **err)
{
	if ((self->prove || self->proof) && self->paths.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--prove and --proof are about one file, --paths about all: want "
				  "one of them");
	return INTOTO_OK;
}

static int run(void *arg, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(comparison_done) struct comparison comparison = { 0 };
	struct match_options *self = arg;
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = check_words(self, err);
	if (!rc)
		rc = read_link(&comparison, self, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	if (self->prove || self->proof)
		return run_prove(&comparison, self, err);
	if (it_listing_resolve_beside(comparison.link, self->link, err))
		return IT_EXIT_FROM_ERROR;
	choose_algorithms(&comparison);
	rc = look_here(&comparison, self, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	count(&comparison);
	if (print(&comparison, self, err))
		return IT_EXIT_FROM_ERROR;
	return matches(&comparison) ? IT_EXIT_YES : IT_EXIT_NO;
}

const struct it_command it_cmd_match = {
	.name = "match",
	.synopsis = "-l FILE [-p PATH...] [OPTIONS]",
	.summary = "compare the files here with what a link recorded",
	.examples = "  intoto match -l build.776a00e2.link -p out -k bob.pub\n"
		    "  intoto match -l build.776a00e2.link --materials -p src --format=json\n",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct match_options),
	.run = run,
};

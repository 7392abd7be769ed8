/* SPDX-License-Identifier: Apache-2.0 */
/* Listings that come from anywhere: nothing in them is believed before the root is the signed one,
 * and nothing is read in more than one way. */
#include <string.h>

#include "base/path.h"
#include "base/regular.h"
#include "base/text.h"
#include "json/pull.h"
#include "model/link.h"
#include "model/listing.h"

enum { LINE_MAX = 1024 * 1024, DIGESTS_TEXT_MAX = 16 * 1024, NAME_SHOWN_MAX = 1024 * 1024 };

/* A listing on its way into a table. */
struct reading {
	struct it_artifacts *out;
	struct it_buf digests; /* of the line */
	struct it_buf name;
	struct it_buf again; /* the line as it must be */
	struct it_merkle tree;
	uint64_t line;
};

static void reading_done(struct reading *reading)
{
	it_buf_done(&reading->digests);
	it_buf_done(&reading->name);
	it_buf_done(&reading->again);
}

static int refuse_line(const struct reading *reading, const char *why, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT, "line %llu: %s", (unsigned long long)reading->line,
			  why);
}

static bool is_member(struct it_pull *pull, const char *name)
{
	struct it_pull_text text;

	return it_pull_name(pull, &text) && it_span_is(text.said, name);
}

static void pull_digests(struct it_pull *pull, struct it_buf *out)
{
	struct it_pull_text text;

	it_pull_open(pull, '{');
	while (it_pull_next(pull, '}')) {
		char algorithm[IT_ARTIFACT_ALGORITHM_MAX];
		size_t len;

		if (!it_pull_name(pull, &text) || text.said.len > sizeof algorithm) {
			it_pull_fail(pull, INTOTO_E_FORMAT);
			return;
		}
		len = text.said.len;
		memcpy(algorithm, text.said.data, len); /* the next text may take its place */
		if (!it_pull_text(pull, &text) ||
		    !it_digest_is_kept(it_span(algorithm, len), text.said)) {
			it_pull_fail(pull, INTOTO_E_FORMAT);
			return;
		}
		(void)it_buf_add_text(out, out->len ? "," : ""); /* all sticky */
		(void)it_buf_add(out, algorithm, len);
		(void)it_buf_add_byte(out, ':');
		(void)it_buf_add_span(out, text.said);
	}
}

/* { "digest": {…}, "name": "…" } in this order and nothing else. */
static bool pull_line(struct reading *reading, struct it_span line)
{
	struct it_pull_text text;
	struct it_pull pull;
	bool good = false;

	it_pull_init(&pull, line, &it_json_signed_limits);
	it_pull_open(&pull, '{');
	if (it_pull_next(&pull, '}') && is_member(&pull, "digest"))
		pull_digests(&pull, &reading->digests);
	if (reading->digests.len && it_pull_next(&pull, '}') && is_member(&pull, "name") &&
	    it_pull_text(&pull, &text)) {
		(void)it_buf_add_span(&reading->name, text.said); /* sticky */
		good = !it_pull_next(&pull, '}');
	}
	good = it_pull_end(&pull) && good;
	it_pull_done(&pull);
	return good && reading->name.len;
}

/* Any other spelling of the same would be another leaf, and another file with the same meaning. */
static int check_spelling(struct reading *reading, struct it_span line, struct intoto_error **err)
{
	const struct it_artifact artifact = {
		.name = reading->name.data,
		.digests = reading->digests.data,
		.name_len = (uint32_t)reading->name.len,
		.digests_len = (uint32_t)reading->digests.len,
	};
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	it_buf_reset(&reading->again);
	rc = it_listing_line(&reading->again, &artifact, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc || !it_span_eq(it_buf_span(&reading->again), line))
		return refuse_line(reading, "is spelled in another way than a listing is", err);
	return INTOTO_OK;
}

static int check_order(const struct reading *reading, struct intoto_error **err)
{
	const struct it_artifacts *out = reading->out;
	int order = out->count ? it_span_cmp(it_artifact_name(&out->items[out->count - 1]),
					     it_buf_span(&reading->name))
			       : -1;

	if (order < 0)
		return INTOTO_OK;
	return refuse_line(reading,
			   order ? "its name is not behind the one before"
				 : "its name stands there twice",
			   err);
}

static int read_line(struct reading *reading, struct it_span line, struct intoto_error **err)
{
	struct it_merkle_hash leaf;
	int rc;

	it_buf_reset(&reading->digests);
	it_buf_reset(&reading->name);
	if (line.len > LINE_MAX || !pull_line(reading, line))
		return refuse_line(reading,
				   "want {\"digest\":{…},\"name\":…}, as intoto-listing(5) "
				   "has it",
				   err);
	rc = it_buf_check(&reading->name, "name", err);
	if (!rc)
		rc = it_buf_check(&reading->digests, "digests", err);
	if (!rc)
		rc = check_spelling(reading, line, err);
	if (!rc)
		rc = check_order(reading, err);
	if (!rc)
		rc = it_artifacts_add(reading->out, it_buf_span(&reading->name),
				      it_buf_span(&reading->digests), err);
	it_merkle_leaf(&leaf, line);
	it_merkle_add(&reading->tree, &leaf);
	return rc;
}

static int read_lines(struct reading *reading, struct it_span text, uint64_t most,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (reading->line = 1; !rc && text.len; reading->line++) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t len = end ? (size_t)(end - text.data) : text.len;

		if (!end)
			return refuse_line(reading, "has no end", err);
		if (reading->line > most)
			return it_err_set(err, INTOTO_E_UNTRUSTED,
					  "has more than the %llu artifacts that the link says",
					  (unsigned long long)most);
		rc = read_line(reading, it_span(text.data, len), err);
		text = it_span(end + 1, text.len - len - 1);
	}
	return rc;
}

int it_listing_read(struct it_artifacts *out, struct it_span text, const struct it_listing *meant,
		    struct intoto_error **err)
{
	IT_AUTO(reading_done)
	struct reading reading = {
		.out = out,
		.digests = IT_BUF(DIGESTS_TEXT_MAX),
		.name = IT_BUF(IT_ARTIFACT_NAME_MAX),
		.again = IT_BUF(LINE_MAX),
	};
	struct it_merkle_hash root;
	int rc = read_lines(&reading, text, meant->count, err);

	if (rc)
		return rc;
	if (out->count != meant->count)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "has %zu artifacts, where the link says %llu", out->count,
				  (unsigned long long)meant->count);
	it_merkle_root(&root, &reading.tree);
	if (!it_span_eq(it_span(root.bytes, sizeof root.bytes),
			it_span(meant->root.bytes, sizeof meant->root.bytes)))
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "is not the listing whose root the link has");
	return INTOTO_OK;
}

static int resolve_side(struct intoto_link *link, enum intoto_link_side side, const char *folder,
			it_listing_seen *seen, void *arg, struct intoto_error **err)
{
	struct it_artifacts *table = side == INTOTO_MATERIALS ? &link->materials : &link->products;
	IT_AUTO(it_listing_done) struct it_listing listing = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	IT_AUTO(it_artifacts_done) struct it_artifacts found = { 0 };
	IT_AUTO(it_freep) char *path = NULL;
	int rc = it_listing_of(&listing, link, side, err);

	if (rc || !listing.file)
		return rc;
	path = it_path_join(folder, listing.file);
	if (!path)
		return it_err_nomem(err);
	rc = it_regular_read(&text, path, (struct it_extent){ 0 }, err);
	if (rc)
		return rc;
	rc = it_listing_read(&found, it_buf_span(&text), &listing, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", path);
	if (seen)
		seen(arg, path, it_buf_span(&text));
	it_artifacts_done(table);
	*table = found;
	found = (struct it_artifacts){ 0 };
	return INTOTO_OK;
}

int it_listing_resolve(struct intoto_link *link, const char *folder, it_listing_seen *seen,
		       void *arg, struct intoto_error **err)
{
	int rc = resolve_side(link, INTOTO_MATERIALS, folder, seen, arg, err);

	return rc ? rc : resolve_side(link, INTOTO_PRODUCTS, folder, seen, arg, err);
}

int it_listing_resolve_beside(struct intoto_link *link, const char *path, struct intoto_error **err)
{
	const char *base = it_path_base(path);
	IT_AUTO(it_freep) char *folder = strndup(path, (size_t)(base - path));

	return folder ? it_listing_resolve(link, folder, NULL, NULL, err) : it_err_nomem(err);
}

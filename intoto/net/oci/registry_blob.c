/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blobs, as they come: hashed on the way, exactly as long as they were said to be, and taken up
 * where a connection was cut (distribution-spec, "Pulling blobs", "Pulling Blobs in Chunks").
 */
#include <stdio.h>

#include "base/text.h"
#include "crypto/digest_aside.h"
#include "net/oci/registry_part.h"

enum { RANGE_MAX = 64 };

struct fetch {
	struct it_registry *registry;
	const char *digest;
	uint64_t size;
	const struct it_sink *sink;
	struct it_digest_aside *hash; /* owned */
	uint64_t have;
	bool begun;			     /* an answer that had the blob, or some of it */
	const struct it_registry_call *call; /* the one under way */
	bool looked;			     /* at the head of its answer */
	uint64_t skip;			     /* bytes of it that we have already */
	bool over;			     /* nothing that comes again can help */
};

static void fetch_done(struct fetch *fetch)
{
	it_digest_aside_free(fetch->hash);
}

static int give_up(struct fetch *fetch, int code, struct intoto_error **err, const char *text)
{
	fetch->over = true;
	return it_err_set(err, (enum intoto_code)code, "%s: %s", it_buf_text(&fetch->call->where),
			  text);
}

/* "bytes 100-199/200", or a star for the last number (RFC 9110 14.4), of what we asked for. */
static bool range_fits(const struct fetch *fetch, const char *text)
{
	IT_AUTO(it_freep) char *copy = text ? strndup(text, RANGE_MAX) : NULL;
	char *dash = copy ? strchr(copy, '-') : NULL;
	char *slash = dash ? strchr(dash, '/') : NULL;
	uint64_t start, end, size;

	if (!slash || !it_starts_with(copy, "bytes "))
		return false;
	*dash = '\0';
	*slash = '\0';
	if (!it_parse_u64(copy + sizeof "bytes " - 1, UINT64_MAX, &start) ||
	    !it_parse_u64(dash + 1, UINT64_MAX, &end))
		return false;
	if (start != fetch->have || end < start || end >= fetch->size)
		return false;
	return it_streq(slash + 1, "*") ||
	       (it_parse_u64(slash + 1, UINT64_MAX, &size) && size == fetch->size);
}

static int length_differs(struct fetch *fetch, const char *length, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span(length, strnlen(length, 40)));

	fetch->over = true;
	return it_err_set(err, INTOTO_E_POLICY,
			  "%s: want %llu bytes, but the registry announces %s",
			  it_buf_text(&fetch->call->where), (unsigned long long)fetch->size,
			  quoted ? quoted : "another number");
}

/* Before the first byte of an answer is believed: which bytes of the blob these are. */
static int look_at_head(struct fetch *fetch, struct intoto_error **err)
{
	const struct it_http_answer *answer = &fetch->call->answer;
	const char *coding = it_http_header(answer, "content-encoding");
	const char *length = it_http_header(answer, "content-length");
	uint64_t whole;

	fetch->looked = true;
	fetch->skip = 0;
	if (coding && !it_streq_nocase(coding, "identity"))
		return give_up(
			fetch, INTOTO_E_POLICY, err,
			"the registry sent it with a Content-Encoding, which nobody asked for");
	if (answer->status == 206)
		return range_fits(fetch, it_http_header(answer, "content-range"))
			       ? INTOTO_OK
			       : give_up(fetch, INTOTO_E_POLICY, err,
					 "the registry sent another part than was asked for");
	if (length && (!it_parse_u64(length, UINT64_MAX, &whole) || whole != fetch->size))
		return length_differs(fetch, length, err);
	/* It began anew. */
	fetch->skip = fetch->have;
	return INTOTO_OK;
}

static int take_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct fetch *fetch = arg;
	uint64_t skipped;
	int rc = fetch->looked ? INTOTO_OK : look_at_head(fetch, err);

	if (rc)
		return rc;
	skipped = piece.len < fetch->skip ? piece.len : fetch->skip;
	fetch->skip -= skipped;
	piece = it_span(piece.data + skipped, piece.len - (size_t)skipped);
	if (!piece.len)
		return INTOTO_OK;
	if (piece.len > fetch->size - fetch->have)
		return give_up(fetch, INTOTO_E_POLICY, err,
			       "the registry sent more bytes than it has");
	it_digest_aside_add(fetch->hash, piece.data, piece.len);
	fetch->have += piece.len;
	rc = it_sink_take(fetch->sink, piece, err);
	fetch->over = fetch->over || rc;
	return rc;
}

static int judge_end(struct fetch *fetch, struct intoto_error **err)
{
	char found[IT_OCI_DIGEST_SIZE];

	fetch->over = true;
	if (it_registry_digest_is(it_digest_aside_end(fetch->hash), fetch->digest, found))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_POLICY, "%s: the registry sent other bytes: found %s",
			  it_buf_text(&fetch->call->where), found);
}

/* An answer that is complete and too short is a lie, unless it was a part. */
static int judge_answer(struct fetch *fetch, struct intoto_error **err)
{
	const struct it_registry_call *call = fetch->call;
	int status = call->answer.status;
	int rc;

	if (status != 200 && status != 206) {
		fetch->over = status != 408 && status < 500;
		return it_registry_refused(call, "such blob", err);
	}
	rc = fetch->looked ? INTOTO_OK : look_at_head(fetch, err);
	if (rc)
		return rc;
	if (fetch->have == fetch->size)
		return judge_end(fetch, err);
	if (status == 206)
		return it_err_set(err, INTOTO_E_SERVICE, "%s: the registry sent too few bytes",
				  it_buf_text(&call->where));
	fetch->over = true;
	return it_err_set(err, INTOTO_E_POLICY, "%s: want %llu bytes, but the registry sent %llu",
			  it_buf_text(&call->where), (unsigned long long)fetch->size,
			  (unsigned long long)fetch->have);
}

static int fetch_rest(struct fetch *fetch, struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	const struct it_sink sink = { take_piece, fetch };
	char range[RANGE_MAX];
	int rc;

	it_registry_call_start(&call, fetch->registry, IT_HTTP_GET, IT_REGISTRY_PULL);
	it_registry_call_about(&call, "blob", fetch->digest);
	it_registry_call_path(&call, "blobs/%s", fetch->digest);
	if (fetch->have) {
		(void)snprintf(range, sizeof range, "bytes=%llu-",
			       (unsigned long long)fetch->have); /* two numbers' room */
		it_registry_call_header(&call, "Range", range);
	}
	call.request.sink = &sink;
	/* How many there may be is known here, and one too many is a lie and no matter of limits.
	 */
	call.request.ceiling = UINT64_MAX;
	fetch->call = &call;
	fetch->looked = false;
	rc = it_registry_call_do(&call, err);
	fetch->begun = fetch->begun || call.answer.status == 200 || call.answer.status == 206;
	if (!rc)
		rc = judge_answer(fetch, err);
	fetch->call = NULL;
	return rc;
}

int it_registry_blob(struct it_registry *registry, const char *digest, uint64_t size,
		     const struct it_sink *sink, struct intoto_error **err)
{
	const struct it_digest_alg *alg = it_registry_digest_alg(digest);
	IT_AUTO(fetch_done)
	struct fetch fetch = { .registry = registry, .digest = digest, .size = size, .sink = sink };
	struct it_registry_patience patience;
	int rc;

	if (!alg)
		return it_err_set(err, INTOTO_E_FORMAT, "%s/%s: a blob without a digest",
				  registry->reference.host, registry->reference.repository);
	rc = it_digest_aside_new(&fetch.hash, alg, err);
	if (rc)
		return rc;
	it_registry_patience_start(&patience, registry);
	for (;;) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

		rc = fetch_rest(&fetch, &why);
		if (!rc)
			return INTOTO_OK;
		if (fetch.over || rc != INTOTO_E_SERVICE || !fetch.begun ||
		    !it_registry_patience_more(&patience, registry, fetch.have, digest)) {
			it_registry_pass_error(err, &why);
			return rc;
		}
	}
}

int it_registry_has_blob(struct it_registry *registry, bool *has, const char *digest,
			 struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	int rc;

	*has = false;
	it_registry_call_start(&call, registry, IT_HTTP_HEAD, IT_REGISTRY_PULL);
	it_registry_call_about(&call, "blob", digest);
	it_registry_call_path(&call, "blobs/%s", digest);
	rc = it_registry_call_do(&call, err);
	if (rc)
		return rc;
	*has = call.answer.status == 200;
	return *has || call.answer.status == 404 ? INTOTO_OK
						 : it_registry_refused(&call, "such blob", err);
}

int it_registry_delete_blob(struct it_registry *registry, const char *digest,
			    struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	int rc;

	it_registry_call_start(&call, registry, IT_HTTP_DELETE, IT_REGISTRY_DELETE);
	it_registry_call_about(&call, "blob", digest);
	it_registry_call_path(&call, "blobs/%s", digest);
	rc = it_registry_call_do(&call, err);
	if (!rc && call.answer.status / 100 != 2)
		rc = it_registry_refused(&call, "such blob", err);
	return rc;
}

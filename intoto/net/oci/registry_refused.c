/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer means that is not the one that was hoped for (distribution-spec, "Error Codes").
 */
#include "base/text.h"
#include "json/json.h"
#include "net/oci/registry_part.h"

enum { WORDS_MAX = 200, ERRORS_MAX = 64 * 1024 };

/* What a status says, and what that is for us; 0 in the place of a class of statuses. */
static const struct meaning {
	int status;
	int code;
	const char *says;
} meanings[] = {
	{ 400, INTOTO_E_SERVICE, "the registry does not understand" },
	{ 401, INTOTO_E_SERVICE, "the registry does not let us in" },
	{ 403, INTOTO_E_SERVICE, "the registry does not allow it" },
	{ 404, INTOTO_E_SERVICE, "what answers does not answer as a registry does" },
	{ 405, INTOTO_E_UNSUPPORTED, "the registry does not do that" },
	{ 412, INTOTO_E_SERVICE, "somebody else was faster" },
	{ 413, INTOTO_E_LIMIT, "it is more than the registry takes" },
	{ 416, INTOTO_E_SERVICE, "the registry does not go on from here" },
	{ 429, INTOTO_E_SERVICE, "the registry has too many requests" },
	{ 501, INTOTO_E_UNSUPPORTED, "the registry does not do that" },
};

static struct meaning meaning_of(int status)
{
	for (size_t i = 0; i < IT_COUNT_OF(meanings); i++)
		if (meanings[i].status == status)
			return meanings[i];
	if (status >= 500)
		return (struct meaning){ status, INTOTO_E_SERVICE, "the registry is out of order" };
	return (struct meaning){ status, INTOTO_E_SERVICE,
				 "the registry gives an answer that means nothing here" };
}

/* What is said of something that is not there; other registries than OCI's have codes of their own.
 */
static const char *const absent[] = {
	"BLOB_UNKNOWN",
	"MANIFEST_UNKNOWN",
	"NAME_UNKNOWN",
	"NOT_FOUND",
};

/* The first error of the document, or NULL: {"errors":[{"code":…,"message":…}]} */
static const struct it_json *parse_errors(struct it_json **root,
					  const struct it_http_answer *answer)
{
	static const struct it_json_limits limits = { ERRORS_MAX, 16, true, 4096 };

	/* a document of errors that cannot be read says nothing, which is no failure of its own */
	if (!answer->body.len || it_json_parse(root, it_buf_span(&answer->body), &limits, NULL))
		return NULL;
	return it_json_get(*root, "errors");
}

static bool error_has(const struct it_json *error, const char *code)
{
	return it_span_is(it_json_text(it_json_get(error, "code")), code);
}

bool it_registry_says(const struct it_http_answer *answer, const char *code)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	const struct it_json *errors = parse_errors(&root, answer);

	for (size_t i = 0; i < it_json_count(errors); i++)
		if (error_has(it_json_at(errors, i), code))
			return true;
	return false;
}

/* Codes of 400 that say what is wrong with what was sent; without one of them it may be a proxy
 * that answers, or an https port that was spoken to by http. */
static bool is_about_data(const struct it_http_answer *answer)
{
	static const char *const wrong[] = {
		"DIGEST_INVALID",      "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID",
		"MANIFEST_UNVERIFIED", "NAME_INVALID",		"PAGINATION_NUMBER_INVALID",
		"SIZE_INVALID",	       "TAG_INVALID",		"BLOB_UPLOAD_INVALID",
		"RANGE_INVALID",
	};

	for (size_t i = 0; i < IT_COUNT_OF(wrong); i++)
		if (it_registry_says(answer, wrong[i]))
			return true;
	return false;
}

/* HEAD has no body to say more in. */
static bool is_absent(const struct it_registry_call *call)
{
	if (call->answer.status != 404)
		return false;
	if (call->request.method == IT_HTTP_HEAD)
		return true;
	for (size_t i = 0; i < IT_COUNT_OF(absent); i++)
		if (it_registry_says(&call->answer, absent[i]))
			return true;
	return false;
}

/* Its own words: quoted, and no more than a line of them. */
static void add_words(struct it_buf *out, struct it_span words)
{
	bool cut = words.len > WORDS_MAX;

	if (!words.len)
		return;
	if (cut)
		words.len = WORDS_MAX;
	(void)it_buf_add_text(out, " \"");
	it_text_quote(out, words);
	(void)it_buf_add_text(out, cut ? "…\"" : "\"");
}

static void add_said(struct it_buf *out, const struct it_http_answer *answer)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	const struct it_json *error = it_json_at(parse_errors(&root, answer), 0);
	struct it_span code = it_json_text(it_json_get(error, "code"));

	if (code.len) {
		if (code.len > WORDS_MAX)
			code.len = WORDS_MAX;
		(void)it_buf_add_byte(out, ' '); /* sticky: what does not fit is left out */
		it_text_quote(out, code);
	}
	add_words(out, it_json_text(it_json_get(error, "message")));
}

int it_registry_refused(const struct it_registry_call *call, const char *nothing,
			struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf said = IT_BUF(16 * WORDS_MAX);
	const char *where = it_buf_text(&call->where);
	int status = call->answer.status;
	struct meaning meaning = meaning_of(status);

	if (status == 400 && is_about_data(&call->answer))
		meaning = (struct meaning){ status, INTOTO_E_FORMAT,
					    "the registry does not take it" };
	add_said(&said, &call->answer);
	if (is_absent(call))
		return it_err_set(err, INTOTO_E_NOTFOUND, "%s: there is no %s (%d%s)", where,
				  nothing, status, it_buf_text(&said));
	if (status == 404 && it_registry_says(&call->answer, "BLOB_UPLOAD_UNKNOWN"))
		meaning.says = "the registry has forgotten it";
	return it_err_set(err, meaning.code, "%s: %s (%d%s)", where, meaning.says, status,
			  it_buf_text(&said));
}

int it_registry_same_digest(const struct it_registry_call *call, const char *digest,
			    struct intoto_error **err)
{
	const char *said = it_http_header(&call->answer, "docker-content-digest");
	IT_AUTO(it_freep) char *quoted = NULL;

	if (!said || it_streq(said, digest))
		return INTOTO_OK;
	quoted = it_text_quoted(it_span(said, strnlen(said, WORDS_MAX)));
	return it_err_set(err, INTOTO_E_POLICY,
			  "%s: the registry calls it %s, but it has the digest %s",
			  it_buf_text(&call->where), quoted ? quoted : "something else", digest);
}

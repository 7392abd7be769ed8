/* SPDX-License-Identifier: Apache-2.0 */
/*
 * git: an object by its id.  The git program reads the repository, since only it knows packs,
 * linked work trees and SHA-256 repositories; it is kept from the network and from replaced
 * objects.
 */
#include <string.h>
#include <unistd.h>

#include "base/ask.h"
#include "base/strings.h"
#include "base/text.h"
#include "record/resolver.h"

enum {
	REV_MAX = 4096,
	ANSWER_MAX = 8192,
	SHA1_HEX = 40,
	SHA256_HEX = 64,
};

static const char scheme[] = "git";

struct kind {
	const char *word; /* in the name, and what git calls the type */
	const char *algorithm;
	const char *peel; /* behind a revision, so that a tag gives its commit; NULL: nothing */
	const char *ref;  /* in front of it; NULL: nothing */
};

/* Names of digests: attestation framework v1, "DigestSet". */
static const struct kind kinds[] = {
	{ "blob", "gitBlob", NULL, NULL },
	{ "commit", "gitCommit", "^{commit}", NULL },
	{ "tag", "gitTag", NULL, "refs/tags/" },
	{ "tree", "gitTree", "^{tree}", NULL },
};

struct object {
	const struct kind *kind;
	const char *rest; /* the whole name, for errors */
	const char *rev;
	char id[SHA256_HEX + 1];
};

/* --- asking git --- */

/*
 * The variables that would name another repository, and those that would change what an object id
 * means or let git fetch a missing object.
 */
static const char *const dropped[] = { "GIT_DIR=",
				       "GIT_WORK_TREE=",
				       "GIT_COMMON_DIR=",
				       "GIT_INDEX_FILE=",
				       "GIT_NAMESPACE=",
				       "GIT_OBJECT_DIRECTORY=",
				       "GIT_ALTERNATE_OBJECT_DIRECTORIES=",
				       "GIT_ALLOW_PROTOCOL=",
				       "GIT_NO_REPLACE_OBJECTS=",
				       "GIT_REPLACE_REF_BASE=",
				       "GIT_TRACE=",
				       "LC_ALL=" };
static const char *const added[] = { "GIT_ALLOW_PROTOCOL=",	 "GIT_NO_LAZY_FETCH=1",
				     "GIT_NO_REPLACE_OBJECTS=1", "GIT_OPTIONAL_LOCKS=0",
				     "GIT_TERMINAL_PROMPT=0",	 "LC_ALL=C" };

static bool is_dropped(const char *variable)
{
	for (size_t i = 0; i < IT_COUNT_OF(dropped); i++)
		if (it_starts_with(variable, dropped[i]))
			return true;
	return false;
}

static int make_environment(struct it_strings *out, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (char **variable = environ; !rc && *variable; variable++)
		if (!is_dropped(*variable))
			rc = it_strings_add(out, *variable, err);
	for (size_t i = 0; !rc && i < IT_COUNT_OF(added); i++)
		rc = it_strings_add(out, added[i], err);
	return rc;
}

static int ask(const struct it_question *about, const struct it_resolution *resolution,
	       struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings environment = { 0 };
	struct it_question question = *about;
	struct it_answer answer;
	int rc = make_environment(&environment, err);

	if (rc)
		return rc;
	question.environment = environment.items;
	question.folder = resolution->options->base_path;
	rc = it_ask(&answer, &question, err);
	return rc ? rc : it_answer_check(&answer, "git", err);
}

/* --- the object --- */

/* "ID TYPE SIZE\n"; anything else means that git found nothing, or more than one thing. */
static int read_answer(struct object *object, struct it_span answer, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ANSWER_MAX);
	size_t len = strspn(answer.data, "0123456789abcdef");
	const char *type = answer.data + len + 1;
	size_t type_len;

	if ((len != SHA1_HEX && len != SHA256_HEX) || answer.data[len] != ' ')
		return it_resolver_refuse(err, INTOTO_E_NOTFOUND, scheme, object->rest,
					  "the repository has no such object, or more than one");
	type_len = strcspn(type, " ");
	if (!it_span_is(it_span(type, type_len), object->kind->word)) {
		(void)it_buf_printf(&text, "is a %.*s, want a %s", (int)(type_len & 0xff), type,
				    object->kind->word); /* short */
		return it_resolver_refuse(err, INTOTO_E_FORMAT, scheme, object->rest,
					  it_buf_text(&text));
	}
	memcpy(object->id, answer.data, len);
	object->id[len] = '\0';
	return INTOTO_OK;
}

static int find(struct object *object, const struct it_resolution *resolution,
		struct intoto_error **err)
{
	const char *const argv[] = { "git", "cat-file", "--batch-check", NULL };
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(ANSWER_MAX);
	IT_AUTO(it_buf_done) struct it_buf answer = IT_BUF(ANSWER_MAX);
	struct it_question question = { .argv = argv, .take = it_sink_into_buf, .arg = &answer };
	bool is_path = strchr(object->rev, ':');
	int rc;

	/* The name comes by a pipe, so that it cannot be an option. */
	(void)it_buf_printf(&line, "%s%s%s\n", object->kind->ref ? object->kind->ref : "",
			    object->rev,
			    object->kind->peel && !is_path ? object->kind->peel : ""); /* bounded */
	question.input = it_buf_span(&line);
	rc = ask(&question, resolution, err);
	if (rc)
		return rc;
	/* The buffer is terminated, so the look at it is bounded. */
	return read_answer(object, it_span_text(it_buf_text(&answer)), err);
}

struct content {
	struct it_digest digests[IT_HASH_ALGORITHMS];
	size_t count;
};

static int take_content(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct content *content = arg;

	(void)err; /* cannot fail */
	for (size_t i = 0; i < content->count; i++)
		it_digest_add(&content->digests[i], piece.data, piece.len);
	return INTOTO_OK;
}

/* Its id is there; of what else a file would have, SHA-256 at least. */
static void start_content(struct content *content, const struct it_hasher *hasher)
{
	for (size_t i = 0; i < hasher->count; i++)
		if (!hasher->digests[i].alg->is_object)
			it_digest_start(&content->digests[content->count++],
					hasher->digests[i].alg);
	if (!content->count)
		it_digest_start(&content->digests[content->count++], it_digest_find("sha256"));
}

/* A blob's content as a file's: what git stores, not what it checks out. */
static int add_content(const struct object *object, struct it_resolution *resolution,
		       struct intoto_error **err)
{
	const char *const argv[] = { "git", "cat-file", "blob", object->id, NULL };
	struct content content = { .count = 0 };
	struct it_question question = { .argv = argv, .take = take_content, .arg = &content };
	unsigned char value[IT_DIGEST_MAX];
	int rc;

	start_content(&content, resolution->hasher);
	rc = ask(&question, resolution, err);
	for (size_t i = 0; !rc && i < content.count; i++) {
		it_digest_finish(&content.digests[i], value);
		/* sticky: the caller checks it */
		(void)it_buf_printf(&resolution->digests, ",%s:", content.digests[i].alg->name);
		it_hex_encode(&resolution->digests, it_span(value, content.digests[i].alg->size));
	}
	return rc;
}

/* --- the name --- */

static int read_name(struct object *object, const char *rest, struct intoto_error **err)
{
	size_t len = strcspn(rest, ":");

	*object = (struct object){ .rest = rest };
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++)
		if (it_span_is(it_span(rest, len), kinds[i].word))
			object->kind = &kinds[i];
	if (!object->kind || !rest[len] || !rest[len + 1])
		return it_resolver_refuse(err, INTOTO_E_USAGE, scheme, rest,
					  "want git:commit:REV, git:tree:REV[:PATH], "
					  "git:blob:REV:PATH or git:tag:NAME");
	object->rev = rest + len + 1;
	if (strlen(object->rev) > REV_MAX || strpbrk(object->rev, "\n\r"))
		return it_resolver_refuse(err, INTOTO_E_USAGE, scheme, rest,
					  "this is no name of a revision");
	return INTOTO_OK;
}

static int resolve(struct it_resolution *resolution, const char *rest, struct intoto_error **err)
{
	struct object object;
	int rc = read_name(&object, rest, err);

	if (!rc)
		rc = it_err_wrap(err, find(&object, resolution, err), "git:%s", object.kind->word);
	if (rc)
		return rc;
	(void)it_buf_add_text(&resolution->name, rest); /* both are sticky */
	(void)it_buf_printf(&resolution->digests, "%s:%s", object.kind->algorithm, object.id);
	return object.kind == &kinds[0] ? add_content(&object, resolution, err) : INTOTO_OK;
}

const struct it_resolver it_resolver_git = {
	.scheme = scheme,
	.resolve = resolve,
};

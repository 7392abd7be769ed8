/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest read by tables, and every number and word of it checked. */
#include "attest/manifest.h"

#include <stdio.h>

#include "base/text.h"
#include "json/field.h"

enum {
	DEPTH_MAX = 8,
	VALUES_MAX = 16384,
	TEXT_MAX = 1024,
	NAME_MAX_BYTES = 64,
	PREDICATES_MAX = 64,
	OPTIONS_MAX = 256,
	PATTERN_LEAST = 3, /* "A*" would be a way to ask for nearly all */
	SECONDS = 60,
	MEMORY = 256 * 1024 * 1024,
};

static const struct {
	const char *word;
	enum it_attest_needs need;
} needs[] = {
	{ "network", IT_NEEDS_NETWORK }, { "artifacts", IT_NEEDS_ARTIFACTS },
	{ "output", IT_NEEDS_OUTPUT },	 { "programs", IT_NEEDS_PROGRAMS },
	{ "folder", IT_NEEDS_FOLDER },	 { "step", IT_NEEDS_STEP },
};

/* --- single values --- */

bool it_attestor_name_is_good(struct it_span name)
{
	if (!name.len || name.len > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!alnum && (!i || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return true;
}

static int refuse(const char *member, const char *found, const char *want,
		  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf quoted = IT_BUF(8 * TEXT_MAX);

	it_where_quote(&quoted, it_span_text(found));
	return it_err_set(err, INTOTO_E_FORMAT, "manifest.%s: want %s, found %s", member, want,
			  it_buf_text(&quoted));
}

/* What is shown and signed: short, and nothing that controls a terminal. */
static int check_text(const char *member, const char *text, struct intoto_error **err)
{
	size_t len = text ? strlen(text) : 0;

	if (!len)
		return it_err_set(err, INTOTO_E_FORMAT, "manifest.%s: want a text, found none",
				  member);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return refuse(member, text, "no control character", err);
	if (len > TEXT_MAX)
		return refuse(member, text, "at most 1024 bytes", err);
	return INTOTO_OK;
}

/* "NAME" or "PREFIX_*"; a prefix must be one. */
static int check_variable(const char *member, const char *text, struct intoto_error **err)
{
	size_t len = strlen(text);
	bool prefix = len && text[len - 1] == '*';

	len -= prefix;
	if (!len || (prefix && len < PATTERN_LEAST) || (*text >= '0' && *text <= '9') ||
	    len > TEXT_MAX)
		return refuse(member, text, "NAME, or PREFIX_* of three characters and more", err);
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '_'))
			return refuse(member, text, "letters, digits and _", err);
	}
	return INTOTO_OK;
}

static int check_path(const char *member, const char *text, struct intoto_error **err)
{
	bool good = text[0] == '/' && text[1] && strlen(text) <= TEXT_MAX;

	for (const char *at = text; good && (at = strchr(at, '/')) != NULL; at++)
		good = !it_starts_with(at, "//") && !it_starts_with(at, "/./") &&
		       !it_starts_with(at, "/../") && !it_streq(at, "/..") && !it_streq(at, "/.");
	return good ? INTOTO_OK : refuse(member, text, "an absolute path without dots", err);
}

static int check_predicate(const char *member, const char *text, struct intoto_error **err)
{
	int rc = check_text(member, text, err);

	return rc || (strchr(text, ':') && !strpbrk(text, " \"<>\\"))
		       ? rc
		       : refuse(member, text, "a URI", err);
}

static int check_each(const char *member, const struct it_strings *list, size_t most,
		      int (*check)(const char *member, const char *text, struct intoto_error **err),
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (list->count > most)
		return it_err_set(err, INTOTO_E_LIMIT, "manifest.%s: want at most %zu, found %zu",
				  member, most, list->count);
	for (size_t i = 0; !rc && i < list->count; i++)
		rc = check(member, list->items[i], err);
	return rc;
}

/* --- parts --- */

struct numbers {
	int64_t first;
	int64_t second;
	int64_t third;
};

static int in_range(const char *member, int64_t number, int64_t least, int64_t most,
		    struct intoto_error **err)
{
	if (number >= least && number <= most)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_LIMIT,
			  "manifest.%s: want a number from %jd to %jd, found %jd", member,
			  (intmax_t)least, (intmax_t)most, (intmax_t)number);
}

static int read_inputs(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	static const struct it_field fields[] = {
		{ "least", IT_FIELD_INT, false, offsetof(struct numbers, first), NULL },
		{ "most", IT_FIELD_INT, false, offsetof(struct numbers, second), NULL },
	};
	struct it_manifest *self = target;
	struct numbers numbers = { 0 };
	int rc = it_fields_read(&numbers, value, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED,
				where, err);

	if (!rc)
		rc = in_range("inputs.most", numbers.second, 0, IT_ATTEST_INPUTS_MAX, err);
	if (!rc)
		rc = in_range("inputs.least", numbers.first, 0, numbers.second, err);
	self->least = (unsigned)numbers.first;
	self->most = (unsigned)numbers.second;
	return rc;
}

static int read_limits(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	static const struct it_field fields[] = {
		{ "seconds", IT_FIELD_INT, false, offsetof(struct numbers, first), NULL },
		{ "memory", IT_FIELD_INT, false, offsetof(struct numbers, second), NULL },
		{ "output", IT_FIELD_INT, false, offsetof(struct numbers, third), NULL },
	};
	struct it_manifest *self = target;
	struct numbers numbers = { SECONDS, MEMORY, IT_ATTEST_OUTPUT };
	int rc = it_fields_read(&numbers, value, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED,
				where, err);

	if (!rc)
		rc = in_range("limits.seconds", numbers.first, 1, IT_ATTEST_SECONDS_MAX, err);
	if (!rc)
		rc = in_range("limits.memory", numbers.second, 1 << 20,
			      (int64_t)IT_ATTEST_MEMORY_MAX, err);
	if (!rc)
		rc = in_range("limits.output", numbers.third, 1, IT_ATTEST_OUTPUT_MAX, err);
	self->seconds = (unsigned)numbers.first;
	self->memory = (uint64_t)numbers.second;
	self->output = (size_t)numbers.third;
	return rc;
}

static const struct it_field option_fields[] = {
	{ "name", IT_FIELD_TEXT, true, offsetof(struct it_manifest_option, name), NULL },
	{ "argument", IT_FIELD_TEXT, false, offsetof(struct it_manifest_option, argument), NULL },
	{ "summary", IT_FIELD_TEXT, false, offsetof(struct it_manifest_option, summary), NULL },
	{ "many", IT_FIELD_BOOL, false, offsetof(struct it_manifest_option, many), NULL },
};

static int check_option(const struct it_manifest *self, const struct it_manifest_option *option,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!it_attestor_name_is_good(it_span_text(option->name)))
		return refuse("options", option->name, "names of a-z 0-9 . _ -", err);
	if (it_manifest_option(self, it_span_text(option->name)) != option)
		return refuse("options", option->name, "each option once", err);
	if (option->argument)
		rc = check_text("options.argument", option->argument, err);
	if (!rc && option->summary)
		rc = check_text("options.summary", option->summary, err);
	return rc;
}

static int read_options(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_manifest *self = target;
	size_t count = it_json_count(value);
	int rc = INTOTO_OK;

	if (it_json_kind(value) != IT_JSON_LIST || count > OPTIONS_MAX)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a list of at most %d options, found %s", OPTIONS_MAX,
				       it_json_kind_name(value));
	self->options = calloc(count ? count : 1, sizeof *self->options);
	if (!self->options)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where at = { where, NULL, i };

		self->option_count++;
		rc = it_fields_read(&self->options[i], it_json_at(value, i), option_fields,
				    IT_COUNT_OF(option_fields), IT_FIELDS_CLOSED, &at, err);
		if (!rc)
			rc = check_option(self, &self->options[i], err);
	}
	return rc;
}

/* A need that we do not know cannot be met. */
static int read_needs(struct it_manifest *self, struct intoto_error **err)
{
	for (size_t i = 0; i < self->need_words.count; i++) {
		const char *word = self->need_words.items[i];
		unsigned found = 0;

		for (size_t j = 0; j < IT_COUNT_OF(needs); j++)
			if (it_streq(word, needs[j].word))
				found = needs[j].need;
		if (!found)
			return refuse("needs", word,
				      "network, artifacts, output, programs, folder or step", err);
		self->needs |= found;
	}
	return INTOTO_OK;
}

static int read_protocol(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	int64_t number;

	(void)target; /* there is one only */
	if (!it_json_int(value, &number))
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want the number %d, found %s",
				       IT_ATTEST_PROTOCOL, it_json_kind_name(value));
	if (number != IT_ATTEST_PROTOCOL)
		return it_where_refuse(where, INTOTO_E_UNSUPPORTED, err,
				       "want %d, the one that is spoken here, found %jd",
				       IT_ATTEST_PROTOCOL, (intmax_t)number);
	return INTOTO_OK;
}

#define MEMBER(member) offsetof(struct it_manifest, member)

static const struct it_field fields[] = {
	{ "protocol", IT_FIELD_CUSTOM, true, 0, read_protocol },
	{ "name", IT_FIELD_TEXT, true, MEMBER(name), NULL },
	{ "version", IT_FIELD_TEXT, true, MEMBER(version), NULL },
	{ "summary", IT_FIELD_TEXT, true, MEMBER(summary), NULL },
	{ "predicates", IT_FIELD_TEXTS, true, MEMBER(predicates), NULL },
	{ "inputs", IT_FIELD_CUSTOM, false, 0, read_inputs },
	{ "options", IT_FIELD_CUSTOM, false, 0, read_options },
	{ "needs", IT_FIELD_TEXTS, false, MEMBER(need_words), NULL },
	{ "environment", IT_FIELD_TEXTS, false, MEMBER(environment), NULL },
	{ "secrets", IT_FIELD_TEXTS, false, MEMBER(secrets), NULL },
	{ "paths", IT_FIELD_TEXTS, false, MEMBER(paths), NULL },
	{ "limits", IT_FIELD_CUSTOM, false, 0, read_limits },
};

static int check(struct it_manifest *self, const char *name, struct intoto_error **err)
{
	int rc = read_needs(self, err);

	if (!rc && !it_streq(self->name, name))
		rc = refuse("name", self->name, "the name that it was found by", err);
	if (!rc)
		rc = check_text("version", self->version, err);
	if (!rc)
		rc = check_text("summary", self->summary, err);
	if (!rc && !self->predicates.count)
		rc = it_err_set(err, INTOTO_E_FORMAT,
				"manifest.predicates: want at least one URI, found none");
	if (!rc)
		rc = check_each("predicates", &self->predicates, PREDICATES_MAX, check_predicate,
				err);
	if (!rc)
		rc = check_each("environment", &self->environment, OPTIONS_MAX, check_variable,
				err);
	if (!rc)
		rc = check_each("secrets", &self->secrets, OPTIONS_MAX, check_variable, err);
	return rc ? rc : check_each("paths", &self->paths, OPTIONS_MAX, check_path, err);
}

int it_manifest_read(struct it_manifest *out, struct it_span text, const char *name,
		     struct intoto_error **err)
{
	const struct it_json_limits limits = { .bytes = IT_MANIFEST_BYTES_MAX,
					       .depth = DEPTH_MAX,
					       .values = VALUES_MAX };
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct it_where where = { NULL, "manifest", 0 };
	int rc = it_json_parse(&root, text, &limits, err);

	*out = (struct it_manifest){ .seconds = SECONDS,
				     .memory = MEMORY,
				     .output = IT_ATTEST_OUTPUT };
	if (rc)
		return it_err_wrap(err, rc, "manifest");
	rc = it_fields_read(out, root, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, &where, err);
	return rc ? rc : check(out, name, err);
}

void it_manifest_done(struct it_manifest *manifest)
{
	free(manifest->name);
	free(manifest->version);
	free(manifest->summary);
	it_strings_done(&manifest->predicates);
	it_strings_done(&manifest->need_words);
	it_strings_done(&manifest->environment);
	it_strings_done(&manifest->secrets);
	it_strings_done(&manifest->paths);
	for (size_t i = 0; i < manifest->option_count; i++) {
		free(manifest->options[i].name);
		free(manifest->options[i].argument);
		free(manifest->options[i].summary);
	}
	free(manifest->options);
	*manifest = (struct it_manifest){ 0 };
}

const struct it_manifest_option *it_manifest_option(const struct it_manifest *manifest,
						    struct it_span name)
{
	for (size_t i = 0; i < manifest->option_count; i++)
		if (manifest->options[i].name && it_span_is(name, manifest->options[i].name))
			return &manifest->options[i];
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest from a statement; everything in it must fit together. */
#include <stdlib.h>
#include <string.h>

#include "archive/manifest.h"
#include "base/clock.h"
#include "base/text.h"
#include "json/field.h"

enum { STEPS_MAX = 10 * 1000, EVIDENCE_MAX = 100 * 1000, DIGEST_SHA256 = 64, DIGEST_SHA512 = 128 };

static const struct it_where predicate_where = { NULL, "predicate", 0 };
static const struct it_where subjects_where = { NULL, "subject", 0 };

struct raw_statement {
	char *type, *predicate_type;
	const struct it_json *predicate, *subject;
};

static void raw_statement_done(struct raw_statement *raw)
{
	free(raw->type);
	free(raw->predicate_type);
}

static const struct it_field statement_fields[] = {
	{ "_type", IT_FIELD_TEXT, true, offsetof(struct raw_statement, type), NULL },
	{ "predicate", IT_FIELD_OBJECT, true, offsetof(struct raw_statement, predicate), NULL },
	{ "predicateType", IT_FIELD_TEXT, true, offsetof(struct raw_statement, predicate_type),
	  NULL },
	{ "subject", IT_FIELD_LIST, true, offsetof(struct raw_statement, subject), NULL },
};

struct raw_predicate {
	char *product, *release, *time, *tool, *verdict;
	int64_t number;
	const struct it_json *completeness, *keeping, *members, *root, *previous;
};

static void raw_predicate_done(struct raw_predicate *raw)
{
	free(raw->product);
	free(raw->release);
	free(raw->time);
	free(raw->tool);
	free(raw->verdict);
}

static const struct it_field predicate_fields[] = {
	{ "completeness", IT_FIELD_LIST, true, offsetof(struct raw_predicate, completeness), NULL },
	{ "keeping", IT_FIELD_OBJECT, true, offsetof(struct raw_predicate, keeping), NULL },
	{ "members", IT_FIELD_LIST, true, offsetof(struct raw_predicate, members), NULL },
	{ "merkleRoot", IT_FIELD_OBJECT, true, offsetof(struct raw_predicate, root), NULL },
	{ "number", IT_FIELD_INT, true, offsetof(struct raw_predicate, number), NULL },
	{ "previous", IT_FIELD_OBJECT, false, offsetof(struct raw_predicate, previous), NULL },
	{ "product", IT_FIELD_TEXT, true, offsetof(struct raw_predicate, product), NULL },
	{ "release", IT_FIELD_TEXT, true, offsetof(struct raw_predicate, release), NULL },
	{ "time", IT_FIELD_TEXT, true, offsetof(struct raw_predicate, time), NULL },
	{ "tool", IT_FIELD_TEXT, true, offsetof(struct raw_predicate, tool), NULL },
	{ "verdict", IT_FIELD_TEXT, true, offsetof(struct raw_predicate, verdict), NULL },
};

/* --- small things --- */

static int own(struct it_archive_manifest *manifest, const char **out, const char *text,
	       struct intoto_error **err)
{
	int rc = it_strings_add(&manifest->texts, text, err);

	if (!rc)
		*out = manifest->texts.items[manifest->texts.count - 1];
	return rc;
}

static int read_time(int64_t *out, const char *text, const struct it_where *where,
		     struct intoto_error **err)
{
	if (it_time_parse(out, it_span_text(text)))
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err,
			       "want a time like 2026-01-31T23:59:59Z, found another text");
}

struct raw_digest {
	char *sha256, *sha512;
};

static void raw_digest_done(struct raw_digest *raw)
{
	free(raw->sha256);
	free(raw->sha512);
}

static const struct it_field digest_fields[] = {
	{ "sha256", IT_FIELD_TEXT, true, offsetof(struct raw_digest, sha256), NULL },
	{ "sha512", IT_FIELD_TEXT, false, offsetof(struct raw_digest, sha512), NULL },
};

static bool is_hex(const char *text, size_t digits)
{
	return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

static int read_digest(struct raw_digest *out, const struct it_json *value,
		       const struct it_where *where, struct intoto_error **err)
{
	int rc = it_fields_read(out, value, digest_fields, IT_COUNT_OF(digest_fields), 0, where,
				err);

	if (rc)
		return rc;
	if (!is_hex(out->sha256, DIGEST_SHA256) ||
	    (out->sha512 && !is_hex(out->sha512, DIGEST_SHA512)))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want digests in lower-case hex digits");
	return INTOTO_OK;
}

/* --- members --- */

struct raw_subject {
	char *name;
	const struct it_json *digest;
};

static void raw_subject_done(struct raw_subject *raw)
{
	free(raw->name);
}

static const struct it_field subject_fields[] = {
	{ "digest", IT_FIELD_OBJECT, true, offsetof(struct raw_subject, digest), NULL },
	{ "name", IT_FIELD_TEXT, true, offsetof(struct raw_subject, name), NULL },
};

struct raw_member {
	char *media_type, *role;
	int64_t size;
};

static void raw_member_done(struct raw_member *raw)
{
	free(raw->media_type);
	free(raw->role);
}

static const struct it_field member_fields[] = {
	{ "mediaType", IT_FIELD_TEXT, true, offsetof(struct raw_member, media_type), NULL },
	{ "role", IT_FIELD_TEXT, true, offsetof(struct raw_member, role), NULL },
	{ "size", IT_FIELD_INT, true, offsetof(struct raw_member, size), NULL },
};

/* Some file systems take the folder's name in any case. */
static bool stands_later(const char *name)
{
	char folder[sizeof IT_ARCHIVE_LATER] = "";

	for (size_t i = 0; i + 1 < sizeof folder && name[i]; i++)
		folder[i] = name[i];
	return it_streq_nocase(folder, IT_ARCHIVE_LATER);
}

static int read_subject(struct it_archive_manifest *manifest, struct it_archive_member *member,
			const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	IT_AUTO(raw_subject_done) struct raw_subject raw = { 0 };
	IT_AUTO(raw_digest_done) struct raw_digest digest = { 0 };
	int rc = it_fields_read(&raw, value, subject_fields, IT_COUNT_OF(subject_fields), 0, where,
				err);

	if (!rc && (!it_archive_name_is_safe(raw.name) ||
		    it_streq(raw.name, IT_ARCHIVE_MANIFEST_NAME) || stands_later(raw.name)))
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "its name is none that a member may have");
	if (!rc)
		rc = read_digest(&digest, raw.digest, where, err);
	if (!rc)
		rc = own(manifest, &member->name, raw.name, err);
	if (!rc)
		rc = own(manifest, &member->sha256, digest.sha256, err);
	if (!rc)
		rc = own(manifest, &member->sha512, digest.sha512 ? digest.sha512 : "", err);
	return rc;
}

static int read_member(struct it_archive_manifest *manifest, struct it_archive_member *member,
		       const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	IT_AUTO(raw_member_done) struct raw_member raw = { 0 };
	int rc = it_fields_read(&raw, value, member_fields, IT_COUNT_OF(member_fields), 0, where,
				err);

	if (rc)
		return rc;
	if (raw.size < 0)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "a size below 0");
	if (!it_archive_role_find(&member->role, raw.role))
		return it_where_refuse(where, INTOTO_E_UNSUPPORTED, err, "a role that is unknown");
	member->size = (uint64_t)raw.size;
	return own(manifest, &member->media_type, raw.media_type, err);
}

/* Strictly rising, so that none comes twice and search may halve. */
static int check_order(const struct it_archive_manifest *manifest, size_t i,
		       const struct it_where *where, struct intoto_error **err)
{
	if (!i || it_span_cmp(it_span_text(manifest->members[i - 1].name),
			      it_span_text(manifest->members[i].name)) < 0)
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "the names are not in order");
}

static int read_members(struct it_archive_manifest *manifest, const struct it_json *subjects,
			const struct it_json *members, struct intoto_error **err)
{
	struct it_where members_where = { &predicate_where, "members", 0 };
	size_t count = it_json_count(subjects);
	int rc = INTOTO_OK;

	if (count > IT_ARCHIVE_MEMBERS_MAX)
		return it_where_refuse(&subjects_where, INTOTO_E_LIMIT, err, "more than %d members",
				       IT_ARCHIVE_MEMBERS_MAX);
	if (it_json_count(members) != count)
		return it_where_refuse(&members_where, INTOTO_E_FORMAT, err,
				       "want as many as there are subjects");
	manifest->members = calloc(count + 1, sizeof *manifest->members);
	if (!manifest->members)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where subject = { &subjects_where, NULL, i };
		struct it_where member = { &members_where, NULL, i };

		rc = read_subject(manifest, &manifest->members[i], it_json_at(subjects, i),
				  &subject, err);
		if (!rc)
			rc = read_member(manifest, &manifest->members[i], it_json_at(members, i),
					 &member, err);
		if (!rc)
			rc = check_order(manifest, i, &subject, err);
	}
	manifest->member_count = rc ? 0 : count;
	return rc;
}

/* --- completeness --- */

struct raw_step {
	char *name;
	int64_t threshold;
	struct it_strings evidence;
};

static void raw_step_done(struct raw_step *raw)
{
	free(raw->name);
	it_strings_done(&raw->evidence);
}

static const struct it_field step_fields[] = {
	{ "evidence", IT_FIELD_TEXTS, true, offsetof(struct raw_step, evidence), NULL },
	{ "step", IT_FIELD_TEXT, true, offsetof(struct raw_step, name), NULL },
	{ "threshold", IT_FIELD_INT, true, offsetof(struct raw_step, threshold), NULL },
};

static int read_step(struct it_archive_manifest *manifest, struct it_archive_step *step,
		     const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	IT_AUTO(raw_step_done) struct raw_step raw = { 0 };
	int rc = it_fields_read(&raw, value, step_fields, IT_COUNT_OF(step_fields), 0, where, err);

	if (rc)
		return rc;
	if (raw.threshold < 0 || raw.threshold > UINT16_MAX || raw.evidence.count > EVIDENCE_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "a number without sense");
	for (size_t i = 0; i < raw.evidence.count; i++)
		if (!it_archive_manifest_find(manifest, raw.evidence.items[i]))
			return it_where_refuse(where, INTOTO_E_FORMAT, err,
					       "its evidence is no member");
	step->threshold = (unsigned)raw.threshold;
	step->evidence = raw.evidence;
	raw.evidence = (struct it_strings){ 0 }; /* now the step's */
	return own(manifest, &step->name, raw.name, err);
}

static int read_steps(struct it_archive_manifest *manifest, const struct it_json *list,
		      struct intoto_error **err)
{
	struct it_where where = { &predicate_where, "completeness", 0 };
	size_t count = it_json_count(list);
	int rc = INTOTO_OK;

	if (count > STEPS_MAX)
		return it_where_refuse(&where, INTOTO_E_LIMIT, err, "more than %d steps",
				       STEPS_MAX);
	manifest->steps = calloc(count + 1, sizeof *manifest->steps);
	if (!manifest->steps)
		return it_err_nomem(err);
	manifest->step_count = count;
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where step = { &where, NULL, i };

		rc = read_step(manifest, &manifest->steps[i], it_json_at(list, i), &step, err);
	}
	return rc;
}

/* --- the rest --- */

struct raw_keeping {
	char *class, *until;
};

static void raw_keeping_done(struct raw_keeping *raw)
{
	free(raw->class);
	free(raw->until);
}

static const struct it_field keeping_fields[] = {
	{ "class", IT_FIELD_TEXT, true, offsetof(struct raw_keeping, class), NULL },
	{ "lockUntil", IT_FIELD_TEXT, false, offsetof(struct raw_keeping, until), NULL },
};

static int read_keeping(struct it_archive_manifest *manifest, const struct it_json *value,
			struct intoto_error **err)
{
	struct it_where where = { &predicate_where, "keeping", 0 };
	IT_AUTO(raw_keeping_done) struct raw_keeping raw = { 0 };
	int rc = it_fields_read(&raw, value, keeping_fields, IT_COUNT_OF(keeping_fields), 0, &where,
				err);

	if (!rc && raw.until)
		rc = read_time(&manifest->lock_until, raw.until, &where, err);
	return rc ? rc : own(manifest, &manifest->retention, raw.class, err);
}

static int check_root(struct it_archive_manifest *manifest, const struct it_json *value,
		      struct intoto_error **err)
{
	struct it_where where = { &predicate_where, "merkleRoot", 0 };
	IT_AUTO(raw_digest_done) struct raw_digest raw = { 0 };
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(DIGEST_SHA256);
	int rc = read_digest(&raw, value, &where, err);

	if (!rc)
		rc = it_archive_manifest_root(&manifest->root, manifest, err);
	if (rc)
		return rc;
	it_hex_encode(&found, it_span(manifest->root.bytes, sizeof manifest->root.bytes));
	if (found.failed)
		return it_err_nomem(err);
	if (!it_streq(it_buf_text(&found), raw.sha256))
		return it_where_refuse(&where, INTOTO_E_FORMAT, err,
				       "is not the root over its members, which is %s",
				       it_buf_text(&found));
	return INTOTO_OK;
}

static int read_previous(struct it_archive_manifest *manifest, const struct it_json *value,
			 struct intoto_error **err)
{
	struct it_where where = { &predicate_where, "previous", 0 };
	IT_AUTO(raw_digest_done) struct raw_digest raw = { 0 };
	int rc = value ? read_digest(&raw, value, &where, err) : INTOTO_OK;

	if (rc)
		return rc;
	if (!value != !manifest->number)
		return it_where_refuse(
			&where, INTOTO_E_FORMAT, err,
			"the first archive of a chain has none, all others have one");
	return own(manifest, &manifest->previous, value ? raw.sha256 : "", err);
}

static int read_texts(struct it_archive_manifest *manifest, const struct raw_predicate *raw,
		      struct intoto_error **err)
{
	struct it_where time = { &predicate_where, "time", 0 };
	int rc = read_time(&manifest->time, raw->time, &time, err);

	if (!rc)
		rc = own(manifest, &manifest->product, raw->product, err);
	if (!rc)
		rc = own(manifest, &manifest->release, raw->release, err);
	if (!rc)
		rc = own(manifest, &manifest->tool, raw->tool, err);
	return rc ? rc : own(manifest, &manifest->verdict, raw->verdict, err);
}

static int read_predicate(struct it_archive_manifest *manifest, const struct raw_statement *raw,
			  struct intoto_error **err)
{
	IT_AUTO(raw_predicate_done) struct raw_predicate predicate = { 0 };
	int rc = it_fields_read(&predicate, raw->predicate, predicate_fields,
				IT_COUNT_OF(predicate_fields), 0, &predicate_where, err);

	if (!rc && predicate.number < 0)
		rc = it_where_refuse(&predicate_where, INTOTO_E_FORMAT, err, "a number below 0");
	if (rc)
		return rc;
	manifest->number = (uint64_t)predicate.number;
	rc = read_members(manifest, raw->subject, predicate.members, err);
	if (!rc)
		rc = check_root(manifest, predicate.root, err);
	if (!rc)
		rc = read_steps(manifest, predicate.completeness, err);
	if (!rc)
		rc = read_keeping(manifest, predicate.keeping, err);
	if (!rc)
		rc = read_previous(manifest, predicate.previous, err);
	return rc ? rc : read_texts(manifest, &predicate, err);
}

int it_archive_manifest_read(struct it_archive_manifest **out,
			     const struct intoto_envelope *envelope, struct intoto_error **err)
{
	IT_AUTO(it_archive_manifest_freep)
	struct it_archive_manifest *manifest = calloc(1, sizeof *manifest);
	IT_AUTO(raw_statement_done) struct raw_statement raw = { 0 };
	const struct it_json *body = it_envelope_body(envelope);
	int rc;

	*out = NULL;
	if (!manifest)
		return it_err_nomem(err);
	if (intoto_envelope_format(envelope) != INTOTO_DSSE || !body ||
	    !it_streq(intoto_envelope_type(envelope), "statement"))
		return it_err_set(err, INTOTO_E_FORMAT, "want a statement in a DSSE envelope");
	rc = it_fields_read(&raw, body, statement_fields, IT_COUNT_OF(statement_fields), 0, NULL,
			    err);
	if (!rc && !it_streq(raw.type, "https://in-toto.io/Statement/v1"))
		rc = it_err_set(err, INTOTO_E_FORMAT,
				"_type: want \"https://in-toto.io/Statement/v1\"");
	if (!rc && !it_streq(raw.predicate_type, IT_ARCHIVE_MANIFEST_TYPE))
		rc = it_err_set(err, INTOTO_E_FORMAT,
				"predicateType: want \"" IT_ARCHIVE_MANIFEST_TYPE "\"");
	if (!rc)
		rc = read_predicate(manifest, &raw, err);
	if (rc)
		return rc;
	*out = manifest;
	manifest = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Statements read as evidence. */
#include "model/attestation.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "json/field.h"
#include "model/digest_set.h"

enum { DIGESTS_LIMIT = 64 * 1024 };

/* Consumers ignore members that they do not know (attestation framework v1, "Parsing rules"). */
#define READ(target, object, table, where, err)                                                    \
	it_fields_read(target, object, table, IT_COUNT_OF(table), 0, where, err)

void it_attestation_free(struct it_attestation *attestation)
{
	if (!attestation)
		return;
	for (size_t i = 0; i < attestation->subject_count; i++)
		free((void *)(uintptr_t)attestation->subjects[i].digests); /* ours */
	free(attestation->subjects);
	it_json_free(attestation->body);
	intoto_envelope_free(attestation->envelope);
	free(attestation);
}

static int refuse_kind(const char *want, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
			       it_json_kind_name(value));
}

/* A text without NUL, borrowed. */
static int read_word(const char **out, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct it_span text = it_json_text(value);

	if (!text.data)
		return refuse_kind("a text", value, where, err);
	if (memchr(text.data, '\0', text.len))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "a NUL character inside a text");
	*out = text.data;
	return INTOTO_OK;
}

/* --- the making: an annotation of the first subject, by our own host --- */

static int read_maker(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err);

/* A member that is there must be what it is called: half of a pin is no pin. */
#define WORD_READER(member)                                                                        \
	static int read_##member(void *target, const struct it_json *value,                        \
				 const struct it_where *where, struct intoto_error **err)          \
	{                                                                                          \
		struct it_attested_making *out = target;                                           \
                                                                                                   \
		return read_word(&out->member, value, where, err);                                 \
	}

WORD_READER(step)
WORD_READER(attestor)
WORD_READER(version)
WORD_READER(sha256)
WORD_READER(outcome)
WORD_READER(reason)

static int read_time(int64_t *out, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	if (it_time_parse_any(out, it_json_text(value)))
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a date as 2026-01-31T23:59:59Z");
}

static int read_started(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_attested_making *out = target;

	return read_time(&out->started, value, where, err);
}

static int read_finished(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_attested_making *out = target;

	return read_time(&out->finished, value, where, err);
}

static const struct it_field maker_fields[] = {
	{ "level", IT_FIELD_LIST, false, offsetof(struct it_attested_making, level), NULL },
	{ "name", IT_FIELD_CUSTOM, true, 0, read_attestor },
	{ "sha256", IT_FIELD_CUSTOM, false, 0, read_sha256 },
	{ "version", IT_FIELD_CUSTOM, false, 0, read_version },
};

static int read_maker(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	return READ(target, value, maker_fields, where, err);
}

static const struct it_field making_fields[] = {
	{ "attestor", IT_FIELD_CUSTOM, false, 0, read_maker },
	{ "finished", IT_FIELD_CUSTOM, false, 0, read_finished },
	{ "inputs", IT_FIELD_LIST, false, offsetof(struct it_attested_making, inputs), NULL },
	{ "outcome", IT_FIELD_CUSTOM, false, 0, read_outcome },
	{ "reason", IT_FIELD_CUSTOM, false, 0, read_reason },
	{ "started", IT_FIELD_CUSTOM, false, 0, read_started },
	{ "step", IT_FIELD_CUSTOM, false, 0, read_step },
};

static int read_making(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct it_attestation *out = target;

	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind("an object", value, where, err);
	out->making.there = true;
	return READ(&out->making, value, making_fields, where, err);
}

/* One on another subject is somebody else's. */
static int read_annotations(struct it_attestation *out, const struct it_json *subject,
			    const struct it_where *up, struct intoto_error **err)
{
	struct it_where annotations = { up, "annotations", 0 };
	struct it_where where = { &annotations, "intoto", 0 };
	const struct it_json *making = it_json_get(it_json_get(subject, "annotations"), "intoto");

	return making ? read_making(out, making, &where, err) : INTOTO_OK;
}

/* --- subjects --- */

static int read_subject(struct it_attested_subject *out, const struct it_json *value,
			const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(DIGESTS_LIMIT);
	struct it_where digest = { where, "digest", 0 };
	const struct it_json *name = it_json_get(value, "name");
	const struct it_json *set = it_json_get(value, "digest");
	int rc;

	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind("an object", value, where, err);
	out->name = it_json_kind(name) == IT_JSON_TEXT ? it_json_text(name) : it_span_text("");
	if (it_json_kind(set) != IT_JSON_OBJECT)
		return refuse_kind("an object", set, &digest, err);
	rc = it_digest_set_read_open(&digests, set, &digest, err);
	if (rc)
		return rc;
	out->digests = it_buf_take(&digests);
	return out->digests ? INTOTO_OK : it_err_nomem(err);
}

/* Each subject must have a digest: without one nobody knows what the statement is about. */
static int read_subjects(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_attestation *out = target;
	size_t count = it_json_count(value);

	if (it_json_kind(value) != IT_JSON_LIST)
		return refuse_kind("a list", value, where, err);
	if (!count)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "no subject");
	if (count > IT_SUBJECTS_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d subjects",
				       IT_SUBJECTS_MAX);
	out->subjects = calloc(count, sizeof *out->subjects);
	if (!out->subjects)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		struct it_where element = { where, NULL, i };
		int rc = read_subject(&out->subjects[i], it_json_at(value, i), &element, err);

		if (rc)
			return rc;
		out->subject_count++;
		rc = i ? INTOTO_OK : read_annotations(out, it_json_at(value, 0), &element, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

/* --- the statement --- */

static int read_type(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct it_attestation *out = target;
	int rc = read_word(&out->type, value, where, err);

	if (!rc && !*out->type)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "is empty");
	return rc;
}

static const struct it_field statement_fields[] = {
	{ "predicate", IT_FIELD_OBJECT, true, offsetof(struct it_attestation, predicate), NULL },
	{ "predicateType", IT_FIELD_CUSTOM, true, 0, read_type },
	{ "subject", IT_FIELD_CUSTOM, true, 0, read_subjects },
};

static int read_statement(struct it_attestation *out, struct intoto_error **err)
{
	static const struct it_where where = { NULL, "statement", 0 };
	const char *kind = intoto_envelope_type(out->envelope);

	if (!it_streq(kind, "statement"))
		return it_err_set(err, INTOTO_E_FORMAT, "want an in-toto statement, found %s%s",
				  kind ? "a " : "another document", kind ? kind : "");
	out->body = it_json_ref(it_envelope_body(out->envelope));
	return READ(out, out->body, statement_fields, &where, err);
}

int it_attestation_take(struct it_attestation **out, struct intoto_envelope *envelope,
			struct intoto_error **err)
{
	IT_AUTO(it_attestation_freep) struct it_attestation *made = calloc(1, sizeof *made);
	int rc;

	*out = NULL;
	if (!made) {
		intoto_envelope_free(envelope);
		return it_err_nomem(err);
	}
	made->envelope = envelope;
	made->making = (struct it_attested_making){
		.step = "", .attestor = "", .version = "", .sha256 = "", .outcome = "", .reason = ""
	};
	rc = read_statement(made, err);
	if (rc)
		return rc;
	made->family = it_predicate_family_of(made->type);
	*out = made;
	made = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- its time --- */

/* Where documents say when they were made, or what they know was gathered. */
static const struct {
	const char *family;
	const char *path; /* of members */
} times[] = {
	{ "provenance", "metadata.buildFinishedOn" },
	{ "provenance", "runDetails.metadata.finishedOn" },
	{ "runtime-trace", "metadata.buildFinishedOn" },
	{ "sbom-cyclonedx", "metadata.timestamp" },
	{ "sbom-spdx", "creationInfo.created" },
	{ "svr", "timeCreated" },
	{ "vex-csaf", "document.tracking.current_release_date" },
	{ "vex-openvex", "last_updated" },
	{ "vex-openvex", "timestamp" },
	{ "vsa", "timeVerified" },
	{ "vulns", "metadata.scanFinishedOn" },
	{ "vulns-cosign", "metadata.scanFinishedOn" },
};

static const struct it_json *walk(const struct it_json *value, const char *path)
{
	char name[64];

	while (value && *path) {
		size_t len = strcspn(path, ".");

		if (len >= sizeof name)
			return NULL;
		memcpy(name, path, len);
		name[len] = '\0';
		value = it_json_get(value, name);
		path += len + (path[len] == '.');
	}
	return value;
}

static void take_older(int64_t *out, int64_t time)
{
	if (!*out || time < *out)
		*out = time;
}

int64_t it_attestation_time(const struct it_attestation *attestation)
{
	int64_t oldest = attestation->making.finished;
	bool found = false;

	for (size_t i = 0; attestation->family && !found && i < IT_COUNT_OF(times); i++) {
		const struct it_json *said = NULL;
		int64_t time = 0;

		if (it_streq(attestation->family->name, times[i].family))
			said = walk(attestation->predicate, times[i].path);
		found = said && it_time_parse_any(&time, it_json_text(said)) && time > 0;
		if (found)
			take_older(&oldest, time);
	}
	return oldest;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The members of an archive, each by what it is: whatever cannot be read becomes a row that says
 * so. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "layouts/gates/exceptions.h"
#include "report/audit.h"

/* --- the report of the verification --- */

static const char *text_of(struct it_audit *audit, const struct it_json *object, const char *name)
{
	return it_audit_keep_span(audit, it_json_text(it_json_get(object, name)));
}

static int64_t number_of(const struct it_json *object, const char *name, int64_t otherwise)
{
	int64_t number = otherwise;

	(void)it_json_int(it_json_get(object, name), &number); /* otherwise, where it is none */
	return number;
}

static int64_t time_of(const struct it_json *object, const char *name)
{
	int64_t time = 0;

	(void)it_time_parse_any(&time, it_json_text(it_json_get(object, name))); /* 0: not said */
	return time;
}

/* A word that nobody knows is no pass. */
static enum intoto_outcome outcome_of(const struct it_json *value)
{
	struct it_span word = it_json_text(value);

	for (int i = 0; i <= INTOTO_CHECK_SKIPPED; i++)
		if (it_span_is(word, intoto_outcome_name((enum intoto_outcome)i)))
			return (enum intoto_outcome)i;
	return INTOTO_CHECK_UNDECIDED;
}

static void take_checks(struct it_audit *audit, const struct it_json *list)
{
	for (size_t i = 0; i < it_json_count(list); i++) {
		const struct it_json *object = it_json_at(list, i);
		struct it_audit_check *check =
			IT_AUDIT_ROW(audit, audit->checks, audit->check_count);

		check->outcome = outcome_of(it_json_get(object, "outcome"));
		check->code = text_of(audit, object, "code");
		check->item = text_of(audit, object, "item");
		check->subject = text_of(audit, object, "subject");
		check->text = text_of(audit, object, "text");
	}
}

static void take_item(struct it_audit *audit, const struct it_json *object)
{
	struct it_audit_step *step;
	const struct it_json *signers = it_json_get(object, "signers");
	int64_t materials = number_of(object, "materials", 0);
	int64_t products = number_of(object, "products", 0);

	if (audit->step_count == IT_AUDIT_STEPS_MAX) {
		audit->cut = true;
		return;
	}
	step = IT_AUDIT_ROW(audit, audit->steps, audit->step_count);
	step->label = text_of(audit, object, "item");
	step->inspection = it_span_is(it_json_text(it_json_get(object, "kind")), "inspection");
	step->looked_at = true;
	(void)it_json_bool(it_json_get(object, "evidence"), &step->evidence); /* else: no */
	step->threshold = number_of(object, "threshold", 1);
	step->people = number_of(object, "people", 0);
	step->command = text_of(audit, object, "command");
	step->file = text_of(audit, object, "file");
	step->why = "";
	step->sides[INTOTO_MATERIALS].count = materials > 0 ? (size_t)materials : 0;
	step->sides[INTOTO_PRODUCTS].count = products > 0 ? (size_t)products : 0;
	for (size_t i = 0; i < it_json_count(signers); i++) {
		struct it_audit_signer *signer =
			IT_AUDIT_ROW(audit, step->signers, step->signer_count);

		signer->file = text_of(audit, it_json_at(signers, i), "file");
		signer->identity = text_of(audit, it_json_at(signers, i), "identity");
		signer->name = text_of(audit, it_json_at(signers, i), "name");
	}
}

/* They are looked for one by one, so there is an end to them. */
enum { EXCEPTIONS_MAX = 10 * 1000 };

static struct it_audit_exception *exception_of(struct it_audit *audit, const char *id)
{
	struct it_audit_exception *exception;

	if (audit->exception_count == EXCEPTIONS_MAX) {
		audit->cut = true;
		return memset(audit->spill, 0, sizeof audit->spill);
	}
	for (size_t i = 0; i < audit->exception_count; i++)
		if (it_streq(audit->exceptions[i].id, id))
			return &audit->exceptions[i];
	exception = IT_AUDIT_ROW(audit, audit->exceptions, audit->exception_count);
	*exception = (struct it_audit_exception){ id, "", "", "", "", "", 0, -1 };
	return exception;
}

static void take_used(struct it_audit *audit, const struct it_json *object)
{
	struct it_audit_exception *exception = exception_of(audit, text_of(audit, object, "id"));

	exception->owner = text_of(audit, object, "owner");
	exception->reason = text_of(audit, object, "reason");
	exception->ticket = text_of(audit, object, "ticket");
	exception->expires = time_of(object, "expires");
	exception->used = number_of(object, "used", 0);
}

void it_audit_take_report(struct it_audit *audit, const struct it_archive_member *member,
			  struct it_span bytes)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	const struct it_json *items;
	const struct it_json *used;

	if (it_json_parse(&root, bytes, &it_json_signed_limits, NULL) ||
	    it_json_kind(root) != IT_JSON_OBJECT) {
		struct it_audit_gap *gap = IT_AUDIT_ROW(audit, audit->gaps, audit->gap_count);

		gap->what =
			it_audit_say(audit, "the report of the verification (%s)", member->name);
		gap->why = "it is there, and cannot be read";
		gap->serious = true;
		return;
	}
	audit->reported = true;
	audit->verdict = text_of(audit, root, "verdict");
	audit->verified = time_of(root, "time");
	take_checks(audit, it_json_get(root, "checks"));
	items = it_json_get(root, "items");
	for (size_t i = 0; i < it_json_count(items); i++)
		take_item(audit, it_json_at(items, i));
	used = it_json_get(root, "exceptions");
	for (size_t i = 0; i < it_json_count(used); i++)
		take_used(audit, it_json_at(used, i));
}

/* --- exceptions --- */

void it_audit_take_exception(struct it_audit *audit, const char *member,
			     const struct intoto_envelope *envelope)
{
	struct it_exception read = { 0 };
	struct it_audit_exception *exception;
	IT_AUTO(it_buf_done) struct it_buf scope = IT_BUF(1024 * 1024);

	if (!it_exception_from_envelope(&read, envelope, NULL)) {
		exception = exception_of(audit, it_audit_keep(audit, read.id));
		it_exception_scope(&scope, &read);
		exception->scope = it_audit_keep(audit, it_buf_text(&scope));
		exception->member = it_audit_keep(audit, member);
		if (exception->used < 0) { /* else the verification has said all of it */
			exception->owner = it_audit_keep(audit, read.owner);
			exception->reason = it_audit_keep(audit, read.reason);
			exception->ticket = it_audit_keep(audit, read.ticket);
			exception->expires = read.expires;
		}
	}
	it_exception_done(&read);
}

/* --- everything by its role --- */

/*
 * Sublayouts have folders of their own, "STEP.KEYID/": the label of a file is the steps on its way
 * and its own, without key ids and ".link".
 */
static const char *label_of(struct it_audit *audit, const char *name)
{
	IT_AUTO(it_buf_done) struct it_buf label = IT_BUF(64 * 1024);
	const char *slash = strchr(name, '/');

	for (const char *part = slash ? slash + 1 : name; part; part = slash ? slash + 1 : NULL) {
		const char *end;
		const char *dot;

		slash = strchr(part, '/');
		end = slash ? slash : part + strlen(part);
		if (!slash && end - part > 5 && it_streq(end - 5, ".link"))
			end -= 5;
		for (dot = end > part ? end - 1 : part; dot > part && *dot != '.'; dot--)
			;
		(void)it_buf_add(&label, part,
				 (size_t)((dot > part ? dot : end) - part)); /* sticks */
		if (slash)
			(void)it_buf_add_byte(&label, '/');
	}
	return it_audit_keep(audit, it_buf_text(&label));
}

static void take_link(struct it_audit *audit, const char *member, struct intoto_envelope *envelope)
{
	struct intoto_link *link = NULL;
	struct it_audit_link *row;

	if (it_envelope_take_link(envelope, &link, NULL))
		return;
	row = IT_AUDIT_ROW(audit, audit->links, audit->link_count);
	if (audit->failed || (const unsigned char *)row == audit->spill) {
		intoto_link_free(link);
		return;
	}
	row->link = link;
	row->member = it_audit_keep(audit, member);
	row->label = label_of(audit, member);
}

static void take_unreadable(struct it_audit *audit, const char *member,
			    const struct intoto_error *why)
{
	struct it_audit_document *document =
		IT_AUDIT_ROW(audit, audit->documents, audit->document_count);

	*document = (struct it_audit_document){ .member = it_audit_keep(audit, member) };
	document->sort = document->type = document->about = document->digest = document->step =
		document->maker = document->signers = document->summary = "";
	document->trouble = it_audit_keep(audit, why ? intoto_error_text(why) : "");
}

/* An envelope: a link, a sublayout, an exception or a statement. */
static void take_envelope(struct it_audit *audit, const char *member, struct it_span bytes)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const char *type;

	if (intoto_envelope_parse(&envelope, bytes.data, bytes.len, &why)) {
		take_unreadable(audit, member, why);
		return;
	}
	type = intoto_envelope_type(envelope);
	if (it_streq(intoto_envelope_payload_type(envelope), IT_EXCEPTION_PAYLOAD)) {
		it_audit_take_exception(audit, member, envelope);
	} else if (it_streq(type, "link")) {
		take_link(audit, member, envelope);
	} else if (it_streq(type, "layout")) {
		const char *prefix = it_audit_say(audit, "%s/", label_of(audit, member));

		it_audit_take_layout(audit, prefix, member, envelope);
	} else {
		it_audit_take_statement(audit, member, envelope);
		envelope = NULL; /* it was taken */
	}
}

static void take_lines(struct it_audit *audit, const char *member, struct it_span bytes)
{
	size_t number = 0;

	while (bytes.len) {
		const char *end = memchr(bytes.data, '\n', bytes.len);
		size_t len = end ? (size_t)(end - bytes.data) : bytes.len;

		number++;
		if (len && audit->document_count < IT_AUDIT_ROWS_MAX)
			take_envelope(audit, it_audit_say(audit, "%s#%zu", member, number),
				      it_span(bytes.data, len));
		len += end ? 1 : 0;
		bytes = it_span(bytes.data + len, bytes.len - len);
	}
}

static void take_layout_file(struct it_audit *audit, const char *member, struct it_span bytes)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	if (intoto_envelope_parse(&envelope, bytes.data, bytes.len, &why))
		take_unreadable(audit, member, why);
	else
		it_audit_take_layout(audit, "", member, envelope);
}

void it_audit_take(struct it_audit *audit, const struct it_archive_member *member,
		   struct it_span bytes)
{
	switch (member->role) {
	case IT_ROLE_LAYOUT:
		take_layout_file(audit, member->name, bytes);
		return;
	case IT_ROLE_REPORT:
		it_audit_take_report(audit, member, bytes);
		return;
	case IT_ROLE_PARAMETERS:
		audit->parameters = it_audit_keep_span(audit, bytes);
		return;
	case IT_ROLE_RAW:
		it_audit_take_raw(audit, member->name, bytes);
		return;
	case IT_ROLE_LINK:
	case IT_ROLE_ATTESTATION:
	case IT_ROLE_EXCEPTION:
	case IT_ROLE_VSA:
		if (it_ends_with(member->name, ".jsonl"))
			take_lines(audit, member->name, bytes);
		else
			take_envelope(audit, member->name, bytes);
		return;
	case IT_ROLE_KEY:
	case IT_ROLE_ATTESTATIONS:
	case IT_ROLE_CERTIFICATE:
	case IT_ROLE_TIMESTAMP:
	case IT_ROLE_TRUST:
	case IT_ROLE_OTHER:
		break;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The document for programs: one JSON object (intoto-report(1) documents it). */
#include "base/clock.h"
#include "base/text.h"
#include "json/writer.h"
#include "report/document.h"
#include "report/picture.h"

enum { DOCUMENT_VERSION = 1 };

static void text(struct it_writer *writer, const char *name, const char *value)
{
	it_write_name(writer, name);
	it_write_text(writer, value);
}

static void number(struct it_writer *writer, const char *name, int64_t value)
{
	it_write_name(writer, name);
	it_write_int(writer, value);
}

static void truth(struct it_writer *writer, const char *name, bool value)
{
	it_write_name(writer, name);
	it_write_bool(writer, value);
}

/* Null where nothing is said. */
static void time_of(struct it_writer *writer, const char *name, int64_t seconds)
{
	char value[IT_TIME_SIZE];

	it_write_name(writer, name);
	if (!seconds) {
		it_write_null(writer);
		return;
	}
	it_time_format(value, seconds);
	it_write_text(writer, value);
}

static void list(struct it_writer *writer, const char *name)
{
	it_write_name(writer, name);
	it_write_list(writer);
}

static void texts(struct it_writer *writer, const char *name, const struct it_strings *values)
{
	list(writer, name);
	for (size_t i = 0; i < values->count; i++)
		it_write_text(writer, values->items[i]);
	it_write_list_end(writer);
}

static void write_later(struct it_writer *writer, const struct it_audit *audit)
{
	list(writer, "later");
	for (size_t i = 0; i < audit->later_count; i++) {
		const struct it_audit_later *one = &audit->laters[i];

		it_write_object(writer);
		text(writer, "kind", one->kind);
		text(writer, "name", one->name);
		text(writer, "reason", one->reason);
		truth(writer, "stamped", one->stamped);
		time_of(writer, "time", one->time);
		texts(writer, "withheld", &one->withheld);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_archive(struct it_writer *writer, const struct it_audit *audit)
{
	const struct it_archive_manifest *manifest = audit->archive->manifest;

	it_write_name(writer, "archive");
	it_write_object(writer);
	text(writer, "file", audit->file);
	write_later(writer, audit);
	time_of(writer, "lockUntil", manifest->lock_until);
	list(writer, "members");
	for (size_t i = 0; i < manifest->member_count; i++) {
		const struct it_archive_member *member = &manifest->members[i];

		it_write_object(writer);
		text(writer, "mediaType", member->media_type);
		text(writer, "name", member->name);
		text(writer, "role", it_archive_role_name(member->role));
		text(writer, "sha256", member->sha256);
		number(writer, "size", (int64_t)member->size);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
	number(writer, "number", (int64_t)manifest->number);
	time_of(writer, "packed", manifest->time);
	text(writer, "previous", manifest->previous);
	text(writer, "retention", manifest->retention);
	text(writer, "sha256", audit->archive->sha256);
	text(writer, "tool", manifest->tool);
	it_write_name(writer, "verified"); /* null: nobody gave a key */
	if (audit->answer)
		it_write_bool(writer, it_audit_is_verified(audit));
	else
		it_write_null(writer);
	it_write_object_end(writer);
}

static void write_checks(struct it_writer *writer, const struct it_audit *audit)
{
	list(writer, "checks");
	for (size_t i = 0; i < audit->check_count; i++) {
		const struct it_audit_check *check = &audit->checks[i];

		it_write_object(writer);
		text(writer, "code", check->code);
		text(writer, "item", check->item);
		text(writer, "outcome", intoto_outcome_name(check->outcome));
		text(writer, "subject", check->subject);
		text(writer, "text", check->text);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_control(struct it_writer *writer, const struct it_control *control,
			  const struct it_shown_all *all)
{
	static const char *const proofs[] = { [IT_PROOF_NONE] = "none",
					      [IT_PROOF_PRESENT] = "present",
					      [IT_PROOF_CHECKED] = "checked",
					      [IT_PROOF_FAILED] = "failed" };

	it_write_object(writer);
	text(writer, "asks", control->asks);
	list(writer, "evidence");
	for (unsigned i = 0; i < IT_EVIDENCE_COUNT; i++) {
		if (!(control->evidence & 1U << i))
			continue;
		it_write_object(writer);
		text(writer, "name", it_evidence_name((enum it_evidence)i));
		text(writer, "proof", proofs[all->items[i].proof]);
		text(writer, "text", all->items[i].text);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
	text(writer, "id", control->id);
	text(writer, "otherwise", control->rest ? control->rest : "");
	text(writer, "state", it_control_state_name(it_control_judge(control, all)));
	it_write_object_end(writer);
}

static void write_controls(struct it_writer *writer, struct it_audit *audit)
{
	struct it_shown_all all;

	it_evidence_show(&all, audit);
	list(writer, "controls");
	for (size_t i = 0; it_frameworks[i]; i++) {
		const struct it_framework *framework = it_frameworks[i];

		it_write_object(writer);
		list(writer, "controls");
		for (size_t j = 0; j < framework->count; j++)
			write_control(writer, &framework->controls[j], &all);
		it_write_list_end(writer);
		text(writer, "edition", framework->edition);
		text(writer, "framework", framework->id);
		text(writer, "name", framework->name);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_documents(struct it_writer *writer, const struct it_audit *audit)
{
	list(writer, "documents");
	for (size_t i = 0; i < audit->document_count; i++) {
		const struct it_audit_document *one = &audit->documents[i];

		it_write_object(writer);
		text(writer, "about", one->about);
		text(writer, "digest", one->digest);
		text(writer, "keyids", one->signers);
		text(writer, "kind", one->sort);
		text(writer, "maker", one->maker);
		text(writer, "member", one->member);
		text(writer, "says", one->summary);
		text(writer, "step", one->step);
		time_of(writer, "time", one->time);
		text(writer, "trouble", one->trouble);
		text(writer, "type", one->type);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_exceptions(struct it_writer *writer, const struct it_audit *audit)
{
	list(writer, "exceptions");
	for (size_t i = 0; i < audit->exception_count; i++) {
		const struct it_audit_exception *one = &audit->exceptions[i];

		it_write_object(writer);
		time_of(writer, "expires", one->expires);
		text(writer, "id", one->id);
		text(writer, "member", one->member);
		text(writer, "owner", one->owner);
		text(writer, "reason", one->reason);
		text(writer, "scope", one->scope);
		text(writer, "ticket", one->ticket);
		number(writer, "used", one->used < 0 ? 0 : one->used);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_findings(struct it_writer *writer, const struct it_audit *audit)
{
	list(writer, "findings");
	for (size_t i = 0; i < audit->finding_count; i++) {
		const struct it_audit_finding *one = &audit->findings[i];

		it_write_object(writer);
		text(writer, "aliases", one->aliases);
		truth(writer, "allowed", one->allowed);
		truth(writer, "blocked", one->blocked);
		text(writer, "decided", one->decided);
		text(writer, "fixed", one->fix);
		text(writer, "id", one->id);
		text(writer, "member", one->member);
		text(writer, "package", one->package);
		text(writer, "scanner", one->scanner);
		text(writer, "severity", it_severity_word(one->severity));
		text(writer, "version", one->version);
		text(writer, "vex", one->said);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_gaps(struct it_writer *writer, const struct it_audit *audit)
{
	list(writer, "notEvidenced");
	for (size_t i = 0; i < audit->gap_count; i++) {
		it_write_object(writer);
		truth(writer, "wanted", audit->gaps[i].serious);
		text(writer, "what", audit->gaps[i].what);
		text(writer, "why", audit->gaps[i].why);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_packages(struct it_writer *writer, const struct it_audit *audit)
{
	list(writer, "packages");
	for (size_t i = 0; i < audit->package_count; i++) {
		const struct it_audit_package *one = &audit->packages[i];

		it_write_object(writer);
		text(writer, "license", one->license);
		text(writer, "member", one->member);
		text(writer, "name", one->name);
		text(writer, "purl", one->purl);
		text(writer, "supplier", one->supplier);
		text(writer, "version", one->version);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_step(struct it_writer *writer, const struct it_audit_step *step)
{
	it_write_object(writer);
	text(writer, "command", step->command);
	texts(writer, "evidence", &step->members);
	time_of(writer, "finished", step->finished);
	texts(writer, "gates", &step->gates);
	text(writer, "item", step->label);
	text(writer, "kind", step->inspection ? "inspection" : "step");
	number(writer, "materials", (int64_t)step->sides[INTOTO_MATERIALS].count);
	number(writer, "people", step->people);
	number(writer, "products", (int64_t)step->sides[INTOTO_PRODUCTS].count);
	list(writer, "signers");
	for (size_t i = 0; i < step->signer_count; i++) {
		it_write_object(writer);
		text(writer, "file", step->signers[i].file);
		text(writer, "identity", step->signers[i].identity);
		text(writer, "name", step->signers[i].name);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
	time_of(writer, "started", step->started);
	text(writer, "state", it_step_state(step));
	number(writer, "threshold", step->threshold);
	text(writer, "why", step->why);
	it_write_object_end(writer);
}

static void write_steps(struct it_writer *writer, const struct it_audit *audit)
{
	list(writer, "steps");
	for (size_t i = 0; i < audit->step_count; i++)
		write_step(writer, &audit->steps[i]);
	it_write_list_end(writer);
}

static void write_flow(struct it_writer *writer, const struct it_audit *audit)
{
	list(writer, "flow");
	for (size_t i = 0; i < audit->edge_count; i++) {
		it_write_object(writer);
		number(writer, "files", (int64_t)audit->edges[i].count);
		text(writer, "from", audit->steps[audit->edges[i].from].label);
		text(writer, "to", audit->steps[audit->edges[i].to].label);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_vexes(struct it_writer *writer, const struct it_audit *audit)
{
	list(writer, "vex");
	for (size_t i = 0; i < audit->vex_count; i++) {
		const struct it_audit_vex *one = &audit->vexes[i];

		it_write_object(writer);
		text(writer, "author", one->author);
		text(writer, "id", one->id);
		text(writer, "impact", one->impact);
		text(writer, "justification", one->justification);
		text(writer, "member", one->member);
		text(writer, "product", one->product);
		text(writer, "status", one->status);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static int print_json(struct it_buf *out, struct it_audit *audit, struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	write_archive(&writer, audit);
	write_checks(&writer, audit);
	write_controls(&writer, audit);
	truth(&writer, "cut", audit->cut);
	write_documents(&writer, audit);
	write_exceptions(&writer, audit);
	write_findings(&writer, audit);
	write_flow(&writer, audit);
	write_gaps(&writer, audit);
	write_packages(&writer, audit);
	text(&writer, "product", audit->archive->manifest->product);
	text(&writer, "release", audit->archive->manifest->release);
	write_steps(&writer, audit);
	time_of(&writer, "time", audit->verified);
	text(&writer, "verdict", audit->verdict);
	number(&writer, "version", DOCUMENT_VERSION);
	write_vexes(&writer, audit);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* sticks in out */
	return it_writer_finish(&writer, err);
}

const struct it_document_format it_document_json = { "json", print_json };

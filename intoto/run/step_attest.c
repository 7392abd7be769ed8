/* SPDX-License-Identifier: Apache-2.0 */
/* Hearings in their order, then their statements. */
#include "run/step_attest.h"

#include <stdio.h>

#include "attest/statement.h"
#include "base/path.h"
#include "base/text.h"
#include "run/step_link.h"
#include "run/step_redact.h"

enum { KEYID_SHOWN = 8, PATH_BYTES = 64 * 1024, TEXT_MAX = 64 * 1024 };

struct session {
	const struct it_step_attest *attest;
	const struct it_step_options *options;
	const struct it_attest_step *step;
	struct intoto_link *link;
	const struct it_artifacts *subjects;
	struct it_secrets secrets;
	struct it_hearing *hearings;
	size_t count;		 /* of those that were held */
	struct it_strings files; /* names of documents, each once */
	struct it_json *list;
};

static void session_done(struct session *session)
{
	for (size_t i = 0; i < session->count; i++)
		it_hearing_done(&session->hearings[i]);
	free(session->hearings);
	it_secrets_done(&session->secrets);
	it_strings_done(&session->files);
	it_json_free(session->list);
}

static void tell(const struct session *session, const char *name, const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(TEXT_MAX);

	if (!session->attest->notice)
		return;
	(void)it_buf_printf(&line, "attestor %s: ", name); /* sticky; only for people */
	it_text_quote(&line, it_span_text(text));
	session->attest->notice(session->attest->arg, it_buf_text(&line));
}

/* --- what must not be signed --- */

/* What was noted already, and what more will be. */
static int copy_record(struct it_json **out, const struct intoto_link *link,
		       struct intoto_error **err)
{
	const struct it_json *before =
		it_json_get(it_json_get(link->environment, "intoto"), "redactions");
	int rc = INTOTO_OK;

	*out = it_json_new_list();
	if (!*out)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < it_json_count(before); i++)
		rc = it_json_append_take(*out, it_json_ref(it_json_at(before, i)), err);
	return rc;
}

static int note_record(struct intoto_link *link, struct it_json *record, struct intoto_error **err)
{
	if (!it_json_count(record))
		return INTOTO_OK;
	return it_step_note(link, "redactions", it_json_ref(record), err);
}

int it_step_attest_mask(const struct it_step_attest *attest, struct intoto_link *link,
			struct intoto_error **err)
{
	IT_AUTO(it_secrets_done) struct it_secrets secrets = { 0 };
	IT_AUTO(it_json_freep) struct it_json *record = NULL;
	int rc = it_secrets_gather(&secrets, attest->allowed, err);

	if (!rc)
		rc = copy_record(&record, link, err);
	if (!rc)
		rc = it_step_redact_values(link, &secrets, record, err);
	return rc ? rc : note_record(link, record, err);
}

static bool reads_output(const struct it_hearing *hearing)
{
	return hearing->order->attestor->manifest.needs & IT_NEEDS_OUTPUT;
}

int it_step_attest_give_up(const struct it_step_attest *attest, struct intoto_link *link,
			   struct intoto_error **err)
{
	for (size_t i = 0; i < attest->count; i++)
		if (attest->items[i].order.attestor->manifest.needs & IT_NEEDS_OUTPUT)
			return it_step_withhold(link, err);
	return INTOTO_OK;
}

static int redact(struct session *session, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_step_redaction *items = NULL;
	IT_AUTO(it_json_freep) struct it_json *record = NULL;
	size_t count = 0;
	int rc;

	for (size_t i = 0; i < session->count; i++)
		count += session->hearings[i].answer.redaction_count;
	items = calloc(count ? count : 1, sizeof *items);
	if (!items)
		return it_err_nomem(err);
	count = 0;
	for (size_t i = 0; i < session->count; i++) {
		const struct it_hearing *hearing = &session->hearings[i];

		for (size_t j = 0; !hearing->failed && j < hearing->answer.redaction_count; j++)
			items[count++] =
				(struct it_step_redaction){ hearing->order->attestor->manifest.name,
							    &hearing->answer.redactions[j] };
	}
	rc = copy_record(&record, session->link, err);
	if (!rc)
		rc = it_step_redact(session->link, items, count, record, err);
	return rc ? rc : note_record(session->link, record, err);
}

/* --- hearing --- */

/* An attestor that cannot count has not seen what it speaks of. */
static int check_redactions(const struct session *session, struct it_hearing *hearing,
			    struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && !hearing->failed && i < hearing->answer.redaction_count; i++)
		rc = it_step_redaction_check(session->link, &hearing->answer.redactions[i], &why);
	if (!rc)
		return INTOTO_OK;
	hearing->failed = true;
	hearing->reason = strdup(intoto_error_text(why));
	return hearing->reason ? INTOTO_OK : it_err_nomem(err);
}

static int refuse_failure(const struct it_hearing *hearing, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *reason = it_text_quoted(it_span_text(hearing->reason));

	return it_err_set(err, INTOTO_E_HELPER, "attestor %s: %s",
			  hearing->order->attestor->manifest.name, reason ? reason : "");
}

static int hear(struct session *session, size_t index, const struct it_hearing_options *options,
		struct intoto_error **err)
{
	const struct it_step_attestor *item = &session->attest->items[index];
	struct it_hearing *hearing = &session->hearings[index];
	const char *name = item->order.attestor->manifest.name;
	int rc = it_hearing_hold(hearing, &item->order, options, err);

	session->count++;
	if (!rc)
		rc = check_redactions(session, hearing, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < hearing->answer.notes.count; i++)
		tell(session, name, hearing->answer.notes.items[i]);
	if (hearing->failed && item->policy == IT_ATTEST_FATAL)
		return refuse_failure(hearing, err);
	if (hearing->failed)
		tell(session, name, hearing->reason);
	/* Nobody has looked at it then. */
	return hearing->failed && reads_output(hearing) ? it_step_withhold(session->link, err)
							: INTOTO_OK;
}

static int hear_all(struct session *session, struct intoto_error **err)
{
	const struct it_step_attest *attest = session->attest;
	IT_AUTO(it_freep) char *folder = realpath(".", NULL);
	const struct it_hearing_options options = { .step = session->step,
						    .subjects = session->subjects,
						    .folder = folder,
						    .hidden = attest->hidden,
						    .secrets = &session->secrets,
						    .best_effort = attest->best_effort };
	int rc = INTOTO_OK;

	session->hearings = calloc(attest->count ? attest->count : 1, sizeof *session->hearings);
	if (!session->hearings || !folder)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < attest->count; i++)
		rc = hear(session, i, &options, err);
	return rc;
}

/* --- statements --- */

/* STEP.KEYID.NAME.intoto.json, then NAME-2 and so on. */
static int choose_file(struct session *session, const char *name, struct intoto_error **err)
{
	const struct it_step_options *options = session->options;
	const char *keyid = intoto_key_id(options->signer->key, options->keyid_style);
	IT_AUTO(it_buf_done) struct it_buf file = IT_BUF(PATH_BYTES);

	for (unsigned number = 1;; number++) {
		it_buf_reset(&file);
		(void)it_buf_printf(&file, "%s.%.*s.%s", options->name, KEYID_SHOWN, keyid, name);
		if (number > 1)
			(void)it_buf_printf(&file, "-%u", number);
		(void)it_buf_add_text(&file, ".intoto.json"); /* all sticky */
		if (it_buf_check(&file, "a file name", err))
			return INTOTO_E_LIMIT;
		if (!it_strings_has(&session->files, it_buf_text(&file)))
			return it_strings_add(&session->files, it_buf_text(&file), err);
	}
}

static int set_text(struct it_json *object, const char *name, const char *text,
		    struct intoto_error **err)
{
	return it_json_set_take(object, name, it_json_new_text(it_span_text(text)), err);
}

/* What the link says of a document. */
static int note(struct session *session, const struct it_attest_statement *statement,
		const char *file, const struct it_buf *sha256, struct intoto_error **err)
{
	const struct it_hearing *hearing = statement->hearing;
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	IT_AUTO(it_buf_done) struct it_buf reason = IT_BUF(TEXT_MAX);
	int rc = set_text(object, "attestor", hearing->order->attestor->manifest.name, err);

	if (!rc)
		rc = set_text(object, "file", file, err);
	if (!rc)
		rc = set_text(object, "outcome", hearing->failed ? "failed" : "ok", err);
	if (!rc)
		rc = set_text(object, "predicateType", it_attest_statement_type(statement), err);
	if (!rc && hearing->failed) {
		it_text_quote(&reason, it_span_text(hearing->reason));
		rc = set_text(object, "reason", it_buf_text(&reason), err);
	}
	if (!rc)
		rc = set_text(object, "sha256", it_buf_text(sha256), err);
	return rc ? rc : it_json_append_take(session->list, it_json_ref(object), err);
}

static int save(struct session *session, const struct it_hearing *hearing, size_t index,
		struct intoto_error **err)
{
	const struct it_step_options *options = session->options;
	const struct it_attest_signing signing = { options->signer, options->keyid_style };
	const struct it_attest_statement statement = { .hearing = hearing,
						       .index = index,
						       .subjects = session->subjects,
						       .step = session->step };
	IT_AUTO(it_buf_done) struct it_buf sha256 = IT_BUF(2 * IT_SHA256_SIZE);
	IT_AUTO(it_freep) char *path = NULL;
	const char *file;
	int rc = choose_file(session, hearing->order->attestor->manifest.name, err);

	if (rc)
		return rc;
	file = session->files.items[session->files.count - 1];
	path = it_path_join(options->metadata_directory, file);
	rc = path ? it_attest_statement_save(&statement, path, &signing, &sha256, err)
		  : it_err_nomem(err);
	return rc ? rc : note(session, &statement, file, &sha256, err);
}

static int save_all(struct session *session, struct intoto_error **err)
{
	const char *folder = session->options->metadata_directory;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < session->count; i++) {
		const struct it_hearing *hearing = &session->hearings[i];

		if (hearing->failed && session->attest->items[i].policy == IT_ATTEST_IGNORE)
			continue;
		for (size_t j = 0; !rc && j < it_attest_statement_count(hearing); j++)
			rc = save(session, hearing, j, err);
		if (!rc && session->attest->keep_reports)
			rc = it_attest_keep_reports(hearing, folder ? folder : ".", err);
	}
	if (rc)
		return rc;
	return it_step_note(session->link, "attestations", it_json_ref(session->list), err);
}

/* A statement must be about something (framework v1, "subject"). */
static const struct it_artifacts *choose_subjects(const struct it_attest_step *step)
{
	return step->products->count ? step->products : step->materials;
}

int it_step_attest(const struct it_step_attest *attest, struct intoto_link *link,
		   const struct it_step_options *options, const struct it_attest_step *step,
		   struct intoto_error **err)
{
	IT_AUTO(session_done)
	struct session session = {
		.attest = attest,
		.options = options,
		.step = step,
		.link = link,
		.subjects = choose_subjects(step),
		.list = it_json_new_list(),
	};
	int rc = session.list ? INTOTO_OK : it_err_nomem(err);

	if (!attest->count)
		return rc;
	if (!rc)
		rc = it_secrets_gather(&session.secrets, attest->allowed, err);
	if (!rc && !session.subjects->count)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"--attest: a statement is about products or materials, and the "
				"step has neither");
	if (!rc)
		rc = hear_all(&session, err);
	if (!rc)
		rc = redact(&session, err);
	return rc ? rc : save_all(&session, err);
}

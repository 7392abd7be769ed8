/* SPDX-License-Identifier: Apache-2.0 */
/* Statements written from hearings, members sorted, and signed. */
#include "attest/statement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/draft.h"
#include "base/path.h"
#include "base/text.h"
#include "model/link_save.h"

enum { MODE = 0666, CHUNK = 64 * 1024, NS_PER_SECOND = 1000000000, TEXT_MAX = 64 * 1024 };

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"

static const struct {
	const char *word;
	enum it_sandbox_promise bit;
} promises[] = {
	{ "files", IT_SANDBOX_FILES },
	{ "no-network", IT_SANDBOX_NO_NETWORK },
	{ "nothing-left", IT_SANDBOX_NOTHING_LEFT },
};

/* A statement with what must be allocated before it is written, which may be several times. */
struct prepared {
	const struct it_attest_statement *statement;
	struct it_strings level;
	struct it_strings keys; /* of options */
	struct it_buf reason;	/* safe to show */
};

size_t it_attest_statement_count(const struct it_hearing *hearing)
{
	return hearing->failed ? 1 : hearing->answer.count;
}

const char *it_attest_statement_type(const struct it_attest_statement *statement)
{
	const struct it_hearing *hearing = statement->hearing;

	return hearing->failed ? IT_ATTEST_FAILURE_TYPE
			       : hearing->answer.statements[statement->index].type;
}

/* --- writing --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_time(struct it_writer *writer, const char *name, int64_t time)
{
	char text[IT_TIME_SIZE];

	it_time_format(text, time);
	write_member(writer, name, text);
}

static void write_texts(struct it_writer *writer, const char *name, const struct it_strings *texts)
{
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; i < texts->count; i++)
		it_write_text(writer, texts->items[i]);
	it_write_list_end(writer);
}

static void write_options(struct it_writer *writer, const struct prepared *self)
{
	const struct it_strings *options = self->statement->hearing->order->options;

	it_write_name(writer, "options");
	it_write_object(writer);
	for (size_t i = 0; i < self->keys.count; i++) {
		const char *key = self->keys.items[i];
		size_t len = strlen(key);

		it_write_name(writer, key);
		it_write_list(writer);
		for (size_t j = 0; j < options->count; j++)
			if (it_starts_with(options->items[j], key) && options->items[j][len] == '=')
				it_write_text(writer, options->items[j] + len + 1);
		it_write_list_end(writer);
	}
	it_write_object_end(writer);
}

static void write_attestor(struct it_writer *writer, const struct prepared *self)
{
	const struct it_hearing *hearing = self->statement->hearing;
	const struct it_attestor *attestor = hearing->order->attestor;
	unsigned kept = it_sandbox_promises(&hearing->level);

	it_write_name(writer, "attestor");
	it_write_object(writer);
	write_texts(writer, "level", &self->level);
	write_member(writer, "name", attestor->manifest.name);
	write_options(writer, self);
	it_write_name(writer, "promises");
	it_write_list(writer);
	for (size_t i = 0; i < IT_COUNT_OF(promises); i++)
		if ((kept & (unsigned)promises[i].bit) &&
		    !(promises[i].bit == IT_SANDBOX_NO_NETWORK && hearing->order->network))
			it_write_text(writer, promises[i].word);
	it_write_list_end(writer);
	write_member(writer, "sha256", attestor->sha256);
	write_member(writer, "version", attestor->manifest.version);
	it_write_object_end(writer);
}

static void write_inputs(struct it_writer *writer, const struct it_attest_inputs *inputs)
{
	it_write_name(writer, "inputs");
	it_write_list(writer);
	for (size_t i = 0; i < inputs->count; i++) {
		const struct it_attest_input *input = &inputs->items[i];

		it_write_object(writer);
		write_time(writer, "modified", input->about.st_mtim.tv_sec);
		write_member(writer, "name", input->name);
		write_member(writer, "sha256", input->sha256);
		it_write_name(writer, "size");
		it_write_int(writer, input->about.st_size);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_making(struct it_writer *writer, const struct prepared *self)
{
	const struct it_attest_statement *statement = self->statement;
	const struct it_hearing *hearing = statement->hearing;
	const struct it_attest_step *step = statement->step;

	it_write_name(writer, "intoto");
	it_write_object(writer);
	write_attestor(writer, self);
	write_time(writer, "finished", hearing->finished);
	write_inputs(writer, &hearing->inputs);
	if (hearing->masked.count)
		write_texts(writer, "masked", &hearing->masked);
	if (hearing->answer.notes.count)
		write_texts(writer, "notes", &hearing->answer.notes);
	write_member(writer, "outcome", hearing->failed ? "failed" : "ok");
	if (hearing->failed)
		write_member(writer, "reason", it_buf_text(&self->reason));
	write_time(writer, "started", step ? step->started / NS_PER_SECOND : hearing->started);
	if (step)
		write_member(writer, "step", step->name);
	it_write_object_end(writer);
}

static void write_predicate(struct it_writer *writer, const struct prepared *self)
{
	const struct it_attest_statement *statement = self->statement;
	const struct it_hearing *hearing = statement->hearing;

	it_write_name(writer, "predicate");
	if (!hearing->failed) {
		it_write_raw(writer, hearing->answer.statements[statement->index].predicate);
		return;
	}
	it_write_object(writer);
	write_member(writer, "attestor", hearing->order->attestor->manifest.name);
	/* Whether it says so itself, or did not come to say anything that counts. */
	write_member(writer, "by", hearing->own_words ? "attestor" : "host");
	write_member(writer, "reason", it_buf_text(&self->reason));
	it_write_object_end(writer);
}

/*
 * What is said of the making is an annotation of the first subject: readers that know the
 * statement's members alone (cosign 3) refuse one more beside them, and a ResourceDescriptor has a
 * place for it (attestation framework v1, resource_descriptor.md).
 */
static void write_annotations(struct it_writer *writer, const struct prepared *self)
{
	it_write_name(writer, "annotations");
	it_write_object(writer);
	write_making(writer, self);
	it_write_object_end(writer);
}

static void write_statement(struct it_writer *writer, const void *arg)
{
	const struct prepared *self = arg;
	const struct it_artifacts *subjects = self->statement->subjects;

	it_write_object(writer);
	write_member(writer, "_type", STATEMENT_TYPE);
	write_predicate(writer, self);
	write_member(writer, "predicateType", it_attest_statement_type(self->statement));
	it_write_name(writer, "subject");
	it_write_list(writer);
	for (size_t i = 0; i < subjects->count; i++) {
		it_write_object(writer);
		if (!i)
			write_annotations(writer, self);
		it_write_name(writer, "digest");
		it_digest_set_write(writer, subjects->items[i].digests);
		write_member(writer, "name", subjects->items[i].name);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
	it_write_object_end(writer);
}

/* --- saving --- */

static int prepare(struct prepared *self, struct intoto_error **err)
{
	const struct it_hearing *hearing = self->statement->hearing;
	const struct it_strings *options = hearing->order->options;
	int rc = it_sandbox_words(&self->level, &hearing->level, err);

	for (size_t i = 0; !rc && options && i < options->count; i++) {
		IT_AUTO(it_freep)
		char *key = strndup(options->items[i], strcspn(options->items[i], "="));

		if (!key)
			return it_err_nomem(err);
		if (!it_strings_has(&self->keys, key))
			rc = it_strings_add(&self->keys, key, err);
	}
	it_strings_sort(&self->keys);
	if (hearing->failed)
		it_text_quote(&self->reason, it_span_text(hearing->reason));
	return rc ? rc : it_buf_check(&self->reason, "the reason of a failure", err);
}

int it_attest_statement_save(const struct it_attest_statement *statement, const char *path,
			     const struct it_attest_signing *signing, struct it_buf *sha256,
			     struct intoto_error **err)
{
	struct prepared self = { .statement = statement, .reason = IT_BUF(TEXT_MAX) };
	unsigned char digest[IT_SHA256_SIZE];
	const struct it_writing document = { write_statement, &self, "statement" };
	const struct it_link_saving how = { .path = path,
					    .mode = MODE,
					    .format = INTOTO_DSSE,
					    .signer = signing->signer,
					    .keyid_style = signing->keyid_style,
					    .sha256 = digest };
	int rc = prepare(&self, err);

	if (!rc)
		rc = it_writing_save(&document, &how, err);
	it_strings_done(&self.level);
	it_strings_done(&self.keys);
	it_buf_done(&self.reason);
	if (rc)
		return rc;
	it_hex_encode(sha256, it_span(digest, sizeof digest));
	return it_buf_check(sha256, path, err);
}

/* --- the reports --- */

static int copy(int from, struct it_draft *to, struct it_digest *digest, struct intoto_error **err)
{
	char bytes[CHUNK];
	int rc = INTOTO_OK;

	while (!rc) {
		ssize_t got = read(from, bytes, sizeof bytes);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_err_errno(err, errno, "a report");
		if (!got)
			break;
		it_digest_add(digest, bytes, (size_t)got);
		rc = it_draft_add(to, it_span(bytes, (size_t)got), err);
	}
	return rc;
}

/* Only what has the digest of its name gets that name. */
static int keep(const struct it_attest_input *input, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = open(input->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	IT_AUTO(it_draft_drop) struct it_draft draft = IT_DRAFT;
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(IT_SHA256_HEX);
	unsigned char value[IT_DIGEST_MAX];
	struct it_digest digest;
	int rc;

	if (fd < 0)
		return it_err_errno(err, errno, "%s", input->name);
	it_digest_start(&digest, it_digest_find("sha256"));
	rc = it_draft_open(&draft, path, MODE, 0, err);
	if (!rc)
		rc = copy(fd, &draft, &digest, err);
	if (rc)
		return rc;
	it_digest_finish(&digest, value);
	it_hex_encode(&hex, it_span(value, IT_SHA256_SIZE));
	if (!it_streq(it_buf_text(&hex), input->sha256))
		return it_err_set(err, INTOTO_E_IO,
				  "%s: was changed after the attestor had read it", input->name);
	return it_draft_finish(&draft, err);
}

int it_attest_keep_reports(const struct it_hearing *hearing, const char *folder,
			   struct intoto_error **err)
{
	int rc = INTOTO_OK;

	/* What had to be taken out of what the attestor says stands in the report, as a rule. */
	for (size_t i = 0; !rc && !hearing->masked.count && i < hearing->inputs.count; i++) {
		const struct it_attest_input *input = &hearing->inputs.items[i];
		IT_AUTO(it_freep) char *name = NULL;
		IT_AUTO(it_freep) char *path = NULL;

		if (asprintf(&name, "sha256-%s.report", input->sha256) < 0) {
			name = NULL;
			return it_err_nomem(err);
		}
		path = it_path_join(folder, name);
		if (!path)
			return it_err_nomem(err);
		if (access(path, F_OK))
			rc = keep(input, path, err);
	}
	return rc;
}

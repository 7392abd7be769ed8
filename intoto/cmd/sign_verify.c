/* SPDX-License-Identifier: Apache-2.0 */
/* intoto sign --verify: whether every given key has signed. */
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/gpg_options.h"
#include "cmd/key_file.h"
#include "cmd/output.h"
#include "cmd/sign.h"
#include "model/envelope.h"

enum { REPORT_MAX = 16 * 1024 * 1024 };

/* What is known about one key. */
struct finding {
	const char *path;
	const char *quoted; /* the same for a terminal */
	const char *keyid;
	const char *reason; /* why not; "" for a good signature */
};

struct report {
	const char *file; /* quoted */
	struct it_buf text;
	struct it_buf missing;
	size_t good;		  /* keys that signed; every one must have */
	struct it_writer *writer; /* NULL for text */
};

/* All additions are sticky: the report is looked at once, when it is printed. */

static void report_done(struct report *report)
{
	it_buf_done(&report->text);
	it_buf_done(&report->missing);
}

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void add(struct report *report, const struct finding *finding)
{
	bool good = !*finding->reason;

	if (good)
		report->good++;
	else
		(void)it_buf_printf(&report->missing, "%s%s (%s)", report->missing.len ? ", " : "",
				    finding->quoted, finding->reason);
	if (!report->writer) {
		(void)it_buf_printf(&report->text, "%s: %s by %s (%.8s)\n", report->file,
				    good ? "signed" : "not signed", finding->quoted,
				    finding->keyid);
		return;
	}
	it_write_object(report->writer);
	it_write_path(report->writer, "file", finding->path);
	write_member(report->writer, "keyid", finding->keyid);
	write_member(report->writer, "reason", finding->reason);
	it_write_name(report->writer, "signed");
	it_write_bool(report->writer, good);
	it_write_object_end(report->writer);
}

static int check_key(struct report *report, const struct intoto_envelope *envelope,
		     const char *name, const struct intoto_key *key, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(name));
	struct finding finding = { .path = name, .quoted = quoted };
	int rc = quoted ? intoto_envelope_verify(envelope, key, &why) : it_err_nomem(err);

	if (!quoted)
		return rc;
	if (rc && rc != INTOTO_E_UNTRUSTED)
		return it_err_set(err, (enum intoto_code)rc, "%s: %s", quoted,
				  intoto_error_text(why));
	finding.keyid = intoto_key_id(key, INTOTO_KEYID_LEGACY);
	finding.reason = rc ? intoto_error_text(why) : "";
	add(report, &finding);
	return INTOTO_OK;
}

static int check_file(struct report *report, const struct intoto_envelope *envelope,
		      const char *path, struct it_passphrase *passphrase, struct intoto_error **err)
{
	IT_AUTO(it_key_file_done) struct it_key_file file = { 0 };
	int rc = it_key_file_load(&file, path, passphrase, err);

	return rc ? rc : check_key(report, envelope, path, file.key, err);
}

static int check_gpg(struct report *report, const struct intoto_envelope *envelope, const char *id,
		     const char *home, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(it_freep) char *name = it_gpg_uri(id, home);
	int rc = name ? it_gpg_key(&key, id, home, err) : it_err_nomem(err);

	return rc ? rc : check_key(report, envelope, name, key, err);
}

static size_t count_keys(const struct it_sign_options *self)
{
	return self->keys.count + self->gpg.count;
}

static int check_keys(struct report *report, const struct intoto_envelope *envelope,
		      struct it_sign_options *self, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < self->keys.count; i++)
		rc = check_file(report, envelope, self->keys.items[i], &self->passphrase, err);
	for (size_t i = 0; !rc && i < self->gpg.count; i++)
		rc = check_gpg(report, envelope, self->gpg.items[i], self->gpg_home, err);
	return rc;
}

/* { "file", "keys": [...], "verdict" } */
static int check_keys_json(struct report *report, const struct intoto_envelope *envelope,
			   struct it_sign_options *self, struct intoto_error **err)
{
	struct it_writer writer;
	int finished;
	int rc;

	it_writer_init(&writer, &report->text, IT_WRITE_PRETTY);
	report->writer = &writer;
	it_write_object(&writer);
	it_write_path(&writer, "file", self->file);
	it_write_name(&writer, "keys");
	it_write_list(&writer);
	rc = check_keys(report, envelope, self, err);
	it_write_list_end(&writer);
	write_member(&writer, "verdict", report->good == count_keys(self) ? "passed" : "failed");
	it_write_object_end(&writer);
	finished = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&report->text, '\n');
	return rc ? rc : finished;
}

int it_sign_verify(struct it_sign_options *self, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(self->file));
	IT_AUTO(report_done)
	struct report report = { .file = quoted,
				 .text = IT_BUF(REPORT_MAX),
				 .missing = IT_BUF(REPORT_MAX) };
	int rc = quoted ? intoto_envelope_load(&envelope, self->file, err) : it_err_nomem(err);

	if (!rc)
		rc = it_report_is_json(self->format) ? check_keys_json(&report, envelope, self, err)
						     : check_keys(&report, envelope, self, err);
	if (!rc && !self->quiet)
		rc = it_report_is_json(self->format) ? it_print_json(&report.text, err)
						     : it_print(&report.text, err);
	if (rc || report.good == count_keys(self))
		return rc;
	return it_err_set(err, INTOTO_E_UNTRUSTED, "%s: not signed by %s", quoted,
			  it_buf_text(&report.missing));
}

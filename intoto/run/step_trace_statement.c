/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a trace: in the link, and in a statement of its own. */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "model/link_save.h"
#include "model/runtime_trace.h"
#include "run/step_trace.h"

enum { STATEMENT_MODE = 0666, ID_SIZE = 32, ID_FILE_MAX = 256, TEXT_MAX = 64 * 1024 };

/* By bit of enum it_touch. */
static const char *const touch_words[] = { "read",    "executed",   "written", "created",
					   "removed", "changed",    "folder",  "asked",
					   "denied",  "unresolved", "found",   NULL };

static const char *const talk_words[] = {
	[IT_TALK_CONNECT] = "connect",
	[IT_TALK_BIND] = "bind",
	[IT_TALK_SEND] = "send",
};

static const char *tier_word(const struct it_step_trace *trace)
{
	return trace->options->trace->tier == IT_TRACE_FULL ? "full" : "writes";
}

/* --- in the link --- */

/* Sentences may hold names in any bytes. */
static int add_text(struct it_json *list, const char *text, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

	return it_json_append_take(list, quoted ? it_json_new_text(it_span_text(quoted)) : NULL,
				   err);
}

static int set_texts(struct it_json *object, const char *name, const struct it_strings *texts,
		     struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	int rc = list ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && i < texts->count; i++)
		rc = add_text(list, texts->items[i], err);
	return rc ? rc : it_json_set_take(object, name, it_json_ref(list), err);
}

static int set_count(struct it_json *object, const char *name, uint64_t count,
		     struct intoto_error **err)
{
	int64_t number = count > INT64_MAX ? INT64_MAX : (int64_t)count;

	return it_json_set_take(object, name, it_json_new_int(number), err);
}

static int set_bool(struct it_json *object, const char *name, bool value, struct intoto_error **err)
{
	return it_json_set_take(object, name, it_json_new_bool(value), err);
}

static int set_text(struct it_json *object, const char *name, const char *text,
		    struct intoto_error **err)
{
	return it_json_set_take(object, name, it_json_new_text(it_span_text(text)), err);
}

/* Each address once, however it was talked to. */
static int set_network(struct it_json *object, const struct it_touched *touched,
		       struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings all = { 0 };
	IT_AUTO(it_strings_done) struct it_strings each = { 0 };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < touched->address_count; i++)
		rc = it_strings_add(&all, touched->addresses[i].address, err);
	it_strings_sort(&all);
	for (size_t i = 0; !rc && i < all.count; i++)
		if (!i || !it_streq(all.items[i - 1], all.items[i]))
			rc = it_strings_add(&each, all.items[i], err);
	return rc ? rc : set_texts(object, "network", &each, err);
}

static int set_counts(struct it_json *object, const struct it_touched_statement *statement,
		      struct intoto_error **err)
{
	int rc = set_count(object, "escaped", statement->escaped, err);

	if (!rc)
		rc = set_count(object, "events", statement->events, err);
	if (!rc)
		rc = set_count(object, "lost", statement->lost, err);
	if (!rc)
		rc = set_count(object, "refused", statement->refused, err);
	return rc ? rc : set_count(object, "unfollowed", statement->unfollowed, err);
}

static int set_sentences(struct it_json *object, const struct it_touched_statement *statement,
			 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (statement->notes.count)
		rc = set_texts(object, "notes", &statement->notes, err);
	if (!rc && statement->passed_over.count)
		rc = set_texts(object, "passed-over", &statement->passed_over, err);
	return rc;
}

int it_step_trace_note(struct it_json **out, const struct it_step_trace *trace,
		       struct intoto_error **err)
{
	const struct it_touched_statement *statement = &trace->touched.statement;
	IT_AUTO(it_json_freep) struct it_json *note = it_json_new_object();
	int rc = set_bool(note, "complete", it_touched_is_complete(&trace->touched), err);

	*out = NULL;
	if (!rc)
		rc = set_counts(note, statement, err);
	if (!rc)
		rc = set_text(note, "mechanism", statement->mechanism, err);
	if (!rc && trace->options->trace->tier == IT_TRACE_FULL && statement->network_seen)
		rc = set_network(note, &trace->touched, err);
	if (!rc)
		rc = set_sentences(note, statement, err);
	if (!rc)
		rc = set_bool(note, "reads-proven", statement->reads_proven, err);
	if (!rc)
		rc = set_text(note, "tier", tier_word(trace), err);
	if (!rc)
		rc = set_bool(note, "writes-proven", statement->writes_proven, err);
	if (rc)
		return rc;
	*out = note;
	note = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- the host --- */

/* Hashed, since whoever knows it can find the host again elsewhere: machine-id(5) asks for that. */
static bool add_hashed(struct it_buf *out, const char *path)
{
	static const char purpose[] = "intoto runtime-trace host\n";
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_FILE_MAX);
	struct it_digest digest;
	unsigned char hash[IT_DIGEST_MAX];
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_DIGEST_MAX);

	if (it_file_read(&id, path, NULL) || id.len < ID_SIZE)
		return false;
	it_digest_start(&digest, it_digest_find("sha256"));
	it_digest_add(&digest, purpose, sizeof purpose - 1);
	it_digest_add(&digest, id.data, ID_SIZE);
	it_digest_finish(&digest, hash);
	/* A UUID of one's own making: version 8, variant 10 (RFC 9562 section 5.8). */
	hash[6] = (unsigned char)((hash[6] & 0x0f) | 0x80);
	hash[8] = (unsigned char)((hash[8] & 0x3f) | 0x80);
	it_hex_encode(&hex, it_span(hash, 16));
	if (hex.failed) /* there is no text to take apart */
		out->failed = hex.failed;
	else
		(void)it_buf_printf(out, "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", it_buf_text(&hex),
				    it_buf_text(&hex) + 8, it_buf_text(&hex) + 12,
				    it_buf_text(&hex) + 16,
				    it_buf_text(&hex) + 20); /* sticks in out */
	return true;
}

void it_step_trace_host(struct it_buf *out)
{
	/* A container often has no id of its own; then it is the boot of its host. */
	static const char *const ids[] = { "/etc/machine-id", "/proc/sys/kernel/random/boot_id" };

	for (size_t i = 0; i < IT_COUNT_OF(ids); i++)
		if (add_hashed(out, ids[i]))
			return;
	(void)it_buf_add_text(out, "urn:uuid:00000000-0000-0000-0000-000000000000"); /* likewise */
}

/* --- the statement --- */

static void give_file(void *arg, size_t index, struct it_runtime_file *out)
{
	const struct it_step_trace *trace = arg;
	const struct it_traced_file *file = &trace->files.items[index];

	*out = (struct it_runtime_file){ .path = file->path,
					 .real = file->real,
					 .digests = file->digests,
					 .state = it_traced_state_word(file->state),
					 .touches = file->touches,
					 .events = file->events };
}

static void give_process(void *arg, size_t index, struct it_runtime_process *out)
{
	const struct it_step_trace *trace = arg;
	const struct it_touched_process *process = &trace->touched.processes[index];

	*out = (struct it_runtime_process){ process->pid, process->parent, process->program };
}

static void give_address(void *arg, size_t index, struct it_runtime_address *out)
{
	const struct it_step_trace *trace = arg;
	const struct it_touched_address *address = &trace->touched.addresses[index];

	*out = (struct it_runtime_address){ talk_words[address->talk], address->address,
					    address->events };
}

/* Of what a step did that left nothing, and took nothing: its command line. */
static int describe_command(struct it_artifacts *out, const struct intoto_link *link,
			    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(TEXT_MAX);
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_write_list(&writer);
	for (size_t i = 0; i < link->command.count; i++)
		it_write_text(&writer, link->command.items[i]);
	it_write_list_end(&writer);
	rc = it_writer_finish(&writer, err);
	if (!rc)
		rc = it_buf_check(&text, "a command", err);
	if (rc)
		return rc;
	(void)it_buf_add_text(&digest, "sha256:"); /* short, as the digest */
	it_sha256_hex(&digest, it_buf_span(&text));
	rc = it_artifacts_add(out, it_span_text("command"), it_buf_span(&digest), err);
	return rc ? rc : it_artifacts_seal(out, err);
}

/* A statement must be about something (framework v1, "subject"). */
static const struct it_artifacts *choose_subjects(const struct intoto_link *link,
						  const struct it_artifacts *command)
{
	if (link->products.count)
		return &link->products;
	return link->materials.count ? &link->materials : command;
}

/* Everything but host and subjects. */
static struct it_runtime_trace describe(const struct it_step_trace *trace,
					const struct it_json *completeness)
{
	const struct it_touched *touched = &trace->touched;

	return (struct it_runtime_trace){
		.step = trace->options->name,
		.tier = tier_word(trace),
		.mechanism = touched->statement.mechanism,
		.folders = trace->tracer ? trace->tracer->options.folders : &trace->folders,
		.completeness = completeness,
		.touch_words = touch_words,
		.started = trace->started,
		.finished = trace->finished,
		.file_count = trace->files.count,
		.process_count = touched->process_count,
		.address_count = touched->address_count,
		.network_seen = touched->statement.network_seen,
		.file = give_file,
		.process = give_process,
		.address = give_address,
		.arg = (void *)(uintptr_t)trace, /* only looked at */
	};
}

int it_step_trace_write(const struct it_step_trace *trace, const struct intoto_link *link,
			const struct it_json *completeness, const char *path, struct it_buf *sha256,
			struct intoto_error **err)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts command = { 0 };
	IT_AUTO(it_buf_done) struct it_buf host = IT_BUF(TEXT_MAX);
	unsigned char digest[IT_SHA256_SIZE];
	struct it_runtime_trace statement = describe(trace, completeness);
	const struct it_writing document = { it_runtime_trace_write_statement, &statement,
					     "statement" };
	const struct it_link_saving how = { .path = path,
					    .mode = STATEMENT_MODE,
					    .format = INTOTO_DSSE,
					    .signer = trace->options->signer,
					    .keyid_style = trace->options->keyid_style,
					    .sha256 = digest };
	int rc = describe_command(&command, link, err);

	if (rc)
		return rc;
	it_step_trace_host(&host);
	rc = it_buf_check(&host, "the host's id", err);
	if (rc)
		return rc;
	statement.host = it_buf_text(&host);
	statement.subjects = choose_subjects(link, &command);
	rc = it_writing_save(&document, &how, err);
	if (rc)
		return rc;
	it_hex_encode(sha256, it_span(digest, sizeof digest));
	return it_buf_check(sha256, path, err);
}

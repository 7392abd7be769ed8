/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at an export: all of it is read and compared before any of it is believed. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "store/transfer_part.h"

void it_transfer_free(struct it_transfer *transfer)
{
	if (!transfer)
		return;
	it_objects_close(transfer->objects);
	it_buf_done(&transfer->lines);
	free(transfer->origin);
	free(transfer->folder);
	free(transfer);
}

struct opening {
	struct it_transfer *transfer;
	struct it_checkpoint checkpoint;
	struct it_span about; /* the lines of the checkpoint that are ours; borrowed from note */
	struct it_buf note;
	struct it_transfer_log *log;
};

static void opening_done(struct opening *opening)
{
	it_checkpoint_done(&opening->checkpoint);
	it_buf_done(&opening->note);
	it_transfer_log_free(opening->log);
}

/* A pipe would keep us waiting, and a device give bytes without an end. */
static int read_regular(struct it_buf *out, const char *path, struct intoto_error **err)
{
	struct stat about;

	if (!lstat(path, &about) && !S_ISREG(about.st_mode))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: is no file", path);
	return it_file_read(out, path, err);
}

/* --- the checkpoint --- */

/* Without a key nobody vouches for the text, which ends where the signatures begin. */
static int unsigned_text(struct it_span *text, struct it_span note, struct intoto_error **err)
{
	const char *end = note.len ? memmem(note.data, note.len, "\n\n", 2) : NULL;

	if (!end)
		return it_err_set(err, INTOTO_E_FORMAT, "is no signed checkpoint");
	*text = it_span(note.data, (size_t)(end + 1 - note.data));
	return INTOTO_OK;
}

static int read_checkpoint(struct opening *opening, const char *path,
			   const struct it_note_verifier *verifier, struct intoto_error **err)
{
	struct it_span text;
	struct it_span line;
	int rc = read_regular(&opening->note, path, err);

	if (rc)
		return rc == INTOTO_E_NOTFOUND
			       ? it_err_wrap(err, rc,
					     "is no export, or one that was not finished: export "
					     "again")
			       : rc;
	rc = verifier ? it_note_verify(&text, it_buf_span(&opening->note), verifier, err)
		      : unsigned_text(&text, it_buf_span(&opening->note), err);
	if (!rc)
		rc = it_checkpoint_parse(&opening->checkpoint, text, err);
	if (!rc && verifier && !it_streq(opening->checkpoint.origin, verifier->name))
		rc = it_err_set(err, INTOTO_E_POLICY, "is of another log");
	for (int i = 0; !rc && i < 3; i++)
		(void)it_transfer_next(&line, &text); /* the checkpoint's own, which were read */
	opening->about = text;
	return rc ? it_err_wrap(err, rc, "checkpoint") : rc;
}

static int refuse_checkpoint(struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT,
			  "checkpoint: is of a log, and not of an export: its lines do not say "
			  "what the files are");
}

static int read_kind(struct opening *opening, struct intoto_error **err)
{
	struct it_span line = { 0 };

	(void)it_transfer_next(&line, &opening->about); /* an empty one is none of ours */
	opening->transfer->all = it_span_is(line, IT_TRANSFER_FORMAT " all");
	return opening->transfer->all || it_span_is(line, IT_TRANSFER_FORMAT " some")
		       ? INTOTO_OK
		       : refuse_checkpoint(err);
}

/* A list, as long as it is the one that the checkpoint speaks of. */
static int read_list(struct it_buf *out, struct opening *opening, const char *name,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(opening->transfer->folder, name);
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(IT_NOTE_MAX);
	struct it_span line = { 0 };
	int rc = path ? read_regular(out, path, err) : it_err_nomem(err);

	if (rc)
		return rc;
	(void)it_buf_printf(&found, "%s sha256:", name); /* sticky */
	it_sha256_hex(&found, it_buf_span(out));
	rc = it_buf_check(&found, "a digest", err);
	if (rc)
		return rc;
	(void)it_transfer_next(&line, &opening->about); /* an empty one is none of ours */
	if (line.len != found.len ||
	    !it_span_eq(it_span(line.data, strlen(name)), it_span_text(name)))
		return refuse_checkpoint(err);
	if (!it_span_eq(line, it_buf_span(&found)))
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s: is another one than the checkpoint says", name);
	return INTOTO_OK;
}

static int read_log(struct opening *opening, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_TRANSFER_FILE_MAX);
	int rc = read_list(&text, opening, "log.jsonl", err);

	if (rc)
		return rc;
	rc = it_transfer_log_read(&opening->log, it_buf_span(&text), err);
	if (!rc)
		rc = it_transfer_log_check(opening->log, &opening->checkpoint, err);
	return rc ? it_err_wrap(err, rc, "log.jsonl") : rc;
}

/* --- entries --- */

static int count_bytes(void *arg, struct it_span piece, struct intoto_error **err)
{
	uint64_t *size = arg;

	(void)err;
	*size += piece.len;
	return INTOTO_OK;
}

static int check_object(struct it_transfer *transfer, const struct it_transfer_line *line,
			struct intoto_error **err)
{
	uint64_t size = 0;
	const struct it_sink sink = { count_bytes, &size };
	int rc = transfer->objects->kind->get(transfer->objects, &line->id, &sink, err);

	if (!rc && size != line->size)
		rc = it_err_set(err, INTOTO_E_POLICY, "has %ju bytes, and the log says %ju",
				(uintmax_t)size, (uintmax_t)line->size);
	return rc;
}

static int check_holds(const struct it_transfer_line *line, struct intoto_error **err)
{
	struct it_hold hold = { 0 };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_json_count(line->holds); i++)
		rc = it_transfer_line_hold(&hold, line, i, err);
	return rc;
}

static int check_entry(struct opening *opening, const struct it_transfer_line *line,
		       struct intoto_error **err)
{
	struct it_transfer *transfer = opening->transfer;
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_SHA256_SIZE);
	int rc = it_transfer_log_take(opening->log, line, err);

	if (!rc)
		rc = check_holds(line, err);
	if (!rc)
		rc = check_object(transfer, line, err);
	if (rc) {
		it_hex_encode(&hex, it_span(line->id.bytes, sizeof line->id.bytes));
		return it_err_wrap(err, rc, "sha256:%s", it_buf_text(&hex));
	}
	transfer->entries++;
	transfer->bytes += line->size;
	return INTOTO_OK;
}

static int check_lines(struct opening *opening, const struct it_transfer_progress *progress,
		       struct intoto_error **err)
{
	struct it_transfer *transfer = opening->transfer;
	struct it_span rest = it_buf_span(&transfer->lines);
	IT_AUTO(it_transfer_line_done) struct it_transfer_line line = { 0 };
	uint64_t number = 0;
	struct it_span text;
	int rc = INTOTO_OK;

	while (!rc && it_transfer_next(&text, &rest)) {
		number++;
		rc = it_transfer_line_read(&line, text, err);
		if (!rc && !line.is_class)
			rc = check_entry(opening, &line, err);
		if (!rc && progress->advance)
			progress->advance(progress->arg, transfer->entries, transfer->bytes);
	}
	if (rc)
		return it_err_wrap(err, rc, "entries.jsonl: line %ju", (uintmax_t)number);
	return transfer->all ? it_transfer_log_all(opening->log, err) : INTOTO_OK;
}

static int open_objects(struct it_transfer *transfer, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(transfer->folder, "objects");

	return path ? it_objects_open(&transfer->objects, path, false, NULL, err)
		    : it_err_nomem(err);
}

static int look(struct it_transfer *transfer, const struct it_note_verifier *verifier,
		const struct it_transfer_progress *progress, struct intoto_error **err)
{
	IT_AUTO(opening_done)
	struct opening opening = { .transfer = transfer, .note = IT_BUF(IT_NOTE_MAX) };
	IT_AUTO(it_freep) char *path = it_path_join(transfer->folder, "checkpoint");
	int rc = path ? read_checkpoint(&opening, path, verifier, err) : it_err_nomem(err);

	if (!rc)
		rc = read_kind(&opening, err);
	if (!rc)
		rc = read_log(&opening, err);
	if (!rc)
		rc = read_list(&transfer->lines, &opening, "entries.jsonl", err);
	if (!rc)
		rc = open_objects(transfer, err);
	if (!rc)
		rc = check_lines(&opening, progress, err);
	if (rc)
		return rc;
	transfer->leaves = opening.checkpoint.size;
	transfer->origin = opening.checkpoint.origin;
	opening.checkpoint.origin = NULL; /* now the transfer's */
	return INTOTO_OK;
}

int it_transfer_open(struct it_transfer **out, const char *folder,
		     const struct it_note_verifier *verifier,
		     const struct it_transfer_progress *progress, struct intoto_error **err)
{
	IT_AUTO(it_transfer_freep) struct it_transfer *transfer = calloc(1, sizeof *transfer);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(folder));
	int rc;

	*out = NULL;
	if (!transfer || !quoted)
		return it_err_nomem(err);
	transfer->lines.max = IT_TRANSFER_FILE_MAX;
	transfer->folder = strdup(folder);
	rc = transfer->folder ? look(transfer, verifier, progress, err) : it_err_nomem(err);
	if (rc)
		return it_err_wrap(err, rc, "%s", quoted);
	*out = transfer;
	transfer = NULL; /* now the caller's */
	return INTOTO_OK;
}

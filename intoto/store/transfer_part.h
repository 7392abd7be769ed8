/* SPDX-License-Identifier: Apache-2.0 */
/* The files of an export, for those who write and read them. */
#ifndef IT_STORE_TRANSFER_PART_H
#define IT_STORE_TRANSFER_PART_H

#include "base/draft.h"
#include "json/json.h"
#include "json/writer.h"
#include "model/signed_note.h"
#include "store/leaf.h"
#include "store/transfer.h"

enum {
	IT_TRANSFER_FILE_MAX = 1024 * 1024 * 1024, /* of log.jsonl, of entries.jsonl */
	IT_TRANSFER_LINE_MAX = 32 * 1024 * 1024,   /* holds have long reasons */
	IT_TRANSFER_HOLDS_MAX = 1000,		   /* of an entry */
};

#define IT_TRANSFER_FORMAT "intoto-store-export/v1"

/* Makes the folder, or takes one that is empty or of an export; locked until *lock is closed. */
IT_CHECK int it_transfer_folder_take(int *lock, const char *folder, struct intoto_error **err);
/* It is no export until a checkpoint is there again. */
IT_CHECK int it_transfer_folder_unseal(const char *folder, struct intoto_error **err);

/* A list while it is written; begins as { .draft = IT_DRAFT }. */
struct it_transfer_list {
	const char *name; /* of its file; borrowed */
	struct it_draft draft;
	struct it_digest digest;
	struct it_buf line; /* where the writer of the next line writes */
	uint64_t size;
};

void it_transfer_list_done(struct it_transfer_list *list);
IT_CHECK int it_transfer_list_open(struct it_transfer_list *list, const char *folder,
				   const char *name, struct intoto_error **err);
/* The line that was written, unless that failed (rc), or the writer says so. */
IT_CHECK int it_transfer_list_add(struct it_transfer_list *list, struct it_writer *writer, int rc,
				  struct intoto_error **err);
/* Appends "NAME sha256:HEX\n" to the note; then its file is there. */
IT_CHECK int it_transfer_list_finish(struct it_transfer_list *list, struct it_buf *note,
				     struct intoto_error **err);

/* A line of entries.jsonl; texts are borrowed from its root. */
struct it_transfer_line {
	struct it_json *root;
	/* Of a class of retention: */
	const char *class; /* and of an entry; "": none */
	bool is_class;
	int64_t duration;
	/* Of an entry: */
	struct it_object_id id;
	uint64_t number, size;
	const char *name, *actor, *kind;
	int64_t lock_until;
	const struct it_json *holds;
};

void it_transfer_line_done(struct it_transfer_line *line);
IT_CHECK int it_transfer_line_read(struct it_transfer_line *out, struct it_span text,
				   struct intoto_error **err);
/* Hold number i of an entry, i below it_json_count(line->holds). */
IT_CHECK int it_transfer_line_hold(struct it_hold *out, const struct it_transfer_line *line,
				   size_t i, struct intoto_error **err);

/* The next line of a text, without its end; false behind the last. */
bool it_transfer_next(struct it_span *line, struct it_span *text);

/* A text of an object without a NUL, "" when it has none; FORMAT when it is something else. */
IT_CHECK int it_transfer_text(const char **out, const struct it_json *object, const char *name,
			      struct intoto_error **err);

/* log.jsonl, when it was read: the leaves that it shows. */
struct it_transfer_log;

IT_CHECK int it_transfer_log_read(struct it_transfer_log **out, struct it_span text,
				  struct intoto_error **err);
void it_transfer_log_free(struct it_transfer_log *log);
IT_DEFINE_AUTO(struct it_transfer_log, it_transfer_log_free);
/* That its leaves are those of the checkpoint: nothing of it counts before. */
IT_CHECK int it_transfer_log_check(const struct it_transfer_log *log,
				   const struct it_checkpoint *checkpoint,
				   struct intoto_error **err);
/* That this entry was put, and not removed since; each once. */
IT_CHECK int it_transfer_log_take(struct it_transfer_log *log, const struct it_transfer_line *line,
				  struct intoto_error **err);
/* That every leaf is shown, and everything taken that was put and not removed. */
IT_CHECK int it_transfer_log_all(const struct it_transfer_log *log, struct intoto_error **err);

#endif

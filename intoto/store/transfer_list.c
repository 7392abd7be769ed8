/* SPDX-License-Identifier: Apache-2.0 */
/* A list of an export, hashed on its way: its file is there whole, or as it was. */
#include "base/path.h"
#include "base/text.h"
#include "store/transfer_part.h"

void it_transfer_list_done(struct it_transfer_list *list)
{
	it_draft_drop(&list->draft);
	it_buf_done(&list->line);
}

int it_transfer_list_open(struct it_transfer_list *list, const char *folder, const char *name,
			  struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(folder, name);

	it_transfer_list_done(list);
	*list = (struct it_transfer_list){ .name = name,
					   .draft = IT_DRAFT,
					   .line = IT_BUF(IT_TRANSFER_LINE_MAX) };
	it_digest_start(&list->digest, it_digest_find("sha256"));
	return path ? it_draft_open(&list->draft, path, 0666, IT_FILE_SYNC, err)
		    : it_err_nomem(err);
}

int it_transfer_list_add(struct it_transfer_list *list, struct it_writer *writer, int rc,
			 struct intoto_error **err)
{
	int finished;

	(void)it_buf_add_byte(&list->line, '\n'); /* looked at by the writer */
	finished = it_writer_finish(writer, rc ? NULL : err);
	if (rc || finished)
		return rc ? rc : finished;
	list->size += list->line.len;
	if (list->size > IT_TRANSFER_FILE_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s is over %d bytes, which no import reads",
				  list->name, IT_TRANSFER_FILE_MAX);
	it_digest_add(&list->digest, list->line.data, list->line.len);
	rc = it_draft_add(&list->draft, it_buf_span(&list->line), err);
	it_buf_reset(&list->line);
	return rc;
}

int it_transfer_list_finish(struct it_transfer_list *list, struct it_buf *note,
			    struct intoto_error **err)
{
	unsigned char digest[IT_DIGEST_MAX];

	it_digest_finish(&list->digest, digest);
	(void)it_buf_printf(note, "%s sha256:", list->name); /* sticky */
	it_hex_encode(note, it_span(digest, IT_SHA256_SIZE));
	(void)it_buf_add_byte(note, '\n'); /* looked at by who signs */
	return it_draft_finish(&list->draft, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A batch of files. */
#include "record/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "record/name.h"

enum { NAMES_MAX = IT_BATCH_FILES * (IT_WALK_NAME_MAX + 1) };

int it_batch_new(struct it_batch **out, struct intoto_error **err)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return it_err_nomem(err);
	(*out)->names.max = NAMES_MAX;
	(*out)->folder_max = IT_BATCH_FOLDERS;
	return INTOTO_OK;
}

void it_batch_reset(struct it_batch *batch)
{
	for (size_t i = 0; i < batch->folder_count; i++)
		if (batch->folders[i] != AT_FDCWD)
			it_fd_close(&batch->folders[i]);
	for (size_t i = 0; i < batch->count; i++) {
		free(batch->files[i].longer);
		batch->files[i].longer = NULL;
	}
	it_buf_reset(&batch->names);
	batch->folder_count = 0;
	batch->count = 0;
	atomic_store(&batch->taken, 0);
	atomic_store(&batch->left, 0);
}

void it_batch_free(struct it_batch *batch)
{
	if (!batch)
		return;
	it_batch_reset(batch);
	it_buf_done(&batch->names);
	free(batch);
}

struct it_walk_found it_batch_found(const struct it_batch *batch, size_t index)
{
	const struct it_batch_file *file = &batch->files[index];
	const char *names = it_buf_text(&batch->names);

	return (struct it_walk_found){ it_span(names + file->name, file->end - file->name),
				       batch->folders[file->folder], names + file->path,
				       file->is_link };
}

/* In the folder of the file before it. */
static bool is_beside_last(const struct it_batch *batch, const struct it_walk_found *found)
{
	struct it_walk_found last;
	size_t head;

	if (!batch->count)
		return false;
	last = it_batch_found(batch, batch->count - 1);
	head = found->name.len - strlen(found->path);
	return last.name.len - strlen(last.path) == head &&
	       it_span_eq(it_span(last.name.data, head), it_span(found->name.data, head)) &&
	       (found->at == AT_FDCWD) == (last.at == AT_FDCWD);
}

bool it_batch_takes(const struct it_batch *batch, const struct it_walk_found *found)
{
	return batch->count < IT_BATCH_FILES &&
	       (batch->folder_count < batch->folder_max || is_beside_last(batch, found));
}

/* The folder stays open with the batch, whatever becomes of it for the walk. */
static int add_folder(struct it_batch *batch, const struct it_walk_found *found,
		      struct intoto_error **err)
{
	int fd = found->at == AT_FDCWD ? AT_FDCWD : fcntl(found->at, F_DUPFD_CLOEXEC, 0);

	if (fd < 0 && fd != AT_FDCWD)
		return it_name_errno(err, errno, found->name);
	batch->folders[batch->folder_count++] = fd;
	return INTOTO_OK;
}

int it_batch_add(struct it_batch *batch, const struct it_walk_found *found,
		 struct intoto_error **err)
{
	struct it_batch_file *file = &batch->files[batch->count];
	size_t start = batch->names.len;
	int rc = is_beside_last(batch, found) ? INTOTO_OK : add_folder(batch, found, err);

	if (rc)
		return rc;
	(void)it_buf_add_span(&batch->names, found->name); /* sticky */
	(void)it_buf_add_byte(&batch->names, '\0');	   /* sticky */
	rc = it_buf_check(&batch->names, "the names of files", err);
	if (rc)
		return rc;
	file->name = start;
	file->end = start + found->name.len;
	file->path = file->end - strlen(found->path);
	file->folder = (unsigned)batch->folder_count - 1;
	file->is_link = found->is_link;
	batch->count++;
	return INTOTO_OK;
}

bool it_batch_take(struct it_batch *batch, size_t *index)
{
	*index = atomic_fetch_add(&batch->taken, 1);
	return *index < batch->count;
}

int it_batch_set(struct it_batch *batch, size_t index, const struct stat *about,
		 struct it_span digests, struct intoto_error **err)
{
	struct it_batch_file *file = &batch->files[index];
	char *to = file->digests;

	if (digests.len > sizeof file->digests) {
		file->longer = malloc(digests.len);
		if (!file->longer || digests.len > UINT32_MAX)
			return it_err_nomem(err);
		to = file->longer;
	}
	memcpy(to, digests.data, digests.len);
	file->digests_len = (uint32_t)digests.len;
	file->about = *about;
	return INTOTO_OK;
}

struct it_span it_batch_digests(const struct it_batch *batch, size_t index)
{
	const struct it_batch_file *file = &batch->files[index];

	return it_span(file->longer ? file->longer : file->digests, file->digests_len);
}

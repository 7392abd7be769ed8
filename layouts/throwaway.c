/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts that live as long as one verification. */
#include "layouts/throwaway.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "base/file.h"
#include "json/writer.h"

void it_throwaway_done(struct it_throwaway *copy)
{
	intoto_key_free(copy->key);
	it_fd_close(&copy->fd);
}

int it_throwaway_keep(struct it_throwaway *out, const struct intoto_envelope *envelope,
		      struct intoto_error **err)
{
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;
	int rc = intoto_envelope_print(envelope, &text, &len, err);

	if (rc)
		return rc;
	out->fd = memfd_create("layout", MFD_CLOEXEC);
	if (out->fd < 0)
		return it_err_errno(err, errno, "a copy of the layout");
	(void)snprintf(out->path, sizeof out->path, "/proc/self/fd/%d", out->fd); /* fits */
	return it_fd_write(out->fd, it_span(text, len), err);
}

int it_throwaway_sign(struct it_throwaway *out, const struct it_json *body,
		      enum intoto_envelope_format format, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_write_value(&writer, body);
	rc = it_writer_finish(&writer, err);
	if (!rc)
		rc = intoto_envelope_new(&envelope, format, text.data, text.len, err);
	if (!rc)
		rc = intoto_key_generate(&out->key, "ed25519", err);
	if (!rc)
		rc = intoto_envelope_sign(envelope, out->key, INTOTO_KEYID_LEGACY, err);
	return rc ? rc : it_throwaway_keep(out, envelope, err);
}

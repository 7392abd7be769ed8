/* SPDX-License-Identifier: Apache-2.0 */
/* Standard output, with its failures. */
#include "cmd/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

int it_print(const struct it_buf *text, struct intoto_error **err)
{
	int rc = it_buf_check(text, "the output", err);

	if (!rc && fwrite(it_buf_text(text), 1, text->len, stdout) != text->len)
		rc = it_err_errno(err, errno, "standard output");
	return rc;
}

int it_print_json(const struct it_buf *json, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf tame = IT_BUF(SIZE_MAX / 2);
	int rc = it_buf_check(json, "the output", err);

	if (rc)
		return rc;
	it_text_tame_json(&tame, it_buf_span(json));
	return it_print(&tame, err);
}

int it_print_end(struct intoto_error **err)
{
	errno = EIO; /* for an earlier failure, whose number is gone */
	if (ferror(stdout) || fflush(stdout))
		return it_err_errno(err, errno, "standard output");
	return INTOTO_OK;
}

int it_path_in_place(char **out, const char *path, struct intoto_error **err)
{
	struct stat about;
	int number;

	if (lstat(path, &about) || !S_ISLNK(about.st_mode)) {
		*out = strdup(path);
		return *out ? INTOTO_OK : it_err_nomem(err);
	}
	*out = realpath(path, NULL);
	number = errno;
	if (!*out) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));

		return it_err_errno(err, number, "%s", quoted ? quoted : "");
	}
	return INTOTO_OK;
}

int it_refuse_operand(const struct it_strings *operands, size_t index, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(operands->items[index]));

	(void)it_err_set(err, INTOTO_E_USAGE, "unexpected '%s'",
			 quoted ? quoted : ""); /* is said below */
	return IT_EXIT_FROM_ERROR;
}

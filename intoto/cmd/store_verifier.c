/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/store_verifier.h"

#include "base/file.h"

enum { KEY_MAX = 64 * 1024 };

int it_store_verifier_read(struct it_note_verifier **out, const char *word,
			   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(KEY_MAX);
	const char *newline;
	int rc;

	if (strchr(word, '+') && it_note_verifier_parse(out, word, NULL) == INTOTO_OK)
		return INTOTO_OK;
	rc = it_file_read(&text, word, err);
	if (rc)
		return rc;
	newline = strchr(it_buf_text(&text), '\n');
	if (newline)
		text.data[newline - text.data] = '\0';
	rc = it_note_verifier_parse(out, it_buf_text(&text), err);
	return rc ? it_err_wrap(err, rc, "%s", word) : rc;
}

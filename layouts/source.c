/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that are read more than once are the same bytes each time, or are refused. */
#include "layouts/source.h"

#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "crypto/digest.h"

static void measure(char out[IT_SOURCE_DIGEST_SIZE], struct it_span bytes)
{
	unsigned char digest[IT_SHA256_SIZE];
	static const char digits[] = "0123456789abcdef";

	it_sha256(digest, bytes);
	for (size_t i = 0; i < sizeof digest; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[2 * sizeof digest] = '\0';
}

void it_source_free(struct it_source *source)
{
	if (!source)
		return;
	free(source->name);
	free(source->path);
	free(source);
}

/* Takes the texts, also on failure. */
static int make(struct it_source **out, char *name, char *path, struct intoto_error **err)
{
	struct it_source *source = calloc(1, sizeof *source);

	*out = NULL;
	if (!source || !name || !path) {
		free(source);
		free(name);
		free(path);
		return it_err_nomem(err);
	}
	source->name = name;
	source->path = path;
	*out = source;
	return INTOTO_OK;
}

int it_source_new(struct it_source **out, const char *dir, const char *name,
		  struct intoto_error **err)
{
	if (!name)
		return make(out, strdup(it_path_base(dir)), strdup(dir), err);
	return make(out, strdup(name), it_path_join(dir, name), err);
}

int it_source_new_line(struct it_source **out, const struct it_source *bundle, size_t line,
		       uint64_t offset, struct it_span bytes, struct intoto_error **err)
{
	char *name = NULL;
	int rc;

	if (asprintf(&name, "%s#%zu", bundle->name, line) < 0)
		name = NULL;
	rc = make(out, name, strdup(bundle->path), err);
	if (rc)
		return rc;
	(*out)->line = line;
	(*out)->bytes = bytes.len;
	(*out)->extent = (struct it_extent){ offset, bytes.len };
	return it_fingerprint_take(&(*out)->fingerprint, bytes, err);
}

int it_source_read(struct it_source *source, struct it_buf *text, struct intoto_error **err)
{
	int rc = it_regular_read(text, source->path, source->extent, err);

	if (rc)
		return rc;
	source->bytes = text->len;
	if (source->fingerprint.taken)
		rc = it_fingerprint_check(&source->fingerprint, it_buf_span(text), err);
	else
		rc = it_fingerprint_take(&source->fingerprint, it_buf_span(text), err);
	if (!rc && source->hashed && !*source->sha256)
		measure(source->sha256, it_buf_span(text));
	if (rc != INTOTO_E_UNTRUSTED)
		return rc;
	return it_err_set(err, INTOTO_E_UNTRUSTED,
			  "%s: was changed while it was used: these are not the bytes whose "
			  "signature was verified",
			  source->path);
}

const char *it_source_sha256(const struct it_source *source)
{
	return source->hashed ? source->sha256 : NULL;
}

char *it_source_uri(const struct it_source *source)
{
	char *uri = NULL;

	if (!source->line)
		return strdup(source->path);
	if (asprintf(&uri, "%s#%zu", source->path, source->line) < 0)
		return NULL;
	return uri;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The file of tokens: {"tokens":[{"name":…,"rights":[…],"sha256":…,"made":…,"expires":…}]}; a
 * client certificate has "certificate" in place of "sha256". */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "json/field.h"
#include "json/writer.h"
#include "serve/tokens.h"

struct row {
	char *name;
	struct it_strings rights;
	char *sha256;
	char *certificate;
	char *made;
	char *expires;
};

static const struct it_field row_fields[] = {
	{ .name = "name",
	  .kind = IT_FIELD_TEXT,
	  .required = true,
	  .offset = offsetof(struct row, name) },
	{ .name = "rights",
	  .kind = IT_FIELD_TEXTS,
	  .required = true,
	  .offset = offsetof(struct row, rights) },
	{ .name = "sha256", .kind = IT_FIELD_TEXT, .offset = offsetof(struct row, sha256) },
	{ .name = "certificate",
	  .kind = IT_FIELD_TEXT,
	  .offset = offsetof(struct row, certificate) },
	{ .name = "made", .kind = IT_FIELD_TEXT, .offset = offsetof(struct row, made) },
	{ .name = "expires", .kind = IT_FIELD_TEXT, .offset = offsetof(struct row, expires) },
};

static void row_done(struct row *row)
{
	free(row->name);
	it_strings_done(&row->rights);
	free(row->sha256);
	free(row->certificate);
	free(row->made);
	free(row->expires);
}

static int read_time(int64_t *out, const char *text, const char *what, size_t number,
		     struct intoto_error **err)
{
	*out = 0;
	if (text && !it_time_parse(out, it_span_text(text)))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "tokens[%zu].%s: want a time as 2030-01-31T23:59:59Z", number,
				  what);
	return INTOTO_OK;
}

static int read_digest(struct it_token *token, const struct row *row, size_t number,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_SHA256_SIZE);
	const char *text = row->sha256 ? row->sha256 : row->certificate;

	token->certificate = !row->sha256;
	if (!text || (row->sha256 && row->certificate))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "tokens[%zu]: want either sha256 or certificate", number);
	if (!it_hex_decode(&bytes, it_span_text(text)) || bytes.len != IT_SHA256_SIZE)
		return it_err_set(err, INTOTO_E_FORMAT, "tokens[%zu].%s: want 64 hex digits",
				  number, row->sha256 ? "sha256" : "certificate");
	memcpy(token->digest, bytes.data, IT_SHA256_SIZE);
	return INTOTO_OK;
}

static int read_rights(struct it_token *token, const struct row *row, size_t number,
		       struct intoto_error **err)
{
	for (size_t i = 0; i < row->rights.count; i++) {
		unsigned right = 0;
		int rc = it_rights_parse(&right, row->rights.items[i], err);

		if (rc)
			return it_err_wrap(err, rc, "tokens[%zu].rights[%zu]", number, i);
		token->rights |= right;
	}
	return token->rights ? INTOTO_OK
			     : it_err_set(err, INTOTO_E_FORMAT,
					  "tokens[%zu].rights: want at least one", number);
}

static int read_row(struct it_tokens *out, const struct it_json *value, size_t number,
		    struct intoto_error **err)
{
	IT_AUTO(row_done) struct row row = { 0 };
	struct it_where list = { .name = "tokens" };
	struct it_where where = { .up = &list, .index = number };
	struct it_token token = { 0 };
	int rc = it_fields_read(&row, value, row_fields, IT_COUNT_OF(row_fields), IT_FIELDS_CLOSED,
				&where, err);

	if (!rc)
		rc = read_digest(&token, &row, number, err);
	if (!rc)
		rc = read_rights(&token, &row, number, err);
	if (!rc)
		rc = read_time(&token.made, row.made, "made", number, err);
	if (!rc)
		rc = read_time(&token.expires, row.expires, "expires", number, err);
	if (rc)
		return rc;
	token.name = row.name;
	rc = it_tokens_add(out, &token, err);
	return rc ? it_err_wrap(err, rc, "tokens[%zu]", number) : INTOTO_OK;
}

int it_tokens_parse(struct it_tokens *out, struct it_span text, struct intoto_error **err)
{
	const struct it_json_limits limits = { .bytes = IT_TOKENS_BYTES_MAX,
					       .depth = 4,
					       .values = 16 * IT_TOKENS_MAX };
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	const struct it_json *rows;
	int rc = it_json_parse(&root, text, &limits, err);

	if (rc)
		return rc;
	rows = it_json_get(root, "tokens");
	if (it_json_kind(rows) != IT_JSON_LIST || it_json_count(root) != 1)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "want an object with the list \"tokens\" and nothing else");
	for (size_t i = 0; !rc && i < it_json_count(rows); i++)
		rc = read_row(out, it_json_at(rows, i), i, err);
	return rc;
}

int it_tokens_load(struct it_tokens *out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(IT_TOKENS_BYTES_MAX);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));
	struct stat about;
	int rc = it_file_read(&text, path, err);

	if (rc)
		return rc;
	if (stat(path, &about))
		return it_err_errno(err, errno, "%s", quoted ? quoted : "");
	if (about.st_mode & (S_IWGRP | S_IWOTH))
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s: others than its owner may write it, and so give themselves "
				  "rights (chmod go-w)",
				  quoted ? quoted : "");
	rc = it_tokens_parse(out, it_buf_span(&text), err);
	return rc ? it_err_wrap(err, rc, "%s", quoted ? quoted : "") : INTOTO_OK;
}

static void write_time(struct it_writer *writer, const char *name, int64_t seconds)
{
	char text[IT_TIME_SIZE];

	if (!seconds)
		return;
	it_time_format(text, seconds);
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_digest(struct it_writer *writer, const char *name, const struct it_token *token)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_SHA256_SIZE);

	it_hex_encode(&hex, it_span(token->digest, sizeof token->digest));
	it_write_name(writer, name);
	it_write_text(writer, it_buf_text(&hex));
}

static void write_row(struct it_writer *writer, const struct it_token *token)
{
	it_write_object(writer);
	if (token->certificate)
		write_digest(writer, "certificate", token);
	write_time(writer, "expires", token->expires);
	write_time(writer, "made", token->made);
	it_write_name(writer, "name");
	it_write_text(writer, token->name);
	it_write_name(writer, "rights");
	it_write_list(writer);
	for (unsigned right = IT_RIGHT_READ; right <= IT_RIGHT_ADMIN; right <<= 1) {
		IT_AUTO(it_buf_done) struct it_buf word = IT_BUF(16);

		it_rights_print(&word, token->rights & right);
		if (word.len)
			it_write_text(writer, it_buf_text(&word));
	}
	it_write_list_end(writer);
	if (!token->certificate)
		write_digest(writer, "sha256", token);
	it_write_object_end(writer);
}

int it_tokens_save(const struct it_tokens *tokens, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_TOKENS_BYTES_MAX);
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &text, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "tokens");
	it_write_list(&writer);
	for (size_t i = 0; i < tokens->count; i++)
		write_row(&writer, &tokens->items[i]);
	it_write_list_end(&writer);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&text, '\n'); /* sticky */
	if (!rc)
		rc = it_buf_check(&text, "the file of tokens", err);
	return rc ? rc : it_file_write(path, it_buf_span(&text), 0600, IT_FILE_SYNC, err);
}

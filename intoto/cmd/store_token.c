/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store token: who may do what with a served store. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "crypto/certificate.h"
#include "json/writer.h"
#include "serve/tokens.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024, SECONDS_A_DAY = 24 * 60 * 60, DAYS_MAX = 100 * 366 };

/* One change of the file after the other: its folder is locked, since the file is replaced. */
static int lock(int *out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *copy = strdup(path);
	const char *folder = copy ? dirname(copy) : NULL;

	if (!folder)
		return it_err_nomem(err);
	*out = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*out < 0 || flock(*out, LOCK_EX)) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(folder));

		return it_err_errno(err, errno, "%s", quoted ? quoted : "");
	}
	return INTOTO_OK;
}

/* ---- create ---- */

struct create_options {
	const char *tokens, *name, *rights, *expires, *days, *certificate;
	const char *format;
};

/* clang-format off */
static const struct it_option create_options[] = {
	IT_REQUIRED(struct create_options, tokens, 0, "tokens", "FILE",
		    "the file of tokens, which is made if it is not there"),
	IT_REQUIRED(struct create_options, name, 'n', "name", "NAME",
		    "who gets it; stands in the audit log"),
	IT_REQUIRED(struct create_options, rights, 0, "rights", "LIST",
		    "read, write, admin, with commas between"),
	IT_VALUE(struct create_options, expires, 0, "expires", "TIME",
		 "good until then: 2030-01-31T23:59:59Z"),
	IT_VALUE(struct create_options, days, 0, "days", "NUMBER", "good for so many days"),
	IT_VALUE(struct create_options, certificate, 0, "certificate", "FILE",
		 "for whoever shows this certificate (PEM), in place of a token"),
	IT_REPORT_OPTION(struct create_options, format),
};
/* clang-format on */

static int read_expiry(struct it_token *token, const struct create_options *self,
		       struct intoto_error **err)
{
	uint64_t days = 0;

	if (self->expires && self->days)
		return it_err_set(err, INTOTO_E_USAGE, "want either --expires or --days");
	if (self->expires && !it_time_parse_any(&token->expires, it_span_text(self->expires)))
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --expires: want a time as 2030-01-31T23:59:59Z");
	if (self->days && (!it_parse_u64(self->days, DAYS_MAX, &days) || !days))
		return it_err_set(err, INTOTO_E_USAGE, "option --days: want a number from 1 to %d",
				  DAYS_MAX);
	if (self->days)
		token->expires = token->made + (int64_t)days * SECONDS_A_DAY;
	if (token->expires && token->expires <= token->made)
		return it_err_set(err, INTOTO_E_USAGE, "option --expires: this is over already");
	return INTOTO_OK;
}

static int read_certificate(struct it_token *token, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_certificates_done) struct it_certificates certificates = { 0 };
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_SHA256_SIZE);
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_SHA256_SIZE);
	int rc = it_certificates_load(&certificates, path, err);

	if (rc)
		return rc;
	it_certificate_fingerprint(&hex, certificates.items[0]);
	if (!it_hex_decode(&bytes, it_buf_span(&hex)) || bytes.len != IT_SHA256_SIZE)
		return it_err_set(err, INTOTO_E_INTERNAL, "a fingerprint that is none");
	memcpy(token->digest, bytes.data, IT_SHA256_SIZE);
	token->certificate = true;
	return INTOTO_OK;
}

/* secret stays empty for a certificate. */
static int make_token(struct it_token *token, struct it_buf *secret,
		      const struct create_options *self, struct intoto_error **err)
{
	int rc = it_rights_parse(&token->rights, self->rights, err);

	if (rc)
		return it_err_wrap(err, rc, "option --rights");
	token->name = (char *)(uintptr_t)self->name; /* is copied where it is kept */
	token->made = it_clock_now();
	rc = read_expiry(token, self, err);
	if (rc)
		return rc;
	if (self->certificate)
		return read_certificate(token, self->certificate, err);
	rc = it_token_make(secret, err);
	it_token_digest(token->digest, it_buf_span(secret));
	return rc;
}

static int load_or_none(struct it_tokens *tokens, const char *path, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_tokens_load(tokens, path, &why);

	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	return rc ? it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why)) : INTOTO_OK;
}

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static int print_json(const struct it_token *token, const struct it_buf *secret,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf out = IT_BUF(OUTPUT_MAX);
	IT_AUTO(it_buf_done) struct it_buf rights = IT_BUF(64);
	char expires[IT_TIME_SIZE];
	struct it_writer writer;
	int rc;

	it_rights_print(&rights, token->rights);
	it_writer_init(&writer, &out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	if (token->expires) {
		it_time_format(expires, token->expires);
		write_member(&writer, "expires", expires);
	}
	write_member(&writer, "name", token->name);
	write_member(&writer, "rights", it_buf_text(&rights));
	if (secret->len)
		write_member(&writer, "token", it_buf_text(secret));
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&out, '\n'); /* sticky */
	return rc ? rc : it_print(&out, err);
}

static int print_made(const struct create_options *self, const struct it_token *token,
		      struct it_buf *secret, struct intoto_error **err)
{
	if (it_report_is_json(self->format))
		return print_json(token, secret, err);
	if (!secret->len)
		return INTOTO_OK;
	(void)fprintf(stderr, "intoto store token create: shown once, and kept nowhere:\n");
	(void)it_buf_add_byte(secret, '\n'); /* is looked at */
	return it_print(secret, err);
}

static int create_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	struct create_options *self = options;
	IT_AUTO(it_tokens_done) struct it_tokens tokens = { 0 };
	IT_AUTO(it_buf_wipe) struct it_buf secret = IT_BUF(2 * IT_TOKEN_TEXT_MAX);
	IT_AUTO(it_fd_close) int folder = -1;
	struct it_token token = { 0 };
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = make_token(&token, &secret, self, err);
	if (!rc)
		rc = lock(&folder, self->tokens, err);
	if (!rc)
		rc = load_or_none(&tokens, self->tokens, err);
	if (!rc)
		rc = it_tokens_add(&tokens, &token, err);
	if (!rc)
		rc = it_tokens_save(&tokens, self->tokens, err);
	if (!rc)
		rc = print_made(self, &token, &secret, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

static const struct it_command it_cmd_store_token_create = {
	.name = "create",
	.synopsis = "--tokens FILE --name NAME --rights LIST [OPTIONS]",
	.summary = "make a token, or give a certificate rights",
	.examples =
		"intoto store token create --tokens tokens.json --name ci --rights write --days 90",
	.options = create_options,
	.option_count = IT_COUNT_OF(create_options),
	.options_size = sizeof(struct create_options),
	.run = create_run,
	.manual = "intoto-store-serve",
};

/* ---- list ---- */

struct list_options {
	const char *tokens, *format;
};

/* clang-format off */
static const struct it_option list_options[] = {
	IT_REQUIRED(struct list_options, tokens, 0, "tokens", "FILE", "the file of tokens"),
	IT_REPORT_OPTION(struct list_options, format),
};
/* clang-format on */

static void describe(struct it_buf *out, const struct it_token *token, int64_t now)
{
	char expires[IT_TIME_SIZE] = "never";

	if (token->expires)
		it_time_format(expires, token->expires);
	(void)it_buf_printf(out, "%s  ", token->name); /* sticky, as below */
	it_rights_print(out, token->rights);
	(void)it_buf_printf(out, "  %s  %s %s\n", token->certificate ? "certificate" : "token",
			    it_token_is_good(token, now) ? "expires" : "expired", expires);
}

static void write_row(struct it_writer *writer, const struct it_token *token, int64_t now)
{
	IT_AUTO(it_buf_done) struct it_buf rights = IT_BUF(64);
	char expires[IT_TIME_SIZE];

	it_rights_print(&rights, token->rights);
	it_write_object(writer);
	it_write_name(writer, "certificate");
	it_write_bool(writer, token->certificate);
	it_write_name(writer, "expired");
	it_write_bool(writer, !it_token_is_good(token, now));
	if (token->expires) {
		it_time_format(expires, token->expires);
		write_member(writer, "expires", expires);
	}
	write_member(writer, "name", token->name);
	write_member(writer, "rights", it_buf_text(&rights));
	it_write_object_end(writer);
}

static int list_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	struct list_options *self = options;
	IT_AUTO(it_tokens_done) struct it_tokens tokens = { 0 };
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(OUTPUT_MAX);
	bool json = it_report_is_json(self->format);
	int64_t now = it_clock_now();
	struct it_writer writer;
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = it_tokens_load(&tokens, self->tokens, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	it_writer_init(&writer, &out, IT_WRITE_PRETTY);
	if (json)
		it_write_list(&writer);
	for (size_t i = 0; i < tokens.count; i++) {
		if (json)
			write_row(&writer, &tokens.items[i], now);
		else
			describe(&out, &tokens.items[i], now);
	}
	if (json) {
		it_write_list_end(&writer);
		rc = it_writer_finish(&writer, err);
		(void)it_buf_add_byte(&out, '\n'); /* sticky */
	}
	if (!rc)
		rc = it_print(&out, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

static const struct it_command it_cmd_store_token_list = {
	.name = "list",
	.synopsis = "--tokens FILE [OPTIONS]",
	.summary = "print names, rights and expiry",
	.examples = "intoto store token list --tokens tokens.json",
	.options = list_options,
	.option_count = IT_COUNT_OF(list_options),
	.options_size = sizeof(struct list_options),
	.run = list_run,
	.manual = "intoto-store-serve",
};

/* ---- revoke ---- */

struct revoke_options {
	const char *tokens;
};

/* clang-format off */
static const struct it_option revoke_options[] = {
	IT_REQUIRED(struct revoke_options, tokens, 0, "tokens", "FILE", "the file of tokens"),
};
/* clang-format on */

static int revoke_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	struct revoke_options *self = options;
	IT_AUTO(it_tokens_done) struct it_tokens tokens = { 0 };
	IT_AUTO(it_fd_close) int folder = -1;
	int rc = operands->count ? lock(&folder, self->tokens, err)
				 : it_err_set(err, INTOTO_E_USAGE, "want the names of tokens");

	if (!rc)
		rc = it_tokens_load(&tokens, self->tokens, err);
	for (size_t i = 0; !rc && i < operands->count; i++) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(operands->items[i]));
		struct it_token *token = it_tokens_named(&tokens, operands->items[i]);

		if (!token)
			rc = it_err_set(err, INTOTO_E_NOTFOUND, "there is no token '%s'",
					quoted ? quoted : "");
		else
			it_tokens_remove(&tokens, token);
	}
	if (!rc)
		rc = it_tokens_save(&tokens, self->tokens, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

static const struct it_command it_cmd_store_token_revoke = {
	.name = "revoke",
	.synopsis = "--tokens FILE NAME...",
	.summary = "take tokens away, all of the names or none",
	.examples = "intoto store token revoke --tokens tokens.json ci",
	.options = revoke_options,
	.option_count = IT_COUNT_OF(revoke_options),
	.options_size = sizeof(struct revoke_options),
	.run = revoke_run,
	.manual = "intoto-store-serve",
};

static const struct it_command *const subcommands[] = { &it_cmd_store_token_create,
							&it_cmd_store_token_list,
							&it_cmd_store_token_revoke, NULL };

extern const struct it_command it_cmd_store_token;

const struct it_command it_cmd_store_token = {
	.name = "token",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "say who may do what with a served store",
	.children = subcommands,
	.manual = "intoto-store-serve",
};

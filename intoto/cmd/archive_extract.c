/* SPDX-License-Identifier: Apache-2.0 */
/* intoto archive extract: members into a new folder, once it is known who signed for them. */
#include "base/text.h"
#include "cmd/archive_words.h"
#include "cmd/output.h"

struct extract_options {
	const char *output;
	struct it_strings keys;
	bool unverified;
};

/* clang-format off */
static const struct it_option extract_options[] = {
	IT_REQUIRED(struct extract_options, output, 'o', "output", "FOLDER",
		    "where to: a new folder, or an empty one"),
	IT_EACH(struct extract_options, keys, 'k', "key", "FILE",
		"a public key; one of those given must have signed the manifest"),
	IT_FLAG(struct extract_options, unverified, 0, "unverified",
		"extract what nobody known signed for"),
};
/* clang-format on */

static int check(const struct extract_options *self, const struct it_strings *operands,
		 struct intoto_error **err)
{
	if (!operands->count)
		return it_err_set(err, INTOTO_E_USAGE, "want an archive");
	if (self->keys.count && self->unverified)
		return it_err_set(err, INTOTO_E_USAGE, "want one of --key and --unverified");
	if (!self->keys.count && !self->unverified)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want the key of who signed the manifest (--key FILE), or "
				  "--unverified");
	return INTOTO_OK;
}

/* Signatures first: nothing of a stranger's archive is written. */
static int check_signed(const struct extract_options *self, const char *path,
			const struct it_archive_keys *keys, struct intoto_error **err)
{
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	int rc = self->unverified ? INTOTO_OK : it_archive_peek(&archive, path, err);

	if (!rc && !self->unverified)
		rc = it_err_wrap(err, it_archive_signed(archive, keys, err), "%s", path);
	return rc;
}

static int check_names(const struct it_archive *archive, const struct it_strings *names,
		       struct intoto_error **err)
{
	for (size_t i = 0; i < names->count; i++)
		if (!it_archive_manifest_find(archive->manifest, names->items[i])) {
			IT_AUTO(it_freep)
			char *quoted = it_text_quoted(it_span_text(names->items[i]));

			return it_err_set(err, INTOTO_E_NOTFOUND, "there is no member '%s'",
					  quoted ? quoted : "");
		}
	return INTOTO_OK;
}

static int tell(const struct it_archive *archive, const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_OUTPUT_MAX);

	(void)it_buf_add_text(&text, it_archive_is_whole(archive)
					     ? "extracted: "
					     : "extracted what is good: "); /* sticky */
	it_text_quote(&text, it_span_text(folder));
	(void)it_buf_add_byte(&text, '\n'); /* looked at by it_print */
	it_archive_faults_print(&text, archive);
	return it_print(&text, err);
}

static int extract_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct extract_options *self = parsed;
	IT_AUTO(it_archive_keys_done) struct it_archive_keys keys = { 0 };
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = check(self, operands, err);

	if (!rc)
		rc = it_archive_keys_load(&keys, &self->keys, err);
	if (!rc)
		rc = check_signed(self, operands->items[0], &keys, err);
	for (size_t i = 1; !rc && i < operands->count; i++)
		rc = it_strings_add(&names, operands->items[i], err);
	if (!rc)
		rc = it_archive_extract(&archive, operands->items[0], self->output,
					names.count ? &names : NULL, err);
	/* The file may be another one by now. */
	if (!rc && !self->unverified)
		rc = it_err_wrap(err, it_archive_signed(archive, &keys, err), "%s",
				 operands->items[0]);
	if (!rc)
		rc = check_names(archive, &names, err);
	if (!rc)
		rc = tell(archive, self->output, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	return it_archive_is_whole(archive) ? IT_EXIT_YES : IT_EXIT_NO;
}

extern const struct it_command it_cmd_archive_extract;

const struct it_command it_cmd_archive_extract = {
	.name = "extract",
	.synopsis = "-o FOLDER --key FILE ARCHIVE [MEMBER...]",
	.summary = "put the members of an archive into a new folder",
	.examples = "intoto archive extract -o evidence --key archive.pub app-1.4.evidence.tar.zst",
	.options = extract_options,
	.option_count = IT_COUNT_OF(extract_options),
	.options_size = sizeof(struct extract_options),
	.run = extract_run,
	.manual = "intoto-archive",
};

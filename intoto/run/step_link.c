/* SPDX-License-Identifier: Apache-2.0 */
/* Links of steps: checked beforehand, described, signed, written. */
#include "run/step_link.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/text.h"
#include "model/link_save.h"
#include "record/ignore.h"
#include "run/step_trace.h"

enum { LINK_MODE = 0666 }; /* and umask: links are for everybody to read */

static const char *folder_of(const struct it_step_options *options)
{
	return options->metadata_directory ? options->metadata_directory : ".";
}

static int check_name(const char *name, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = NULL;

	if (it_name_is_safe(it_span_text(name)))
		return INTOTO_OK;
	quoted = it_text_quoted(it_span_text(name));
	return it_err_set(err, INTOTO_E_USAGE,
			  "step name '%s': want 1 to %d bytes of UTF-8 without a slash, a "
			  "backslash, a control character or a dot in front",
			  quoted ? quoted : "", IT_NAME_MAX);
}

static int refuse_text(const char *what, const char *text, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

	return it_err_set(err, INTOTO_E_USAGE, "%s '%s': is not UTF-8, so it cannot be recorded",
			  what, quoted ? quoted : "");
}

/* A link is JSON: found now, not when the command has run. */
static int check_texts(const char *what, char *const *texts, struct intoto_error **err)
{
	for (size_t i = 0; texts && texts[i]; i++)
		if (!it_utf8_valid(it_span_text(texts[i])))
			return refuse_text(what, texts[i], err);
	return INTOTO_OK;
}

static int check_list(const char *what, const struct it_strings *list, struct intoto_error **err)
{
	return list ? check_texts(what, list->items, err) : INTOTO_OK;
}

static int check_folder(const char *folder, struct intoto_error **err)
{
	struct stat about;

	if (stat(folder, &about))
		return it_err_errno(err, errno, "%s: metadata folder", folder);
	if (!S_ISDIR(about.st_mode))
		return it_err_set(err, INTOTO_E_IO, "%s: is no folder, so no link can be put there",
				  folder);
	if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS))
		return it_err_errno(err, errno, "%s: no link can be put there", folder);
	return INTOTO_OK;
}

int it_step_check(const struct it_step_options *options, struct intoto_error **err)
{
	IT_AUTO(it_ignore_freep) struct it_ignore *ignore = NULL;
	int rc = check_name(options->name, err);

	if (!rc)
		rc = check_texts("command: argument", options->command.argv, err);
	if (!rc)
		rc = check_list("exclude pattern", options->snapshot.exclude, err);
	if (!rc)
		rc = check_list("prefix to strip", options->snapshot.lstrip, err);
	if (!rc)
		rc = it_step_trace_check(options, err);
	if (!rc)
		rc = it_command_check_accept(options->command.accept, err);
	if (!rc)
		rc = it_ignore_new(&ignore, options->snapshot.exclude, err);
	return rc ? rc : check_folder(folder_of(options), err);
}

static char *path_of(const struct it_step_options *options,
		     char *(*name_for)(const char *step, const char *keyid))
{
	IT_AUTO(it_freep)
	char *name =
		name_for(options->name, intoto_key_id(options->signer->key, options->keyid_style));

	return name ? it_path_join(options->metadata_directory, name) : NULL;
}

char *it_step_link_path(const struct it_step_options *options)
{
	return path_of(options, it_link_file_name);
}

char *it_step_unfinished_path(const struct it_step_options *options)
{
	return path_of(options, it_link_unfinished_name);
}

/* NULL when memory ran out or a text is not UTF-8. */
static struct it_json *list_of(const char *const *texts, size_t count)
{
	struct it_json *list = it_json_new_list();

	for (size_t i = 0; list && i < count; i++) {
		if (!it_json_append_take(list, it_json_new_text(it_span_text(texts[i])), NULL))
			continue;
		it_json_free(list);
		return NULL;
	}
	return list;
}

static struct it_json *excludes_of(const struct it_strings *exclude)
{
	size_t usual = 0;

	if (exclude)
		return list_of((const char *const *)exclude->items, exclude->count);
	while (it_ignore_defaults[usual])
		usual++;
	return list_of(it_ignore_defaults, usual);
}

static int describe(struct it_json *object, const struct it_snapshot_options *options,
		    struct intoto_error **err)
{
	const struct it_strings *lstrip = options->lstrip;
	const char *symlinks = options->symlinks == IT_SYMLINKS_RECORD ? "record" : "follow";
	int rc = it_json_set_take(object, "exclude", excludes_of(options->exclude), err);

	if (!rc)
		rc = it_json_set_take(object, "symlinks", it_json_new_text(it_span_text(symlinks)),
				      err);
	if (!rc)
		rc = it_json_set_take(object, "version",
				      it_json_new_text(it_span_text(intoto_version())), err);
	if (!rc && lstrip && lstrip->count)
		rc = it_json_set_take(object, "lstrip-paths",
				      list_of((const char *const *)lstrip->items, lstrip->count),
				      err);
	return rc;
}

/* A copy of old (what was signed must not change) with one member more, or another one of that
   name. */
static int extend(struct it_json **out, const struct it_json *old, const char *name,
		  struct it_json *value, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *copy = it_json_new_object();
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc = it_json_set_take(copy, name, value, err);

	if (!rc && old)
		rc = it_json_members(&members, &count, old, err);
	for (size_t i = 0; !rc && i < count; i++)
		if (!it_span_is(members[i].name, name))
			rc = it_json_set_take(copy, members[i].name.data,
					      it_json_ref(members[i].value), err);
	if (rc)
		return rc;
	*out = copy;
	copy = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_step_describe(struct intoto_link *link, const struct it_step_options *options,
		     struct intoto_error **err)
{
	const struct it_json *before = it_json_get(link->environment, "intoto");
	IT_AUTO(it_json_freep) struct it_json *ours = it_json_new_object();
	struct it_json *environment = NULL;
	int rc = describe(ours, &options->snapshot, err);

	if (!rc && before && it_json_equal(before, ours))
		return INTOTO_OK;
	if (!rc)
		rc = extend(&environment, link->environment, before ? "intoto-products" : "intoto",
			    it_json_ref(ours), err);
	if (rc)
		return rc;
	it_json_free(link->environment);
	link->environment = environment;
	return INTOTO_OK;
}

int it_step_note(struct intoto_link *link, const char *member, struct it_json *value,
		 struct intoto_error **err)
{
	struct it_json *environment = NULL;
	struct it_json *ours = NULL;
	int rc = extend(&ours, it_json_get(link->environment, "intoto"), member, value, err);

	if (!rc)
		rc = extend(&environment, link->environment, "intoto", ours, err);
	if (rc)
		return rc;
	it_json_free(link->environment);
	link->environment = environment;
	return INTOTO_OK;
}

int it_step_write(const struct intoto_link *link, const char *path,
		  enum intoto_envelope_format format, unsigned flags,
		  const struct it_step_options *options, struct intoto_error **err)
{
	const struct it_link_saving how = {
		.path = path,
		.mode = LINK_MODE,
		.flags = flags,
		.format = format,
		.signer = options->signer,
		.keyid_style = options->keyid_style,
	};

	return it_link_save(link, &how, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Collects what a verification read: the layout, its keys, links, exceptions, certificates. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "archive/bundle.h"
#include "archive/collect_part.h"
#include "base/path.h"
#include "base/text.h"
#include "crypto/key.h"

enum { NAME_ROOM = 2 * IT_ARCHIVE_NAME_MAX, KEY_ROOM = 64 * 1024, FINGERPRINT_SHOWN = 16 };

static int compare_names(const void *a, const void *b)
{
	return it_span_cmp(it_span_text(a), it_span_text(b));
}

static void leave(void *name)
{
	(void)name; /* belongs to the texts */
}

void it_archive_collection_done(struct it_archive_collection *collection)
{
	tdestroy(collection->names, leave);
	for (size_t i = 0; i < collection->document_count; i++)
		it_buf_done(&collection->documents[i]);
	free(collection->documents);
	free(collection->sources);
	it_strings_done(&collection->texts);
	*collection = (struct it_archive_collection){ 0 };
}

/* --- adding --- */

static int own(struct it_archive_collection *out, const char **text, struct intoto_error **err)
{
	int rc = it_strings_add(&out->texts, *text, err);

	if (!rc)
		*text = out->texts.items[out->texts.count - 1];
	return rc;
}

/* As far as its name tells; what it really is, its reader finds out. */
static const char *media_type_of(const char *name)
{
	static const struct {
		const char *end;
		const char *type;
	} types[] = {
		{ ".link", "application/vnd.in-toto+json" },
		{ ".layout", "application/vnd.in-toto+json" },
		{ ".intoto.jsonl", "application/vnd.in-toto.bundle" },
		{ ".dsse.json", "application/vnd.dsse.envelope.v1+json" },
		{ ".cdx.json", "application/vnd.cyclonedx+json" },
		{ ".spdx.json", "application/spdx+json" },
		{ ".sigstore.json", "application/vnd.dev.sigstore.bundle.v0.3+json" },
		{ ".json", "application/json" },
		{ ".jsonl", "application/jsonl" },
		{ ".xml", "application/xml" },
		{ ".pem", "application/x-pem-file" },
		{ ".pub", "application/x-pem-file" },
		{ ".crt", "application/x-pem-file" },
		{ ".tsr", "application/timestamp-reply" },
		{ ".txt", "text/plain" },
	};

	for (size_t i = 0; i < IT_COUNT_OF(types); i++)
		if (it_ends_with(name, types[i].end))
			return types[i].type;
	return "application/octet-stream";
}

static int add(struct it_archive_collection *out, const struct it_archive_source *source,
	       struct intoto_error **err)
{
	struct it_archive_source *sources;
	struct it_archive_source copy = *source;
	int rc = own(out, &copy.member.name, err);

	if (!rc && copy.path)
		rc = own(out, &copy.path, err);
	if (!rc && copy.sha256)
		rc = own(out, &copy.sha256, err);
	if (rc)
		return rc;
	if (out->count == IT_ARCHIVE_MEMBERS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d files belong into it",
				  IT_ARCHIVE_MEMBERS_MAX);
	sources = reallocarray(out->sources, out->count + 1, sizeof *sources);
	if (!sources)
		return it_err_nomem(err);
	out->sources = sources;
	if (!tsearch(copy.member.name, &out->names, compare_names))
		return it_err_nomem(err);
	sources[out->count++] = copy;
	return INTOTO_OK;
}

bool it_collect_has(const struct it_archive_collection *out, const char *name)
{
	return tfind(name, &out->names, compare_names);
}

int it_collect_file(struct it_archive_collection *out, enum it_archive_role role, const char *name,
		    const char *path, const char *sha256, struct intoto_error **err)
{
	const struct it_archive_source source = {
		.path = path,
		.sha256 = sha256,
		.member = { .name = name, .role = role, .media_type = media_type_of(name) },
	};

	return it_collect_has(out, name) ? INTOTO_OK : add(out, &source, err);
}

int it_collect_document(struct it_archive_collection *out, enum it_archive_role role,
			const char *name, struct it_buf *bytes, struct intoto_error **err)
{
	struct it_buf *documents =
		reallocarray(out->documents, out->document_count + 1, sizeof *documents);
	struct it_archive_source source = {
		.bytes = it_buf_span(bytes),
		.member = { .name = name, .role = role, .media_type = media_type_of(name) },
	};

	if (!documents)
		return it_err_nomem(err);
	out->documents = documents;
	documents[out->document_count++] = *bytes;
	*bytes = (struct it_buf)IT_BUF(bytes->max); /* now the collection's */
	return add(out, &source, err);
}

/* --- the layout and its keys --- */

static int collect_keys(struct it_archive_collection *out, const struct it_archive_wish *wish,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < wish->verify->key_count; i++) {
		const struct intoto_key *key = wish->verify->keys[i];
		IT_AUTO(it_freep) char *pem = NULL;
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(KEY_ROOM);
		IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_ROOM);

		if (!key->scheme || !key->scheme->form)
			return it_err_set(err, INTOTO_E_UNSUPPORTED,
					  "a key of this kind (%s) cannot be packed: sign the "
					  "layout with an Ed25519, ECDSA or RSA key, too",
					  intoto_key_type(key));
		rc = intoto_key_public_pem(key, &pem, err);
		if (rc)
			return rc;
		(void)it_buf_add_text(&text, pem); /* sticky: a key is shorter */
		(void)it_buf_printf(&name, "%s%.*s.pub", it_archive_role_folder(IT_ROLE_KEY),
				    FINGERPRINT_SHOWN, intoto_key_fingerprint(key)); /* below */
		rc = it_buf_check(&name, "a key's name", err);
		if (!rc && !it_collect_has(out, it_buf_text(&name)))
			rc = it_collect_document(out, IT_ROLE_KEY, it_buf_text(&name), &text, err);
	}
	return rc;
}

/* --- what was read --- */

/* What stands behind the folder's name in path; NULL when path is elsewhere. */
static const char *below(const char *path, const char *folder)
{
	size_t len = folder ? strlen(folder) : 0;

	while (len && folder[len - 1] == '/')
		len--;
	if (!len || it_streq(folder, "."))
		return *path == '/' || it_starts_with(path, "../") ? NULL : path;
	if (!it_span_eq(it_span(path, strnlen(path, len)), it_span(folder, len)) ||
	    path[len] != '/')
		return NULL;
	while (path[len] == '/')
		len++;
	return path + len;
}

static bool is_exception(const struct intoto_report *report, const char *uri)
{
	for (size_t i = 0; i < it_report_exception_count(report); i++)
		if (it_streq(it_report_exception_at(report, i)->uri, uri))
			return true;
	return false;
}

/* A line of a bundle ("PATH#LINE") stands for the whole file, whose digest nobody has. */
static int strip_line(char **path, const char **line, const char *uri, const char *links,
		      struct intoto_error **err)
{
	size_t len = it_archive_file_len(uri, links);

	*line = uri + len;
	*path = strndup(uri, len);
	return *path ? INTOTO_OK : it_err_nomem(err);
}

/* One file may come several times, and none may be left out because another one has its name. */
static int check_same(const struct it_archive_collection *out, const char *name, const char *path,
		      struct intoto_error **err)
{
	if (!it_collect_has(out, name))
		return INTOTO_OK;
	for (size_t i = 0; i < out->count; i++)
		if (it_streq(out->sources[i].member.name, name) && out->sources[i].path &&
		    it_streq(out->sources[i].path, path))
			return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE, "%s: another file has the same name, %s, already",
			  path, name);
}

/* Beside the links it stays there, where a verification looks for it; a bundle that stands in the
 * place of the folder is all that is in it. */
int it_collect_name(struct it_buf *out, const char **line, const struct it_archive_wish *wish,
		    const char *uri, struct intoto_error **err)
{
	const char *links = wish->verify->link_dir;
	IT_AUTO(it_freep) char *path = NULL;
	const char *rest;
	bool given;
	int rc = strip_line(&path, line, uri, links, err);

	if (rc)
		return rc;
	given = **line && links && it_streq(path, links);
	rest = given ? it_path_base(path) : below(path, links);
	if (it_streq(path, wish->verify->layout_path))
		(void)it_buf_add_text(out, IT_COLLECT_LAYOUT); /* below */
	else if (rest)
		(void)it_buf_printf(out, "%s%s%s", it_archive_role_folder(IT_ROLE_LINK), rest,
				    given ? it_archive_bundle_suffix(rest) : ""); /* below */
	else
		(void)it_buf_printf(out, "%s%s",
				    it_archive_role_folder(is_exception(wish->report, path)
								   ? IT_ROLE_EXCEPTION
								   : IT_ROLE_OTHER),
				    it_path_base(path)); /* below */
	return it_buf_check(out, "a name", err);
}

static enum it_archive_role role_of(const struct it_archive_wish *wish, const char *path)
{
	if (is_exception(wish->report, path))
		return IT_ROLE_EXCEPTION;
	if (it_ends_with(path, ".link"))
		return IT_ROLE_LINK;
	return it_ends_with(path, ".layout") ? IT_ROLE_LAYOUT : IT_ROLE_ATTESTATION;
}

static int collect_input(struct it_archive_collection *out, const struct it_archive_wish *wish,
			 const struct it_report_input *input, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_ROOM);
	IT_AUTO(it_freep) char *path = NULL;
	const char *line;
	int rc = strip_line(&path, &line, input->uri, wish->verify->link_dir, err);

	if (!rc)
		rc = it_collect_name(&name, &line, wish, input->uri, err);
	if (rc)
		return rc;
	if (it_streq(path, wish->verify->layout_path))
		return it_collect_file(out, IT_ROLE_LAYOUT, IT_COLLECT_LAYOUT, path, input->sha256,
				       err);
	rc = check_same(out, it_buf_text(&name), path, err);
	return rc ? rc
		  : it_collect_file(out, role_of(wish, path), it_buf_text(&name), path,
				    *line || !*input->sha256 ? NULL : input->sha256, err);
}

static int collect_inputs(struct it_archive_collection *out, const struct it_archive_wish *wish,
			  struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_report_input_count(wish->report); i++)
		rc = collect_input(out, wish, it_report_input_at(wish->report, i), err);
	if (!rc && !it_collect_has(out, IT_COLLECT_LAYOUT))
		rc = it_collect_file(out, IT_ROLE_LAYOUT, IT_COLLECT_LAYOUT,
				     wish->verify->layout_path, NULL, err);
	return rc;
}

/* --- what stands around --- */

static int collect_file(struct it_archive_collection *out, enum it_archive_role role,
			const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_ROOM);
	int rc;

	(void)it_buf_printf(&name, "%s%s", it_archive_role_folder(role),
			    it_path_base(path)); /* looked at below */
	rc = it_buf_check(&name, "a name", err);
	if (!rc && it_collect_has(out, it_buf_text(&name)))
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: another file would have the same name, %s", path,
				  it_buf_text(&name));
	return rc ? rc : it_collect_file(out, role, it_buf_text(&name), path, NULL, err);
}

static int collect_files(struct it_archive_collection *out, enum it_archive_role role,
			 const char *const *paths, size_t count, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++)
		rc = collect_file(out, role, paths[i], err);
	return rc;
}

static int collect_other(struct it_archive_collection *out, const char *text,
			 struct intoto_error **err)
{
	const char *equals = strchr(text, '=');
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_ROOM);
	int rc;

	if (!equals || equals == text || !equals[1])
		return it_err_set(err, INTOTO_E_USAGE, "--add: want NAME=FILE");
	(void)it_buf_add_text(&name, it_archive_role_folder(IT_ROLE_OTHER)); /* sticky */
	(void)it_buf_add(&name, text, (size_t)(equals - text));		     /* below */
	rc = it_buf_check(&name, "--add", err);
	if (!rc && (!it_archive_name_is_safe(it_buf_text(&name)) ||
		    it_collect_has(out, it_buf_text(&name))))
		return it_err_set(err, INTOTO_E_USAGE,
				  "--add: want names without \"..\" and each once");
	return rc ? rc
		  : it_collect_file(out, IT_ROLE_OTHER, it_buf_text(&name), equals + 1, NULL, err);
}

static int collect_others(struct it_archive_collection *out, const struct it_archive_wish *wish,
			  struct intoto_error **err)
{
	const struct intoto_verify_options *verify = wish->verify;
	int rc = collect_files(out, IT_ROLE_CERTIFICATE, verify->intermediates,
			       verify->intermediate_count, err);

	if (!rc)
		rc = collect_files(out, IT_ROLE_TRUST, verify->timestamp_roots,
				   verify->timestamp_root_count, err);
	if (!rc)
		rc = collect_files(out, IT_ROLE_TRUST, (const char *const *)wish->trust->items,
				   wish->trust->count, err);
	for (size_t i = 0; !rc && i < wish->others->count; i++)
		rc = collect_other(out, wish->others->items[i], err);
	return rc;
}

/* --- completeness --- */

/* Whether a member stands below links/ where a file of an item does: "outer/inner" is below the
 * folder of a sublayout, links/outer.KEYID/. */
static bool is_file_of(const char *member, const char *label, struct it_span file)
{
	const char *folder = it_archive_role_folder(IT_ROLE_LINK);
	const char *slash;

	if (!it_starts_with(member, folder))
		return false;
	for (member += strlen(folder); (slash = strchr(label, '/')); label = slash + 1) {
		size_t len = (size_t)(slash - label);
		const char *end = strchr(member, '/');

		if (!end || (size_t)(end - member) <= len || member[len] != '.' ||
		    !it_span_eq(it_span(member, len), it_span(label, len)))
			return false;
		member = end + 1;
	}
	return it_span_is(file, member);
}

/* Several sublayouts may stand for one step: the first item of that label is of the first one. */
static const char *find_below(const struct it_archive_collection *out,
			      const struct it_traced_item *item, struct it_span file)
{
	const char *found = NULL;
	size_t instance = 0;

	for (size_t i = 0; i < out->count && instance <= item->instance; i++)
		if (is_file_of(out->sources[i].member.name, item->label, file)) {
			found = out->sources[i].member.name;
			instance++;
		}
	return found;
}

/* The member that a document of an item is in; *member NULL: none. */
static int member_of(const char **member, const struct it_archive_collection *out,
		     const struct it_traced_item *item, const char *document, const char *given,
		     struct intoto_error **err)
{
	const struct it_span file = it_span(document, it_archive_file_len(document, given));
	bool is_given = given && it_span_is(file, given);
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_ROOM);
	char *const *found;
	int rc;

	*member = strchr(item->label, '/') ? find_below(out, item, file) : NULL;
	if (strchr(item->label, '/'))
		return INTOTO_OK;
	(void)it_buf_add_text(&name, it_archive_role_folder(IT_ROLE_LINK));	       /* sticky */
	(void)it_buf_add_span(&name, file);					       /* sticky */
	(void)it_buf_add_text(&name, is_given ? it_archive_bundle_suffix(given) : ""); /* below */
	rc = it_buf_check(&name, "a name", err);
	found = rc ? NULL : tfind(it_buf_text(&name), &out->names, compare_names);
	*member = found ? *found : NULL;
	return rc;
}

static int note_step(struct it_archive_manifest *manifest, const struct it_archive_collection *out,
		     const struct it_traced_item *item, const char *given,
		     struct intoto_error **err)
{
	struct it_archive_step *step = &manifest->steps[manifest->step_count];
	int rc = it_strings_add(&manifest->texts, item->label, err);

	if (rc)
		return rc;
	step->name = manifest->texts.items[manifest->texts.count - 1];
	step->threshold = item->threshold > 0 ? (unsigned)item->threshold : 0;
	manifest->step_count++;
	for (size_t i = 0; !rc && i < item->signer_count; i++) {
		const char *member;

		rc = member_of(&member, out, item, item->signers[i].file, given, err);
		if (!rc && member && !it_strings_has(&step->evidence, member))
			rc = it_strings_add(&step->evidence, member, err);
	}
	it_strings_sort(&step->evidence);
	return rc;
}

static int note_steps(struct it_archive_manifest *manifest, const struct it_archive_collection *out,
		      const struct it_archive_wish *wish, struct intoto_error **err)
{
	const char *links = wish->verify->link_dir;
	const char *given = links ? it_path_base(links) : NULL; /* where that is a bundle */
	size_t count = it_trace_count(wish->trace);
	int rc = it_trace_check(wish->trace, err);

	if (rc)
		return rc;
	manifest->steps = calloc(count + 1, sizeof *manifest->steps);
	if (!manifest->steps)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		const struct it_traced_item *item = it_trace_at(wish->trace, i);

		if (!item->is_inspection)
			rc = note_step(manifest, out, item, given, err);
	}
	return rc;
}

/* What it says has the names of members, for all that is made from it. */
static int collect_verdict(struct it_archive_collection *out, const struct it_archive_wish *wish,
			   struct intoto_error **err)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	struct it_archive_wish named = *wish;
	int rc = it_collect_report(&report, wish, err);

	named.report = report;
	return rc ? rc : it_collect_verdict(out, &named, err);
}

int it_archive_collect(struct it_archive_collection *out, struct it_archive_manifest *manifest,
		       const struct it_archive_wish *wish, struct intoto_error **err)
{
	int rc = collect_inputs(out, wish, err);

	if (!rc)
		rc = collect_keys(out, wish, err);
	if (!rc)
		rc = collect_others(out, wish, err);
	if (!rc)
		rc = it_collect_raw(out, wish, err);
	if (!rc)
		rc = it_collect_bundle(out, err);
	if (!rc)
		rc = collect_verdict(out, wish, err);
	if (!rc)
		rc = note_steps(manifest, out, wish, err);
	manifest->verdict = it_verdict_name(intoto_report_verdict(wish->report));
	return rc;
}

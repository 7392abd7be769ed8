/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts in YAML, read by the helper program yaml2json. */
#include "cmd/layout_yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/libexec.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/text.h"
#include "layouts/layout.h"
#include "layouts/manuscript.h"
#include "model/envelope.h"

enum { ANSWER_MAX = 256 << 20, CHUNK = 64 * 1024, LAYOUT_MAX = 256 << 20, PLACE_MAX = 64 * 1024 };

bool it_is_yaml(const char *path)
{
	return it_ends_with(path, ".yaml") || it_ends_with(path, ".yml");
}

/* --- the helper --- */

static int read_all(struct it_buf *out, int fd, struct intoto_error **err)
{
	for (;;) {
		ssize_t got;

		if (it_buf_reserve(out, CHUNK))
			return it_buf_check(out, "the answer of yaml2json", err);
		got = read(fd, out->data + out->len, CHUNK);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_err_errno(err, errno, "yaml2json");
		if (!got)
			return INTOTO_OK;
		out->len += (size_t)got;
	}
}

static int start(pid_t *pid, int input, int output, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *helper = it_libexec_path("yaml2json");
	char *argv[] = { helper, (char *)(uintptr_t) "layout", NULL };
	struct it_proc_spec spec = { .argv = argv,
				     .stdin_fd = input,
				     .stdout_fd = output,
				     .stderr_fd = -1,
				     .close_others = true };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	if (!helper)
		return it_err_nomem(err);
	if (it_proc_start(pid, &spec, &why))
		return it_err_set(err, INTOTO_E_HELPER,
				  "YAML needs the helper program of this package: %s",
				  intoto_error_text(why));
	return INTOTO_OK;
}

static int ask(struct it_buf *answer, int input, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int reading = -1;
	IT_AUTO(it_fd_close) int writing = -1;
	int ends[2];
	pid_t pid = -1;
	int rc;

	if (pipe2(ends, O_CLOEXEC))
		return it_err_errno(err, errno, "yaml2json");
	reading = ends[0];
	writing = ends[1];
	rc = start(&pid, input, writing, err);
	it_fd_close(&writing);
	if (rc)
		return rc;
	rc = read_all(answer, reading, err);
	it_fd_close(&reading);
	it_proc_reap(pid);
	return rc;
}

static int open_file(int *fd, const char *path, struct intoto_error **err)
{
	struct stat about;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd < 0 || fstat(*fd, &about))
		return it_err_errno(err, errno, "%s", path);
	if (!S_ISREG(about.st_mode))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: is no regular file", path);
	return INTOTO_OK;
}

/* { "document", "places" }, or why not. */
static int read_answer(struct it_json **out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = -1;
	IT_AUTO(it_buf_done) struct it_buf answer = IT_BUF(ANSWER_MAX);
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	int rc = open_file(&fd, path, err);

	if (!rc)
		rc = ask(&answer, fd, err);
	if (rc)
		return rc;
	if (it_json_parse(&root, it_buf_span(&answer), &it_json_signed_limits, NULL))
		return it_err_set(err, INTOTO_E_HELPER, "%s: yaml2json gave no answer", path);
	if (it_json_text(it_json_get(root, "error")).data)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: %s", path,
				  it_json_text(it_json_get(root, "error")).data);
	*out = root;
	root = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- the layout --- */

/* Whether the sentence begins with this path. */
static bool is_about(const char *text, struct it_span path)
{
	return it_span_eq(it_span(text, strnlen(text, path.len)), path) &&
	       strchr(":.[", text[path.len]);
}

/* Where the place that an error names stands in the file: of the longest path that fits. */
static struct it_span find_place(const struct it_json *places, const char *text)
{
	IT_AUTO(it_freep) struct it_json_member *all = NULL;
	struct it_span best = { 0 };
	size_t longest = 0;
	size_t count = 0;

	if (it_json_members(&all, &count, places, NULL))
		return best;
	for (size_t i = 0; i < count; i++) {
		if (all[i].name.len < longest || !is_about(text, all[i].name))
			continue;
		longest = all[i].name.len;
		best = it_json_text(all[i].value);
	}
	return best;
}

/* Takes why. */
static int refuse(const char *path, const struct it_json *places, int rc, struct intoto_error *why,
		  struct intoto_error **err)
{
	struct it_span place = find_place(places, intoto_error_text(why));

	rc = it_err_set(err, (enum intoto_code)rc, "%s: %.*s%s%s", path, (int)place.len,
			place.data ? place.data : "", place.len ? ": " : "",
			intoto_error_text(why));
	intoto_error_free(why);
	return rc;
}

static int wrap(struct intoto_envelope **out, const struct it_json *layout,
		enum intoto_envelope_format format, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LAYOUT_MAX);
	IT_AUTO(intoto_layout_freep) struct intoto_layout *checked = NULL;
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_write_value(&writer, layout);
	rc = it_writer_finish(&writer, err);
	if (!rc)
		rc = intoto_envelope_new(out, format, text.data, text.len, err);
	return rc ? rc : intoto_layout_from_envelope(&checked, *out, err);
}

static int compile(struct intoto_envelope **out, const char *path, const struct it_json *document,
		   const struct it_yaml_options *options, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *layout = NULL;
	IT_AUTO(it_freep)
	char *folder = strndup(path, (size_t)(it_path_base(path) - path));
	struct it_manuscript_options wanted = { folder, options->now, options->style };
	int rc =
		folder ? it_manuscript_compile(&layout, document, &wanted, err) : it_err_nomem(err);

	return rc ? rc : wrap(out, layout, options->format, err);
}

int it_yaml_layout_load(struct intoto_envelope **out, const char *path,
			const struct it_yaml_options *options, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_json_freep) struct it_json *answer = NULL;
	struct intoto_error *why = NULL;
	int rc = read_answer(&answer, path, err);

	*out = NULL;
	if (rc)
		return rc;
	rc = compile(&envelope, path, it_json_get(answer, "document"), options, &why);
	if (rc)
		return refuse(path, it_json_get(answer, "places"), rc, why, err);
	*out = envelope;
	envelope = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The request: its members as functions, and inputs that are still what the host hashed. */
#include "attestors/kit/request.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	REQUEST_MOST = 64 << 20,
	INPUTS_MOST = 4096,
};
/* When the caller names no limit. */
static const uint64_t input_most = (uint64_t)1 << 30;

struct intoto_request {
	struct intoto_value *document;
	const struct intoto_value *options;
	struct intoto_input *inputs;
	size_t input_count;
	const char *step;
	const char *folder;
	int64_t started;
	int64_t finished;
};

void it_request_free(struct intoto_request *request)
{
	if (!request)
		return;
	intoto_value_free(request->document);
	free(request->inputs);
	free(request);
}

static int refuse(struct intoto_error **err, const char *member, const char *want)
{
	return it_err_set(err, INTOTO_E_FORMAT, "request: %s: want %s", member, want);
}

/* Nanoseconds are texts: a number of JSON may be a double. */
static int read_time(int64_t *out, const struct intoto_value *object, const char *name,
		     struct intoto_error **err)
{
	const char *text = intoto_value_text(intoto_value_get(object, name));
	bool negative = text && text[0] == '-';
	uint64_t number;

	if (!text || !it_parse_u64(text + negative, INT64_MAX, &number))
		return refuse(err, name, "nanoseconds since 1970 as a text");
	*out = negative ? -(int64_t)number : (int64_t)number;
	return 0;
}

static int read_step(struct intoto_request *request, struct intoto_error **err)
{
	const struct intoto_value *step = intoto_value_get(request->document, "step");
	int rc;

	request->step = "";
	if (intoto_value_kind(step) == INTOTO_VALUE_NULL)
		return 0;
	request->step = intoto_value_text(intoto_value_get(step, "name"));
	if (!request->step)
		return refuse(err, "step.name", "a text");
	rc = read_time(&request->started, step, "started", err);
	return rc ? rc : read_time(&request->finished, step, "finished", err);
}

static int read_input(struct intoto_input *input, const struct intoto_value *from,
		      struct intoto_error **err)
{
	int64_t size;

	input->name = intoto_value_text(intoto_value_get(from, "name"));
	input->path = intoto_value_text(intoto_value_get(from, "path"));
	input->sha256 = intoto_value_text(intoto_value_get(from, "sha256"));
	if (!input->name || !input->path || !input->sha256)
		return refuse(err, "inputs[]", "a name, a path and a sha256");
	if (!intoto_value_int(intoto_value_get(from, "size"), &size) || size < 0)
		return refuse(err, "inputs[].size", "a whole number");
	input->size = (uint64_t)size;
	return read_time(&input->modified, from, "modified", err);
}

static int read_inputs(struct intoto_request *request, const struct intoto_attestor *attestor,
		       struct intoto_error **err)
{
	const struct intoto_value *list = intoto_value_get(request->document, "inputs");
	size_t count = intoto_value_count(list);
	int rc = 0;

	if (list && intoto_value_kind(list) != INTOTO_VALUE_LIST)
		return refuse(err, "inputs", "a list");
	if (count > INPUTS_MOST || count > attestor->inputs_most || count < attestor->inputs_least)
		return it_err_set(err, INTOTO_E_USAGE, "%zu inputs: %s takes %u to %u", count,
				  attestor->name, attestor->inputs_least, attestor->inputs_most);
	request->inputs = calloc(count + 1, sizeof *request->inputs);
	if (!request->inputs)
		return it_err_nomem(err);
	for (size_t i = 0; i < count && !rc; i++)
		rc = read_input(&request->inputs[i], intoto_value_at(list, i), err);
	request->input_count = count;
	return rc;
}

static const struct intoto_attestor_option *find_option(const struct intoto_attestor *attestor,
							const char *name)
{
	const struct intoto_attestor_option *option = attestor->options;

	while (option && option->name && !it_streq(option->name, name))
		option++;
	return option && option->name ? option : NULL;
}

static int check_option(const struct intoto_attestor *attestor, const char *name,
			const struct intoto_value *values, struct intoto_error **err)
{
	const struct intoto_attestor_option *option = find_option(attestor, name);
	size_t count = intoto_value_count(values);

	if (!option) {
		IT_AUTO(it_freep) char *shown = it_text_quoted(it_span_text(name));

		return it_err_set(err, INTOTO_E_USAGE, "option %s: %s has none of this name",
				  shown ? shown : "", attestor->name);
	}
	if (intoto_value_kind(values) != INTOTO_VALUE_LIST)
		return refuse(err, "options", "a list of texts for each");
	if (count > 1 && !option->many)
		return it_err_set(err, INTOTO_E_USAGE, "option %s: is given %zu times, want one",
				  name, count);
	for (size_t i = 0; i < count; i++)
		if (!intoto_value_text(intoto_value_at(values, i)))
			return refuse(err, "options", "a list of texts for each");
	return 0;
}

static int read_options(struct intoto_request *request, const struct intoto_attestor *attestor,
			struct intoto_error **err)
{
	const struct intoto_value *options = intoto_value_get(request->document, "options");
	int rc = 0;

	if (options && intoto_value_kind(options) != INTOTO_VALUE_OBJECT)
		return refuse(err, "options", "an object");
	for (size_t i = 0; i < intoto_value_count(options) && !rc; i++)
		rc = check_option(attestor, intoto_value_name(options, i),
				  intoto_value_at(options, i), err);
	request->options = options;
	return rc;
}

static int read_members(struct intoto_request *request, const struct intoto_attestor *attestor,
			struct intoto_error **err)
{
	int64_t protocol;
	int rc;

	if (intoto_value_kind(request->document) != INTOTO_VALUE_OBJECT)
		return it_err_set(err, INTOTO_E_FORMAT, "request: want an object");
	if (!intoto_value_int(intoto_value_get(request->document, "protocol"), &protocol))
		return refuse(err, "protocol", "a whole number");
	if (protocol != INTOTO_ATTESTOR_PROTOCOL)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "request: protocol %" PRId64 ", this attestor speaks %d",
				  protocol, INTOTO_ATTESTOR_PROTOCOL);
	request->folder = intoto_value_text(intoto_value_get(request->document, "folder"));
	if (!request->folder)
		request->folder = "";
	rc = read_step(request, err);
	if (!rc && (attestor->needs & INTOTO_NEEDS_STEP) && !request->step[0])
		rc = it_err_set(err, INTOTO_E_USAGE, "%s makes no sense outside of a step",
				attestor->name);
	if (!rc)
		rc = read_inputs(request, attestor, err);
	return rc ? rc : read_options(request, attestor, err);
}

int it_request_parse(struct intoto_request **out, struct it_span text,
		     const struct intoto_attestor *attestor, struct intoto_error **err)
{
	IT_AUTO(it_request_freep) struct intoto_request *request = calloc(1, sizeof *request);
	int rc;

	*out = NULL;
	if (!request)
		return it_err_nomem(err);
	rc = intoto_value_parse(&request->document, text.data, text.len, err);
	if (rc)
		return it_err_wrap(err, rc, "request");
	rc = read_members(request, attestor, err);
	if (rc)
		return rc;
	*out = request;
	request = NULL;
	return 0;
}

static int read_all(struct it_buf *out, int fd, struct intoto_error **err)
{
	for (;;) {
		ssize_t got;

		if (it_buf_reserve(out, 65536))
			return it_buf_check(out, "the file", err);
		got = read(fd, out->data + out->len, 65536);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_err_errno(err, errno, "read");
		if (!got)
			return 0;
		out->len += (size_t)got;
		out->data[out->len] = '\0';
	}
}

int it_request_read(struct intoto_request **out, int fd, const struct intoto_attestor *attestor,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REQUEST_MOST);
	int rc;

	*out = NULL;
	rc = read_all(&text, fd, err);
	if (rc)
		return it_err_wrap(err, rc, "request");
	return it_request_parse(out, it_buf_span(&text), attestor, err);
}

/* --- what it says --- */

size_t intoto_request_input_count(const struct intoto_request *request)
{
	return request->input_count;
}

const struct intoto_input *intoto_request_input(const struct intoto_request *request, size_t index)
{
	return index < request->input_count ? &request->inputs[index] : NULL;
}

size_t intoto_request_option_count(const struct intoto_request *request, const char *name)
{
	return intoto_value_count(intoto_value_get(request->options, name));
}

const char *intoto_request_option_at(const struct intoto_request *request, const char *name,
				     size_t index)
{
	return intoto_value_text(intoto_value_at(intoto_value_get(request->options, name), index));
}

const char *intoto_request_option(const struct intoto_request *request, const char *name)
{
	size_t count = intoto_request_option_count(request, name);

	return count ? intoto_request_option_at(request, name, count - 1) : NULL;
}

const char *intoto_request_step(const struct intoto_request *request)
{
	return request->step;
}

int64_t intoto_request_started(const struct intoto_request *request)
{
	return request->started;
}

int64_t intoto_request_finished(const struct intoto_request *request)
{
	return request->finished;
}

const char *intoto_request_folder(const struct intoto_request *request)
{
	return request->folder;
}

int intoto_request_captured(const struct intoto_request *request, const char *stream, char **bytes,
			    size_t *length, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf decoded = IT_BUF(REQUEST_MOST);
	const struct intoto_value *of =
		intoto_value_get(intoto_value_get(request->document, "captured"), stream);
	const char *text = intoto_value_text(intoto_value_get(of, "text"));

	*bytes = NULL;
	*length = 0;
	if (intoto_value_kind(of) == INTOTO_VALUE_NULL)
		return 0;
	if (!text || !it_base64_decode(&decoded, it_span_text(text)))
		return refuse(err, "captured", "base64 texts");
	*length = decoded.len;
	*bytes = it_buf_take(&decoded);
	return *bytes ? 0 : it_err_nomem(err);
}

const struct intoto_value *intoto_request_document(const struct intoto_request *request)
{
	return request->document;
}

/* --- inputs --- */

static int check_input(int fd, const struct intoto_input *input, uint64_t limit,
		       struct intoto_error **err)
{
	struct stat now;

	if (fstat(fd, &now))
		return it_err_errno(err, errno, "%s", input->name);
	if (!S_ISREG(now.st_mode))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: is no regular file", input->name);
	if ((uint64_t)now.st_size > limit)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "%s: has %jd bytes, at most %" PRIu64 " are read", input->name,
				  (intmax_t)now.st_size, limit);
	if ((uint64_t)now.st_size != input->size ||
	    (int64_t)now.st_mtim.tv_sec * 1000000000 + now.st_mtim.tv_nsec != input->modified)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: was changed while it was attested",
				  input->name);
	return 0;
}

int intoto_input_open(int *fd, const struct intoto_input *input, uint64_t limit,
		      struct intoto_error **err)
{
	int rc;

	*fd = open(input->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return it_err_errno(err, errno, "%s", input->name);
	rc = check_input(*fd, input, limit ? limit : input_most, err);
	if (rc) {
		(void)close(*fd); /* was only read */
		*fd = -1;
	}
	return rc;
}

/* The kernel's coarse clock, which stamps files, is up to a tick of 10 ms behind. */
int intoto_input_check_fresh(const struct intoto_request *request, const struct intoto_input *input,
			     struct intoto_error **err)
{
	const int64_t second = 1000000000;
	int64_t unit = input->modified % second ? second / 50 : second;
	char modified[IT_TIME_SIZE];
	char started[IT_TIME_SIZE];

	if (!request->step[0] || input->modified >= request->started - unit)
		return 0;
	it_time_format(modified, input->modified / second);
	it_time_format(started, request->started / second);
	return it_err_set(
		err, INTOTO_E_POLICY,
		"%s: was written at %s, before the step began at %s: it is of another run",
		input->name, modified, started);
}

int intoto_input_read(char **out, size_t *length, const struct intoto_input *input, uint64_t limit,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SIZE_MAX / 2);
	int fd;
	int rc;

	*out = NULL;
	*length = 0;
	rc = intoto_input_open(&fd, input, limit, err);
	if (rc)
		return rc;
	rc = read_all(&text, fd, err);
	(void)close(fd); /* was only read */
	if (rc)
		return it_err_wrap(err, rc, "%s", input->name);
	if (text.len != input->size)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: was changed while it was attested",
				  input->name);
	*length = text.len;
	*out = it_buf_take(&text);
	return *out ? 0 : it_err_nomem(err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The request, its members sorted as our writer wants them. */
#include "attest/request.h"

#include <stdio.h>

#include "base/text.h"
#include "json/where.h"
#include "json/writer.h"

enum { NUMBER_SIZE = 24, QUOTED_MAX = 4096, STREAM_MAX = 64 * 1024 * 1024 };

/* --- whether it can be asked --- */

static int refuse_option(const struct it_attest_order *order, const char *option, const char *why,
			 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf quoted = IT_BUF(QUOTED_MAX);

	it_where_quote(&quoted, it_span_text(option));
	return it_err_set(err, INTOTO_E_USAGE,
			  "attestor %s: option %s: %s ('intoto attest describe %s' lists them)",
			  order->attestor->manifest.name, it_buf_text(&quoted), why,
			  order->attestor->manifest.name);
}

static struct it_span key_of(const char *option)
{
	return it_span(option, strcspn(option, "="));
}

static int check_options(const struct it_attest_order *order, struct intoto_error **err)
{
	const struct it_strings *given = order->options;

	for (size_t i = 0; given && i < given->count; i++) {
		struct it_span key = key_of(given->items[i]);
		const struct it_manifest_option *known =
			it_manifest_option(&order->attestor->manifest, key);

		if (!given->items[i][key.len])
			return refuse_option(order, given->items[i], "want KEY=VALUE", err);
		if (!known)
			return refuse_option(order, given->items[i], "it has none of that name",
					     err);
		if (!it_utf8_valid(it_span_text(given->items[i])))
			return refuse_option(order, given->items[i], "is not UTF-8", err);
		for (size_t j = 0; !known->many && j < i; j++)
			if (it_span_eq(key, key_of(given->items[j])))
				return refuse_option(order, given->items[i],
						     "may be given once only", err);
	}
	return INTOTO_OK;
}

int it_attest_order_check(const struct it_attest_order *order, bool in_step,
			  struct intoto_error **err)
{
	const struct it_manifest *manifest = &order->attestor->manifest;

	if ((manifest->needs & IT_NEEDS_STEP) && !in_step)
		return it_err_set(err, INTOTO_E_USAGE,
				  "attestor %s: makes sense with a step only: want 'intoto run "
				  "--attest %s'",
				  manifest->name, manifest->name);
	if (order->network && !(manifest->needs & IT_NEEDS_NETWORK))
		return it_err_set(err, INTOTO_E_USAGE,
				  "attestor %s: does not ask for the network, so it gets none",
				  manifest->name);
	if (manifest->most && order->files && order->files->count > manifest->most)
		return it_err_set(err, INTOTO_E_USAGE, "attestor %s: takes at most %u files",
				  manifest->name, manifest->most);
	if (!manifest->most && order->files && order->files->count)
		return it_err_set(err, INTOTO_E_USAGE, "attestor %s: takes no file",
				  manifest->name);
	if (manifest->least && !(order->files && order->files->count))
		return it_err_set(err, INTOTO_E_USAGE, "attestor %s: wants a file: %s=FILE",
				  manifest->name, manifest->name);
	return check_options(order, err);
}

/* --- the document --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

/* Nanoseconds do not fit what some readers take for a number. */
static void write_time(struct it_writer *writer, const char *name, int64_t time)
{
	char digits[NUMBER_SIZE];

	(void)snprintf(digits, sizeof digits, "%jd", (intmax_t)time); /* fits */
	write_member(writer, name, digits);
}

static void write_artifacts(struct it_writer *writer, const char *name,
			    const struct it_artifacts *artifacts, size_t most)
{
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; artifacts && i < artifacts->count && i < most; i++) {
		it_write_object(writer);
		it_write_name(writer, "digest");
		it_digest_set_write(writer, artifacts->items[i].digests);
		write_member(writer, "name", artifacts->items[i].name);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

/* What will be recorded of a stream, bytes and all: "offset" of it in the stream is 0 here. */
static void write_stream(struct it_writer *writer, const struct it_json *byproducts,
			 const char *name)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(STREAM_MAX);
	IT_AUTO(it_buf_done) struct it_buf length = IT_BUF(NUMBER_SIZE);
	struct it_span captured = it_json_text(it_json_get(byproducts, name));

	if (!captured.data)
		return;
	(void)it_buf_printf(&length, "%s-length", name); /* short */
	it_base64_encode(&text, captured);
	if (text.failed)
		writer->out->failed = text.failed;
	it_write_name(writer, name);
	it_write_object(writer);
	it_write_name(writer, "cut");
	it_write_bool(writer, it_json_get(byproducts, it_buf_text(&length)) != NULL);
	it_write_name(writer, "offset");
	it_write_int(writer, 0);
	it_write_name(writer, "text");
	it_write_text_span(writer, it_buf_span(&text));
	it_write_object_end(writer);
}

static void write_inputs(struct it_writer *writer, const struct it_attest_inputs *inputs)
{
	it_write_name(writer, "inputs");
	it_write_list(writer);
	for (size_t i = 0; i < inputs->count; i++) {
		const struct it_attest_input *input = &inputs->items[i];

		it_write_object(writer);
		write_time(writer, "modified", it_attest_input_modified(input));
		write_member(writer, "name", input->name);
		write_member(writer, "path", input->path);
		write_member(writer, "sha256", input->sha256);
		it_write_name(writer, "size");
		it_write_int(writer, input->about.st_size);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static int sort_keys(struct it_strings *out, const struct it_strings *options,
		     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < options->count; i++) {
		IT_AUTO(it_freep)
		char *key = strndup(options->items[i], key_of(options->items[i]).len);

		if (!key)
			return it_err_nomem(err);
		if (!it_strings_has(out, key))
			rc = it_strings_add(out, key, err);
	}
	it_strings_sort(out);
	return rc;
}

static void write_options(struct it_writer *writer, const struct it_strings *options,
			  const struct it_strings *keys)
{
	it_write_name(writer, "options");
	it_write_object(writer);
	for (size_t i = 0; i < keys->count; i++) {
		it_write_name(writer, keys->items[i]);
		it_write_list(writer);
		for (size_t j = 0; j < options->count; j++) {
			struct it_span key = key_of(options->items[j]);

			if (it_span_is(key, keys->items[i]))
				it_write_text(writer, options->items[j] + key.len + 1);
		}
		it_write_list_end(writer);
	}
	it_write_object_end(writer);
}

static void write_step(struct it_writer *writer, const struct it_attest_step *step)
{
	it_write_name(writer, "step");
	if (!step) {
		it_write_null(writer);
		return;
	}
	it_write_object(writer);
	it_write_name(writer, "command");
	it_write_list(writer);
	for (size_t i = 0; step->command && i < step->command->count; i++)
		it_write_text(writer, step->command->items[i]);
	it_write_list_end(writer);
	write_time(writer, "finished", step->finished);
	write_member(writer, "name", step->name);
	write_time(writer, "started", step->started);
	it_write_name(writer, "status");
	it_write_int(writer, step->status);
	it_write_object_end(writer);
}

static void write_captured(struct it_writer *writer, const struct it_attest_step *step)
{
	it_write_name(writer, "captured");
	it_write_object(writer);
	write_stream(writer, step->byproducts, "stderr");
	write_stream(writer, step->byproducts, "stdout");
	it_write_object_end(writer);
}

int it_attest_request(struct it_buf *out, const struct it_attest_order *order,
		      const struct it_attest_inputs *inputs, const struct it_attest_step *step,
		      const struct it_artifacts *subjects, const char *folder,
		      struct intoto_error **err)
{
	const struct it_manifest *manifest = &order->attestor->manifest;
	const struct it_strings none = { 0 };
	const struct it_strings *options = order->options ? order->options : &none;
	IT_AUTO(it_strings_done) struct it_strings keys = { 0 };
	bool artifacts = step && (manifest->needs & IT_NEEDS_ARTIFACTS);
	struct it_writer writer;
	int rc = sort_keys(&keys, options, err);

	if (rc)
		return rc;
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	if (step && (manifest->needs & IT_NEEDS_OUTPUT))
		write_captured(&writer, step);
	it_write_name(&writer, "deadline");
	it_write_int(&writer, manifest->seconds);
	write_member(&writer, "folder", folder);
	write_inputs(&writer, inputs);
	if (artifacts)
		write_artifacts(&writer, "materials", step->materials, SIZE_MAX);
	it_write_name(&writer, "network");
	it_write_bool(&writer, order->network);
	write_options(&writer, options, &keys);
	if (artifacts)
		write_artifacts(&writer, "products", step->products, SIZE_MAX);
	it_write_name(&writer, "protocol");
	it_write_int(&writer, IT_ATTEST_PROTOCOL);
	write_step(&writer, step);
	write_artifacts(&writer, "subjects", subjects, IT_REQUEST_SUBJECTS_MAX);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	return it_err_wrap(err, rc, "the request to attestor %s", manifest->name);
}

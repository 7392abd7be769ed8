/* SPDX-License-Identifier: Apache-2.0 */
/* Writing runtime traces (attestation framework v1, predicate "runtime-trace" v0.1). */
#include "model/runtime_trace.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/digest_set.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"

enum { URI_MAX = 16 * 1024, KEYID_SHOWN = 8 };

void it_file_uri(struct it_buf *out, const char *path)
{
	static const char digits[] = "0123456789ABCDEF";

	(void)it_buf_add_text(out, "file://"); /* sticks in out, as what follows */
	for (; *path; path++) {
		unsigned char byte = (unsigned char)*path;

		/* RFC 3986 section 2.3, and the slash between segments. */
		if (byte < 0x80 && (isalnum(byte) || strchr("-._~/", byte))) {
			(void)it_buf_add_byte(out, *path);
			continue;
		}
		(void)it_buf_add_byte(out, '%');
		(void)it_buf_add_byte(out, digits[byte >> 4]);
		(void)it_buf_add_byte(out, digits[byte & 15]);
	}
}

static void write_uri(struct it_writer *writer, const char *name, const char *path)
{
	IT_AUTO(it_buf_done) struct it_buf uri = IT_BUF(URI_MAX);

	it_file_uri(&uri, path);
	if (uri.failed)
		writer->out->failed = uri.failed;
	if (name)
		it_write_name(writer, name);
	it_write_text(writer, it_buf_text(&uri));
}

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_count(struct it_writer *writer, const char *name, uint64_t count)
{
	it_write_name(writer, name);
	it_write_int(writer, count > INT64_MAX ? INT64_MAX : (int64_t)count);
}

/* --- the log --- */

static void write_touches(struct it_writer *writer, const struct it_runtime_trace *trace,
			  unsigned touches)
{
	it_write_name(writer, "accessed");
	it_write_list(writer);
	for (size_t i = 0; trace->touch_words[i]; i++)
		if (touches & (1U << i))
			it_write_text(writer, trace->touch_words[i]);
	it_write_list_end(writer);
}

static void write_file(struct it_writer *writer, const struct it_runtime_trace *trace,
		       const struct it_runtime_file *file)
{
	bool is_text = it_utf8_valid(it_span_text(file->path));

	it_write_object(writer);
	it_write_name(writer, "annotations");
	it_write_object(writer);
	write_touches(writer, trace, file->touches);
	write_count(writer, "events", file->events);
	if (file->real)
		write_uri(writer, "resolved", file->real);
	write_member(writer, "state", file->state);
	it_write_object_end(writer);
	if (file->digests) {
		it_write_name(writer, "digest");
		it_digest_set_write(writer, file->digests);
	}
	if (is_text)
		write_member(writer, "name", file->path);
	if (!is_text || !file->digests)
		write_uri(writer, "uri", file->path);
	it_write_object_end(writer);
}

static void write_files(struct it_writer *writer, const struct it_runtime_trace *trace)
{
	it_write_name(writer, "fileAccess");
	it_write_list(writer);
	for (size_t i = 0; i < trace->file_count && !writer->out->failed; i++) {
		struct it_runtime_file file = { 0 };

		trace->file(trace->arg, i, &file);
		write_file(writer, trace, &file);
	}
	it_write_list_end(writer);
}

static void write_network(struct it_writer *writer, const struct it_runtime_trace *trace)
{
	it_write_name(writer, "network");
	it_write_list(writer);
	for (size_t i = 0; i < trace->address_count; i++) {
		struct it_runtime_address address = { 0 };

		trace->address(trace->arg, i, &address);
		it_write_object(writer);
		write_member(writer, "address", address.address);
		write_count(writer, "events", address.events);
		write_member(writer, "operation", address.operation);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_process(struct it_writer *writer, const struct it_runtime_process *process)
{
	it_write_object(writer);
	if (process->parent) {
		it_write_name(writer, "parent");
		it_write_int(writer, process->parent);
	}
	it_write_name(writer, "pid");
	it_write_int(writer, process->pid);
	if (process->program && it_utf8_valid(it_span_text(process->program)))
		write_member(writer, "program", process->program);
	else if (process->program)
		write_uri(writer, "programUri", process->program);
	it_write_object_end(writer);
}

static void write_processes(struct it_writer *writer, const struct it_runtime_trace *trace)
{
	it_write_name(writer, "process");
	it_write_list(writer);
	for (size_t i = 0; i < trace->process_count && !writer->out->failed; i++) {
		struct it_runtime_process process = { 0 };

		trace->process(trace->arg, i, &process);
		write_process(writer, &process);
	}
	it_write_list_end(writer);
}

static void write_log(struct it_writer *writer, const struct it_runtime_trace *trace)
{
	it_write_name(writer, "monitorLog");
	it_write_object(writer);
	write_files(writer, trace);
	if (trace->network_seen)
		write_network(writer, trace);
	write_processes(writer, trace);
	it_write_object_end(writer);
}

/* --- around it --- */

static void write_time(struct it_writer *writer, const char *name, int64_t seconds)
{
	char time[IT_TIME_SIZE];

	it_time_format(time, seconds);
	write_member(writer, name, time);
}

static void write_monitor(struct it_writer *writer, const struct it_runtime_trace *trace)
{
	it_write_name(writer, "monitor");
	it_write_object(writer);
	it_write_name(writer, "tracePolicy");
	it_write_object(writer);
	it_write_name(writer, "folders");
	it_write_list(writer);
	for (size_t i = 0; trace->folders && i < trace->folders->count; i++)
		write_uri(writer, NULL, trace->folders->items[i]);
	it_write_list_end(writer);
	write_member(writer, "mechanism", trace->mechanism);
	write_member(writer, "tier", trace->tier);
	it_write_object_end(writer);
	write_member(writer, "type", IT_RUNTIME_TRACE_MONITOR);
	it_write_object_end(writer);
}

void it_runtime_trace_write(struct it_writer *writer, const struct it_runtime_trace *trace)
{
	it_write_object(writer);
	it_write_name(writer, "intotoCompleteness");
	it_write_value(writer, trace->completeness);
	it_write_name(writer, "metadata");
	it_write_object(writer);
	write_time(writer, "buildFinishedOn", trace->finished);
	write_time(writer, "buildStartedOn", trace->started);
	it_write_object_end(writer);
	write_monitor(writer, trace);
	write_log(writer, trace);
	it_write_name(writer, "monitoredProcess");
	it_write_object(writer);
	write_member(writer, "event", trace->step);
	write_member(writer, "hostID", trace->host);
	write_member(writer, "type", IT_RUNTIME_TRACE_PROCESS);
	it_write_object_end(writer);
	it_write_object_end(writer);
}

static void write_subjects(struct it_writer *writer, const struct it_artifacts *subjects)
{
	it_write_name(writer, "subject");
	it_write_list(writer);
	for (size_t i = 0; i < subjects->count; i++) {
		it_write_object(writer);
		it_write_name(writer, "digest");
		it_digest_set_write(writer, subjects->items[i].digests);
		write_member(writer, "name", subjects->items[i].name);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

void it_runtime_trace_write_statement(struct it_writer *writer, const void *arg)
{
	const struct it_runtime_trace *trace = arg;

	it_write_object(writer);
	write_member(writer, "_type", STATEMENT_TYPE);
	it_write_name(writer, "predicate");
	it_runtime_trace_write(writer, trace);
	write_member(writer, "predicateType", IT_RUNTIME_TRACE_TYPE);
	write_subjects(writer, trace->subjects);
	it_write_object_end(writer);
}

char *it_runtime_trace_file_name(const char *step, const char *keyid)
{
	char *name = NULL;

	if (asprintf(&name, "%s.%.*s" IT_RUNTIME_TRACE_SUFFIX, step, (int)KEYID_SHOWN, keyid) < 0)
		return NULL;
	return name;
}

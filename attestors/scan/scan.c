/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of vulnerability scanners as https://in-toto.io/attestation/vulns/v0.2. */
#include "attestors/scan/scan.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char scan_predicate[] = "https://in-toto.io/attestation/vulns/v0.2";

enum {
	REASON_SIZE = 400,
};

/* --- for the formats --- */

int scan_write(struct scan *scan, struct scan_finding *finding, struct intoto_error **err)
{
	scan->findings++;
	return scan_finding_write(finding, scan->out, err);
}

int scan_incomplete(struct scan *scan, struct intoto_error **err, const char *format, ...)
{
	char text[REASON_SIZE];
	va_list args;

	scan->incomplete = true;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); /* a longer reason is cut */
	va_end(args);
	for (size_t i = 0; i < scan->reason_count; i++)
		if (intoto_text_same(scan->reasons[i], text))
			return 0;
	if (scan->reason_count == SCAN_REASONS_MOST)
		return 0; /* it is incomplete, and the first twenty reasons say why */
	scan->reasons[scan->reason_count] = strdup(text);
	if (!scan->reasons[scan->reason_count])
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	scan->reason_count++;
	return intoto_answer_note(scan->answer, err, "%s: incomplete: %s", scan->input->name, text);
}

const char *scan_keep(struct scan *scan, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (!copy)
		return NULL;
	if (scan->owned_count == scan->owned_room) {
		size_t room = scan->owned_room ? scan->owned_room * 2 : 64;
		char **owned = realloc(scan->owned, room * sizeof *owned);

		if (!owned) {
			free(copy);
			return NULL;
		}
		scan->owned = owned;
		scan->owned_room = room;
	}
	return scan->owned[scan->owned_count++] = copy;
}

void scan_time(int64_t *out, const char *text)
{
	int64_t time;

	/* Go writes year 1 for a time that was never set. */
	if (intoto_time_parse(&time, text) && time > 0)
		*out = time;
}

int scan_refuse(const struct scan *scan, struct intoto_error **err, const char *where,
		const char *want)
{
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s[%" PRIu64 "]: want %s", where,
				    scan->elements, want);
}

int scan_read(struct scan *scan, intoto_event_fn *each, void *arg, struct intoto_error **err)
{
	struct intoto_error *why = NULL;
	int fd;
	int rc = intoto_input_open(&fd, scan->input, 0, err);

	if (rc)
		return rc;
	rc = intoto_events_read(fd, NULL, each, arg, &why);
	(void)close(fd); /* was only read */
	if (!rc)
		return 0;
	rc = intoto_attestor_fail(err, (enum intoto_code)rc, "%s: %s", scan->input->name,
				  intoto_error_text(why));
	intoto_error_free(why);
	return rc;
}

/* --- the predicate --- */

static void write_time(struct intoto_json_out *out, const char *name, int64_t time)
{
	char text[INTOTO_TIME_SIZE];

	intoto_time_format(text, time);
	intoto_out_member(out, name, text);
}

static void write_database(struct scan *scan)
{
	const struct scan_database *database = &scan->database;

	if (!database->uri && !database->version && !database->updated)
		return;
	intoto_out_name(scan->out, "db");
	intoto_out_object(scan->out);
	intoto_out_member(scan->out, "uri", database->uri);
	intoto_out_member(scan->out, "version", database->version);
	if (database->updated)
		write_time(scan->out, "lastUpdate", database->updated);
	intoto_out_object_end(scan->out);
}

static void write_incomplete(struct scan *scan)
{
	intoto_out_name(scan->out, "intotoComplete");
	intoto_out_bool(scan->out, !scan->incomplete);
	if (!scan->reason_count)
		return;
	intoto_out_name(scan->out, "intotoIncomplete");
	intoto_out_list(scan->out);
	for (size_t i = 0; i < scan->reason_count; i++)
		intoto_out_text(scan->out, scan->reasons[i]);
	intoto_out_list_end(scan->out);
}

/* The report's own times; where it has none, the time of the file, and the predicate says which. */
static void write_metadata(struct scan *scan)
{
	int64_t finished = scan->finished ? scan->finished : scan->input->modified;

	intoto_out_name(scan->out, "metadata");
	intoto_out_object(scan->out);
	write_time(scan->out, "scanStartedOn", scan->started ? scan->started : finished);
	write_time(scan->out, "scanFinishedOn", finished);
	intoto_out_member(scan->out, "intotoTimes", scan->finished ? "report" : "file");
	write_incomplete(scan);
	intoto_out_member(scan->out, "intotoFormat", scan->format->name);
	if (!scan->database.updated)
		intoto_out_member(scan->out, "intotoDatabase", "unknown");
	intoto_out_object_end(scan->out);
}

static int write_results(struct scan *scan, struct intoto_error **err)
{
	int rc;

	intoto_out_name(scan->out, "scanner");
	intoto_out_object(scan->out);
	intoto_out_name(scan->out, "result");
	intoto_out_list(scan->out);
	rc = scan_read(scan, scan->format->each, scan, err);
	if (!rc && scan->format->finish)
		rc = scan->format->finish(scan, err);
	if (rc)
		return rc;
	intoto_out_list_end(scan->out);
	intoto_out_member(scan->out, "uri", scan->uri ? scan->uri : scan->format->scanner);
	intoto_out_member(scan->out, "name", scan->scanner);
	intoto_out_member(scan->out, "version", scan->version);
	write_database(scan);
	intoto_out_object_end(scan->out);
	return 0;
}

static int write_predicate(struct scan *scan, struct intoto_error **err)
{
	int rc = 0;

	if (scan->format->prepare)
		rc = scan_read(scan, scan->format->prepare, scan, err);
	if (!rc)
		rc = intoto_answer_begin(scan->answer, scan_predicate, &scan->out, err);
	if (rc)
		return rc;
	intoto_out_object(scan->out);
	rc = write_results(scan, err);
	if (rc)
		return rc;
	write_metadata(scan);
	intoto_out_object_end(scan->out);
	return intoto_answer_end(scan->answer, err);
}

static void done(struct scan *scan)
{
	if (scan->format && scan->format->done)
		scan->format->done(scan);
	for (size_t i = 0; i < scan->reason_count; i++)
		free(scan->reasons[i]);
	for (size_t i = 0; i < scan->owned_count; i++)
		free(scan->owned[i]);
	free(scan->owned);
}

/* --- several inputs --- */

/* "trivy version --format json" */
static int read_database(void *arg, const struct intoto_value *value, struct intoto_error **err)
{
	struct scan_database *database = arg;

	(void)err;
	scan_time(&database->updated, scan_text(value, "UpdatedAt"));
	return 0;
}

static int look_for_database(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	if (event->end || !event->depth)
		return 0;
	if (intoto_text_same(event->path, "VulnerabilityDB"))
		return intoto_events_collect(event, read_database, arg, err);
	return event->kind == INTOTO_VALUE_OBJECT || event->kind == INTOTO_VALUE_LIST
		       ? INTOTO_EVENT_SKIP
		       : 0;
}

static int check_fresh(const struct scan *scan, struct intoto_error **err)
{
	const char *allow = intoto_request_option(scan->request, "allow-stale");

	if (allow && !intoto_text_same(allow, "yes"))
		return intoto_attestor_fail(err, INTOTO_E_USAGE, "option allow-stale: want yes");
	return allow ? 0 : intoto_input_check_fresh(scan->request, scan->input, err);
}

static int attest_one(struct scan *scan, const struct scan_database *database,
		      struct intoto_error **err)
{
	bool is_database;
	int rc = scan_detect(scan, &is_database, err);

	if (rc || is_database)
		return rc;
	rc = check_fresh(scan, err);
	if (!rc && scan->format == &scan_format_trivy)
		scan->database = *database;
	return rc ? rc : write_predicate(scan, err);
}

/* Which inputs are no reports but say how old Trivy's database is. */
static int find_database(const struct intoto_request *request, struct intoto_answer *answer,
			 struct scan_database *database, struct intoto_error **err)
{
	size_t count = intoto_request_input_count(request);
	size_t databases = 0;
	int rc = 0;

	for (size_t i = 0; i < count && !rc && !intoto_request_option(request, "as"); i++) {
		struct scan scan = { .request = request, .answer = answer };
		bool is_database;

		scan.input = intoto_request_input(request, i);
		rc = scan_detect(&scan, &is_database, err);
		if (!rc && is_database) {
			databases++;
			rc = scan_read(&scan, look_for_database, database, err);
		}
		done(&scan);
	}
	if (!rc && databases && databases == count)
		rc = intoto_attestor_fail(err, INTOTO_E_FORMAT,
					  "only the version of Trivy, and no report of it");
	return rc;
}

int scan_attest(const struct intoto_request *request, struct intoto_answer *answer,
		struct intoto_error **err)
{
	size_t count = intoto_request_input_count(request);
	struct scan_database database = { 0 };
	int rc = 0;

	if (count > 1)
		rc = find_database(request, answer, &database, err);
	for (size_t i = 0; i < count && !rc; i++) {
		struct scan scan = { .request = request, .answer = answer };

		scan.input = intoto_request_input(request, i);
		rc = attest_one(&scan, &database, err);
		done(&scan);
	}
	return rc;
}

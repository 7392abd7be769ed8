/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of vulnerability scanners as https://in-toto.io/attestation/vulns/v0.2. */
#include <intoto/attestor.h>

#include <unistd.h>

static const char predicate[] = "https://in-toto.io/attestation/vulns/v0.2";

struct reading {
	struct intoto_json_out *out;
	char name[64];
	char version[64];
};

static int write_match(void *arg, const struct intoto_value *match, struct intoto_error **err)
{
	const struct intoto_value *found = intoto_value_get(match, "vulnerability");
	const char *id = intoto_value_text(intoto_value_get(found, "id"));
	const char *band = intoto_value_text(intoto_value_get(found, "severity"));
	struct reading *reading = arg;

	if (!id || !band)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "matches[].vulnerability: want an id and a severity");
	intoto_out_object(reading->out);
	intoto_out_member(reading->out, "id", id);
	intoto_out_name(reading->out, "severity");
	intoto_out_list(reading->out);
	intoto_out_object(reading->out);
	intoto_out_member(reading->out, "method", "vendor");
	intoto_out_member(reading->out, "score", band);
	intoto_out_object_end(reading->out);
	intoto_out_list_end(reading->out);
	intoto_out_object_end(reading->out);
	return 0;
}

static int each(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct reading *reading = arg;

	if (!event->depth || intoto_text_same(event->path, "matches"))
		return 0;
	if (intoto_text_same(event->path, "matches/[]") && !event->end)
		return intoto_events_collect(event, write_match, reading, err);
	return event->end ? 0 : INTOTO_EVENT_SKIP;
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	struct reading reading = { 0 };
	int fd;
	int rc = intoto_input_open(&fd, intoto_request_input(request, 0), 0, err);

	if (rc)
		return rc;
	rc = intoto_answer_begin(answer, predicate, &reading.out, err);
	if (!rc) {
		intoto_out_object(reading.out);
		intoto_out_name(reading.out, "scanner");
		intoto_out_object(reading.out);
		intoto_out_name(reading.out, "result");
		intoto_out_list(reading.out);
		rc = intoto_events_read(fd, NULL, each, &reading, err);
		intoto_out_list_end(reading.out);
		intoto_out_object_end(reading.out);
		intoto_out_object_end(reading.out);
	}
	(void)close(fd); /* was only read */
	return rc ? rc : intoto_answer_end(answer, err);
}

int main(int argc, char **argv)
{
	static const char *const predicates[] = { predicate, NULL };
	static const struct intoto_attestor scan = {
		.name = "scan",
		.summary = "the report of a vulnerability scanner",
		.predicates = predicates,
		.inputs_least = 1,
		.inputs_most = 1,
		.attest = attest,
	};

	return intoto_attestor_main(argc, argv, &scan);
}

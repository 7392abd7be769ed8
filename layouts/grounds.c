/* SPDX-License-Identifier: Apache-2.0 */
/* The report's inputs and exceptions as members of statements about the verdict. */
#include "layouts/grounds.h"

#include <stdlib.h>

#include "base/text.h"
#include "layouts/report_place.h"

enum { URI_LIMIT = 1024 * 1024, DIGESTS_LIMIT = 4096 };

void it_grounds_done(struct it_grounds *grounds)
{
	free(grounds->inputs);
	free(grounds->excuses);
	it_strings_done(&grounds->texts);
	*grounds = (struct it_grounds){ 0 };
}

/* "file:PATH", and the line of a bundle as its fragment. */
static void add_uri(struct it_buf *out, const char *path)
{
	uint64_t line;
	struct it_span file = it_report_input_path(path, &line);

	if (*path != '/')
		(void)it_buf_add_text(out, "file:"); /* sticks in out, as the rest */
	it_report_place_uri(out, file);
	if (line)
		(void)it_buf_printf(out, "#%llu", (unsigned long long)line);
}

static int add_input(struct it_grounds *grounds, const struct it_report_input *input,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf uri = IT_BUF(URI_LIMIT);
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(DIGESTS_LIMIT);
	int rc;

	add_uri(&uri, input->uri);
	(void)it_buf_printf(&digest, "sha256:%s", input->sha256); /* looked at below */
	rc = it_buf_check(&uri, "uri", err);
	if (!rc)
		rc = it_buf_check(&digest, "digest", err);
	if (!rc)
		rc = it_strings_add(&grounds->texts, it_buf_text(&uri), err);
	return rc ? rc : it_strings_add(&grounds->texts, it_buf_text(&digest), err);
}

static int find_inputs(struct it_grounds *grounds, const struct intoto_report *report,
		       struct intoto_error **err)
{
	size_t count = it_report_input_count(report);
	int rc = INTOTO_OK;

	grounds->inputs = calloc(count + 1, sizeof *grounds->inputs);
	if (!grounds->inputs)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = add_input(grounds, it_report_input_at(report, i), err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_resource source = { .uri = grounds->texts.items[2 * i],
					      .digests = grounds->texts.items[2 * i + 1] };

		if (it_streq(it_report_input_at(report, i)->uri, it_report_layout(report)))
			grounds->policy = source;
		else
			grounds->inputs[grounds->input_count++] = source;
	}
	if (!rc && !grounds->policy.digests)
		rc = it_err_set(err, INTOTO_E_INTERNAL, "the report does not name its layout");
	return rc;
}

/* Nobody who reads a pass shall miss that something was excused. */
static int find_excuses(struct it_grounds *grounds, const struct intoto_report *report,
			struct intoto_error **err)
{
	size_t count = it_report_exception_count(report);

	grounds->excuses = calloc(count + 1, sizeof *grounds->excuses);
	if (!grounds->excuses)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		const struct it_report_exception *used = it_report_exception_at(report, i);

		grounds->excuses[grounds->excuse_count++] =
			(struct it_excuse){ used->id,	  used->owner,	 used->reason,
					    used->ticket, used->expires, used->uri };
	}
	return INTOTO_OK;
}

int it_grounds_find(struct it_grounds *grounds, const struct intoto_report *report,
		    const char *policy_uri, struct intoto_error **err)
{
	int rc = find_inputs(grounds, report, err);

	if (rc)
		return rc;
	if (policy_uri)
		grounds->policy.uri = policy_uri;
	return find_excuses(grounds, report, err);
}

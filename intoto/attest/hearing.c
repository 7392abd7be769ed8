/* SPDX-License-Identifier: Apache-2.0 */
/* From an order to an answer that holds, or to a reason. */
#include "attest/hearing.h"

#include <stdio.h>
#include <unistd.h>

#include "attest/environment.h"
#include "attest/places.h"
#include "base/clock.h"
#include "base/text.h"
#include "json/json.h"

enum { PROCESSES_WITH_PROGRAMS = 512, MASKED_MAX = 1024 * 1024 };

void it_hearing_done(struct it_hearing *hearing)
{
	it_attest_inputs_done(&hearing->inputs);
	it_answer_done(&hearing->answer);
	it_buf_done(&hearing->said);
	it_strings_done(&hearing->masked);
	free(hearing->reason);
	hearing->reason = NULL;
}

/* --- one attempt --- */

static int gather(struct it_hearing *hearing, struct intoto_error **err)
{
	const struct it_strings *files = hearing->order->files;
	const struct it_manifest *manifest = &hearing->order->attestor->manifest;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && files && i < files->count; i++)
		rc = it_attest_inputs_add(&hearing->inputs, files->items[i], err);
	if (!rc && hearing->inputs.count > manifest->most)
		rc = it_err_set(err, INTOTO_E_LIMIT, "takes at most %u files, found %zu",
				manifest->most, hearing->inputs.count);
	if (!rc && hearing->inputs.count < manifest->least)
		rc = it_err_set(err, INTOTO_E_LIMIT, "wants at least %u files, found %zu",
				manifest->least, hearing->inputs.count);
	return rc;
}

/* Root that looks at a folder of its own would lose the right to, as somebody else. */
static void choose_user(struct it_door_spec *spec, const struct it_hearing *hearing)
{
	const struct it_attestor *attestor = hearing->order->attestor;
	const struct it_strings *paths = hearing->order->paths;
	enum it_attest_reach reach = it_attest_inputs_reach(&hearing->inputs);
	enum it_attest_reach program = it_attest_reach_of(attestor->path);

	if ((attestor->manifest.needs & IT_NEEDS_FOLDER) || (paths && paths->count) ||
	    !(attestor->about.st_mode & S_IXOTH))
		return;
	it_door_choose_user(spec, program < reach ? program : reach);
}

static int ask(struct it_hearing *hearing, const struct it_hearing_options *options,
	       struct it_door_result *result, struct intoto_error **err)
{
	const struct it_attest_order *order = hearing->order;
	const struct it_manifest *manifest = &order->attestor->manifest;
	IT_AUTO(it_attest_places_done) struct it_attest_places places = { 0 };
	IT_AUTO(it_strings_done) struct it_strings environment = { 0 };
	IT_AUTO(it_buf_done) struct it_buf request = IT_BUF(IT_REQUEST_BYTES_MAX);
	struct it_door_spec spec = {
		.program = order->attestor->path,
		.word = "attest",
		.folder = manifest->needs & IT_NEEDS_FOLDER ? options->folder : "/",
		.network = order->network,
		.best_effort = options->best_effort,
		.writes = manifest->needs & IT_NEEDS_PROGRAMS,
		.memory = manifest->memory,
		.processes = manifest->needs & IT_NEEDS_PROGRAMS ? PROCESSES_WITH_PROGRAMS : 0,
		.seconds = manifest->seconds,
		.output = manifest->output,
	};
	int rc = it_attest_places_fill(&places, order, &hearing->inputs, options->folder,
				       options->hidden, err);

	if (!rc)
		rc = it_attest_environment(&environment, manifest, order->granted, err);
	if (!rc)
		rc = it_attest_request(&request, order, &hearing->inputs, options->step,
				       options->subjects, options->folder, err);
	if (rc)
		return rc;
	choose_user(&spec, hearing);
	spec.environment = environment.items;
	spec.shown = places.items;
	spec.shown_count = places.count;
	spec.input = it_buf_span(&request);
	rc = it_door_run(result, &spec, err);
	hearing->level = result->level;
	return rc ? rc : it_door_judge(result, &spec, err);
}

static int hear(struct it_hearing *hearing, const struct it_hearing_options *options,
		struct intoto_error **err)
{
	IT_AUTO(it_door_result_done)
	struct it_door_result result = { .output = IT_BUF(0), .said = IT_BUF(0) };
	const struct it_attestor *attestor = hearing->order->attestor;
	int rc = gather(hearing, err);

	if (!rc)
		rc = it_attestor_check_unchanged(attestor, err);
	if (!rc)
		rc = ask(hearing, options, &result, err);
	hearing->said = result.said;
	result.said = (struct it_buf)IT_BUF(0); /* now the hearing's */
	if (!rc)
		rc = it_attestor_check_unchanged(attestor, err);
	if (!rc)
		rc = it_attest_inputs_check_unchanged(&hearing->inputs, err);
	if (!rc)
		rc = it_answer_take(&hearing->answer, &result.output, &attestor->manifest, err);
	return rc;
}

/* --- what must not be signed --- */

static int mask_text(char **text, struct it_secrets *secrets, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf masked = IT_BUF(MASKED_MAX);
	char *taken;

	if (!*text || !it_secrets_mask(&masked, it_span_text(*text), secrets))
		return INTOTO_OK;
	taken = it_buf_take(&masked);
	if (!taken)
		return it_err_nomem(err);
	free(*text);
	*text = taken;
	return INTOTO_OK;
}

static int mask_predicates(struct it_answer *answer, struct it_secrets *secrets,
			   struct intoto_error **err)
{
	for (size_t i = 0; i < answer->count; i++) {
		struct it_answer_statement *statement = &answer->statements[i];

		statement->masked.max = IT_JSON_BYTES_MAX;
		if (!it_secrets_mask_json(&statement->masked, statement->predicate, secrets))
			continue;
		if (statement->masked.failed)
			return it_buf_check(&statement->masked, "a predicate", err);
		statement->predicate = it_buf_span(&statement->masked);
	}
	return INTOTO_OK;
}

static int mask(struct it_hearing *hearing, struct it_secrets *secrets, struct intoto_error **err)
{
	struct it_strings *notes = &hearing->answer.notes;
	int rc;

	it_secrets_reset(secrets);
	rc = mask_text(&hearing->reason, secrets, err);
	for (size_t i = 0; !rc && i < notes->count; i++)
		rc = mask_text(&notes->items[i], secrets, err);
	if (!rc)
		rc = mask_predicates(&hearing->answer, secrets, err);
	for (size_t i = 0; !rc && i < secrets->count; i++)
		if (secrets->items[i].found)
			rc = it_strings_add(&hearing->masked, secrets->items[i].name, err);
	it_strings_sort(&hearing->masked);
	return rc;
}

static int conclude(struct it_hearing *hearing, int rc, const char *why, struct intoto_error **err)
{
	if (!rc && !hearing->answer.failed)
		return INTOTO_OK;
	hearing->failed = true;
	hearing->own_words = !rc;
	hearing->reason = strdup(rc ? why : hearing->answer.reason);
	return hearing->reason ? INTOTO_OK : it_err_nomem(err);
}

int it_hearing_hold(struct it_hearing *hearing, const struct it_attest_order *order,
		    const struct it_hearing_options *options, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const char *name = order->attestor->manifest.name;
	int rc;

	*hearing = (struct it_hearing){ .order = order, .started = it_clock_now() };
	rc = hear(hearing, options, &why);
	hearing->finished = it_clock_now();
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc == INTOTO_E_UNSUPPORTED && !hearing->answer.text.len)
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "attestor %s: %s", name,
				  intoto_error_text(why));
	rc = conclude(hearing, rc, intoto_error_text(why), err);
	return rc || !options->secrets ? rc : mask(hearing, options->secrets, err);
}

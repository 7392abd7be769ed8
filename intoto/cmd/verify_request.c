/* SPDX-License-Identifier: Apache-2.0 */
/* From the words that decide whether a chain passes to the request that the library understands. */
#include "cmd/verify_request.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/key.h"
#include "layouts/allowances.h"

enum {
	TIMEOUT_MAX_SECONDS = 365 * 24 * 3600,
	PROCESSES_MAX = 1000 * 1000,
	/* More than the Python tool's 10: a sandbox is set up, and machines of CI are slow. */
	SANDBOX_TIMEOUT_SECONDS = 60,
};
#define SANDBOX_MEMORY (UINT64_C(4) << 30)

const char *const it_chain_allow_words[] = { "bad-glob",	   "disagreement",   "empty-layout",
					     "failed-step",	   "name-mismatch",  "no-expiry",
					     "unnamed-provenance", "zero-threshold", NULL };
const char *const it_chain_inspection_words[] = { "sandbox", "host", "refuse", NULL };
const char *const it_chain_key_type_words[] = { "rsa", "ecdsa", "ed25519", NULL };

void it_verify_request_done(struct it_verify_request *request)
{
	for (size_t i = 0; i < request->key_count; i++)
		intoto_key_free(request->keys[i]);
	free(request->keys);
	free(request->parameters);
	it_strings_done(&request->names);
	it_strings_done(&request->registry);
}

static int load_keys(struct it_verify_request *request, const struct it_strings *paths,
		     struct intoto_error **err)
{
	for (size_t i = 0; i < paths->count; i++) {
		int rc = intoto_key_load(&request->keys[request->key_count], paths->items[i], NULL,
					 NULL, err);

		if (rc)
			return rc;
		request->key_count++;
	}
	return INTOTO_OK;
}

static int load_gpg_keys(struct it_verify_request *request, const struct it_chain_words *words,
			 struct intoto_error **err)
{
	int rc = it_gpg_check(words->gpg.count > 0, false, words->gpg_home, err);

	for (size_t i = 0; !rc && i < words->gpg.count; i++) {
		rc = it_gpg_key(&request->keys[request->key_count], words->gpg.items[i],
				words->gpg_home, err);
		request->key_count += rc == INTOTO_OK;
	}
	return rc;
}

/* The types say nothing that the files do not, but a wrong one is a mistake worth telling. */
static int check_key_types(const struct it_verify_request *request,
			   const struct it_chain_words *words, struct intoto_error **err)
{
	size_t first = words->verification_keys.count;

	if (!words->key_types.count)
		return INTOTO_OK;
	if (words->key_types.count != words->layout_keys.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--key-types: want one for each of the %zu --layout-keys, found "
				  "%zu",
				  words->layout_keys.count, words->key_types.count);
	for (size_t i = 0; i < words->key_types.count; i++) {
		const char *type = intoto_key_type(request->keys[first + i]);

		if (!it_streq(type, words->key_types.items[i]))
			return it_err_set(
				err, INTOTO_E_USAGE, "%s: want a key of type %s, found %s",
				words->layout_keys.items[i], words->key_types.items[i], type);
	}
	return INTOTO_OK;
}

static int read_keys(struct it_verify_request *request, const struct it_chain_words *words,
		     struct intoto_error **err)
{
	size_t count = words->verification_keys.count + words->layout_keys.count + words->gpg.count;
	int rc;

	if (!count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want the public key of whoever signed the layout "
				  "(--verification-keys FILE..., or --gpg KEYID...)");
	request->keys = calloc(count, sizeof(struct intoto_key *));
	if (!request->keys)
		return it_err_nomem(err);
	rc = load_keys(request, &words->verification_keys, err);
	if (!rc)
		rc = load_keys(request, &words->layout_keys, err);
	if (!rc)
		rc = load_gpg_keys(request, words, err);
	if (!rc)
		rc = check_key_types(request, words, err);
	request->verify.keys = (const struct intoto_key *const *)request->keys;
	request->verify.key_count = request->key_count;
	return rc;
}

static int read_parameter(struct intoto_parameter *out, struct it_strings *names, const char *text,
			  struct intoto_error **err)
{
	const char *equals = strchr(text, '=');

	if (!equals) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

		return it_err_set(err, INTOTO_E_USAGE, "--param: want NAME=VALUE, found '%s'",
				  quoted ? quoted : "");
	}
	out->value = equals + 1;
	return it_strings_add_span(names, it_span(text, (size_t)(equals - text)), err);
}

int it_chain_read_parameters(struct intoto_parameter **out, struct it_strings *names,
			     const struct it_strings *texts, struct intoto_error **err)
{
	struct intoto_parameter *parameters = calloc(texts->count + 1, sizeof *parameters);
	int rc = parameters ? INTOTO_OK : it_err_nomem(err);

	*out = parameters;
	for (size_t i = 0; !rc && i < texts->count; i++)
		rc = read_parameter(&parameters[i], names, texts->items[i], err);
	for (size_t i = 0; !rc && i < texts->count; i++)
		parameters[i].name = names->items[i];
	return rc;
}

static int read_time(struct it_verify_request *request, const char *text, struct intoto_error **err)
{
	uint64_t seconds = 0;
	IT_AUTO(it_freep) char *quoted = NULL;

	request->verify.at_given = text;
	if (!text || it_time_parse(&request->verify.at, it_span_text(text)))
		return INTOTO_OK;
	if (text[0] == '@' && it_parse_u64(text + 1, INT64_MAX, &seconds)) {
		request->verify.at = (int64_t)seconds;
		return INTOTO_OK;
	}
	quoted = it_text_quoted(it_span_text(text));
	return it_err_set(err, INTOTO_E_USAGE,
			  "--at: want 2026-01-31T23:59:59Z or @SECONDS, found '%s'",
			  quoted ? quoted : "");
}

static int read_timeout(struct it_verify_request *request, const char *text,
			struct intoto_error **err)
{
	bool host = request->verify.inspections == INTOTO_INSPECTIONS_HOST;
	uint64_t seconds = host ? 0 : SANDBOX_TIMEOUT_SECONDS;
	IT_AUTO(it_freep) char *quoted = NULL;

	if (text && !it_parse_u64(text, TIMEOUT_MAX_SECONDS, &seconds)) {
		quoted = it_text_quoted(it_span_text(text));
		return it_err_set(
			err, INTOTO_E_USAGE,
			"--inspection-timeout: want whole seconds from 0 to %d, found '%s'",
			(int)TIMEOUT_MAX_SECONDS, quoted ? quoted : "");
	}
	request->verify.inspection_timeout_ms = seconds * 1000;
	return INTOTO_OK;
}

/* "512M"; *out stays when there is no text. */
static int read_size(uint64_t *out, const char *option, const char *text, struct intoto_error **err)
{
	static const char units[] = "KMGT";
	IT_AUTO(it_freep) char *digits = text ? strdup(text) : NULL;
	IT_AUTO(it_freep) char *quoted = NULL;
	size_t len = text ? strlen(text) : 0;
	const char *unit = len ? strchr(units, text[len - 1]) : NULL;
	unsigned shift = unit ? (unsigned)(unit - units + 1) * 10 : 0;
	uint64_t number = 0;

	if (!text)
		return INTOTO_OK;
	if (!digits)
		return it_err_nomem(err);
	if (unit)
		digits[len - 1] = '\0';
	if (it_parse_u64(digits, INT64_MAX >> shift, &number)) {
		*out = number << shift;
		return INTOTO_OK;
	}
	quoted = it_text_quoted(it_span_text(text));
	return it_err_set(err, INTOTO_E_USAGE,
			  "%s: want bytes, or a number with K, M, G or T behind it, found '%s'",
			  option, quoted ? quoted : "");
}

static int read_processes(struct it_verify_request *request, const char *text,
			  struct intoto_error **err)
{
	uint64_t number = 0;
	IT_AUTO(it_freep) char *quoted = NULL;

	if (!text)
		return INTOTO_OK;
	if (it_parse_u64(text, PROCESSES_MAX, &number) && number) {
		request->verify.inspection_processes = (unsigned)number;
		return INTOTO_OK;
	}
	quoted = it_text_quoted(it_span_text(text));
	return it_err_set(err, INTOTO_E_USAGE,
			  "--inspection-processes: want a number from 1 to %d, found '%s'",
			  (int)PROCESSES_MAX, quoted ? quoted : "");
}

static int read_inspections(struct it_verify_request *request, const struct it_chain_words *words,
			    struct intoto_error **err)
{
	struct intoto_verify_options *verify = &request->verify;
	int rc;

	if (it_streq(words->inspections, "refuse"))
		verify->inspections = INTOTO_INSPECTIONS_REFUSE;
	else if (it_streq(words->inspections, "host"))
		verify->inspections = INTOTO_INSPECTIONS_HOST;
	verify->inspection_output = words->verbose > 0;
	verify->inspection_memory = SANDBOX_MEMORY;
	verify->inspection_paths = (const char *const *)words->inspection_paths.items;
	verify->inspection_path_count = words->inspection_paths.count;
	rc = read_timeout(request, words->inspection_timeout, err);
	if (!rc)
		rc = read_size(&verify->inspection_memory, "--inspection-memory",
			       words->inspection_memory, err);
	if (!rc)
		rc = read_size(&verify->inspection_scratch_bytes, "--inspection-size",
			       words->inspection_size, err);
	return rc ? rc : read_processes(request, words->inspection_processes, err);
}

unsigned it_chain_allowed(const struct it_strings *names)
{
	unsigned allow = 0;

	for (size_t i = 0; i < it_allowance_count; i++)
		if (it_strings_has(names, it_allowances[i].name))
			allow |= (unsigned)it_allowances[i].allow;
	return allow;
}

int it_verify_request_read(struct it_verify_request *request, const struct it_chain_words *words,
			   const struct it_registry_options *registry, struct intoto_error **err)
{
	struct intoto_verify_options *verify = &request->verify;
	int rc = read_time(request, words->at, err);

	verify->size = sizeof *verify;
	verify->layout_path = words->layout;
	verify->link_dir = words->link_dir;
	verify->intermediates = (const char *const *)words->intermediates.items;
	verify->intermediate_count = words->intermediates.count;
	verify->timestamp_roots = (const char *const *)words->timestamp_roots.items;
	verify->timestamp_root_count = words->timestamp_roots.count;
	verify->exception_paths = (const char *const *)words->exceptions.items;
	verify->exception_path_count = words->exceptions.count;
	verify->allow = it_chain_allowed(&words->allow);
	verify->pass_parameters = words->pass_parameters;
	if (!rc)
		rc = read_inspections(request, words, err);
	if (!rc)
		rc = it_registry_words(&request->registry, registry, err);
	verify->registry_options = (const char *const *)request->registry.items;
	verify->registry_option_count = request->registry.count;
	if (!rc)
		rc = it_chain_read_parameters(&request->parameters, &request->names,
					      &words->parameters, err);
	verify->parameters = request->parameters;
	verify->parameter_count = words->parameters.count;
	return rc ? rc : read_keys(request, words, err);
}

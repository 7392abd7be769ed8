/* SPDX-License-Identifier: Apache-2.0 */
/* From words to a sandbox, and what is said when the step has ended. */
#include "cmd/sandbox_options.h"

#include <stdio.h>

#include "base/text.h"

enum { TOLD_MAX = 20, MEMORY_MAX = 1024 * 1024 * 1024, PROCESSES_MAX = 1000 * 1000 };

const char *const it_sandbox_modes[] = { "on", "best-effort", "learn", NULL };

static int read_number(uint64_t *out, const char *option, const char *text, uint64_t max,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = NULL;

	*out = 0;
	if (!text || (it_parse_u64(text, max, out) && *out))
		return INTOTO_OK;
	quoted = it_text_quoted(it_span_text(text));
	return it_err_set(err, INTOTO_E_USAGE, "--%s: want a number from 1 to %ju, found '%s'",
			  option, (uintmax_t)max, quoted ? quoted : "");
}

/* An option that does nothing would be taken for a promise. */
static int refuse_alone(const struct it_sandbox_words *words, struct intoto_error **err)
{
	const struct {
		const char *name;
		bool given;
	} options[] = {
		{ "sandbox-read", words->read.count },
		{ "sandbox-write", words->write.count },
		{ "toolchain", words->toolchain.count },
		{ "sandbox-env", words->environment.count },
		{ "sandbox-network", words->network },
		{ "sandbox-memory", words->memory != NULL },
		{ "sandbox-processes", words->processes != NULL },
	};

	for (size_t i = 0; i < IT_COUNT_OF(options); i++)
		if (options[i].given)
			return it_err_set(err, INTOTO_E_USAGE, "option --%s wants --sandbox",
					  options[i].name);
	return INTOTO_OK;
}

int it_sandbox_read_words(struct it_step_sandbox *out, bool *wanted,
			  const struct it_sandbox_words *words, struct intoto_error **err)
{
	uint64_t memory;
	uint64_t processes;
	int rc;

	*out = (struct it_step_sandbox){
		.read = &words->read,
		.write = &words->write,
		.toolchain = &words->toolchain,
		.environment = &words->environment,
		.network = words->network,
		.best_effort = it_streq(words->mode, "best-effort"),
		.learn = it_streq(words->mode, "learn"),
	};
	*wanted = words->mode != NULL;
	if (!words->mode)
		return refuse_alone(words, err);
	rc = read_number(&memory, "sandbox-memory", words->memory, MEMORY_MAX, err);
	if (!rc)
		rc = read_number(&processes, "sandbox-processes", words->processes, PROCESSES_MAX,
				 err);
	if (rc)
		return rc;
	out->limits.memory = memory << 20;
	out->limits.processes = (unsigned)processes;
	return INTOTO_OK;
}

/* --- telling --- */

/* Everything here goes to standard error; there is nowhere else to say that it cannot. */

static const struct {
	const char *what;
	const char *option;
} denials[] = {
	[IT_DENIED_READ] = { "was not shown", "-m or --sandbox-read" },
	[IT_DENIED_WRITE] = { "was not to be changed", "-p or --sandbox-write" },
	[IT_DENIED_LEFT] = { "was made and thrown away", "-p or --sandbox-write" },
};

static void tell_denied(const char *command, const struct it_confined *confined)
{
	uint64_t more = confined->denied_more;

	for (size_t i = 0; i < confined->denied_count; i++) {
		const struct it_denied_path *denied = &confined->denied[i];
		IT_AUTO(it_freep) char *path = it_text_quoted(it_span_text(denied->path));

		if (i >= TOLD_MAX) {
			more += confined->denied_count - i;
			break;
		}
		(void)fprintf(stderr, "%s: sandbox: %s: %s; %s would grant it\n", command,
			      path ? path : "", denials[denied->how].what,
			      denials[denied->how].option);
	}
	if (more)
		(void)fprintf(stderr, "%s: sandbox: and %ju more paths\n", command,
			      (uintmax_t)more);
}

static void tell_withheld(const char *command, const struct it_confined *confined)
{
	for (size_t i = 0; i < confined->withheld.count; i++) {
		IT_AUTO(it_freep)
		char *name = it_text_quoted(it_span_text(confined->withheld.items[i]));

		(void)fprintf(stderr,
			      "%s: sandbox: the variable %s was not handed down; --sandbox-env "
			      "grants it\n",
			      command, name ? name : "");
	}
	if (confined->closed)
		(void)fprintf(stderr,
			      "%s: sandbox: %u open descriptors were not handed down: they are "
			      "folders or sockets\n",
			      command, confined->closed);
}

static void tell_promises(const char *command, const struct it_confined *confined, bool network)
{
	unsigned wanted =
		IT_SANDBOX_FILES | IT_SANDBOX_NOTHING_LEFT | (network ? 0U : IT_SANDBOX_NO_NETWORK);
	unsigned broken = wanted & ~confined->promises;

	if (broken & IT_SANDBOX_FILES)
		(void)fprintf(stderr, "%s: sandbox: nothing kept it from other files\n", command);
	if (broken & IT_SANDBOX_NO_NETWORK)
		(void)fprintf(stderr, "%s: sandbox: nothing kept it from the network\n", command);
	if (broken & IT_SANDBOX_NOTHING_LEFT)
		(void)fprintf(stderr, "%s: sandbox: what it started may still run\n", command);
}

void it_sandbox_tell(const char *command, const struct it_sandbox_words *words,
		     const struct it_step_result *result)
{
	const struct it_confined *confined = result->confined;

	tell_promises(command, confined, words->network);
	tell_withheld(command, confined);
	tell_denied(command, confined);
	if (!confined->named && !result->command.accepted)
		(void)fprintf(stderr,
			      "%s: sandbox: what it looked for in vain cannot be told here (%s); "
			      "--trace=full tells it\n",
			      command, confined->why_not_named ? confined->why_not_named : "");
}

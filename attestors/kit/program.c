/* SPDX-License-Identifier: Apache-2.0 */
/* The program around an attestor: describe, attest, --help, --version. */
#include <intoto/attestor.h>

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "attestors/kit/answer.h"
#include "attestors/kit/manifest.h"
#include "attestors/kit/request.h"
#include "base/text.h"

/* Exit statuses of the commands, from <sysexits.h>. */
enum {
	EXIT_GOOD = 0,
	EXIT_BAD_USAGE = 64,
	EXIT_BAD_DATA = 65,
	EXIT_NO_OUTPUT = 74,
};

int intoto_attestor_fail(struct intoto_error **err, enum intoto_code code, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); /* a longer sentence is cut */
	va_end(args);
	return it_err_set(err, code, "%s", text);
}

static int say(const struct intoto_attestor *attestor, int status, const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(16384);

	it_buf_printf(&line, "%s: ", attestor->name);
	it_text_quote(&line, it_span_text(text));
	it_buf_add_byte(&line, '\n');
	(void)it_out_write(STDERR_FILENO, it_buf_span(&line), NULL); /* nobody to tell */
	return status;
}

static int print(const struct intoto_attestor *attestor, struct it_span text)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

	if (it_out_write(STDOUT_FILENO, text, &err))
		return say(attestor, EXIT_NO_OUTPUT, intoto_error_text(err));
	return EXIT_GOOD;
}

static int describe(const struct intoto_attestor *attestor)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct intoto_json_out out;
	int status = EXIT_GOOD;

	it_out_init(&out, (uint64_t)1 << 20);
	it_manifest_write(&out, attestor);
	it_buf_add_byte(&out.buf, '\n');
	if (it_out_pour(&out, STDOUT_FILENO, &err))
		status = say(attestor, EXIT_NO_OUTPUT, intoto_error_text(err));
	it_out_done(&out);
	return status;
}

static int send(const struct intoto_attestor *attestor, struct intoto_answer *answer,
		struct intoto_error *why)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

	if (it_answer_send(answer, why ? intoto_error_text(why) : NULL, STDOUT_FILENO, &err))
		return say(attestor, EXIT_NO_OUTPUT, intoto_error_text(err));
	return EXIT_GOOD;
}

/* What the writer refused counts also when the attestor did not look. */
static int run(const struct intoto_attestor *attestor, const struct intoto_request *request,
	       struct intoto_answer *answer, struct intoto_error **err)
{
	int rc = attestor->attest(request, answer, err);

	if (rc && err && !*err)
		return it_err_set(err, INTOTO_E_INTERNAL, "%s failed without a reason",
				  attestor->name);
	if (!rc)
		rc = it_out_check(&answer->statements, err);
	if (!rc && answer->open)
		rc = it_err_set(err, INTOTO_E_INTERNAL, "a statement that did not end");
	return rc;
}

static int attest(const struct intoto_attestor *attestor)
{
	IT_AUTO(it_request_freep) struct intoto_request *request = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct intoto_answer answer;
	int status;
	int rc = it_request_read(&request, STDIN_FILENO, attestor, &err);

	/* Options that make no sense are an answer; a request that is none is not. */
	if (rc && rc != INTOTO_E_USAGE)
		return say(attestor, EXIT_BAD_DATA, intoto_error_text(err));
	it_answer_init(&answer, it_manifest_output(attestor));
	if (!rc)
		rc = run(attestor, request, &answer, &err);
	status = send(attestor, &answer, rc ? err : NULL);
	it_answer_done(&answer);
	return status;
}

static void add_options(struct it_buf *text, const struct intoto_attestor_option *option)
{
	if (option && option->name)
		it_buf_add_text(text, "\nOptions (--attest-option NAME:OPTION=VALUE):\n");
	for (; option && option->name; option++)
		it_buf_printf(text, "  %s=%s\n        %s%s\n", option->name,
			      option->argument ? option->argument : "", option->summary,
			      option->many ? " (may be given many times)" : "");
}

static int help(const struct intoto_attestor *attestor)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);

	it_buf_printf(&text,
		      "%s: %s\n\nAn attestor of intoto, for the option --attest of intoto-run(1) "
		      "and for intoto-attest(1).\n\n"
		      "  %s describe   prints its manifest\n"
		      "  %s attest     reads a request, answers a document: intoto-attestor(7)\n",
		      attestor->name, attestor->summary, attestor->name, attestor->name);
	add_options(&text, attestor->options);
	return print(attestor, it_buf_span(&text));
}

static int show_version(const struct intoto_attestor *attestor)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);

	it_buf_printf(&text, "%s %s\n", attestor->name,
		      attestor->version ? attestor->version : INTOTO_VERSION);
	return print(attestor, it_buf_span(&text));
}

int intoto_attestor_main(int argc, char **argv, const struct intoto_attestor *attestor)
{
	static const struct {
		const char *word;
		int (*run)(const struct intoto_attestor *attestor);
	} words[] = {
		{ "describe", describe },
		{ "attest", attest },
		{ "--help", help },
		{ "--version", show_version },
	};

	for (size_t i = 0; argc == 2 && i < IT_COUNT_OF(words); i++)
		if (it_streq(argv[1], words[i].word))
			return words[i].run(attestor);
	return say(attestor, EXIT_BAD_USAGE,
		   "want one word: describe, attest, --help or --version");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Passphrases from a file, a descriptor, the environment or the terminal. */
#include "cmd/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/prompt.h"
#include "model/sealed_key.h"

#define COSIGN_PASSWORD "COSIGN_PASSWORD"

enum { CONFIRM_ATTEMPTS = 3, QUESTION_MAX = 8192, KEY_FILE_MAX = 1024 * 1024 };

/* Where the answer goes. */
struct answer {
	char *out;
	size_t size;
	size_t len;
};

static const char *prefix_of(const struct it_passphrase *source)
{
	return source->prefix ? source->prefix : "";
}

bool it_passphrase_named(const struct it_passphrase *source)
{
	return source->file || source->fd || source->env;
}

static bool parse_fd(const char *text, int *fd)
{
	uint64_t number;

	if (!it_parse_u64(text, INT_MAX, &number))
		return false;
	*fd = (int)number;
	return true;
}

static int refuse_fd(const struct it_passphrase *source, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(source->fd));

	return it_err_set(err, INTOTO_E_USAGE,
			  "option --%spassphrase-fd wants a number, found '%s'", prefix_of(source),
			  quoted ? quoted : "");
}

int it_passphrase_check(const struct it_passphrase *source, struct intoto_error **err)
{
	const char *prefix = prefix_of(source);
	int count = (source->file != NULL) + (source->fd != NULL) + (source->env != NULL);
	int fd;

	if (source->none && count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "option %s contradicts the source of a passphrase",
				  source->without ? source->without : "--no-passphrase");
	if (count > 1)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want one of --%spassphrase-file, --%spassphrase-fd and "
				  "--%spassphrase-env, found %d",
				  prefix, prefix, prefix, count);
	if (source->fd && !parse_fd(source->fd, &fd))
		return refuse_fd(source, err);
	return INTOTO_OK;
}

static int refuse_length(const struct answer *answer, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_KEY, "the passphrase is longer than %zu bytes",
			  answer->size);
}

/*
 * Up to the end of the line or of the input, byte by byte: what follows in a descriptor is for
 * somebody else.  *ended says that there was not even an empty line.
 */
static int read_line(struct answer *answer, int fd, const char *where, bool *ended,
		     struct intoto_error **err)
{
	*ended = false;
	for (answer->len = 0;;) {
		char byte;
		ssize_t got = read(fd, &byte, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_err_errno(err, errno, "%s", where);
		*ended = got == 0 && answer->len == 0;
		if (got == 0 || byte == '\n')
			return INTOTO_OK;
		if (answer->len == answer->size)
			return refuse_length(answer, err);
		answer->out[answer->len++] = byte;
	}
}

static int from_file(struct it_passphrase *source, struct answer *answer, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(source->file));
	IT_AUTO(it_fd_close)
	int fd = it_streq(source->file, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
					     : open(source->file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	bool ended;
	int rc;

	if (!quoted)
		return it_err_nomem(err);
	rc = fd < 0 ? it_err_errno(err, errno, "%s", quoted)
		    : read_line(answer, fd, quoted, &ended, err);
	if (!rc && ended)
		rc = it_err_set(err, INTOTO_E_KEY, "%s: is empty, want a passphrase", quoted);
	return rc ? it_err_wrap(err, rc, "--%spassphrase-file", prefix_of(source)) : INTOTO_OK;
}

static int from_fd(struct it_passphrase *source, struct answer *answer, struct intoto_error **err)
{
	bool ended;
	int fd;
	int rc;

	if (!parse_fd(source->fd, &fd))
		return refuse_fd(source, err);
	rc = read_line(answer, fd, "line", &ended, err);
	if (!rc && ended)
		rc = it_err_set(err, INTOTO_E_KEY, "want %u lines, one for each key, found %u",
				source->used + 1, source->used);
	if (rc)
		return it_err_wrap(err, rc, "--%spassphrase-fd %d", prefix_of(source), fd);
	source->used++;
	return INTOTO_OK;
}

/* From the environment and from the memory in which the system shows it (/proc/PID/environ). */
static void take_out(struct it_passphrase *source, char *value)
{
	source->kept_len = strlen(value);
	memcpy(source->kept, value, source->kept_len);
	explicit_bzero(value, source->kept_len);
	(void)unsetenv(source->env); /* fails only for a name that cannot be set */
}

static int give(struct answer *answer, struct it_span value, struct intoto_error **err)
{
	if (value.len > answer->size)
		return refuse_length(answer, err);
	answer->len = value.len;
	memcpy(answer->out, value.data, value.len);
	return INTOTO_OK;
}

static int from_env(struct it_passphrase *source, struct answer *answer, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(source->env));
	char *value = getenv(source->env);

	if (!quoted)
		return it_err_nomem(err);
	if (!value && !source->used)
		return it_err_set(err, INTOTO_E_KEY,
				  "--%spassphrase-env: there is no variable '%s'",
				  prefix_of(source), quoted);
	if (value && (source->env_stays || strlen(value) > sizeof source->kept))
		return give(answer, it_span_text(value), err);
	if (value)
		take_out(source, value);
	source->used++;
	return give(answer, it_span(source->kept, source->kept_len), err);
}

/* Whether a key is, or will be, in a file of cosign's; it is looked at only when the variable is
 * there. */
static bool is_of_cosign(const struct it_passphrase *source, const char *what)
{
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(KEY_FILE_MAX);

	if (it_passphrase_named(source) || (!getenv(COSIGN_PASSWORD) && !source->used))
		return false;
	if (source->confirm)
		return source->cosign;
	return it_file_read(&text, what, NULL) == INTOTO_OK && it_cosign_key_is(it_buf_span(&text));
}

/* As from any other variable: what is started later does not inherit it. */
static int from_cosign(struct it_passphrase *source, struct answer *answer,
		       struct intoto_error **err)
{
	int rc;

	source->env = COSIGN_PASSWORD;
	rc = from_env(source, answer, err);
	source->env = NULL;
	return rc;
}

/* Asks "BEFORE WHAT: "; one byte more than fits shows that an answer is too long. */
static int ask(struct answer *answer, const char *before, const char *what, bool *asked,
	       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf question = IT_BUF(QUESTION_MAX);
	char line[IT_PASSPHRASE_MAX + 1];
	size_t room = answer->size < IT_PASSPHRASE_MAX ? answer->size : IT_PASSPHRASE_MAX;
	int rc;

	*asked = true;
	(void)it_buf_add_text(&question, before); /* sticky: only a question */
	it_text_quote(&question, it_span_text(what));
	(void)it_buf_add_text(&question, ": "); /* sticky */
	rc = it_prompt(it_buf_text(&question), line, room + 1, &answer->len, asked, err);
	if (!rc)
		memcpy(answer->out, line, answer->len);
	explicit_bzero(line, sizeof line);
	return rc;
}

/* Without the key's name: whoever asked puts it in front. */
static int refuse_without_terminal(const struct it_passphrase *source, struct intoto_error **err)
{
	const char *prefix = prefix_of(source);

	return it_err_set(err, INTOTO_E_KEY,
			  "there is no terminal to ask for the passphrase on: want "
			  "--%spassphrase-file, --%spassphrase-fd%s --%spassphrase-env%s%s",
			  prefix, prefix, source->without ? "," : " or", prefix,
			  source->without ? " or " : "", source->without ? source->without : "");
}

static int ask_known(struct it_passphrase *source, const char *what, unsigned attempt,
		     struct answer *answer, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	bool asked;
	int rc = ask(answer, attempt ? "Wrong. Passphrase for " : "Passphrase for ", what, &asked,
		     &why);

	if (rc && !asked)
		return refuse_without_terminal(source, err);
	return rc ? it_err_set(err, intoto_error_code(why), "%s", intoto_error_text(why))
		  : INTOTO_OK;
}

/* Twice; *same says whether both answers were one. */
static int ask_twice(struct answer *answer, const char *what, bool *same, bool *asked,
		     struct intoto_error **err)
{
	char again[IT_PASSPHRASE_MAX];
	struct answer second = { again, sizeof again, 0 };
	int rc = ask(answer, "New passphrase for ", what, asked, err);

	if (!rc)
		rc = ask(&second, "The same again for ", what, asked, err);
	*same = !rc && it_span_eq(it_span(answer->out, answer->len), it_span(again, second.len));
	explicit_bzero(again, sizeof again);
	return rc;
}

static int ask_new(struct it_passphrase *source, const char *what, struct answer *answer,
		   struct intoto_error **err)
{
	for (int i = 0; i < CONFIRM_ATTEMPTS; i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		bool same = false;
		bool asked;
		int rc = ask_twice(answer, what, &same, &asked, &why);

		if (rc && !asked)
			return refuse_without_terminal(source, err);
		if (rc)
			return it_err_set(err, intoto_error_code(why), "%s",
					  intoto_error_text(why));
		if (same)
			return INTOTO_OK;
	}
	return it_err_set(err, INTOTO_E_KEY, "the two passphrases differ");
}

static int get(struct it_passphrase *source, const char *what, unsigned attempt,
	       struct answer *answer, struct intoto_error **err)
{
	if (source->file)
		return from_file(source, answer, err);
	if (source->fd)
		return from_fd(source, answer, err);
	if (source->env)
		return from_env(source, answer, err);
	return source->confirm ? ask_new(source, what, answer, err)
			       : ask_known(source, what, attempt, answer, err);
}

int it_passphrase_get(void *arg, const char *what, unsigned attempt, char *out, size_t size,
		      size_t *len, struct intoto_error **err)
{
	struct it_passphrase *source = arg;
	struct answer answer = { out, size, 0 };
	int rc = it_passphrase_check(source, err);
	bool cosign;

	*len = 0;
	if (rc)
		return rc;
	cosign = is_of_cosign(source, what);
	if (attempt && (cosign || it_passphrase_named(source)))
		return it_err_set(err, INTOTO_E_KEY, "wrong passphrase");
	rc = cosign ? from_cosign(source, &answer, err) : get(source, what, attempt, &answer, err);
	if (!rc && source->confirm && answer.len == 0 && !cosign)
		rc = it_err_set(err, INTOTO_E_KEY, "the new passphrase is empty");
	if (rc)
		explicit_bzero(out, size);
	else
		*len = answer.len;
	return rc;
}

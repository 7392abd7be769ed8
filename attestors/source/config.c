/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a repository's settings. */
#include "attestors/source/config.h"

#include <string.h>

#include "attestors/source/text.h"

/* Where we are in the text, and in which section. */
struct reader {
	const char *at;
	const char *end;
	unsigned line;
	struct at_buf section;
	struct at_buf subsection;
};

static void reader_done(struct reader *reader)
{
	at_buf_done(&reader->section);
	at_buf_done(&reader->subsection);
}

void repo_config_done(struct repo_config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		free(config->items[i].section);
		free(config->items[i].subsection);
		free(config->items[i].name);
		free(config->items[i].value);
	}
	free(config->items);
	*config = (struct repo_config){ 0 };
}

static int refuse(const struct reader *reader, const char *why, struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "line %u of the settings: %s",
				    reader->line, why);
}

/* The next byte; -1 at the end.  "\r\n" counts as "\n". */
static int next(struct reader *reader)
{
	if (reader->at == reader->end)
		return -1;
	if (*reader->at == '\r' && reader->end - reader->at > 1 && reader->at[1] == '\n')
		reader->at++;
	if (*reader->at == '\n')
		reader->line++;
	return (unsigned char)*reader->at++;
}

static int peek(const struct reader *reader)
{
	return reader->at == reader->end ? -1 : (unsigned char)*reader->at;
}

static void skip_line(struct reader *reader)
{
	int c;

	do
		c = next(reader);
	while (c >= 0 && c != '\n');
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-';
}

static void add_lower(struct at_buf *out, int c)
{
	char byte = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);

	at_buf_add(out, &byte, 1);
}

static void empty(struct at_buf *buf)
{
	buf->len = 0;
	at_buf_add(buf, "", 0);
}

/* [section "sub section"], behind the bracket. */
static int read_section(struct reader *reader, struct intoto_error **err)
{
	int c;

	empty(&reader->section);
	empty(&reader->subsection);
	for (c = next(reader); is_name(c) || c == '.'; c = next(reader))
		add_lower(&reader->section, c);
	while (c == ' ' || c == '\t')
		c = next(reader);
	if (c == '"') {
		for (c = next(reader); c >= 0 && c != '"' && c != '\n'; c = next(reader)) {
			char byte = (char)(c == '\\' ? next(reader) : c);

			at_buf_add(&reader->subsection, &byte, 1);
		}
		if (c == '"')
			c = next(reader);
	}
	if (c != ']' || !reader->section.len)
		return refuse(reader, "want [section] or [section \"name\"]", err);
	return INTOTO_OK;
}

/* What stands behind a backslash in a value; -1: nothing that may. */
static int unescape(int c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'b':
		return '\b';
	case '"':
	case '\\':
		return c;
	default:
		return -1;
	}
}

static int read_value(struct at_buf *out, struct reader *reader, struct intoto_error **err)
{
	bool quoted = false;
	size_t trimmed = 0; /* length without blanks at its end that are not quoted */

	while (peek(reader) == ' ' || peek(reader) == '\t')
		(void)next(reader); /* was peeked at */
	for (int c = next(reader); c >= 0 && (c != '\n' || quoted); c = next(reader)) {
		char byte = (char)c;

		if (c == '\n')
			return refuse(reader, "a quotation is not closed", err);
		if (c == '"') {
			quoted = !quoted;
			trimmed = out->len;
			continue;
		}
		if (!quoted && (c == '#' || c == ';')) {
			skip_line(reader);
			break;
		}
		if (c == '\\') {
			c = next(reader);
			if (c == '\n')
				continue; /* the value goes on */
			byte = (char)unescape(c);
			if (unescape(c) < 0)
				return refuse(reader, "an unknown escape", err);
		}
		at_buf_add(out, &byte, 1);
		if (quoted || !is_blank(byte))
			trimmed = out->len;
	}
	if (quoted)
		return refuse(reader, "a quotation is not closed", err);
	out->len = trimmed;
	at_buf_add(out, "", 0);
	return INTOTO_OK;
}

static int add(struct repo_config *config, const struct reader *reader, const char *name,
	       const char *value, struct intoto_error **err)
{
	struct repo_setting *setting;

	if (config->count == REPO_SETTINGS_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "more than %d settings",
					    REPO_SETTINGS_MAX);
	if (config->count == config->cap) {
		size_t cap = config->cap ? 2 * config->cap : 64;
		struct repo_setting *items = reallocarray(config->items, cap, sizeof *items);

		if (!items)
			return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
		config->items = items;
		config->cap = cap;
	}
	setting = &config->items[config->count++];
	*setting = (struct repo_setting){ strdup(reader->section.data),
					  strdup(reader->subsection.data), strdup(name),
					  strdup(value) };
	if (setting->section && setting->subsection && setting->name && setting->value)
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

/* name, or name = value, from its first letter on. */
static int read_setting(struct repo_config *config, struct reader *reader,
			struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf name = { .max = REPO_CONFIG_MAX };
	AT_AUTO(at_buf_done) struct at_buf value = { .max = REPO_CONFIG_MAX };
	int rc = INTOTO_OK;

	if (!reader->section.data || !reader->section.len)
		return refuse(reader, "a setting outside of a section", err);
	while (is_name(peek(reader)))
		add_lower(&name, next(reader));
	while (peek(reader) == ' ' || peek(reader) == '\t')
		(void)next(reader); /* was peeked at */
	if (!name.len)
		return refuse(reader, "want a name", err);
	if (peek(reader) == '=') {
		(void)next(reader); /* the "=" */
		rc = read_value(&value, reader, err);
	} else if (peek(reader) == '\n' || peek(reader) == '\r' || peek(reader) < 0 ||
		   peek(reader) == '#' || peek(reader) == ';') {
		at_buf_text(&value, "true");
	} else {
		return refuse(reader, "want = behind a name", err);
	}
	if (!rc &&
	    (name.failed || value.failed || reader->section.failed || reader->subsection.failed))
		rc = intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	return rc ? rc : add(config, reader, name.data, value.data, err);
}

int repo_config_parse(struct repo_config *config, const char *text, size_t len,
		      struct intoto_error **err)
{
	AT_AUTO(reader_done)
	struct reader reader = {
		.at = text,
		.end = text + len,
		.line = 1,
		.section = { .max = REPO_CONFIG_MAX },
		.subsection = { .max = REPO_CONFIG_MAX },
	};
	int rc = INTOTO_OK;

	if (len > REPO_CONFIG_MAX || (len && memchr(text, '\0', len)))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "settings of more than %d bytes, or with a NUL",
					    REPO_CONFIG_MAX);
	while (!rc && peek(&reader) >= 0) {
		int c = peek(&reader);

		if (is_blank(c)) {
			(void)next(&reader); /* was peeked at */
		} else if (c == '#' || c == ';') {
			skip_line(&reader);
		} else if (c == '[') {
			(void)next(&reader); /* the bracket */
			rc = read_section(&reader, err);
		} else {
			rc = read_setting(config, &reader, err);
		}
	}
	return rc;
}

const char *repo_config_get(const struct repo_config *config, const char *section,
			    const char *subsection, const char *name)
{
	for (size_t i = config->count; i > 0; i--) {
		const struct repo_setting *each = &config->items[i - 1];

		if (intoto_text_same(each->section, section) &&
		    intoto_text_same(each->subsection, subsection) &&
		    intoto_text_same(each->name, name))
			return each->value;
	}
	return NULL;
}

bool repo_config_has_section(const struct repo_config *config, const char *section)
{
	for (size_t i = 0; i < config->count; i++)
		if (intoto_text_same(config->items[i].section, section))
			return true;
	return false;
}

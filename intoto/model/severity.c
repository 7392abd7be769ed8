/* SPDX-License-Identifier: Apache-2.0 */
/* Words and scores of severity. */
#include "model/severity.h"

#include "base/text.h"

static const char *const words[IT_SEVERITY_COUNT] = {
	[IT_SEVERITY_NONE] = "none",	   [IT_SEVERITY_NEGLIGIBLE] = "negligible",
	[IT_SEVERITY_LOW] = "low",	   [IT_SEVERITY_MEDIUM] = "medium",
	[IT_SEVERITY_HIGH] = "high",	   [IT_SEVERITY_CRITICAL] = "critical",
	[IT_SEVERITY_UNKNOWN] = "unknown",
};

static const struct {
	const char *word;
	enum it_severity severity;
} aliases[] = {
	{ "moderate", IT_SEVERITY_MEDIUM },	   { "important", IT_SEVERITY_HIGH },
	{ "info", IT_SEVERITY_NEGLIGIBLE },	   { "informational", IT_SEVERITY_NEGLIGIBLE },
	{ "information", IT_SEVERITY_NEGLIGIBLE }, { "minor", IT_SEVERITY_LOW },
	{ "defcon1", IT_SEVERITY_CRITICAL },
};

const char *it_severity_word(enum it_severity severity)
{
	return words[severity];
}

bool it_severity_parse(enum it_severity *out, struct it_span word)
{
	for (unsigned i = 0; i < IT_SEVERITY_COUNT; i++)
		if (it_span_is(word, words[i])) {
			*out = (enum it_severity)i;
			return true;
		}
	return false;
}

int it_severity_tenths(struct it_span text)
{
	int tenths = 0;
	size_t i = 0;

	for (; i < text.len && text.data[i] >= '0' && text.data[i] <= '9' && i < 2; i++)
		tenths = tenths * 10 + (text.data[i] - '0');
	if (!i)
		return -1;
	tenths *= 10;
	if (i < text.len && text.data[i] == '.' && i + 1 < text.len)
		for (size_t digit = ++i; i < text.len; i++) {
			if (text.data[i] < '0' || text.data[i] > '9')
				return -1;
			tenths += i == digit ? text.data[i] - '0' : 0;
		}
	return i == text.len && tenths <= 100 ? tenths : -1;
}

enum it_severity it_severity_of_tenths(int tenths)
{
	if (tenths < 0 || tenths > 100)
		return IT_SEVERITY_UNKNOWN;
	if (tenths >= 90)
		return IT_SEVERITY_CRITICAL;
	if (tenths >= 70)
		return IT_SEVERITY_HIGH;
	if (tenths >= 40)
		return IT_SEVERITY_MEDIUM;
	return tenths ? IT_SEVERITY_LOW : IT_SEVERITY_NONE;
}

enum it_severity it_severity_read(struct it_span text)
{
	char word[16] = "";

	if (!text.len || text.len >= sizeof word)
		return IT_SEVERITY_UNKNOWN;
	for (size_t i = 0; i < text.len; i++)
		word[i] = text.data[i];
	for (unsigned i = 0; i < IT_SEVERITY_COUNT; i++)
		if (it_streq_nocase(word, words[i]))
			return (enum it_severity)i;
	for (size_t i = 0; i < IT_COUNT_OF(aliases); i++)
		if (it_streq_nocase(word, aliases[i].word))
			return aliases[i].severity;
	return it_severity_of_tenths(it_severity_tenths(text));
}

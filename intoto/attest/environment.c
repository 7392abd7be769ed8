/* SPDX-License-Identifier: Apache-2.0 */
/* An allow-list over our own environment. */
#include "attest/environment.h"

#include <ctype.h>
#include <unistd.h>

#include "base/text.h"

/* Parts of names, between underscores or at an end; in capitals. */
static const char *const secret_parts[] = {
	"TOKEN",      "TOKENS",	    "SECRET", "SECRETS",       "PASSWORD",    "PASSWD", "PASS",
	"PASSPHRASE", "PW",	    "PWD",    "CREDENTIAL",    "CREDENTIALS", "CREDS",	"APIKEY",
	"KEY",	      "PRIVATEKEY", "AUTH",   "AUTHORIZATION", "JWT",	      "COOKIE", "SESSION",
	"SIGNATURE",  "PIN",	    "DSN",    "PAT",	       "NETRC",
};
/* Anywhere in a name, for those that are written together. */
static const char *const secret_words[] = { "TOKEN",	   "SECRET",	 "PASSWORD", "PASSWD",
					    "PASSPHRASE",  "APIKEY",	 "API_KEY",  "PRIVATEKEY",
					    "PRIVATE_KEY", "CREDENTIAL", "ACCESSKEY" };
/* These hold none, though they look so. */
static const char *const innocent[] = { "PWD",
					"OLDPWD",
					"XDG_SESSION_ID",
					"XDG_SESSION_TYPE",
					"XDG_SESSION_CLASS",
					"DESKTOP_SESSION" };

static bool has_part(struct it_span name, const char *part)
{
	size_t from = 0;

	while (from <= name.len) {
		size_t to = from;

		while (to < name.len && name.data[to] != '_')
			to++;
		if (it_span_is(it_span(name.data + from, to - from), part))
			return true;
		from = to + 1;
	}
	return false;
}

bool it_variable_looks_secret(struct it_span name)
{
	IT_AUTO(it_freep) char *capitals = strndup(name.data, name.len);

	if (!capitals)
		return true;
	for (char *at = capitals; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	for (size_t i = 0; i < IT_COUNT_OF(innocent); i++)
		if (it_streq(capitals, innocent[i]))
			return false;
	for (size_t i = 0; i < IT_COUNT_OF(secret_words); i++)
		if (strstr(capitals, secret_words[i]))
			return true;
	for (size_t i = 0; i < IT_COUNT_OF(secret_parts); i++)
		if (has_part(it_span_text(capitals), secret_parts[i]))
			return true;
	return false;
}

/* A pattern never takes what looks secret; a name that somebody wrote out does. */
static bool grants(const struct it_strings *patterns, struct it_span name, bool by_user)
{
	for (size_t i = 0; i < patterns->count; i++) {
		struct it_span pattern = it_span_text(patterns->items[i]);
		bool prefix = pattern.len && pattern.data[pattern.len - 1] == '*';

		if (prefix && name.len >= pattern.len - 1 &&
		    it_span_eq(it_span(name.data, pattern.len - 1),
			       it_span(pattern.data, pattern.len - 1)) &&
		    !it_variable_looks_secret(name))
			return true;
		if (!prefix && it_span_eq(name, pattern) &&
		    (by_user || !it_variable_looks_secret(name)))
			return true;
	}
	return false;
}

static bool is_ours(struct it_span name)
{
	return it_span_is(name, "PATH") || it_span_is(name, "LANG") || it_span_is(name, "TZ") ||
	       it_span_is(name, "HOME") || it_span_is(name, "TMPDIR") ||
	       (name.len > 3 && it_starts_with(name.data, "LD_"));
}

int it_attest_environment(struct it_strings *out, const struct it_manifest *manifest,
			  const struct it_strings *granted, struct intoto_error **err)
{
	static const char *const always[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8",
					      "TZ=UTC" };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(always); i++)
		rc = it_strings_add(out, always[i], err);
	for (char **entry = environ; !rc && *entry; entry++) {
		struct it_span name = it_span(*entry, strcspn(*entry, "="));

		if (!name.len || is_ours(name))
			continue;
		if ((granted && grants(granted, name, true)) ||
		    (manifest && grants(&manifest->environment, name, false)))
			rc = it_strings_add(out, *entry, err);
	}
	return rc;
}

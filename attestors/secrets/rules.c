/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: tokens with a prefix of their issuer, key blocks, JWTs, passwords in URLs and headers, and
 * values of high entropy that are assigned to a name that says what they are. */
#include "attestors/secrets/rules.h"

#include <stdint.h>
#include <string.h>

#include <intoto/attestor.h>

struct text {
	const char *data;
	size_t length;
};

/* --- characters --- */

enum {
	UPPER = 1,
	LOWER = 2,
	DIGIT = 4,
	UNDERSCORE = 8,
	HYPHEN = 16,
	BASE64 = 32, /* plus and slash */
	DOT = 64,
	EQUALS = 128,
	LETTER = UPPER | LOWER,
	ALNUM = LETTER | DIGIT,
	URL64 = ALNUM | UNDERSCORE | HYPHEN,
};

static unsigned class_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return UPPER;
	if (c >= 'a' && c <= 'z')
		return LOWER;
	if (c >= '0' && c <= '9')
		return DIGIT;
	switch (c) {
	case '_':
		return UNDERSCORE;
	case '-':
		return HYPHEN;
	case '+':
	case '/':
		return BASE64;
	case '.':
		return DOT;
	case '=':
		return EQUALS;
	default:
		return 0;
	}
}

/* How many bytes from at on are of these classes. */
static size_t run(struct text text, size_t at, unsigned classes, size_t most)
{
	size_t count = 0;

	while (at + count < text.length && count < most &&
	       (class_of(text.data[at + count]) & classes))
		count++;
	return count;
}

static bool begins(struct text text, size_t at, const char *with)
{
	size_t len = strlen(with);
	size_t same = 0;

	if (text.length - at < len)
		return false;
	while (same < len && text.data[at + same] == with[same])
		same++;
	return same == len;
}

/* --- entropy --- */

/* Sixteenths of a bit: log2(x) * 16 for x from 1 to 64, rounded. */
static unsigned log2_16(unsigned x)
{
	static const unsigned char table[] = { 0,  0,  16, 25, 32, 37, 41, 45, 48, 51, 53,
					       55, 57, 59, 61, 63, 64, 65, 67, 68, 69, 70,
					       71, 72, 73, 74, 75, 76, 77, 78, 79, 79, 80 };
	unsigned halves = 0;

	while (x > 32) {
		x /= 2;
		halves++;
	}
	return table[x] + 16 * halves;
}

/* Shannon's, in sixteenths of a bit for a byte; of the first 64. */
static unsigned entropy(const char *data, size_t length)
{
	unsigned counts[256] = { 0 };
	unsigned sum = 0;
	unsigned size = length > 64 ? 64 : (unsigned)length;

	for (unsigned i = 0; i < size; i++)
		counts[(unsigned char)data[i]]++;
	for (unsigned i = 0; i < 256; i++)
		sum += counts[i] * log2_16(counts[i]);
	return size ? log2_16(size) - sum / size : 0;
}

/* --- tokens with a prefix --- */

struct token {
	const char *rule;
	const char *prefix;
	unsigned classes; /* behind the prefix */
	size_t least;
	size_t most; /* a longer run is something else; 0: any */
};

static const struct token tokens[] = {
	{ "aws-access-key", "AKIA", UPPER | DIGIT, 16, 16 },
	{ "aws-access-key", "ASIA", UPPER | DIGIT, 16, 16 },
	{ "azure-storage-key", "AccountKey=", ALNUM | BASE64 | EQUALS, 86, 88 },
	{ "digitalocean-token", "dop_v1_", LOWER | DIGIT, 64, 64 },
	{ "docker-token", "dckr_pat_", URL64, 27, 0 },
	{ "github-token", "ghp_", ALNUM, 36, 0 },
	{ "github-token", "gho_", ALNUM, 36, 0 },
	{ "github-token", "ghu_", ALNUM, 36, 0 },
	{ "github-token", "ghs_", ALNUM, 36, 0 },
	{ "github-token", "ghr_", ALNUM, 36, 0 },
	{ "github-token", "github_pat_", ALNUM | UNDERSCORE, 50, 0 },
	{ "gitlab-token", "glpat-", URL64 | DOT, 20, 0 },
	{ "gitlab-token", "glptt-", URL64, 20, 0 },
	{ "gitlab-token", "glcbt-", URL64, 20, 0 },
	{ "google-api-key", "AIza", URL64, 35, 35 },
	{ "google-oauth-token", "ya29.", URL64, 20, 0 },
	{ "npm-token", "npm_", ALNUM, 36, 36 },
	{ "pypi-token", "pypi-AgE", URL64, 50, 0 },
	{ "sendgrid-key", "SG.", URL64 | DOT, 60, 0 },
	{ "slack-token", "xoxa-", ALNUM | HYPHEN, 10, 0 },
	{ "slack-token", "xoxb-", ALNUM | HYPHEN, 10, 0 },
	{ "slack-token", "xoxe-", ALNUM | HYPHEN, 10, 0 },
	{ "slack-token", "xoxp-", ALNUM | HYPHEN, 10, 0 },
	{ "slack-token", "xoxs-", ALNUM | HYPHEN, 10, 0 },
	{ "slack-webhook", "hooks.slack.com/services/", ALNUM | BASE64, 40, 0 },
	{ "stripe-key", "sk_live_", ALNUM, 20, 0 },
	{ "stripe-key", "rk_live_", ALNUM, 20, 0 },
	{ "vault-token", "hvs.", URL64, 24, 0 },
	{ "age-secret-key", "AGE-SECRET-KEY-1", UPPER | DIGIT, 58, 58 },
};

static bool match_token(struct secret *out, struct text text, size_t at)
{
	/* A prefix in the middle of a word is none. */
	if (at && (class_of(text.data[at - 1]) & (ALNUM | UNDERSCORE)))
		return false;
	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
		const struct token *token = &tokens[i];
		size_t prefix = strlen(token->prefix);
		size_t len;

		if (text.data[at] != token->prefix[0] || !begins(text, at, token->prefix))
			continue;
		len = run(text, at + prefix, token->classes, SECRETS_REACH);
		if (len < token->least || (token->most && len > token->most))
			continue;
		*out = (struct secret){ token->rule, at, prefix + len };
		return true;
	}
	return false;
}

/* --- key blocks --- */

/* Up to the line that ends it; where that is missing, all that could be of the key. */
static size_t block_length(struct text text, size_t at)
{
	size_t end = at + 11;

	while (end < text.length && end - at < SECRETS_REACH) {
		if (text.data[end] == '-' && begins(text, end, "-----END ")) {
			const char *line = memchr(text.data + end, '\n', text.length - end);

			return (line ? (size_t)(line - text.data) : text.length) - at;
		}
		end++;
	}
	return end - at;
}

static bool match_block(struct secret *out, struct text text, size_t at)
{
	size_t len;
	size_t words;

	if (!begins(text, at, "-----BEGIN "))
		return false;
	words = at + 11;
	len = 0;
	while (words + len < text.length && len < 40 &&
	       (class_of(text.data[words + len]) & UPPER || text.data[words + len] == ' '))
		len++;
	for (size_t i = 0; i + 11 <= len; i++)
		if (begins(text, words + i, "PRIVATE KEY")) {
			*out = (struct secret){ "private-key", at, block_length(text, at) };
			return true;
		}
	return false;
}

/* --- JWT --- */

/* Header and claims begin with '{"', which is eyJ. */
static bool match_jwt(struct secret *out, struct text text, size_t at)
{
	size_t header;
	size_t claims;
	size_t signature;

	if (!begins(text, at, "eyJ") || (at && (class_of(text.data[at - 1]) & URL64)))
		return false;
	header = run(text, at, URL64, SECRETS_REACH / 4);
	if (header < 10 || !begins(text, at + header, ".eyJ"))
		return false;
	claims = run(text, at + header + 1, URL64, SECRETS_REACH / 2);
	if (claims < 10 || !begins(text, at + header + 1 + claims, "."))
		return false;
	signature = run(text, at + header + claims + 2, URL64, SECRETS_REACH / 4);
	if (signature < 16)
		return false;
	*out = (struct secret){ "jwt", at, header + claims + signature + 2 };
	return true;
}

/* --- passwords in URLs and headers --- */

static bool is_url_end(char c)
{
	return (unsigned char)c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' ||
	       c == '/' || c == '`';
}

/* "://user:password@"; a password that is a variable is none. */
static bool match_url(struct secret *out, struct text text, size_t at)
{
	size_t colon = 0;
	size_t end;

	if (!at || !begins(text, at, "://") || !(class_of(text.data[at - 1]) & ALNUM))
		return false;
	for (end = at + 3; end < text.length && end - at < 1024; end++) {
		if (is_url_end(text.data[end]))
			return false;
		if (text.data[end] == ':' && !colon)
			colon = end;
		if (text.data[end] == '@')
			break;
	}
	if (end == text.length || end - at == 1024 || !colon || end - colon < 4)
		return false;
	if (text.data[colon + 1] == '$' || text.data[colon + 1] == '{' ||
	    text.data[colon + 1] == '*' || text.data[colon + 1] == '%')
		return false;
	*out = (struct secret){ "url-password", colon + 1, end - colon - 1 };
	return true;
}

static bool match_header(struct secret *out, struct text text, size_t at)
{
	static const char *const schemes[] = { "Basic ", "Bearer ", "basic ", "bearer ", "token " };
	size_t value;
	size_t len;

	if (!begins(text, at, "uthorization"))
		return false;
	value = at + 12;
	while (value < text.length && value - at < 24 && strchr("\"' :=", text.data[value]))
		value++;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		if (value >= text.length || !begins(text, value, schemes[i]))
			continue;
		value += strlen(schemes[i]);
		len = run(text, value, URL64 | BASE64 | DOT | EQUALS, SECRETS_REACH);
		if (len < 12)
			return false;
		*out = (struct secret){ "authorization-header", value, len };
		return true;
	}
	return false;
}

/* --- values of high entropy --- */

/* The end of a name that says what its value is; in lower case. */
static const char *const names[] = { "secret",	    "token",	  "password",	"passwd",
				     "api_key",	    "apikey",	  "api-key",	"access_key",
				     "accesskey",   "access-key", "secret_key", "secretkey",
				     "private_key", "auth_key",	  "credential", "credentials" };

static bool ends_in_name(struct text text, size_t end)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t len = strlen(names[i]);
		size_t same = 0;

		if (end < len)
			continue;
		while (same < len && (text.data[end - len + same] | 0x20) ==
					     (names[i][same] == '_' ? 0x7f : names[i][same]))
			same++;
		if (same == len)
			return true;
	}
	return false;
}

/* Three kinds of characters, or two and 3.5 bits a byte: no word, path or version is like that. */
static bool looks_random(const char *data, size_t length)
{
	unsigned classes = 0;

	for (size_t i = 0; i < length; i++)
		classes |= class_of(data[i]);
	if (!(classes & DIGIT) || !(classes & LETTER))
		return false;
	return entropy(data, length) >= 16 * 7 / 2;
}

/* "NAME = 'value'": at is the '=' or ':'. */
static bool match_assignment(struct secret *out, struct text text, size_t at)
{
	size_t end = at;
	size_t value = at + 1;
	size_t len;

	while (end && at - end < 4 && strchr("\"' ", text.data[end - 1]))
		end--;
	if (!ends_in_name(text, end))
		return false;
	while (value < text.length && value - at < 6 && text.data[value] &&
	       strchr("\"'= ", text.data[value]))
		value++;
	len = run(text, value, URL64 | BASE64 | EQUALS | DOT, 4096);
	/* The token says more than its name. */
	if (len && (match_token(out, text, value) || match_jwt(out, text, value)))
		return true;
	if (len < 16 || len == 4096 || !looks_random(text.data + value, len))
		return false;
	*out = (struct secret){ "assignment", value, len };
	return true;
}

static const char *const others[] = { "private-key", "jwt", "url-password", "authorization-header",
				      "assignment" };

bool secrets_is_rule(const char *name)
{
	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
		if (intoto_text_same(tokens[i].rule, name))
			return true;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (intoto_text_same(others[i], name))
			return true;
	return false;
}

static bool match(struct secret *out, struct text text, size_t at)
{
	switch (text.data[at]) {
	case '-':
		return match_block(out, text, at);
	case ':':
		return match_url(out, text, at) || match_assignment(out, text, at);
	case '=':
		return match_assignment(out, text, at);
	case 'e':
		return match_jwt(out, text, at);
	case 'u':
		return match_header(out, text, at);
	default:
		return false;
	}
}

bool secrets_find(struct secret *out, const char *data, size_t length, size_t from, size_t until)
{
	const struct text text = { data, length };

	for (size_t at = from; at < until && at < length; at++)
		if (match(out, text, at) || match_token(out, text, at))
			return true;
	return false;
}

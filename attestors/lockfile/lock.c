/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of lock files share: digests, package URLs, lines. */
#include "attestors/lockfile/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PURL_BYTES = 4096, SOURCE_BYTES = 4096, RAW_BYTES = 64 };

void lock_begin(struct lock_writer *writer)
{
	writer->package = (struct lock_package){ .digests = writer->package.digests };
}

void lock_writer_done(struct lock_writer *writer)
{
	free(writer->package.digests);
	writer->package.digests = NULL;
}

/* --- digests --- */

static int digit_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* How many bytes; 0: it is no base64 of at most so many. */
static size_t from_base64(unsigned char *out, size_t size, const char *text, size_t length)
{
	unsigned bits = 0;
	unsigned held = 0;
	size_t count = 0;

	while (length && text[length - 1] == '=')
		length--;
	for (size_t i = 0; i < length; i++) {
		int digit = digit_of(text[i]);

		if (digit < 0)
			return 0;
		held = (held << 6 | (unsigned)digit) & 0xffffU;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		if (count == size)
			return 0;
		out[count++] = (unsigned char)(held >> bits & 0xffU);
	}
	return held & ((1U << bits) - 1U) ? 0 : count;
}

static size_t from_hex(unsigned char *out, size_t size, const char *text, size_t length)
{
	if (length % 2 || length / 2 > size || strspn(text, "0123456789abcdefABCDEF") < length)
		return 0;
	for (size_t i = 0; i < length / 2; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], '\0' };

		out[i] = (unsigned char)strtoul(pair, NULL, 16); /* two digits, as was looked */
	}
	return length / 2;
}

/* Bytes that a digest has; 0: nobody knows it. */
static size_t size_of(const char *algorithm)
{
	static const struct {
		const char *name;
		size_t bytes;
	} known[] = { { "md5", 16 },	{ "sha1", 20 },	  { "sha224", 28 }, { "sha256", 32 },
		      { "sha384", 48 }, { "sha512", 64 }, { "dirHash", 32 } };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (intoto_text_same(known[i].name, algorithm))
			return known[i].bytes;
	return 0;
}

int lock_add_digest(struct lock_writer *writer, const char *algorithm, const char *text,
		    size_t length, bool base64, struct intoto_error **err)
{
	struct lock_package *package = &writer->package;
	unsigned char raw[RAW_BYTES];
	size_t size = size_of(algorithm);
	size_t count = base64 ? from_base64(raw, sizeof raw, text, length)
			      : from_hex(raw, sizeof raw, text, length);
	size_t used;

	if (!size || count != size)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "want a digest, found something else");
	if (package->digest_count == LOCK_DIGESTS_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT,
					    "more than %d digests of one package",
					    LOCK_DIGESTS_MAX);
	if (!package->digests)
		package->digests = calloc(LOCK_DIGESTS_MAX, sizeof *package->digests);
	if (!package->digests)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	used = (size_t)snprintf(package->digests[package->digest_count], LOCK_DIGEST_BYTES,
				"%s:", algorithm);
	for (size_t i = 0; i < count; i++, used += 2)
		(void)snprintf(package->digests[package->digest_count] + used,
			       LOCK_DIGEST_BYTES - used, "%02x", raw[i]); /* fits: 64 bytes */
	package->digest_count++;
	return 0;
}

int lock_add_integrity(struct lock_writer *writer, const char *text, struct intoto_error **err)
{
	int rc = 0;

	while (!rc && *(text += strspn(text, " \t"))) {
		size_t length = strcspn(text, " \t");
		const char *dash = memchr(text, '-', length);
		char algorithm[16];
		size_t digits;

		if (!dash || (size_t)(dash - text) >= sizeof algorithm)
			return intoto_attestor_fail(err, INTOTO_E_FORMAT,
						    "want an integrity as sha512-BASE64");
		memcpy(algorithm, text, (size_t)(dash - text));
		algorithm[dash - text] = '\0';
		digits = strcspn(dash + 1, " \t?"); /* options come behind '?' */
		rc = lock_add_digest(writer, algorithm, dash + 1, digits, true, err);
		text += length;
	}
	return rc;
}

/* --- writing --- */

/* What package URLs leave as it is (purl specification, "Character encoding"). */
static void put_encoded(char *out, size_t size, size_t *used, const char *text, const char *also)
{
	for (; *text && *used + 4 < size; text++) {
		unsigned char byte = (unsigned char)*text;
		bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
			     (byte >= 'A' && byte <= 'Z') || strchr("-._~:", *text) ||
			     strchr(also, *text);

		*used += (size_t)snprintf(out + *used, size - *used, plain ? "%c" : "%%%02X", byte);
	}
	out[*used] = '\0';
}

/* PyPI has no case, and takes "_" and "-" for the same. */
static void normalize(char *name)
{
	for (; *name; name++) {
		if (*name >= 'A' && *name <= 'Z')
			*name = (char)(*name - 'A' + 'a');
		if (*name == '_')
			*name = '-';
	}
}

static void write_purl(const struct lock_writer *writer)
{
	char purl[PURL_BYTES];
	size_t used = (size_t)snprintf(purl, sizeof purl, "pkg:%s/", writer->type);
	size_t name = used;

	put_encoded(purl, sizeof purl, &used, writer->package.name, "/");
	if (intoto_text_same(writer->type, "pypi"))
		normalize(purl + name);
	if (used + 8 < sizeof purl && writer->package.version) {
		purl[used++] = '@';
		put_encoded(purl, sizeof purl, &used, writer->package.version, "");
	}
	if (used + 8 < sizeof purl) /* a cut one would mean something else */
		intoto_out_member(writer->out, "purl", purl);
}

/* Without who may read it: user, password, and what stands behind '?'. */
static void write_source(const struct lock_writer *writer)
{
	const char *from = writer->package.source;
	const char *rest = from ? strstr(from, "://") : NULL;
	char source[SOURCE_BYTES];
	const char *at;

	if (!from)
		return;
	rest = rest ? rest + 3 : from;
	at = memchr(rest, '@', strcspn(rest, "/?#"));
	if (rest == from)
		at = NULL;
	(void)snprintf(source, sizeof source, "%.*s%.*s",
		       (int)(rest - from < 64 ? rest - from : 64), from,
		       (int)strcspn(at ? at + 1 : rest, "?#"), at ? at + 1 : rest); /* cut */
	intoto_out_member(writer->out, "source", source);
}

int lock_end(struct lock_writer *writer, struct intoto_error **err)
{
	const struct lock_package *package = &writer->package;
	struct intoto_json_out *out = writer->out;

	if (!package->name || !*package->name)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "a package without a name");
	intoto_out_object(out);
	intoto_out_member(out, "name", package->name);
	intoto_out_member(out, "version", package->version);
	write_purl(writer);
	write_source(writer);
	intoto_out_member(out, "scope", package->scope);
	intoto_out_name(out, "digests");
	intoto_out_list(out);
	for (size_t i = 0; i < package->digest_count; i++)
		intoto_out_text(out, package->digests[i]);
	intoto_out_list_end(out);
	intoto_out_object_end(out);
	writer->count++;
	writer->with_digest += package->digest_count > 0;
	return 0;
}

/* --- lines --- */

char *lock_next_line(struct lock_lines *lines)
{
	char *line = lines->at;
	char *stop;

	if (line >= lines->end)
		return NULL;
	stop = memchr(line, '\n', (size_t)(lines->end - line));
	if (!stop)
		stop = lines->end;
	lines->at = stop + 1;
	*stop = '\0'; /* the text is NUL-terminated beyond its length */
	if (stop > line && stop[-1] == '\r')
		stop[-1] = '\0';
	lines->line++;
	return line;
}

int lock_refuse(const struct lock_lines *lines, struct intoto_error **err, const char *what)
{
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "line %zu: %s", lines->line, what);
}

char *lock_trim(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length && strchr(" \t,", text[length - 1]))
		text[--length] = '\0';
	if (length > 1 && (*text == '"' || *text == '\'') && text[length - 1] == *text) {
		text[length - 1] = '\0';
		text++;
	}
	return text;
}

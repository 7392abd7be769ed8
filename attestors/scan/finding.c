/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: what is known of one, and its form in the predicate. */
#include "attestors/scan/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attestors/scan/cvss.h"

static const struct {
	const char *band;
	unsigned rank;
} ranks[] = {
	{ "none", 0 },	  { "negligible", 1 }, { "low", 2 },	  { "medium", 3 },
	{ "unknown", 4 }, { "high", 5 },       { "critical", 6 },
};

/* Words of the scanners for the bands. */
static const struct {
	const char *word;
	const char *band;
} words[] = {
	{ "critical", "critical" },
	{ "defcon1", "critical" }, /* Clair 2 */
	{ "high", "high" },
	{ "important", "high" }, /* Red Hat, Microsoft */
	{ "medium", "medium" },
	{ "moderate", "medium" },
	{ "low", "low" },
	{ "negligible", "negligible" },
	{ "minor", "low" },
	{ "info", "negligible" },
	{ "informational", "negligible" },
	{ "none", "none" },
};

unsigned scan_band_rank(const char *band)
{
	for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
		if (intoto_text_same(ranks[i].band, band))
			return ranks[i].rank;
	return 4;
}

const char *scan_word_band(const char *word)
{
	for (size_t i = 0; word && i < sizeof words / sizeof *words; i++)
		if (intoto_text_same_nocase(words[i].word, word))
			return words[i].band;
	return "unknown";
}

const char *scan_band(unsigned cvss, unsigned tenths)
{
	if (tenths >= 90 && cvss != 2)
		return "critical";
	if (tenths >= 70)
		return "high";
	if (tenths >= 40)
		return "medium";
	return tenths || cvss == 2 ? "low" : "none";
}

bool scan_tenths(const char *score, unsigned *tenths)
{
	size_t whole = score ? strspn(score, "0123456789") : 0;
	unsigned value = 0;

	if (!whole || whole > 3)
		return false;
	for (size_t i = 0; i < whole; i++)
		value = value * 10 + (unsigned)(score[i] - '0');
	value *= 10;
	if (score[whole] == '.') {
		size_t digits = strspn(score + whole + 1, "0123456789");

		if (!digits || score[whole + 1 + digits])
			return false;
		value += (unsigned)(score[whole + 1] - '0');
	} else if (score[whole]) {
		return false;
	}
	if (value > 100)
		return false;
	*tenths = value;
	return true;
}

const char *scan_text(const struct intoto_value *object, const char *name)
{
	const char *text = intoto_value_text(intoto_value_get(object, name));

	return text && text[0] ? text : NULL;
}

/* --- texts --- */

void scan_finding_done(struct scan_finding *finding)
{
	free(finding->aliases.items);
	free(finding->fixed_in.items);
	free(finding->cvss.items);
	for (size_t i = 0; i < finding->owned_count; i++)
		free(finding->owned[i]);
	free(finding->owned);
	*finding = (struct scan_finding){ 0 };
}

void scan_texts_add(struct scan_finding *finding, struct scan_texts *texts, const char *text)
{
	if (!text || !text[0])
		return;
	for (size_t i = 0; i < texts->count; i++)
		if (intoto_text_same(texts->items[i], text))
			return;
	if (texts->count == texts->room) {
		size_t room = texts->room ? texts->room * 2 : 4;
		const char **items = realloc(texts->items, room * sizeof *items);

		if (!items) {
			finding->failed = true;
			return;
		}
		texts->items = items;
		texts->room = room;
	}
	texts->items[texts->count++] = text;
}

static const char *keep(struct scan_finding *finding, char *text)
{
	char **owned = NULL;

	if (text)
		owned = realloc(finding->owned, (finding->owned_count + 1) * sizeof *owned);
	if (!owned) {
		free(text);
		finding->failed = true;
		return NULL;
	}
	finding->owned = owned;
	return owned[finding->owned_count++] = text;
}

const char *scan_finding_keep(struct scan_finding *finding, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len >= 0)
		text = malloc((size_t)len + 1);
	if (text) {
		va_start(args, format);
		(void)vsnprintf(text, (size_t)len + 1, format, args); /* was measured */
		va_end(args);
	}
	return keep(finding, text);
}

void scan_texts_split(struct scan_finding *finding, struct scan_texts *texts, const char *text)
{
	while (text && *text) {
		size_t len = strcspn(text, ",");

		if (len)
			scan_texts_add(finding, texts,
				       scan_finding_keep(finding, "%.*s", (int)len, text));
		text += len;
		text += strspn(text, ", ");
	}
}

/* --- scores --- */

void scan_finding_score(struct scan_finding *finding, unsigned cvss, const char *score)
{
	static const char *const methods[] = { "cvss_v2", "cvss_v3", "cvss_v4" };
	struct scan_rating *rating;
	unsigned tenths;

	if (cvss < 2 || cvss > 4 || !scan_tenths(score, &tenths))
		return;
	if (!finding->worst_band ||
	    scan_band_rank(scan_band(cvss, tenths)) > scan_band_rank(finding->worst_band)) {
		finding->worst_band = scan_band(cvss, tenths);
	}
	for (size_t i = 0; i < finding->rating_count; i++)
		if (finding->ratings[i].method == methods[cvss - 2] &&
		    intoto_text_same(finding->ratings[i].score, score))
			return;
	if (finding->rating_count == SCAN_RATINGS_MOST || strlen(score) >= sizeof rating->score)
		return;
	rating = &finding->ratings[finding->rating_count++];
	rating->method = methods[cvss - 2];
	memcpy(rating->score, score, strlen(score) + 1);
}

void scan_finding_cvss(struct scan_finding *finding, const char *vector, const char *score)
{
	struct scan_cvss cvss;
	char computed[16];
	unsigned tenths;

	if (!vector || !vector[0])
		return;
	scan_texts_add(finding, &finding->cvss, vector);
	if (!scan_cvss_parse(&cvss, vector))
		return;
	if (score && scan_tenths(score, &tenths)) {
		scan_finding_score(finding, cvss.version, score);
		return;
	}
	if (!scan_cvss_score(&cvss, &tenths))
		return;
	(void)snprintf(computed, sizeof computed, "%u.%u", tenths / 10, tenths % 10); /* fits */
	scan_finding_score(finding, cvss.version, computed);
}

/* EPSS has five digits; the report's may be like "9e-05". */
void scan_finding_epss(struct scan_finding *finding, const char *digits)
{
	double value = digits ? strtod(digits, NULL) : -1;

	if (!(value >= 0 && value <= 1))
		return;
	if (!finding->epss || strtod(finding->epss, NULL) < value)
		finding->epss = scan_finding_keep(finding, "%.5f", value);
}

/* --- package URLs --- */

static const struct {
	const char *ecosystem;
	const char *type;
	char parts; /* what stands between namespace and name; 0: nothing */
} purls[] = {
	{ "npm", "npm", '/' },
	{ "PyPI", "pypi", 0 },
	{ "Go", "golang", '/' },
	{ "crates.io", "cargo", 0 },
	{ "Maven", "maven", ':' },
	{ "RubyGems", "gem", 0 },
	{ "Packagist", "composer", '/' },
	{ "NuGet", "nuget", 0 },
	{ "Hex", "hex", 0 },
	{ "Pub", "pub", 0 },
};

/* Percent-encodes all but what a purl lets stand; the separator of namespaces becomes '/'. */
static size_t encode(char *out, const char *text, char parts, bool pypi)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    ".-_~";
	static const char digits[] = "0123456789ABCDEF";
	size_t len = 0;

	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (parts && *text == parts) {
			out[len++] = '/';
		} else if (pypi && *text == '_') {
			out[len++] = '-'; /* the rule of the type: one name however it is written */
		} else if (pypi && *text >= 'A' && *text <= 'Z') {
			out[len++] = (char)(*text | 0x20);
		} else if (strchr(plain, *text)) {
			out[len++] = *text;
		} else {
			out[len++] = '%';
			out[len++] = digits[byte >> 4];
			out[len++] = digits[byte & 15];
		}
	}
	out[len] = '\0';
	return len;
}

const char *scan_finding_purl(struct scan_finding *finding, const char *ecosystem, const char *name,
			      const char *version)
{
	size_t size = 40;
	size_t at = 0;
	char *text;

	if (!name || !name[0] || strlen(name) > 65536 || (version && strlen(version) > 65536))
		return NULL;
	while (at < sizeof purls / sizeof *purls &&
	       !intoto_text_same(purls[at].ecosystem, ecosystem))
		at++;
	if (at == sizeof purls / sizeof *purls)
		return NULL;
	size += 3 * strlen(name) + (version ? 3 * strlen(version) : 0);
	text = malloc(size);
	if (text) {
		size_t len = (size_t)snprintf(text, size, "pkg:%s/", purls[at].type);

		len += encode(text + len, name, purls[at].parts,
			      intoto_text_same(purls[at].type, "pypi"));
		if (version && version[0]) {
			text[len++] = '@';
			encode(text + len, version, 0, false);
		}
	}
	return keep(finding, text);
}

/* --- writing --- */

static void write_rating(struct intoto_json_out *out, const char *method, const char *score)
{
	intoto_out_object(out);
	intoto_out_member(out, "method", method);
	intoto_out_member(out, "score", score);
	intoto_out_object_end(out);
}

/* The first is the band; a word that says nothing gives way to the worst score. */
static void write_severity(struct scan_finding *finding, struct intoto_json_out *out)
{
	const char *band = scan_word_band(finding->word);

	intoto_out_name(out, "severity");
	intoto_out_list(out);
	if (intoto_text_same(band, "unknown") && finding->worst_band)
		write_rating(out, "cvss", finding->worst_band);
	write_rating(out, finding->method ? finding->method : "vendor", band);
	for (size_t i = 0; i < finding->rating_count; i++)
		write_rating(out, finding->ratings[i].method, finding->ratings[i].score);
	intoto_out_list_end(out);
}

static void write_texts(struct intoto_json_out *out, const char *name,
			const struct scan_texts *texts)
{
	if (!texts->count)
		return;
	intoto_out_name(out, name);
	intoto_out_list(out);
	for (size_t i = 0; i < texts->count; i++)
		intoto_out_text(out, texts->items[i]);
	intoto_out_list_end(out);
}

static void write_annotation(struct scan_finding *finding, struct intoto_json_out *out)
{
	intoto_out_object(out);
	write_texts(out, "aliases", &finding->aliases);
	intoto_out_member(out, "package", finding->package);
	intoto_out_member(out, "purl", finding->purl);
	intoto_out_member(out, "version", finding->version);
	intoto_out_member(out, "ecosystem", finding->ecosystem);
	intoto_out_member(out, "location", finding->location);
	write_texts(out, "fixedIn", &finding->fixed_in);
	intoto_out_member(out, "fixState", finding->fix_state);
	write_texts(out, "cvss", &finding->cvss);
	intoto_out_member(out, "epss", finding->epss);
	if (finding->known_exploited) {
		intoto_out_name(out, "knownExploited");
		intoto_out_bool(out, true);
	}
	intoto_out_member(out, "published", finding->published);
	intoto_out_member(out, "modified", finding->modified);
	intoto_out_member(out, "state", finding->suppressed_by ? "suppressed" : "open");
	intoto_out_member(out, "suppressedBy", finding->suppressed_by);
	intoto_out_member(out, "url", finding->url);
	intoto_out_member(out, "rule", finding->rule);
	intoto_out_member(out, "kind", finding->kind ? finding->kind : "vulnerability");
	intoto_out_object_end(out);
}

int scan_finding_write(struct scan_finding *finding, struct intoto_json_out *out,
		       struct intoto_error **err)
{
	if (finding->failed)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	intoto_out_object(out);
	intoto_out_member(out, "id", finding->id);
	write_severity(finding, out);
	intoto_out_name(out, "annotations");
	intoto_out_list(out);
	write_annotation(finding, out);
	intoto_out_list_end(out);
	intoto_out_object_end(out);
	return 0;
}

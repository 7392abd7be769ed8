/* SPDX-License-Identifier: Apache-2.0 */
/* Digest sets: an object in a document, one text in memory. */
#include "model/digest_set.h"

#include <string.h>

#include "base/text.h"
#include "model/artifacts.h"

/* What is known about an algorithm. */
struct algorithm {
	const char *name;
	size_t digits; /* a value has so many, which is checked on reading; 0: it depends */
	size_t least;  /* with fewer it decides nothing; 0: it never does */
};

/* The names are those of the attestation framework (v1, "DigestSet"). */
static const struct algorithm algorithms[] = {
	{ "sha256", 64, 1 },	{ "sha512", 128, 1 },	 { "sha384", 96, 1 },
	{ "sha224", 56, 1 },	{ "sha512_224", 56, 1 }, { "sha512_256", 64, 1 },
	{ "sha3_224", 56, 1 },	{ "sha3_256", 64, 1 },	 { "sha3_384", 96, 1 },
	{ "sha3_512", 128, 1 }, { "sm3", 64, 1 },	 { "blake2b", 0, 64 },
	{ "blake2s", 0, 64 },	{ "shake128", 0, 64 },	 { "shake256", 0, 64 },
	{ "gitCommit", 0, 40 }, { "gitTree", 0, 40 },	 { "gitBlob", 0, 64 },
	{ "gitTag", 0, 40 },	{ "dirHash", 0, 64 },	 { "dirHash1", 0, 64 },
	{ "sha1", 40, 0 },	{ "md5", 32, 0 },	 { "ripemd160", 40, 0 },
};

static const struct algorithm *find_algorithm(struct it_span name)
{
	for (size_t i = 0; i < IT_COUNT_OF(algorithms); i++)
		if (it_span_is(name, algorithms[i].name))
			return &algorithms[i];
	return NULL;
}

static int check_hex(struct it_span hex, struct it_span algorithm, const struct it_where *where,
		     struct intoto_error **err)
{
	const struct algorithm *known = find_algorithm(algorithm);
	size_t want = known ? known->digits : 0;
	IT_AUTO(it_buf_done) struct it_buf shown = IT_BUF(SIZE_MAX / 2);

	if (want && hex.len != want)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want %zu hex digits, found %zu bytes", want, hex.len);
	if (hex.len == 0 || hex.len % 2 || hex.len > IT_ARTIFACT_HEX_MAX)
		return it_where_refuse(
			where, INTOTO_E_FORMAT, err,
			"want an even number of hex digits from 2 to %d, found %zu bytes",
			IT_ARTIFACT_HEX_MAX, hex.len);
	if (it_hex_valid(hex))
		return INTOTO_OK;
	it_where_quote(&shown, hex);
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want hex digits, found %s",
			       it_buf_text(&shown));
}

#define IS_BETWEEN(c, low, high) ((unsigned char)((c) - (low)) <= (high) - (low))
#define IS_LOWER_HEX(c) (IS_BETWEEN(c, '0', '9') || IS_BETWEEN(c, 'a', 'f'))

static bool is_algorithm(struct it_span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-'))
			return false;
	}
	return name.len > 0 && name.len <= IT_ARTIFACT_ALGORITHM_MAX;
}

static void add_lower(struct it_buf *out, struct it_span hex)
{
	size_t from = out->len;

	if (it_buf_add_span(out, hex))
		return; /* sticky */
	for (size_t i = from; i < out->len; i++)
		if (out->data[i] >= 'A' && out->data[i] <= 'F')
			out->data[i] = (char)(out->data[i] + ('a' - 'A'));
}

typedef unsigned char bytes16 __attribute__((vector_size(16)));

#define FOUR(c) c, c, c, c
#define SIXTEEN(c)                                                                                 \
	{                                                                                          \
		FOUR(c), FOUR(c), FOUR(c), FOUR(c)                                                 \
	}

/* Sixteen at a time: there is one of these for each artifact. */
static bool is_lower_hex(struct it_span text)
{
	static const bytes16 zero = SIXTEEN('0');
	static const bytes16 nine = SIXTEEN(9);
	static const bytes16 a = SIXTEEN('a');
	static const bytes16 five = SIXTEEN(5);
	bytes16 wrong = { 0 };
	uint64_t halves[2];
	size_t at = 0;

	for (; text.len - at >= sizeof(bytes16); at += sizeof(bytes16)) {
		bytes16 bytes;

		memcpy(&bytes, text.data + at, sizeof bytes);
		wrong |= (bytes16)(bytes - zero > nine) & (bytes16)(bytes - a > five);
	}
	memcpy(halves, &wrong, sizeof halves);
	for (; at < text.len; at++)
		if (!IS_LOWER_HEX(text.data[at]))
			return false;
	return !(halves[0] | halves[1]);
}

bool it_digest_is_kept(struct it_span algorithm, struct it_span hex)
{
	const struct algorithm *known = find_algorithm(algorithm);

	if (known && known->digits ? hex.len != known->digits
				   : !hex.len || hex.len % 2 || hex.len > IT_ARTIFACT_HEX_MAX)
		return false;
	return (known || is_algorithm(algorithm)) && is_lower_hex(hex);
}

static int read_digest(struct it_buf *out, const struct it_json_member *member,
		       const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, member->name.data, 0 };
	struct it_span hex = it_json_text(member->value);
	int rc;

	if (!is_algorithm(member->name))
		return it_where_refuse(&where, INTOTO_E_FORMAT, err,
				       "not the name of a digest algorithm");
	if (!hex.data)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err, "want hex digits, found %s",
				       it_json_kind_name(member->value));
	rc = check_hex(hex, member->name, &where, err);
	if (rc)
		return rc;
	if (out->len)
		(void)it_buf_add_byte(out, ','); /* all sticky */
	(void)it_buf_add_span(out, member->name);
	(void)it_buf_add_byte(out, ':');
	add_lower(out, hex);
	return it_buf_check(out, "digests", err);
}

/*
 * Witness calls the git object id of a file "gitoid:sha256" and writes it as a URI; it is what
 * DigestSet calls gitBlob.  Beside another id of git it is left out: members are sorted, and this
 * one stands where gitBlob does not.
 */
static bool take_gitoid(struct it_buf *out, const struct it_json_member *member)
{
	static const char scheme[] = "gitoid:blob:sha256:";
	struct it_span text = it_json_text(member->value);
	size_t head = sizeof scheme - 1;

	if (!it_span_is(member->name, "gitoid:sha256") || text.len != head + 64 ||
	    !it_span_eq(it_span(text.data, head), it_span(scheme, head)) ||
	    !is_lower_hex(it_span(text.data + head, 64)) || strstr(it_buf_text(out), "git"))
		return false;
	(void)it_buf_printf(out, "%sgitBlob:%.64s", out->len ? "," : "",
			    text.data + head); /* sticky */
	return true;
}

static bool can_be_kept(const struct it_json_member *member)
{
	struct it_span hex = it_json_text(member->value);

	if (find_algorithm(member->name) || !hex.data)
		return true; /* right or refused */
	return is_algorithm(member->name) && hex.len && hex.len % 2 == 0 &&
	       hex.len <= IT_ARTIFACT_HEX_MAX && it_hex_valid(hex);
}

static int read_set(struct it_buf *out, const struct it_json *object, bool open,
		    const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count;
	int rc;

	it_buf_reset(out);
	if (it_json_kind(object) != IT_JSON_OBJECT)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want an object, found %s",
				       it_json_kind_name(object));
	rc = it_json_members(&members, &count, object, err);
	if (rc)
		return rc;
	if (count > IT_ARTIFACT_DIGESTS_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d digests",
				       IT_ARTIFACT_DIGESTS_MAX);
	for (size_t i = 0; rc == INTOTO_OK && i < count; i++)
		if (!(open && take_gitoid(out, &members[i])) && (!open || can_be_kept(&members[i])))
			rc = read_digest(out, &members[i], where, err);
	if (!rc)
		rc = it_buf_check(out, "digests", err);
	if (!rc && !out->len)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       count ? "no digest of an algorithm that is known"
					     : "no digest");
	return rc;
}

int it_digest_set_read(struct it_buf *out, const struct it_json *object,
		       const struct it_where *where, struct intoto_error **err)
{
	return read_set(out, object, false, where, err);
}

int it_digest_set_read_open(struct it_buf *out, const struct it_json *object,
			    const struct it_where *where, struct intoto_error **err)
{
	return read_set(out, object, true, where, err);
}

/* The first of a text that is left, without what ends it. */
static struct it_span take_until(struct it_span *left, char end)
{
	const char *at = left->len ? memchr(left->data, end, left->len) : NULL;
	struct it_span taken = it_span(left->data, at ? (size_t)(at - left->data) : left->len);
	size_t skip = taken.len + (at != NULL);

	*left = it_span(left->data + skip, left->len - skip);
	return taken;
}

void it_digest_set_write_span(struct it_writer *writer, struct it_span text)
{
	it_write_object(writer);
	while (text.len) {
		struct it_span hex = take_until(&text, ',');
		struct it_span name = take_until(&hex, ':');

		if (!hex.len) {
			writer->misused = true;
			return;
		}
		it_write_name_kept(writer, name);
		it_write_text_span(writer, hex);
	}
	it_write_object_end(writer);
}

void it_digest_set_write(struct it_writer *writer, const char *text)
{
	it_digest_set_write_span(writer, it_span_text(text));
}

/* --- comparing --- */

struct digest {
	struct it_span algorithm;
	struct it_span hex;
};

/* Takes the next one off a text; false at its end. */
static bool next_digest(struct digest *out, const char **text)
{
	size_t name = strcspn(*text, ":,");
	size_t hex = (*text)[name] == ':' ? strcspn(*text + name + 1, ",") : 0;

	if (!hex)
		return false;
	*out = (struct digest){ it_span(*text, name), it_span(*text + name + 1, hex) };
	*text += name + 1 + hex;
	*text += **text == ',';
	return true;
}

static bool decides(const struct digest *digest)
{
	const struct algorithm *known = find_algorithm(digest->algorithm);

	return known && known->least && digest->hex.len >= known->least;
}

/* Both texts are sorted by algorithm, so one pass finds what they share. */
enum it_digests_match it_digests_match(const char *a, const char *b)
{
	struct digest left;
	struct digest right;
	bool has_left = next_digest(&left, &a);
	bool has_right = next_digest(&right, &b);
	enum it_digests_match verdict = IT_DIGESTS_NOT_COMPARABLE;

	while (has_left && has_right) {
		int order = it_span_cmp(left.algorithm, right.algorithm);

		if (order == 0 && left.hex.len == right.hex.len && decides(&left)) {
			if (!it_span_eq(left.hex, right.hex))
				return IT_DIGESTS_DIFFER;
			verdict = IT_DIGESTS_MATCH;
		}
		if (order <= 0)
			has_left = next_digest(&left, &a);
		if (order >= 0)
			has_right = next_digest(&right, &b);
	}
	return verdict;
}

void it_digest_set_names(struct it_buf *out, const char *text)
{
	struct digest digest;

	for (size_t i = 0; next_digest(&digest, &text); i++) {
		(void)it_buf_add_text(out, i ? ", " : ""); /* both sticky */
		(void)it_buf_add_span(out, digest.algorithm);
	}
}

void it_digests_explain(struct it_buf *out, const char *a, const char *b)
{
	if (it_digests_match(a, b) != IT_DIGESTS_NOT_COMPARABLE) {
		(void)it_buf_add_text(out, "its digests differ from those in"); /* all sticky */
		return;
	}
	(void)it_buf_add_text(out, "it shares no digest that can be compared (");
	it_digest_set_names(out, a);
	(void)it_buf_add_text(out, " and ");
	it_digest_set_names(out, b);
	(void)it_buf_add_text(out, ") with the one in");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links in one pass: the canonical form (Metablock) and the tables are filled while the text is
 * read.
 *
 * The canonical form is never longer than the text that it is made of, piece by piece: white space
 * goes, escapes shrink, and everything else stays as it is.  So its buffer is made once.
 */
#include "model/link_stream.h"

#include <string.h>

#include "base/text.h"
#include "json/pull.h"
#include "json/writer.h"
#include "model/digest_set.h"
#include "model/envelope_text.h"
#include "model/link.h"

enum {
	MEMBERS = 7, /* of a link */
	DIGESTS_SIZE = IT_ARTIFACT_DIGESTS_MAX *
		       (IT_ARTIFACT_ALGORITHM_MAX + IT_ARTIFACT_HEX_MAX + sizeof ":,"),
};

/* Where the canonical form of a member stands. */
struct piece {
	size_t from;
	size_t to;
};

struct reader {
	struct it_pull in;
	struct it_buf *out; /* gets the canonical form; NULL: nobody needs it */
	struct intoto_link *link;
	struct piece pieces[MEMBERS]; /* by their place in the table of members */
	bool ordered;		      /* the members stood sorted */
	bool seen[MEMBERS];
	size_t last; /* the member before this one, plus 1 */
	char digests[DIGESTS_SIZE];
};

/* --- the canonical form --- */

static inline void emit(struct reader *reader, const char *data, size_t len)
{
	struct it_buf *out = reader->out;

	if (!out)
		return;
	if (out->cap - out->len <= len) {
		it_pull_fail(&reader->in, INTOTO_E_FORMAT);
		return;
	}
	memcpy(out->data + out->len, data, len);
	out->len += len;
}

static inline void emit_byte(struct reader *reader, char byte)
{
	emit(reader, &byte, 1);
}

static void emit_text(struct reader *reader, const struct it_pull_text *text)
{
	struct it_span said = text->said;

	emit_byte(reader, '"');
	if (said.data == text->raw.data) { /* no escape */
		emit(reader, said.data, said.len);
	} else {
		for (size_t i = 0; i < said.len; i++) {
			if (said.data[i] == '"' || said.data[i] == '\\')
				emit_byte(reader, '\\');
			emit_byte(reader, said.data[i]);
		}
	}
	emit_byte(reader, '"');
}

/* In front of every element but the first. */
static inline void emit_comma(struct reader *reader, bool *first)
{
	if (!*first)
		emit_byte(reader, ',');
	*first = false;
}

/* --- tables --- */

/* One digest behind len bytes of reader->digests; returns the new length. */
static size_t read_digest(struct reader *reader, struct it_span *before, size_t len)
{
	struct it_pull_text name;
	struct it_pull_text hex;

	if (!it_pull_name(&reader->in, &name))
		return len;
	emit_text(reader, &name);
	emit_byte(reader, ':');
	if (!it_pull_text(&reader->in, &hex))
		return len;
	emit_text(reader, &hex);
	/* The raw texts outlive the next one; what has escapes is no such text. */
	if (it_span_cmp(*before, name.raw) >= 0 || !it_digest_is_kept(name.raw, hex.raw) ||
	    sizeof reader->digests - len < name.raw.len + hex.raw.len + 2) {
		it_pull_fail(&reader->in, INTOTO_E_FORMAT);
		return len;
	}
	*before = name.raw;
	if (len)
		reader->digests[len++] = ',';
	memcpy(reader->digests + len, name.raw.data, name.raw.len);
	len += name.raw.len;
	reader->digests[len++] = ':';
	memcpy(reader->digests + len, hex.raw.data, hex.raw.len);
	return len + hex.raw.len;
}

static struct it_span read_digests(struct reader *reader)
{
	struct it_span before = { "", 0 };
	bool first = true;
	size_t count = 0;
	size_t len = 0;

	it_pull_open(&reader->in, '{');
	emit_byte(reader, '{');
	while (it_pull_next(&reader->in, '}')) {
		emit_comma(reader, &first);
		len = read_digest(reader, &before, len);
		count++;
	}
	emit_byte(reader, '}');
	if (count == 0 || count > IT_ARTIFACT_DIGESTS_MAX)
		it_pull_fail(&reader->in, INTOTO_E_FORMAT);
	return it_span(reader->digests, len);
}

/* A table on its way. */
struct table {
	struct it_artifacts *out;
	struct it_span before; /* the name before this one */
	/* The other side, if its texts are in reach, and how far its names were looked at. */
	const struct it_artifacts *other;
	size_t at;
};

/* The artifact of the other side that has this name; names come sorted. */
static const struct it_artifact *find_other(struct table *table, struct it_span name)
{
	const struct it_artifacts *other = table->other;
	int order = 1;

	while (other && table->at < other->count &&
	       (order = it_span_cmp(it_artifact_name(&other->items[table->at]), name)) < 0)
		table->at++;
	return other && table->at < other->count && order == 0 ? &other->items[table->at] : NULL;
}

/* One artifact; names that have no order are for who can sort. */
static void read_artifact(struct reader *reader, struct table *table)
{
	struct it_pull_text name;
	struct it_span digests;
	const struct it_artifact *like;
	const char *kept;
	int rc;

	if (!it_pull_name(&reader->in, &name))
		return;
	emit_text(reader, &name);
	emit_byte(reader, ':');
	if (name.said.len == 0 || name.said.len > IT_ARTIFACT_NAME_MAX ||
	    it_span_cmp(table->before, name.said) >= 0) {
		it_pull_fail(&reader->in, INTOTO_E_FORMAT);
		return;
	}
	like = find_other(table, name.said);
	kept = like ? like->name : it_artifacts_keep(table->out, name.said);
	table->before = it_span(kept, name.said.len);
	digests = read_digests(reader);
	if (reader->in.failed)
		return;
	rc = !kept  ? INTOTO_E_NOMEM
	     : like ? it_artifacts_append_like(table->out, like, digests)
		    : it_artifacts_append(table->out, table->before, digests);
	if (rc)
		it_pull_fail(&reader->in, rc);
}

static void read_table(struct reader *reader, struct it_artifacts *out,
		       const struct it_artifacts *other)
{
	struct table table = { .out = out, .before = { "", 0 } };
	bool first = true;

	if (other->count) {
		it_artifacts_share(out, other);
		table.other = other;
	}
	it_pull_open(&reader->in, '{');
	emit_byte(reader, '{');
	while (it_pull_next(&reader->in, '}')) {
		emit_comma(reader, &first);
		read_artifact(reader, &table);
	}
	emit_byte(reader, '}');
}

/* --- the members of a link --- */

static void read_type(struct reader *reader)
{
	struct it_pull_text text;

	if (!it_pull_text(&reader->in, &text) || !it_span_is(text.said, "link"))
		it_pull_fail(&reader->in, INTOTO_E_FORMAT);
	emit_text(reader, &text);
}

static void read_name(struct reader *reader)
{
	struct it_pull_text text;

	if (!it_pull_text(&reader->in, &text))
		return;
	emit_text(reader, &text);
	free(reader->link->name);
	reader->link->name = strndup(text.said.data, text.said.len);
	if (!reader->link->name)
		it_pull_fail(&reader->in, INTOTO_E_NOMEM);
}

static void read_command(struct reader *reader)
{
	struct it_pull_text text;
	bool first = true;

	it_pull_open(&reader->in, '[');
	emit_byte(reader, '[');
	while (it_pull_next(&reader->in, ']') && it_pull_text(&reader->in, &text)) {
		emit_comma(reader, &first);
		emit_text(reader, &text);
		if (it_strings_add_span(&reader->link->command, text.said, NULL))
			it_pull_fail(&reader->in, INTOTO_E_NOMEM);
	}
	emit_byte(reader, ']');
}

static void read_materials(struct reader *reader)
{
	read_table(reader, &reader->link->materials, &reader->link->products);
}

static void read_products(struct reader *reader)
{
	read_table(reader, &reader->link->products, &reader->link->materials);
}

/* An object or null, which the tree reader reads. */
static void read_opaque(struct reader *reader, struct it_json **out)
{
	IT_AUTO(it_json_freep) struct it_json *value = NULL;
	int rc = INTOTO_OK;

	if (!it_pull_tree(&reader->in, &value))
		return;
	if (reader->out)
		rc = it_json_canonical(reader->out, value, NULL);
	if (rc == INTOTO_E_NOMEM)
		it_pull_fail(&reader->in, INTOTO_E_NOMEM);
	else if (rc ||
		 (it_json_kind(value) != IT_JSON_NULL && it_json_kind(value) != IT_JSON_OBJECT))
		it_pull_fail(&reader->in, INTOTO_E_FORMAT);
	if (it_json_kind(value) != IT_JSON_OBJECT)
		return;
	*out = value;
	value = NULL; /* now the link's */
}

static void read_byproducts(struct reader *reader)
{
	read_opaque(reader, &reader->link->byproducts);
}

static void read_environment(struct reader *reader)
{
	read_opaque(reader, &reader->link->environment);
}

/* Sorted; the same seven that link.c takes. */
static const struct member {
	const char *name;
	bool required;
	void (*read)(struct reader *reader);
} members[MEMBERS] = {
	{ "_type", true, read_type },	       { "byproducts", false, read_byproducts },
	{ "command", true, read_command },     { "environment", false, read_environment },
	{ "materials", true, read_materials }, { "name", true, read_name },
	{ "products", true, read_products },
};
enum { BYPRODUCTS = 1, ENVIRONMENT = 3 };

static void read_member(struct reader *reader)
{
	struct it_pull_text name;
	size_t which = 0;

	if (!it_pull_name(&reader->in, &name))
		return;
	while (which < MEMBERS && !it_span_is(name.said, members[which].name))
		which++;
	if (which == MEMBERS || reader->seen[which]) {
		it_pull_fail(&reader->in, INTOTO_E_FORMAT);
		return;
	}
	reader->ordered = reader->ordered && which >= reader->last;
	reader->last = which + 1;
	reader->seen[which] = true;
	if (reader->out)
		reader->pieces[which].from = reader->out->len;
	emit_byte(reader, '"');
	emit(reader, members[which].name, strlen(members[which].name));
	emit(reader, "\":", 2);
	members[which].read(reader);
	if (reader->out)
		reader->pieces[which].to = reader->out->len;
}

/* Puts the pieces where the canonical form wants them. */
static void sort_members(struct reader *reader)
{
	struct it_buf sorted = IT_BUF(IT_JSON_BYTES_MAX);
	const struct it_buf *out = reader->out;

	if (!out || reader->ordered || reader->in.failed)
		return;
	(void)it_buf_reserve(&sorted, out->len); /* all sticky */
	for (size_t i = 0; i < MEMBERS; i++) {
		const struct piece *piece = &reader->pieces[i];

		if (!reader->seen[i])
			continue;
		(void)it_buf_add_byte(&sorted, sorted.len ? ',' : '{');
		(void)it_buf_add(&sorted, out->data + piece->from, piece->to - piece->from);
	}
	(void)it_buf_add_byte(&sorted, '}');
	if (sorted.failed) {
		it_pull_fail(&reader->in, sorted.failed);
		it_buf_done(&sorted);
		return;
	}
	it_buf_done(reader->out);
	*reader->out = sorted;
}

/* A link as a value, into reader->link and reader->out. */
static void read_link(struct reader *reader)
{
	bool first = true;

	reader->ordered = true;
	it_pull_open(&reader->in, '{');
	emit_byte(reader, '{');
	while (it_pull_next(&reader->in, '}')) {
		emit_comma(reader, &first);
		read_member(reader);
	}
	emit_byte(reader, '}');
	for (size_t i = 0; i < MEMBERS; i++)
		if (members[i].required && !reader->seen[i])
			it_pull_fail(&reader->in, INTOTO_E_FORMAT);
	if (!reader->in.failed && reader->out)
		reader->out->data[reader->out->len] = '\0';
	sort_members(reader);
}

int it_link_stream_read(struct intoto_link **out, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	struct reader reader = { 0 };
	enum intoto_code failed;
	int rc = it_link_new(&link, "", err);

	*out = NULL;
	if (rc)
		return rc;
	reader.link = link;
	it_pull_init(&reader.in, text, &it_json_signed_limits);
	read_link(&reader);
	(void)it_pull_end(&reader.in); /* sticks in failed */
	failed = reader.in.failed;
	it_pull_done(&reader.in);
	if (failed == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (failed)
		return INTOTO_OK; /* not ours */
	*out = link;
	link = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- the envelope around it --- */

struct outer {
	struct reader reader;
	struct intoto_envelope *envelope;
	struct it_json *signatures;
	struct it_span payload; /* base64 */
	bool has_signed;
	bool has_payload;
	bool has_type;
};

static void outer_done(struct outer *outer)
{
	it_pull_done(&outer->reader.in);
	it_json_free(outer->signatures);
}

static void read_signed(struct outer *outer, struct it_span text)
{
	struct reader *reader = &outer->reader;

	if (it_buf_reserve(&outer->envelope->payload, text.len)) {
		it_pull_fail(&reader->in, outer->envelope->payload.failed);
		return;
	}
	reader->out = &outer->envelope->payload;
	read_link(reader);
}

static void read_payload(struct outer *outer)
{
	struct it_pull_text text;

	if (!it_pull_text(&outer->reader.in, &text))
		return;
	outer->payload = text.raw;
	if (text.raw.data != text.said.data)
		it_pull_fail(&outer->reader.in, INTOTO_E_FORMAT);
}

static void read_payload_type(struct outer *outer)
{
	struct it_pull_text text;

	if (it_pull_text(&outer->reader.in, &text) && !it_span_is(text.said, INTOTO_PAYLOAD_TYPE))
		it_pull_fail(&outer->reader.in, INTOTO_E_FORMAT);
}

/* Says whether this is the first time. */
static bool once(bool *seen)
{
	bool again = *seen;

	*seen = true;
	return !again;
}

static void read_outer_member(struct outer *outer, struct it_span text)
{
	struct it_pull *in = &outer->reader.in;
	struct it_pull_text name;

	if (!it_pull_name(in, &name))
		return;
	if (it_span_is(name.said, "signed") && once(&outer->has_signed))
		read_signed(outer, text);
	else if (it_span_is(name.said, "payload") && once(&outer->has_payload))
		read_payload(outer);
	else if (it_span_is(name.said, "payloadType") && once(&outer->has_type))
		read_payload_type(outer);
	else if (it_span_is(name.said, "signatures") && !outer->signatures)
		(void)it_pull_tree(in, &outer->signatures); /* sticks in failed */
	else
		it_pull_fail(in, INTOTO_E_FORMAT);
}

static void read_outer(struct outer *outer, struct it_span text)
{
	struct it_pull *in = &outer->reader.in;
	bool metablock;

	it_pull_init(in, text, &it_json_signed_limits);
	it_pull_open(in, '{');
	while (it_pull_next(in, '}'))
		read_outer_member(outer, text);
	metablock = outer->has_signed && !outer->has_payload && !outer->has_type;
	if (!it_pull_end(in) || !outer->signatures ||
	    (!metablock && (outer->has_signed || !outer->has_payload || !outer->has_type)))
		it_pull_fail(in, INTOTO_E_FORMAT);
	outer->envelope->format = metablock ? INTOTO_METABLOCK : INTOTO_DSSE;
}

/* Decodes and reads the payload of DSSE; whether it could be decoded. */
static bool read_inner(struct outer *outer)
{
	struct it_buf *payload = &outer->envelope->payload;
	struct reader *reader = &outer->reader;

	if (reader->in.failed || outer->has_signed)
		return false;
	if (!it_base64_decode(payload, outer->payload)) {
		it_pull_fail(&reader->in, payload->failed ? payload->failed : INTOTO_E_FORMAT);
		return false;
	}
	it_pull_done(&reader->in);
	it_pull_init(&reader->in, it_buf_span(payload), &it_json_signed_limits);
	read_link(reader);
	(void)it_pull_end(&reader->in); /* sticks in failed */
	return true;
}

/* What is known once all was read. */
static int complete(struct outer *outer, struct intoto_error **err)
{
	struct intoto_envelope *envelope = outer->envelope;
	const bool *seen = outer->reader.seen;

	if (envelope->format == INTOTO_METABLOCK)
		envelope->payload_type[0] = '\0';
	envelope->kind = "link";
	envelope->has_byproducts = seen[BYPRODUCTS];
	envelope->has_environment = seen[ENVIRONMENT];
	return it_envelope_read_signatures(envelope, outer->signatures, err);
}

/*
 * DSSE around another document: the envelope was read, and its payload goes to the document reader.
 * Statements are most of what a store is given.
 */
static int settle(struct outer *outer)
{
	struct intoto_envelope *envelope = outer->envelope;
	int rc = it_envelope_read_signatures(envelope, outer->signatures, NULL);

	intoto_link_free(envelope->link);
	envelope->link = NULL;
	return rc ? rc : it_envelope_settle(envelope, NULL);
}

int it_link_stream_envelope(struct intoto_envelope **out, struct it_span text,
			    struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(outer_done) struct outer outer = { 0 };
	bool other;
	int rc = it_envelope_alloc(&envelope, INTOTO_DSSE, err);

	*out = NULL;
	if (!rc)
		rc = it_link_new(&envelope->link, "", err);
	if (rc)
		return rc;
	outer.envelope = envelope;
	outer.reader.link = envelope->link;
	read_outer(&outer, text);
	other = !outer.reader.in.failed && envelope->format == INTOTO_DSSE;
	other = read_inner(&outer) && other;
	rc = outer.reader.in.failed;
	if (rc == INTOTO_E_FORMAT && other)
		rc = settle(&outer);
	else if (!rc)
		rc = complete(&outer, NULL);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		return INTOTO_OK; /* not ours */
	*out = envelope;
	envelope = NULL; /* now the caller's */
	return INTOTO_OK;
}

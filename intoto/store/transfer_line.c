/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the lines of an export. */
#include <string.h>

#include "base/text.h"
#include "store/transfer_part.h"

bool it_transfer_next(struct it_span *line, struct it_span *text)
{
	const char *end = text->len ? memchr(text->data, '\n', text->len) : NULL;

	if (!text->len)
		return false;
	line->data = text->data;
	line->len = end ? (size_t)(end - text->data) : text->len;
	text->data += line->len + (end ? 1 : 0);
	text->len -= line->len + (end ? 1 : 0);
	return true;
}

int it_transfer_text(const char **out, const struct it_json *object, const char *name,
		     struct intoto_error **err)
{
	const struct it_json *value = it_json_get(object, name);
	struct it_span text = it_json_text(value);

	*out = "";
	if (!value)
		return INTOTO_OK;
	if (!text.data || strlen(text.data) != text.len)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want a text without NUL, got %s", name,
				  it_json_kind_name(value));
	*out = text.data;
	return INTOTO_OK;
}

/* The end of the year 9999: later times, and as many seconds, are sums that overflow. */
static const int64_t time_max = INT64_C(253402300799);

static int read_number(int64_t *out, const struct it_json *object, const char *name, int64_t max,
		       struct intoto_error **err)
{
	if (it_json_int(it_json_get(object, name), out) && *out >= 0 && *out <= max)
		return INTOTO_OK;
	if (*out > max)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want at most %jd", name,
				  (intmax_t)max);
	return it_err_set(err, INTOTO_E_FORMAT, "%s: want a whole number from 0, got %s", name,
			  it_json_kind_name(it_json_get(object, name)));
}

static int read_id(struct it_object_id *out, const struct it_json *object,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_SHA256_SIZE);
	const char *text;
	int rc = it_transfer_text(&text, object, "id", err);

	if (rc)
		return rc;
	if (!it_starts_with(text, "sha256:") ||
	    !it_hex_decode(&bytes, it_span_text(text + strlen("sha256:"))) ||
	    bytes.len != sizeof out->bytes)
		return it_err_set(err, INTOTO_E_FORMAT, "id: want sha256:HEX");
	memcpy(out->bytes, bytes.data, sizeof out->bytes);
	return INTOTO_OK;
}

void it_transfer_line_done(struct it_transfer_line *line)
{
	it_json_free(line->root);
	*line = (struct it_transfer_line){ 0 };
}

static int read_entry(struct it_transfer_line *line, struct intoto_error **err)
{
	struct it_json *root = line->root;
	int64_t number = 0;
	int64_t size = 0;
	int rc = read_id(&line->id, root, err);

	if (!rc)
		rc = it_transfer_text(&line->name, root, "name", err);
	if (!rc)
		rc = it_transfer_text(&line->actor, root, "by", err);
	if (!rc)
		rc = it_transfer_text(&line->kind, root, "kind", err);
	if (!rc)
		rc = read_number(&number, root, "number", INT64_MAX, err);
	if (!rc)
		rc = read_number(&size, root, "size", INT64_MAX, err);
	if (!rc)
		rc = read_number(&line->lock_until, root, "lockUntil", time_max, err);
	line->number = (uint64_t)number;
	line->size = (uint64_t)size;
	line->holds = it_json_get(root, "holds");
	if (!rc && line->holds && it_json_kind(line->holds) != IT_JSON_LIST)
		rc = it_err_set(err, INTOTO_E_FORMAT, "holds: want a list, got %s",
				it_json_kind_name(line->holds));
	if (!rc && it_json_count(line->holds) > IT_TRANSFER_HOLDS_MAX)
		rc = it_err_set(err, INTOTO_E_LIMIT, "holds: want at most %d",
				IT_TRANSFER_HOLDS_MAX);
	return rc;
}

int it_transfer_line_read(struct it_transfer_line *out, struct it_span text,
			  struct intoto_error **err)
{
	static const struct it_json_limits limits = { .bytes = IT_TRANSFER_LINE_MAX,
						      .depth = 3,
						      .values = 5 * IT_TRANSFER_HOLDS_MAX + 100 };
	int rc;

	it_transfer_line_done(out);
	rc = it_json_parse(&out->root, text, &limits, err);
	if (rc)
		return rc;
	out->is_class = it_json_get(out->root, "duration") != NULL;
	rc = it_transfer_text(&out->class, out->root, "class", err);
	if (!rc && out->is_class && !*out->class)
		rc = it_err_set(err, INTOTO_E_FORMAT, "class: want a name");
	if (rc)
		return rc;
	return out->is_class ? read_number(&out->duration, out->root, "duration", time_max, err)
			     : read_entry(out, err);
}

int it_transfer_line_hold(struct it_hold *out, const struct it_transfer_line *line, size_t i,
			  struct intoto_error **err)
{
	const struct it_json *hold = it_json_at(line->holds, i);
	int rc = it_transfer_text(&out->name, hold, "name", err);

	if (!rc)
		rc = it_transfer_text(&out->actor, hold, "by", err);
	if (!rc)
		rc = it_transfer_text(&out->reason, hold, "reason", err);
	if (!rc)
		rc = read_number(&out->since, hold, "since", time_max, err);
	if (!rc && !*out->name)
		rc = it_err_set(err, INTOTO_E_FORMAT, "holds: one has no name");
	if (!rc && (strlen(out->name) > IT_LEAF_TEXT_MAX || strlen(out->actor) > IT_LEAF_TEXT_MAX ||
		    strlen(out->reason) > IT_LEAF_TEXT_MAX))
		rc = it_err_set(err, INTOTO_E_LIMIT, "holds: want texts of at most %d bytes",
				IT_LEAF_TEXT_MAX);
	return rc ? it_err_wrap(err, rc, "hold %zu", i) : rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Getting what was put, by any of its names. */
#include <string.h>

#include "base/text.h"
#include "base/clock.h"
#include "store/entry.h"
#include "store/gc.h"
#include "store/schema.h"

enum { HEX_MIN = 8, HEX_MAX = 2 * IT_SHA256_SIZE };

#define GITOID "gitoid:blob:sha256:"

int it_store_get(struct it_store *store, const struct it_object_id *id, const struct it_sink *sink,
		 struct intoto_error **err)
{
	return store->objects->kind->get(store->objects, id, sink, err);
}

struct found {
	struct it_object_id id;
	size_t count;
	bool ranged; /* looked for by its digits: */
	struct it_object_id low, high;
};

static int take_id(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct found *found = arg;
	struct it_span bytes = row->values[0].bytes;

	if (bytes.len != sizeof found->id.bytes)
		return it_err_set(err, INTOTO_E_FORMAT, "the store holds an id that is none");
	memcpy(found->id.bytes, bytes.data, bytes.len);
	found->count++;
	return INTOTO_OK;
}

static int by_number(struct it_store *store, uint64_t number, struct found *found,
		     struct intoto_error **err)
{
	static const char text[] = "SELECT id FROM entry WHERE number = $1";
	const struct it_sql_value value = IT_SQL_N((int64_t)number);

	return it_sql_each(store->sql, text, &value, 1, take_id, found, err);
}

static int by_gitoid(struct it_store *store, struct it_span bytes, struct found *found,
		     struct intoto_error **err)
{
	static const char text[] = "SELECT e.id FROM " IT_SCHEMA_PARTS
				   " entry e WHERE e.number / 131072 = p.n AND e.gitoid = $1";
	const struct it_sql_value value = IT_SQL_B(bytes);

	return it_sql_each(store->sql, text, &value, 1, take_id, found, err);
}

static int fill_up(struct it_object_id *out, const char *digits, char with,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_SHA256_SIZE);
	char filled[HEX_MAX + 1];

	memset(filled, with, HEX_MAX);
	memcpy(filled, digits, strlen(digits));
	filled[HEX_MAX] = '\0';
	if (!it_hex_decode(&bytes, it_span_text(filled)))
		return it_err_nomem(err);
	memcpy(out->bytes, bytes.data, sizeof out->bytes);
	return INTOTO_OK;
}

/* From the digits as they are, filled up with zeros, to the same filled up with ones. */
static int by_digits(struct it_store *store, const char *digits, struct found *found,
		     struct intoto_error **err)
{
	static const char text[] = "SELECT id FROM entry WHERE id >= $1 AND id <= $2 LIMIT 2";
	const struct it_sql_value values[] = {
		IT_SQL_B(it_span(found->low.bytes, sizeof found->low.bytes)),
		IT_SQL_B(it_span(found->high.bytes, sizeof found->high.bytes)),
	};
	int rc = fill_up(&found->low, digits, '0', err);

	found->ranged = true;
	if (!rc)
		rc = fill_up(&found->high, digits, 'f', err);
	return rc ? rc
		  : it_sql_each(store->sql, text, values, IT_COUNT_OF(values), take_id, found, err);
}

static bool is_digits(const char *text)
{
	size_t len = strlen(text);

	return len >= HEX_MIN && len <= HEX_MAX && strspn(text, "0123456789abcdefABCDEF") == len;
}

static int look(struct it_store *store, const char *text, struct found *found,
		struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(HEX_MAX);
	const char *digits = it_starts_with(text, "sha256:") ? text + strlen("sha256:") : text;
	uint64_t number = 0;

	if (it_starts_with(text, GITOID)) {
		if (!it_hex_decode(&bytes, it_span_text(text + strlen(GITOID))))
			return INTOTO_OK; /* is nobody's */
		return by_gitoid(store, it_buf_span(&bytes), found, err);
	}
	if (strlen(text) < HEX_MIN && it_parse_u64(text, INT64_MAX, &number))
		return by_number(store, number, found, err);
	if (!is_digits(digits))
		return it_err_set(err, INTOTO_E_USAGE,
				  "want sha256:HEX, at least 8 digits of it, "
				  "gitoid:blob:sha256:HEX, or the number of an entry");
	return by_digits(store, digits, found, err);
}

/* What was once there says who took it away. */
static int say_removed(void *arg, const struct it_removal *removal, struct intoto_error **err)
{
	const char *name = arg;
	IT_AUTO(it_freep) char *actor = it_text_quoted(it_span_text(removal->actor));
	IT_AUTO(it_freep) char *reason = it_text_quoted(it_span_text(removal->reason));
	char time[IT_TIME_SIZE];

	it_time_format(time, removal->time);
	return it_err_set(err, INTOTO_E_NOTFOUND, "%s: was removed %s by %s: %s", name, time,
			  actor ? actor : "", reason ? reason : "");
}

static int say_missing(struct it_store *store, const struct found *found, char *name,
		       struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (found->ranged)
		rc = it_gc_removal(store, &found->low, &found->high, say_removed, name, err);
	return rc ? rc
		  : it_err_set(err, INTOTO_E_NOTFOUND, "%s: there is no such entry in the store",
			       name);
}

int it_store_resolve(struct it_store *store, const char *text, struct it_object_id *out,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));
	struct found found = { 0 };
	int rc = quoted ? look(store, text, &found, err) : it_err_nomem(err);

	if (rc)
		return rc;
	if (!found.count)
		return say_missing(store, &found, quoted, err);
	if (found.count > 1)
		return it_err_set(err, INTOTO_E_USAGE, "%s: several entries begin so", quoted);
	*out = found.id;
	return INTOTO_OK;
}

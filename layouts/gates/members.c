/* SPDX-License-Identifier: Apache-2.0 */
/* Values that the members of several gates have: durations, words, counts. */
#include <string.h>

#include "base/text.h"
#include "layouts/gates/gate.h"

enum { WORDS_MAX = 4096, WORD_BYTES = 4096 };

#define YEARS_100 (INT64_C(100) * 366 * 24 * 3600)

static int refuse_value(const struct it_json *value, const char *want, const struct it_where *where,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_json_text(value));

	if (!it_json_text(value).data)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
				       it_json_kind_name(value));
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found '%s'", want,
			       quoted ? quoted : "");
}

static int64_t unit_of(char letter)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', INT64_C(24) * 3600 } };

	for (size_t i = 0; i < IT_COUNT_OF(units); i++)
		if (units[i].letter == letter)
			return units[i].seconds;
	return 0;
}

int it_gate_read_duration(int64_t *out, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	static const char want[] = "a duration as \"90s\", \"15m\", \"36h\" or \"7d\"";
	struct it_span text = it_json_text(value);
	char number[16];
	uint64_t count = 0;
	int64_t unit;

	if (!text.data || text.len < 2 || text.len > sizeof number)
		return refuse_value(value, want, where, err);
	memcpy(number, text.data, text.len - 1);
	number[text.len - 1] = '\0';
	unit = unit_of(text.data[text.len - 1]);
	if (!unit || !it_parse_u64(number, (uint64_t)(YEARS_100 / unit), &count) || !count)
		return refuse_value(value, want, where, err);
	*out = (int64_t)count * unit;
	return INTOTO_OK;
}

static int read_word(struct it_strings *out, const struct it_json *value,
		     const struct it_where *where, struct intoto_error **err)
{
	struct it_span text = it_json_text(value);

	if (!text.data || !text.len)
		return refuse_value(value, "a text that is not empty", where, err);
	if (text.len > WORD_BYTES)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d bytes",
				       WORD_BYTES);
	if (memchr(text.data, '\0', text.len))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "a NUL character inside a text");
	if (it_strings_has(out, text.data))
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "is there twice");
	return it_strings_add_span(out, text, err);
}

int it_gate_read_words(struct it_strings *out, const struct it_json *value,
		       const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(value) != IT_JSON_LIST)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a list, found %s",
				       it_json_kind_name(value));
	if (!it_json_count(value))
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "is empty; leave it out");
	if (it_json_count(value) > WORDS_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d texts", WORDS_MAX);
	for (size_t i = 0; !rc && i < it_json_count(value); i++) {
		struct it_where element = { where, NULL, i };

		rc = read_word(out, it_json_at(value, i), &element, err);
	}
	return rc;
}

int it_gate_read_predicates(struct it_strings *out, const struct it_json *value,
			    const struct it_where *where, struct intoto_error **err)
{
	int rc = it_gate_read_words(out, value, where, err);

	for (size_t i = 0; !rc && i < out->count; i++) {
		struct it_where element = { where, NULL, i };

		if (!it_predicate_word_is_known(out->items[i]))
			rc = refuse_value(it_json_at(value, i),
					  "a type URI or a word for one (sbom, vulns, "
					  "test-result …)",
					  &element, err);
	}
	return rc;
}

int it_gate_read_count(int64_t *out, const struct it_json *value, int64_t least, int64_t most,
		       const struct it_where *where, struct intoto_error **err)
{
	int64_t found = 0;

	if (!it_json_int(value, &found))
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a whole number, found %s",
				       it_json_kind_name(value));
	if (found < least || found > most)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a number from %lld to %lld, found %lld",
				       (long long)least, (long long)most, (long long)found);
	*out = found;
	return INTOTO_OK;
}

int it_gate_read_bool(bool *out, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	if (it_json_bool(value, out))
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want true or false, found %s",
			       it_json_kind_name(value));
}

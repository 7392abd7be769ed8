/* SPDX-License-Identifier: Apache-2.0 */
/* Pins of attestors: read, and held against attestations. */
#include "layouts/gates/pins.h"

#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "layouts/gates/gate.h"

enum { PINS_MAX = 1024, SHA256_DIGITS = 64, CLAUSE_MAX = 1 << 20 };

static void pin_done(struct it_attestor_pin *pin)
{
	free(pin->name);
	it_strings_done(&pin->sha256);
	it_strings_done(&pin->version);
	it_strings_done(&pin->level);
}

void it_attestor_pins_done(struct it_attestor_pins *pins)
{
	for (size_t i = 0; i < pins->count; i++)
		pin_done(&pins->items[i]);
	free(pins->items);
	it_json_free(pins->object);
	*pins = (struct it_attestor_pins){ 0 };
}

/* --- reading --- */

static int read_sha256(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct it_attestor_pin *pin = target;
	int rc = it_gate_read_words(&pin->sha256, value, where, err);

	for (size_t i = 0; !rc && i < pin->sha256.count; i++) {
		struct it_where element = { where, NULL, i };
		char *hex = pin->sha256.items[i];

		if (strlen(hex) != SHA256_DIGITS || !it_hex_valid(it_span_text(hex)))
			rc = it_where_refuse(&element, INTOTO_E_FORMAT, err,
					     "want 64 hex digits, the SHA-256 of the program");
		for (; !rc && *hex; hex++)
			if (*hex >= 'A' && *hex <= 'F')
				*hex = (char)(*hex | 0x20);
	}
	return rc;
}

static int read_version(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_attestor_pin *pin = target;

	return it_gate_read_words(&pin->version, value, where, err);
}

static int read_level(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct it_attestor_pin *pin = target;

	return it_gate_read_words(&pin->level, value, where, err);
}

static const struct it_field fields[] = {
	{ "level", IT_FIELD_CUSTOM, false, 0, read_level },
	{ "sha256", IT_FIELD_CUSTOM, false, 0, read_sha256 },
	{ "version", IT_FIELD_CUSTOM, false, 0, read_version },
};

static int read_pin(struct it_attestor_pin *pin, const struct it_json_member *member,
		    const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, member->name.data, 0 };
	int rc;

	if (!member->name.len || memchr(member->name.data, '\0', member->name.len))
		return it_where_refuse(up, INTOTO_E_FORMAT, err, "want the names of attestors");
	pin->name = strndup(member->name.data, member->name.len);
	if (!pin->name)
		return it_err_nomem(err);
	rc = it_fields_read(pin, member->value, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED,
			    &where, err);
	if (!rc && !pin->sha256.count && !pin->version.count && !pin->level.count)
		rc = it_where_refuse(&where, INTOTO_E_FORMAT, err,
				     "want \"sha256\", \"version\" or \"level\"; leave the "
				     "attestor out to pin nothing");
	return rc;
}

int it_attestor_pins_read(struct it_attestor_pins *out, const struct it_json *object,
			  const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc;

	if (it_json_kind(object) != IT_JSON_OBJECT)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want an object, found %s",
				       it_json_kind_name(object));
	rc = it_json_members(&members, &count, object, err);
	if (rc)
		return rc;
	if (!count || count > PINS_MAX)
		return it_where_refuse(where, count ? INTOTO_E_LIMIT : INTOTO_E_FORMAT, err,
				       count ? "more than 1024 attestors"
					     : "is empty; leave it out to pin nothing");
	out->items = calloc(count, sizeof *out->items);
	if (!out->items)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = read_pin(&out->items[out->count++], &members[i], where, err);
	if (!rc)
		out->object = it_json_ref(object);
	return rc;
}

/* --- an attestation against them --- */

static void say(struct it_buf *why, const char *what, const char *found)
{
	(void)it_buf_add_text(why, what); /* sticks; still a text */
	if (*found)
		it_where_quote(why, it_span_text(found));
	else
		(void)it_buf_add_text(why, "none");
}

static bool has_word(const struct it_json *list, const char *word)
{
	for (size_t i = 0; i < it_json_count(list); i++)
		if (it_span_is(it_json_text(it_json_at(list, i)), word))
			return true;
	return false;
}

/* "landlock-4" is also kept by a later one. */
static bool has_landlock(const struct it_json *list, const char *word)
{
	static const char name[] = "landlock-";
	uint64_t wanted = 0;

	if (!it_starts_with(word, name) || !it_parse_u64(word + sizeof name - 1, 1000, &wanted))
		return false;
	for (size_t i = 0; i < it_json_count(list); i++) {
		const char *text = it_json_text(it_json_at(list, i)).data;
		uint64_t found = 0;

		if (text && it_starts_with(text, name) &&
		    it_parse_u64(text + sizeof name - 1, 1000, &found) && found >= wanted)
			return true;
	}
	return false;
}

static bool keeps_level(const struct it_attestor_pin *pin, const struct it_json *level,
			struct it_buf *why)
{
	for (size_t i = 0; i < pin->level.count; i++) {
		const char *word = pin->level.items[i];

		if (has_word(level, word) || has_landlock(level, word))
			continue;
		say(why, "does not say that its attestor ran in a sandbox with ", word);
		return false;
	}
	return true;
}

static bool keeps(const struct it_attestor_pin *pin, const struct it_attested_making *making,
		  struct it_buf *why)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(SHA256_DIGITS + 1);

	for (const char *c = making->sha256; *c && hex.len < SHA256_DIGITS; c++)
		(void)it_buf_add_byte(&hex, *c >= 'A' && *c <= 'F' ? (char)(*c | 0x20) : *c);
	if (pin->sha256.count && (strlen(making->sha256) != SHA256_DIGITS ||
				  !it_strings_has(&pin->sha256, it_buf_text(&hex)))) {
		say(why, "was not made by the attestor that the layout pins: its sha256 is ",
		    making->sha256);
		return false;
	}
	if (pin->version.count && !it_strings_has(&pin->version, making->version)) {
		say(why, "was made by another version of the attestor than the layout pins: ",
		    making->version);
		return false;
	}
	return keeps_level(pin, making->level, why);
}

bool it_attestor_pins_keep(const struct it_attestor_pins *pins,
			   const struct it_attestation *attestation, struct it_buf *why)
{
	for (size_t i = 0; i < pins->count; i++)
		if (it_streq(pins->items[i].name, attestation->making.attestor))
			return keeps(&pins->items[i], &attestation->making, why);
	return true;
}

/* --- for people --- */

static void list(struct it_buf *out, const char *what, const struct it_strings *words,
		 const char *between)
{
	if (!words->count)
		return;
	(void)it_buf_add_text(out, what); /* sticks in out, as the rest */
	for (size_t i = 0; i < words->count; i++)
		(void)it_buf_printf(out, "%s%s", i ? between : " ", words->items[i]);
}

int it_attestor_pins_clauses(struct it_strings *out, const struct it_attestor_pins *pins,
			     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < pins->count; i++) {
		const struct it_attestor_pin *pin = &pins->items[i];
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(CLAUSE_MAX);

		(void)it_buf_printf(&text, "%s:", pin->name); /* looked at below */
		list(&text, " sha256", &pin->sha256, " or ");
		list(&text, " version", &pin->version, " or ");
		list(&text, " in a sandbox with", &pin->level, ", ");
		rc = it_buf_check(&text, "a clause", err);
		if (!rc)
			rc = it_strings_add(out, it_buf_text(&text), err);
	}
	return rc;
}

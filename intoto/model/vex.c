/* SPDX-License-Identifier: Apache-2.0 */
/* VEX statements as they are built, and which format a document is of. */
#include "model/vex.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/digest_set.h"
#include "model/vex_part.h"

const char *it_vex_status_word(enum it_vex_status status)
{
	static const char *const words[] = {
		[IT_VEX_NOT_AFFECTED] = "not_affected",
		[IT_VEX_AFFECTED] = "affected",
		[IT_VEX_FIXED] = "fixed",
		[IT_VEX_UNDER_INVESTIGATION] = "under_investigation",
	};

	return words[status];
}

/* --- owning --- */

void it_vex_thing_done(struct it_vex_thing *thing)
{
	for (size_t i = 0; i < thing->purl_count; i++)
		it_purl_free(thing->purls[i]);
	free(thing->purls);
	it_strings_done(&thing->cpes);
	it_strings_done(&thing->digests);
	free(thing->id);
	free(thing->range);
	*thing = (struct it_vex_thing){ 0 };
}

static void product_done(struct it_vex_product *product)
{
	it_vex_thing_done(&product->thing);
	for (size_t i = 0; i < product->component_count; i++)
		it_vex_thing_done(&product->components[i]);
	free(product->components);
}

static void statement_done(struct it_vex_statement *statement)
{
	it_strings_done(&statement->ids);
	for (size_t i = 0; i < statement->product_count; i++)
		product_done(&statement->products[i]);
	free(statement->products);
	free(statement->justification);
	free(statement->impact);
	free(statement->lacks);
	free(statement->place);
}

void it_vex_free(struct it_vex *vex)
{
	if (!vex)
		return;
	for (size_t i = 0; i < vex->count; i++)
		statement_done(&vex->items[i]);
	free(vex->items);
	it_strings_done(&vex->authors);
	free(vex->id);
	free(vex);
}

/* --- building --- */

int it_vex_refuse(const char *want, const struct it_json *found, const struct it_where *where,
		  struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = NULL;

	if (!it_json_text(found).data)
		return it_where_refuse(
			where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
			it_json_kind(found) == IT_JSON_NULL ? "nothing" : it_json_kind_name(found));
	quoted = it_text_quoted(it_json_text(found));
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found '%.200s'", want,
			       quoted ? quoted : "");
}

int64_t it_vex_time(struct it_span text)
{
	int64_t time = 0;

	return text.len && it_time_parse_any(&time, text) ? time : 0;
}

int it_vex_set_text(char **out, struct it_span text, struct intoto_error **err)
{
	char *copy;

	if (!text.len)
		return INTOTO_OK;
	copy = strndup(text.data, text.len);
	if (!copy)
		return it_err_nomem(err);
	free(*out);
	*out = copy;
	return INTOTO_OK;
}

int it_vex_add_text(struct it_strings *list, struct it_span text, struct intoto_error **err)
{
	if (!text.len || it_strings_has(list, text.data))
		return INTOTO_OK;
	return it_strings_add_span(list, text, err);
}

/* Room for one more of size bytes behind count: powers of two. */
static int grow(void **items, size_t count, size_t most, size_t size, struct intoto_error **err)
{
	void *more;

	if (count == most)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "a VEX document of more than %zu statements or products", most);
	if (count & (count - 1))
		return INTOTO_OK;
	more = reallocarray(*items, count ? 2 * count : 1, size);
	if (!more)
		return it_err_nomem(err);
	*items = more;
	return INTOTO_OK;
}

int it_vex_add(struct it_vex *vex, struct it_vex_statement **out, const char *place,
	       struct intoto_error **err)
{
	void *items = vex->items;
	int rc = grow(&items, vex->count, IT_VEX_STATEMENTS_MAX, sizeof *vex->items, err);

	vex->items = items;
	if (rc)
		return rc;
	*out = &vex->items[vex->count++];
	**out = (struct it_vex_statement){ .status = IT_VEX_AFFECTED };
	return it_vex_set_text(&(*out)->place, it_span_text(place), err);
}

static int name_thing(struct it_vex_thing *thing, struct it_span id, struct intoto_error **err)
{
	*thing = (struct it_vex_thing){ .id = strndup(id.len ? id.data : "", id.len) };
	if (!thing->id)
		return it_err_nomem(err);
	return it_vex_thing_add_purl(thing, id, err);
}

int it_vex_add_product(struct it_vex_statement *statement, struct it_vex_product **out,
		       struct it_span id, struct intoto_error **err)
{
	void *items = statement->products;
	int rc = grow(&items, statement->product_count, IT_VEX_PRODUCTS_MAX,
		      sizeof *statement->products, err);

	statement->products = items;
	if (rc)
		return rc;
	*out = &statement->products[statement->product_count++];
	**out = (struct it_vex_product){ 0 };
	return name_thing(&(*out)->thing, id, err);
}

int it_vex_add_component(struct it_vex_product *product, struct it_vex_thing **out,
			 struct it_span id, struct intoto_error **err)
{
	void *items = product->components;
	int rc = grow(&items, product->component_count, IT_VEX_PRODUCTS_MAX,
		      sizeof *product->components, err);

	product->components = items;
	if (rc)
		return rc;
	*out = &product->components[product->component_count++];
	return name_thing(*out, id, err);
}

static int add_purl(struct it_vex_thing *thing, struct it_purl *purl, struct intoto_error **err)
{
	void *items = thing->purls;
	int rc = grow(&items, thing->purl_count, 4096, sizeof *thing->purls, err);

	thing->purls = items;
	if (rc)
		it_purl_free(purl);
	else
		thing->purls[thing->purl_count++] = purl;
	return rc;
}

int it_vex_thing_add_purl(struct it_vex_thing *thing, struct it_span text,
			  struct intoto_error **err)
{
	struct it_purl *purl = NULL;

	if (it_purl_parse(&purl, text, NULL))
		return INTOTO_OK;
	for (size_t i = 0; i < thing->purl_count; i++)
		if (it_purl_same(thing->purls[i], purl, IT_PURL_WHOLE)) {
			it_purl_free(purl);
			return INTOTO_OK;
		}
	return add_purl(thing, purl, err);
}

int it_vex_thing_add_digest(struct it_vex_thing *thing, struct it_span algorithm,
			    struct it_span hex, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(512);
	size_t colon;

	/* "SHA-256", "sha-256", "SHA256"; "sha3-256" is written "sha3_256" in digest sets. */
	for (size_t i = 0; i < algorithm.len && i < 16; i++) {
		char c = algorithm.data[i];

		c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		if (c != '-')
			it_buf_add_byte(&text, c);
		else if (text.len == 4 && it_starts_with(text.data, "sha3"))
			it_buf_add_byte(&text, '_');
	}
	colon = text.len;
	it_buf_add_byte(&text, ':');
	for (size_t i = 0; i < hex.len && i < 256; i++)
		it_buf_add_byte(&text, hex.data[i] >= 'A' && hex.data[i] <= 'F'
					       ? (char)(hex.data[i] + 32)
					       : hex.data[i]);
	if (it_buf_check(&text, "a digest", err))
		return INTOTO_E_LIMIT;
	if (!it_digest_is_kept(it_span(text.data, colon),
			       it_span(text.data + colon + 1, text.len - colon - 1)))
		return INTOTO_OK;
	return it_vex_add_text(&thing->digests, it_buf_span(&text), err);
}

int it_vex_thing_copy(struct it_vex_thing *out, const struct it_vex_thing *thing,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < thing->purl_count; i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4 * IT_PURL_BYTES_MAX);

		it_purl_print(&text, thing->purls[i], IT_PURL_WHOLE);
		rc = it_vex_thing_add_purl(out, it_buf_span(&text), err);
	}
	for (size_t i = 0; !rc && i < thing->cpes.count; i++)
		rc = it_vex_add_text(&out->cpes, it_span_text(thing->cpes.items[i]), err);
	for (size_t i = 0; !rc && i < thing->digests.count; i++)
		rc = it_vex_add_text(&out->digests, it_span_text(thing->digests.items[i]), err);
	if (!rc)
		rc = it_vex_set_text(&out->range, it_span_text(thing->range), err);
	out->bound = out->bound || thing->bound;
	return rc;
}

/* --- which format --- */

static bool is_openvex(const struct it_json *document)
{
	struct it_span context = it_json_text(it_json_get(document, "@context"));

	return context.data && it_starts_with(context.data, "https://openvex.dev/ns");
}

static bool is_csaf(const struct it_json *document)
{
	return it_json_text(it_json_get(it_json_get(document, "document"), "csaf_version")).data;
}

static bool is_cyclonedx(const struct it_json *document)
{
	return it_span_is(it_json_text(it_json_get(document, "bomFormat")), "CycloneDX");
}

static const struct {
	const char *name;
	bool (*is)(const struct it_json *document);
	int (*read)(struct it_vex *vex, const struct it_json *document,
		    const struct it_where *where, struct intoto_error **err);
} formats[] = {
	{ "OpenVEX", is_openvex, it_vex_read_openvex },
	{ "CSAF", is_csaf, it_vex_read_csaf },
	{ "CycloneDX", is_cyclonedx, it_vex_read_cyclonedx },
};

bool it_vex_is_one(const struct it_json *document)
{
	size_t found = 0;

	for (size_t i = 0; i < IT_COUNT_OF(formats); i++)
		found += formats[i].is(document);
	return found == 1;
}

int it_vex_read(struct it_vex **out, const struct it_json *document, const struct it_where *where,
		struct intoto_error **err)
{
	IT_AUTO(it_vex_freep) struct it_vex *vex = calloc(1, sizeof *vex);
	int rc;

	*out = NULL;
	if (!vex)
		return it_err_nomem(err);
	if (!it_vex_is_one(document))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want one of OpenVEX (@context), CSAF "
				       "(document.csaf_version) and CycloneDX (bomFormat), found "
				       "none of them or more than one");
	for (size_t i = 0; i < IT_COUNT_OF(formats); i++) {
		if (!formats[i].is(document))
			continue;
		vex->format = formats[i].name;
		rc = formats[i].read(vex, document, where, err);
		if (rc)
			return rc;
	}
	*out = vex;
	vex = NULL;
	return INTOTO_OK;
}

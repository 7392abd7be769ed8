/* SPDX-License-Identifier: Apache-2.0 */
#include "net/s3/listing.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { DEPTH_MAX = 16, TEXT_MAX = 8 * 1024, ITEMS_MAX = 10 * 1000 };

struct reading {
	struct it_s3_listing *listing;
	XML_Parser parser;
	struct it_buf text; /* of the element that is open */
	unsigned depth;
	unsigned item; /* depth of <Contents>, <Version> or <DeleteMarker>; 0: none is open */
	int rc;
};

static void reading_done(struct reading *reading)
{
	if (reading->parser)
		XML_ParserFree(reading->parser);
	it_buf_done(&reading->text);
}

void it_s3_listing_done(struct it_s3_listing *listing)
{
	for (size_t i = 0; i < listing->count; i++) {
		free(listing->items[i].key);
		free(listing->items[i].version);
	}
	free(listing->items);
	free(listing->next);
	free(listing->next_version);
	free(listing->code);
	free(listing->message);
	*listing = (struct it_s3_listing){ 0 };
}

static void stop(struct reading *reading, int rc)
{
	if (!reading->rc)
		reading->rc = rc;
	(void)XML_StopParser(reading->parser, XML_FALSE); /* once is enough */
}

static int add_item(struct it_s3_listing *listing, bool is_marker)
{
	if (listing->count == ITEMS_MAX)
		return INTOTO_E_LIMIT;
	if (listing->count == listing->cap) {
		size_t cap = listing->cap ? 2 * listing->cap : 64;
		struct it_s3_item *grown = reallocarray(listing->items, cap, sizeof *grown);

		if (!grown)
			return INTOTO_E_NOMEM;
		listing->items = grown;
		listing->cap = cap;
	}
	listing->items[listing->count++] = (struct it_s3_item){ .is_marker = is_marker };
	return INTOTO_OK;
}

static bool is_item(const char *name)
{
	return it_streq(name, "Contents") || it_streq(name, "Version") ||
	       it_streq(name, "DeleteMarker");
}

static void XMLCALL begin(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *reading = arg;

	(void)attributes;
	it_buf_reset(&reading->text);
	if (++reading->depth > DEPTH_MAX) {
		stop(reading, INTOTO_E_LIMIT);
	} else if (!reading->item && is_item(name)) {
		int rc = add_item(reading->listing, it_streq(name, "DeleteMarker"));

		reading->item = reading->depth;
		if (rc)
			stop(reading, rc);
	}
}

static int set(char **out, const char *text)
{
	free(*out);
	*out = strdup(text);
	return *out ? INTOTO_OK : INTOTO_E_NOMEM;
}

static int take_of_item(struct it_s3_item *item, const char *name, const char *text)
{
	if (it_streq(name, "Key"))
		return set(&item->key, text);
	if (it_streq(name, "VersionId"))
		return set(&item->version, text);
	if (it_streq(name, "Size") && !it_parse_u64(text, INT64_MAX, &item->size))
		return INTOTO_E_FORMAT;
	return INTOTO_OK;
}

static int take_of_list(struct it_s3_listing *listing, const char *name, const char *text)
{
	if (it_streq(name, "IsTruncated"))
		listing->truncated = it_streq(text, "true");
	else if (it_streq(name, "NextContinuationToken") || it_streq(name, "NextKeyMarker"))
		return set(&listing->next, text);
	else if (it_streq(name, "NextVersionIdMarker"))
		return set(&listing->next_version, text);
	else if (it_streq(name, "Code"))
		return set(&listing->code, text);
	else if (it_streq(name, "Message"))
		return set(&listing->message, text);
	return INTOTO_OK;
}

static void XMLCALL end(void *arg, const XML_Char *name)
{
	struct reading *reading = arg;
	struct it_s3_listing *listing = reading->listing;
	const char *text = it_buf_text(&reading->text);
	int rc = INTOTO_OK;

	if (reading->item && reading->depth == reading->item + 1)
		rc = take_of_item(&listing->items[listing->count - 1], name, text);
	else if (reading->depth == 2 && !reading->item)
		rc = take_of_list(listing, name, text);
	if (reading->depth == reading->item)
		reading->item = 0;
	reading->depth--;
	it_buf_reset(&reading->text);
	if (rc)
		stop(reading, rc);
}

static void XMLCALL characters(void *arg, const XML_Char *text, int length)
{
	struct reading *reading = arg;

	if (it_buf_add(&reading->text, text, (size_t)length))
		stop(reading, INTOTO_E_LIMIT);
}

static void XMLCALL doctype(void *arg, const XML_Char *name, const XML_Char *system,
			    const XML_Char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	stop(arg, INTOTO_E_FORMAT);
}

static bool is_whole(const struct it_s3_listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		if (!listing->items[i].key)
			return false;
	return true;
}

int it_s3_listing_read(struct it_s3_listing *out, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(reading_done)
	struct reading reading = { .listing = out,
				   .parser = XML_ParserCreate("UTF-8"),
				   .text = IT_BUF(TEXT_MAX) };

	*out = (struct it_s3_listing){ 0 };
	if (!reading.parser)
		return it_err_nomem(err);
	if (text.len > IT_S3_ANSWER_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "an answer of over %d bytes",
				  IT_S3_ANSWER_MAX);
	XML_SetUserData(reading.parser, &reading);
	XML_SetElementHandler(reading.parser, begin, end);
	XML_SetCharacterDataHandler(reading.parser, characters);
	XML_SetStartDoctypeDeclHandler(reading.parser, doctype);
	if (XML_Parse(reading.parser, text.data ? text.data : "", (int)text.len, XML_TRUE) ==
		    XML_STATUS_OK &&
	    !reading.rc && is_whole(out))
		return INTOTO_OK;
	if (reading.rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	return it_err_set(err, reading.rc ? (enum intoto_code)reading.rc : INTOTO_E_FORMAT,
			  "the answer is not what S3 answers");
}

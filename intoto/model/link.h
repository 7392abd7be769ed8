/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a link; see <intoto/link.h> for the contract. */
#ifndef IT_MODEL_LINK_H
#define IT_MODEL_LINK_H

#include <intoto/link.h>

#include "base/strings.h"
#include "model/artifacts.h"

struct intoto_link {
	char *name;
	struct it_strings command;
	struct it_artifacts materials;
	struct it_artifacts products;
	struct it_json *byproducts;  /* an object, opaque; NULL writes {} */
	struct it_json *environment; /* likewise */
};

IT_DEFINE_AUTO(struct intoto_link, intoto_link_free);

/* An empty link with that name. */
IT_CHECK int it_link_new(struct intoto_link **out, const char *name, struct intoto_error **err);

/* For tables of fields (<json/field.h>): members of a link or of a link statement; target is the
 * link. */
IT_CHECK int it_link_read_byproducts(void *target, const struct it_json *value,
				     const struct it_where *where, struct intoto_error **err);
IT_CHECK int it_link_read_environment(void *target, const struct it_json *value,
				      const struct it_where *where, struct intoto_error **err);

/* Writes the link as one JSON object, members sorted. */
void it_link_write(struct it_writer *writer, const struct intoto_link *link);

/* The same without "byproducts" or "environment" where the document had none; with null for one
 * that it had and that is NULL. */
void it_link_write_as_read(struct it_writer *writer, const struct intoto_link *link,
			   bool has_byproducts, bool has_environment);

/* The unsigned envelope of a link, ready to be signed. */
IT_CHECK int it_link_to_envelope(struct intoto_envelope **out, const struct intoto_link *link,
				 enum intoto_envelope_format format, struct intoto_error **err);

/* "<step>.<first 8 hex digits of the keyid>.link"; owned.  The caller has checked both
 * (it_name_is_safe). */
char *it_link_file_name(const char *step, const char *keyid);
/* ".<step>.<8 hex>.link-unfinished", between record start and stop; owned. */
char *it_link_unfinished_name(const char *step, const char *keyid);

/*
 * How the step ended, from its byproducts: whether "return-value" is there, and what it says.  A
 * negative number is a signal (Python, ours).
 */
bool it_link_return_value(const struct intoto_link *link, int64_t *out);
enum it_link_end {
	IT_LINK_END_UNTOLD,	/* there is no "return-value": no command was run, as a rule */
	IT_LINK_END_GOOD,	/* 0, or accepted */
	IT_LINK_END_BAD,	/* any other number */
	IT_LINK_END_LATE,	/* "timed-out", whatever the status is */
	IT_LINK_END_UNREADABLE, /* what stands there is no whole number */
};
/* All of it together; *value is set for GOOD and BAD. */
enum it_link_end it_link_end(const struct intoto_link *link, int64_t *value);
/* Whether a nonzero return value is named in byproducts "accepted-return-values" (run
 * --accept-exit). */
bool it_link_return_accepted(const struct intoto_link *link);

#endif

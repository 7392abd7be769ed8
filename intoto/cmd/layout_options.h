/* SPDX-License-Identifier: Apache-2.0 */
/* Words that several of the layout commands take: times, spans of time, parameters. */
#ifndef IT_CMD_LAYOUT_OPTIONS_H
#define IT_CMD_LAYOUT_OPTIONS_H

#include "cmd/command.h"
#include "layouts/parameters.h"

/* "12h", "90d" or "8w", at most a hundred years; option names it in errors. */
IT_CHECK int it_read_span(int64_t *seconds, const char *option, const char *text,
			  struct intoto_error **err);
/* "2026-01-31T23:59:59Z" or "@SECONDS"; NULL is now. */
IT_CHECK int it_read_time(int64_t *out, const char *option, const char *text,
			  struct intoto_error **err);
/* USAGE: "OPTION: want WANT, found 'FOUND'". */
int it_refuse_value(const char *option, const char *want, const char *found,
		    struct intoto_error **err);

/* NAME=VALUE words as parameters. */
struct it_given {
	struct it_parameters parameters;
	struct intoto_parameter *items;
	struct it_strings names;
};
IT_CHECK int it_given_read(struct it_given *out, const struct it_strings *words,
			   struct intoto_error **err);
void it_given_done(struct it_given *given);

/* Parses an expiry from one of "TIME" and "SPAN"; both are NULL or given is an error. */
IT_CHECK int it_read_expiry(int64_t *out, const char *time, const char *span,
			    struct intoto_error **err);

#endif

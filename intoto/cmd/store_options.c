/* SPDX-License-Identifier: Apache-2.0 */
/* Where the store is, from the words of the command line. */
#include "cmd/store_options.h"

#include <stdlib.h>

int it_store_words_read(struct it_store_options *options, struct it_store_words *words,
			struct intoto_error **err)
{
	const char *place = words->place ? words->place : getenv("INTOTO_STORE");
	const char *log_key = words->log_key ? words->log_key : getenv("INTOTO_STORE_LOG_KEY");

	if (!place || !*place)
		return it_err_set(
			err, INTOTO_E_USAGE,
			"want a store: --store PLACE, or INTOTO_STORE in the environment");
	options->place = place;
	words->access = (struct it_objects_access){ .endpoint = words->endpoint,
						    .insecure = words->insecure,
						    .ca = words->ca };
	options->access = &words->access;
	options->log_key = log_key && *log_key ? log_key : NULL;
	return INTOTO_OK;
}

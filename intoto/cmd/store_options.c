/* SPDX-License-Identifier: Apache-2.0 */
/* Where the store is and how its parts are reached, from the words of the command line. */
#include "cmd/store_options.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

enum { RETRY_SECONDS_MAX = 24 * 3600 };

static void tell(void *arg, const char *text)
{
	(void)arg;					   /* nothing to be known */
	(void)fprintf(stderr, "intoto store: %s\n", text); /* nowhere else to say it */
}

static int read_registry(struct it_registry_access *access,
			 const struct it_registry_options *registry, struct intoto_error **err)
{
	uint64_t seconds = 0;

	*access = (struct it_registry_access){
		.insecure = &registry->insecure,
		.ca = registry->ca,
		.cert = registry->cert,
		.key = registry->key,
		.insecure_tls = registry->insecure_tls,
		.auth_file = registry->auth_file,
		.on_retry = tell,
	};
	if (registry->key && !registry->cert)
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --registry-key wants --registry-cert FILE");
	if (registry->insecure_tls)
		tell(NULL, "--insecure-tls: CERTIFICATES OF REGISTRIES ARE NOT LOOKED AT, whoever "
			   "is on the way can read and change everything");
	if (!registry->retry_seconds)
		return INTOTO_OK;
	if (!it_parse_u64(registry->retry_seconds, RETRY_SECONDS_MAX, &seconds))
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --retry-seconds: want whole seconds from 0 to %d",
				  (int)RETRY_SECONDS_MAX);
	access->retry_seconds = (unsigned)seconds;
	access->attempts = seconds ? 0 : 1; /* 0 would be the default: none at all is one */
	return INTOTO_OK;
}

int it_store_words_read(struct it_store_options *options, struct it_store_words *words,
			struct intoto_error **err)
{
	const char *place = words->place ? words->place : getenv("INTOTO_STORE");

	if (!place || !*place)
		return it_err_set(
			err, INTOTO_E_USAGE,
			"want a store: --store PLACE, or INTOTO_STORE in the environment");
	words->access = (struct it_objects_access){
		.registry = &words->registry_access,
		.endpoint = words->endpoint,
		.region = words->region,
		.insecure = words->insecure,
		.ca = words->ca,
	};
	options->place = place;
	options->objects = words->objects;
	options->access = &words->access;
	return read_registry(&words->registry_access, &words->registry, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How registries are reached, from the words of the command line. */
#include "cmd/image_options.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text.h"

enum { RETRY_SECONDS_MAX = 24 * 3600 };

/* 0 would be the default: none at all is one attempt. */
static int read_patience(struct it_registry_access *access, const char *text,
			 struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = NULL;
	uint64_t seconds = 0;

	if (!text)
		return INTOTO_OK;
	if (!it_parse_u64(text, RETRY_SECONDS_MAX, &seconds)) {
		quoted = it_text_quoted(it_span_text(text));
		return it_err_set(err, INTOTO_E_USAGE,
				  "--retry-seconds: want whole seconds from 0 to %d, found '%s'",
				  (int)RETRY_SECONDS_MAX, quoted ? quoted : "");
	}
	access->retry_seconds = (unsigned)seconds;
	access->attempts = seconds ? 0 : 1;
	return INTOTO_OK;
}

static void tell(void *arg, const char *text)
{
	(void)arg;
	(void)fprintf(stderr, "intoto image: %s\n", text); /* nowhere else to say it */
}

int it_image_access(struct it_registry_access *access, const struct it_image_options *options,
		    struct intoto_error **err)
{
	const struct it_registry_options *registry = &options->registry;

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
		tell(NULL, IT_INSECURE_TLS_WARNING);
	return read_patience(access, registry->retry_seconds, err);
}

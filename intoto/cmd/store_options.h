/* SPDX-License-Identifier: Apache-2.0 */
/* The options that all store commands share: where the store is and how its parts are reached. */
#ifndef IT_CMD_STORE_OPTIONS_H
#define IT_CMD_STORE_OPTIONS_H

#include "cmd/registry_options.h"
#include "store/store.h"

struct it_store_words {
	const char *place, *objects;
	const char *endpoint, *region, *ca;
	bool insecure;
	struct it_registry_options registry;
	/* Filled by it_store_words_read(). */
	struct it_registry_access registry_access;
	struct it_objects_access access;
};

/* clang-format off */
#define IT_STORE_OPTIONS(type, member) \
	IT_VALUE(type, member.place, 0, "store", "PLACE", \
		 "the store: a folder, or postgresql://… ($INTOTO_STORE)"), \
	IT_VALUE(type, member.objects, 0, "objects", "PLACE", \
		 "where its objects are: a folder, s3://BUCKET/PREFIX, oci:HOST/REPOSITORY"), \
	IT_VALUE(type, member.endpoint, 0, "s3-endpoint", "URL", \
		 "the S3 service ($AWS_ENDPOINT_URL)"), \
	IT_VALUE(type, member.region, 0, "s3-region", "NAME", "its region ($AWS_REGION)"), \
	IT_VALUE(type, member.ca, 0, "s3-ca", "FILE", \
		 "certificates of the authorities that it has its own from (the system's)"), \
	IT_FLAG(type, member.insecure, 0, "s3-insecure", "speak plain HTTP with it"), \
	IT_REGISTRY_OPTIONS(type, member.registry)
/* clang-format on */

/* Fills options from the words, from which it borrows, and from $INTOTO_STORE. */
IT_CHECK int it_store_words_read(struct it_store_options *options, struct it_store_words *words,
				 struct intoto_error **err);

#endif

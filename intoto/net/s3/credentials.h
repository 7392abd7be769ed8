/* SPDX-License-Identifier: Apache-2.0 */
/* Who we are at S3. */
#ifndef IT_NET_S3_CREDENTIALS_H
#define IT_NET_S3_CREDENTIALS_H

#include "base/buf.h"

/* Wiped when done. */
struct it_s3_credentials {
	char *access_key, *secret;
	char *token; /* NULL */
};

/* By the environment, then by the file; KEY when nobody says it. */
IT_CHECK int it_s3_credentials_find(struct it_s3_credentials *out, struct intoto_error **err);
/* Of a profile in the text of such a file; KEY when it is not there. */
IT_CHECK int it_s3_credentials_read(struct it_s3_credentials *out, struct it_span text,
				    const char *profile, struct intoto_error **err);
void it_s3_credentials_done(struct it_s3_credentials *credentials);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header Authorization as clients of the store send it: "Bearer TOKEN" (RFC 6750 section 2.1),
 * or "Basic" with the token as the password (RFC 7617), which is what a browser can send.
 */
#ifndef IT_SERVE_CREDENTIAL_H
#define IT_SERVE_CREDENTIAL_H

#include "base/buf.h"

enum { IT_CREDENTIAL_MAX = 1024 };

enum it_credential_kind { IT_CREDENTIAL_BEARER, IT_CREDENTIAL_BASIC };

/*
 * token gets the token (the caller wipes it).  FORMAT for everything else; the error does not show
 * what was sent.
 */
IT_CHECK int it_credential_read(struct it_buf *token, enum it_credential_kind *kind,
				struct it_span header, struct intoto_error **err);

#endif

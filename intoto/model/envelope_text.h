/* SPDX-License-Identifier: Apache-2.0 */
/* What envelope.c and envelope_text.c share: an envelope while it is being made. */
#ifndef IT_MODEL_ENVELOPE_TEXT_H
#define IT_MODEL_ENVELOPE_TEXT_H

#include "model/envelope.h"

/* Empty, with the usual payload type.  *out is the caller's, also on failure. */
IT_CHECK int it_envelope_alloc(struct intoto_envelope **out, enum intoto_envelope_format format,
			       struct intoto_error **err);

/* Completes an envelope that has its payload (DSSE) or body (Metablock). */
IT_CHECK int it_envelope_settle(struct intoto_envelope *envelope, struct intoto_error **err);

void it_signature_done(struct it_signature *signature);

#endif

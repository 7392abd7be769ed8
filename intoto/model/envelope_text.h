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

/* As intoto_envelope_parse(), always by the document reader: what the other one is measured by. */
IT_CHECK int it_envelope_parse_document(struct intoto_envelope **out, struct it_span text,
					struct intoto_error **err);

/* The list of signatures of an envelope that has its format and no signature yet. */
IT_CHECK int it_envelope_read_signatures(struct intoto_envelope *envelope,
					 const struct it_json *list, struct intoto_error **err);

void it_signature_done(struct it_signature *signature);

/* Puts a certificate (PEM) onto a signature of ours. */
IT_CHECK int it_signature_certify(struct it_signature *signature, const char *certificate,
				  enum intoto_envelope_format format, struct intoto_error **err);

#endif

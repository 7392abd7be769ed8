/* SPDX-License-Identifier: Apache-2.0 */
/* What envelope.c and envelope_text.c share: an envelope while it is being made. */
#ifndef IT_MODEL_ENVELOPE_TEXT_H
#define IT_MODEL_ENVELOPE_TEXT_H

#include "json/writer.h"
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

/* The member "signatures". */
void it_envelope_write_signatures(struct it_writer *writer, const struct intoto_envelope *envelope);

/* What stands in front of the payload in the PAE of a DSSE signature. */
void it_pae_head(struct it_buf *out, const char *type, uint64_t len);
/*
 * Signs an envelope without signatures that does not hold what they cover: that is the message, PAE
 * and all.
 */
IT_CHECK int it_envelope_sign_message(struct intoto_envelope *envelope,
				      const struct it_message *covered,
				      const struct it_signer *signer, enum intoto_keyid_style style,
				      struct intoto_error **err);

void it_signature_done(struct it_signature *signature);

/* Puts a certificate (PEM) onto a signature of ours. */
IT_CHECK int it_signature_certify(struct it_signature *signature, const char *certificate,
				  enum intoto_envelope_format format, struct intoto_error **err);

#endif

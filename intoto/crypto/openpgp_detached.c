/* SPDX-License-Identifier: Apache-2.0 */
/* Detached signatures as gpg(1) writes them, against a key that was read. */
#include "base/clock.h"
#include "base/text.h"
#include "crypto/openpgp.h"

enum { SIGNATURE_MAX = 64 * 1024 };

int it_openpgp_verify_detached(const struct intoto_key *key, struct it_span data,
			       struct it_span signature, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf packet = IT_BUF(SIGNATURE_MAX);
	IT_AUTO(it_buf_done) struct it_buf headers = IT_BUF(SIGNATURE_MAX);
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(SIGNATURE_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	char keyid[IT_PGP_ID_SIZE];
	struct it_openpgp_claim claim;
	int rc = INTOTO_OK;

	if (it_pgp_is_armored(signature)) {
		rc = it_pgp_dearmor(&packet, signature, "SIGNATURE", &why);
		signature = it_buf_span(&packet);
	}
	if (!rc)
		rc = it_openpgp_split(signature, &headers, &value, keyid, &why);
	if (rc)
		return it_err_set(err, rc == INTOTO_E_NOMEM ? rc : INTOTO_E_UNTRUSTED,
				  "the OpenPGP signature cannot be read: %s",
				  intoto_error_text(why));
	claim = (struct it_openpgp_claim){ keyid, it_buf_span(&headers), it_buf_span(&value) };
	return it_openpgp_verify(key, &claim, data, it_clock_now(), NULL, err);
}

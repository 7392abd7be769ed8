/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON key object of an OpenPGP key, as securesystemslib writes it into layouts. */
#ifndef IT_MODEL_OPENPGP_OBJECT_H
#define IT_MODEL_OPENPGP_OBJECT_H

#include "crypto/key.h"
#include "json/where.h"
#include "json/writer.h"

/*
 * Reads { type, method, hashes, keyid, creation_time?, validity_period?, keyval, subkeys? }.  A
 * subkey of a kind that nothing here implements is left out.  A keyid that is not the fingerprint
 * of the numbers, where creation_time lets us know, is INTOTO_E_KEY.
 */
IT_CHECK int it_openpgp_object_read(struct intoto_key **out, const struct it_json *object,
				    const struct it_where *where, struct intoto_error **err);

/* Writes the main key and the subkeys that may sign: what else a certificate says has no member. */
void it_openpgp_object_write(struct it_writer *writer, const struct intoto_key *key);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The in-toto JSON key object (specification 4.2): in layouts, and as a file of its own. */
#ifndef IT_MODEL_KEY_OBJECT_H
#define IT_MODEL_KEY_OBJECT_H

#include "crypto/key.h"
#include "json/where.h"
#include "json/writer.h"

/*
 * Reads a key object.  Lenient by knowledge: keyid optional, keyid_hash_algorithms absent, null or
 * a list, keyval.private absent, null or "", keytype spelled either way, other members ignored.  A
 * keytype, scheme or OpenPGP method that nothing here implements is INTOTO_E_UNSUPPORTED, so that a
 * layout with such a key still loads (the key just never verifies anything).  A keyid
 * becomes part of file names and so must be a safe name (it_name_is_safe) of at most 128 bytes.
 */
IT_CHECK int it_key_object_read(struct intoto_key **out, const struct it_json *object,
				const struct it_where *where, struct intoto_error **err);

/*
 * Writes the public key object of a dialect.  with_keyid adds the member "keyid" (layouts have it,
 * legacy public key files do not).
 */
void it_key_object_write(struct it_writer *writer, const struct intoto_key *key,
			 enum intoto_keyid_style style, bool with_keyid);

#endif

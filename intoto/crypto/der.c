/* SPDX-License-Identifier: Apache-2.0 */
/* Walking DER (X.690 section 8.1 and 10.1). */
#include "crypto/der.h"

enum { LENGTH_LONG = 0x80, LENGTH_BYTES_MAX = 4 };

/* Takes a length off the front. */
static bool take_length(struct it_span *in, size_t *len)
{
	const unsigned char *bytes = (const unsigned char *)in->data;
	size_t count;

	if (!in->len)
		return false;
	count = bytes[0] & LENGTH_LONG ? bytes[0] & (LENGTH_LONG - 1U) : 0;
	*len = count ? 0 : bytes[0];
	if (bytes[0] == LENGTH_LONG || count > LENGTH_BYTES_MAX || count >= in->len)
		return false;
	for (size_t i = 1; i <= count; i++)
		*len = *len << 8 | bytes[i];
	if (count && (bytes[1] == 0 || *len < LENGTH_LONG))
		return false; /* not the shortest form */
	*in = it_span(in->data + 1 + count, in->len - 1 - count);
	return true;
}

bool it_der_take(struct it_span *in, unsigned char tag, struct it_span *content)
{
	struct it_span rest;
	size_t len;

	if (!in->len || (unsigned char)in->data[0] != tag)
		return false;
	rest = it_span(in->data + 1, in->len - 1);
	if (!take_length(&rest, &len) || len > rest.len)
		return false;
	*content = it_span(rest.data, len);
	*in = it_span(rest.data + len, rest.len - len);
	return true;
}

bool it_der_is_private_key(struct it_span der)
{
	struct it_span inside;
	struct it_span version;

	return it_der_take(&der, IT_DER_SEQUENCE, &inside) && !der.len &&
	       it_der_take(&inside, IT_DER_INTEGER, &version) && version.len == 1;
}

static bool algorithm_oid(struct it_span in, struct it_span *oid)
{
	struct it_span algorithm;

	return it_der_take(&in, IT_DER_SEQUENCE, &algorithm) &&
	       it_der_take(&algorithm, IT_DER_OID, oid);
}

bool it_der_spki_oid(struct it_span der, struct it_span *oid)
{
	struct it_span inside;

	return it_der_take(&der, IT_DER_SEQUENCE, &inside) && !der.len &&
	       algorithm_oid(inside, oid);
}

bool it_der_pkcs8_oid(struct it_span der, struct it_span *oid)
{
	struct it_span inside;
	struct it_span version;

	return it_der_take(&der, IT_DER_SEQUENCE, &inside) && !der.len &&
	       it_der_take(&inside, IT_DER_INTEGER, &version) && algorithm_oid(inside, oid);
}

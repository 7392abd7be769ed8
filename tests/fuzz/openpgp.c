/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenPGP: any bytes as a file of keys, as a signature packet, and as the hashed part of a
 * signature on a document.  A key that was read has a main key, answers to all its ids, is the same
 * as itself, and its key object reads back as the same key.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "base/text.h"
#include "crypto/openpgp.h"
#include "model/key_object.h"

enum { OBJECT_MAX = 16 * 1024 * 1024, NOW = 1800000000 };

static void must(bool true_always)
{
	if (!true_always)
		abort();
}

static void must_read_back(const struct intoto_key *key)
{
	static const struct it_where where = { NULL, "key", 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OBJECT_MAX);
	IT_AUTO(it_json_freep) struct it_json *object = NULL;
	IT_AUTO(intoto_key_freep) struct intoto_key *again = NULL;
	struct it_writer writer;

	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_key_object_write(&writer, key, INTOTO_KEYID_LEGACY, true);
	must(it_writer_finish(&writer, NULL) == INTOTO_OK);
	must(it_json_parse(&object, it_buf_span(&text), &it_json_signed_limits, NULL) == INTOTO_OK);
	must(it_key_object_read(&again, object, &where, NULL) == INTOTO_OK);
	must(intoto_key_same(key, again) && intoto_key_same(again, key));
	must(it_streq(intoto_key_id(key, INTOTO_KEYID_LEGACY),
		      intoto_key_id(again, INTOTO_KEYID_LEGACY)));
}

static void look_at(const struct intoto_key *key)
{
	must(key->openpgp && key->openpgp->count > 0);
	for (size_t i = 0; i < key->openpgp->count; i++)
		must(it_key_answers_to(key, it_span_text(key->openpgp->parts[i].id)));
	must(intoto_key_same(key, key));
	must_read_back(key);
}

/* Nothing verifies by accident. */
static void claim(const struct intoto_key *key, struct it_span bytes)
{
	struct it_openpgp_claim claim = { "", bytes, bytes };
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = it_openpgp_verify(key, &claim, it_span_text("data"), NOW, NULL, &err);

	must(rc == INTOTO_E_UNTRUSTED);
	must(*intoto_error_text(err) != '\0');
}

static void split(struct it_span bytes)
{
	IT_AUTO(it_buf_done) struct it_buf headers = IT_BUF(OBJECT_MAX);
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(OBJECT_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	char keyid[IT_PGP_ID_SIZE];
	int rc = it_openpgp_split(bytes, &headers, &value, keyid, &err);

	must((enum intoto_code)rc == intoto_error_code(err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct it_span bytes = it_span(data, size);
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = it_openpgp_parse(&key, bytes, NULL, "keys", &err);

	must((rc == INTOTO_OK) == (key != NULL));
	must((enum intoto_code)rc == intoto_error_code(err));
	must(rc == INTOTO_OK || it_starts_with(intoto_error_text(err), "keys: "));
	split(bytes);
	if (!key)
		return 0;
	look_at(key);
	claim(key, bytes);
	return 0;
}

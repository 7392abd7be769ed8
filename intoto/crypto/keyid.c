/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyids: SHA-256 of the canonical JSON of a key object.
 *
 * Two dialects exist for the same key (<intoto/key.h>), and the id changes with the spelling of
 * keytype and scheme too.  A key answers to all spellings that are in use; ids are hints, trust
 * follows from key material.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/openpgp.h"

struct spelling {
	enum intoto_keyid_style style;
	const char *keytype;
	const char *scheme;
	bool whole_pem; /* with its last newline in the legacy dialect too */
};

/*
 * Canonical JSON escapes only quotes and backslashes, and none of these texts has one: names from
 * our tables, PEM with its raw newlines, hex digits.
 */
static void add_object(struct it_buf *out, const struct intoto_key *key, struct spelling as)
{
	struct it_span text = it_span_text(key->public_text);

	if (as.style == INTOTO_KEYID_LEGACY && !as.whole_pem && text.len &&
	    text.data[text.len - 1] == '\n')
		text.len--;
	(void)it_buf_add_byte(out, '{'); /* sticky, as all below */
	if (as.style == INTOTO_KEYID_LEGACY)
		(void)it_buf_add_text(out, "\"keyid_hash_algorithms\":[\"sha256\",\"sha512\"],");
	(void)it_buf_printf(out, "\"keytype\":\"%s\",\"keyval\":{\"public\":\"", as.keytype);
	(void)it_buf_add_span(out, text);
	(void)it_buf_printf(out, "\"},\"scheme\":\"%s\"}", as.scheme);
}

static int compute(const struct intoto_key *key, struct spelling as, char id[IT_KEYID_SIZE],
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf object = IT_BUF(2 * IT_KEY_TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(IT_KEYID_SIZE - 1);
	int rc;

	add_object(&object, key, as);
	rc = it_buf_check(&object, "key", err);
	if (rc)
		return rc;
	it_sha256_hex(&hex, it_buf_span(&object));
	rc = it_buf_check(&hex, "keyid", err);
	if (rc)
		return rc;
	memcpy(id, it_buf_text(&hex), IT_KEYID_SIZE);
	return INTOTO_OK;
}

/* Puts an id behind the others unless it is known already. */
static int add_other(struct intoto_key *key, struct spelling as, struct intoto_error **err)
{
	char id[IT_KEYID_SIZE];
	int rc = compute(key, as, id, err);
	size_t i = 0;

	if (rc)
		return rc;
	if (it_streq(id, key->id[0]) || it_streq(id, key->id[1]))
		return INTOTO_OK;
	while (i < IT_KEY_OTHER_IDS && key->other_id[i][0] && !it_streq(id, key->other_id[i]))
		i++;
	if (i < IT_KEY_OTHER_IDS)
		memcpy(key->other_id[i], id, sizeof id);
	return INTOTO_OK;
}

/*
 * Go and securesystemslib before 1.0 call every curve ecdsa-sha2-nistp256, in the legacy dialect;
 * very old key objects repeat the scheme as keytype; a key that was declared with a habit has its
 * proper id as well; and securesystemslib before 1.0 trimmed the PEM of RSA keys only, so that the
 * ECDSA keys of in-toto 1.3 have an id of their own.
 */
static int set_other_ids(struct intoto_key *key, const char *keytype, struct intoto_error **err)
{
	const char *usual = key->scheme->keytype;
	const struct spelling others[IT_KEY_OTHER_IDS] = {
		{ INTOTO_KEYID_LEGACY, usual, "ecdsa-sha2-nistp256", false },
		{ INTOTO_KEYID_LEGACY, usual, key->scheme->name, false },
		{ INTOTO_KEYID_CURRENT, usual, key->scheme->name, false },
		{ INTOTO_KEYID_LEGACY, keytype, key->scheme_name, false },
		{ INTOTO_KEYID_CURRENT, keytype, key->scheme_name, false },
		{ INTOTO_KEYID_LEGACY, usual, key->scheme_name, true },
	};

	for (size_t i = 0; i < IT_COUNT_OF(others); i++) {
		int rc = add_other(key, others[i], err);

		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

int it_key_set_ids(struct intoto_key *key, const char *keytype, struct intoto_error **err)
{
	const char *usual = key->scheme->keytype;

	for (int style = INTOTO_KEYID_LEGACY; style <= INTOTO_KEYID_CURRENT; style++) {
		struct spelling as = { (enum intoto_keyid_style)style, usual, key->scheme_name,
				       false };
		int rc = compute(key, as, key->id[style], err);

		if (rc)
			return rc;
	}
	memset(key->other_id, 0, sizeof key->other_id);
	if (!it_streq(usual, "ecdsa"))
		return INTOTO_OK;
	return set_other_ids(key, keytype ? keytype : usual, err);
}

struct search {
	struct it_span wanted;
};

static int compare(void *arg, const char *keyid)
{
	const struct search *search = arg;

	return it_span_is(search->wanted, keyid);
}

bool it_key_answers_to(const struct intoto_key *key, struct it_span keyid)
{
	struct search search = { keyid };

	return it_key_each_id(key, compare, &search) != 0;
}

/* The main key's first, whichever of them signs. */
static int each_openpgp_id(const struct it_openpgp *openpgp, const char *declared,
			   int (*visit)(void *arg, const char *keyid), void *arg)
{
	int stop = 0;

	for (size_t i = 0; !stop && i < openpgp->count; i++)
		if (!it_streq(openpgp->parts[i].id, declared))
			stop = visit(arg, openpgp->parts[i].id);
	return stop;
}

int it_key_each_id(const struct intoto_key *key, int (*visit)(void *arg, const char *keyid),
		   void *arg)
{
	const char *declared = key->declared_id;
	int stop = declared[0] ? visit(arg, declared) : 0;

	if (!stop && key->openpgp)
		return each_openpgp_id(key->openpgp, declared, visit, arg);
	for (size_t i = 0; !stop && i < IT_COUNT_OF(key->id); i++) {
		if (!it_streq(key->id[i], declared))
			stop = visit(arg, key->id[i]);
	}
	for (size_t i = 0; !stop && i < IT_KEY_OTHER_IDS && key->other_id[i][0]; i++) {
		if (!it_streq(key->other_id[i], declared))
			stop = visit(arg, key->other_id[i]);
	}
	return stop;
}

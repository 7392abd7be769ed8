/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of people; short, so looked through from the beginning each time. */
#include "layouts/people.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

void it_people_done(struct it_people *signers)
{
	for (size_t i = 0; i < signers->count; i++)
		free(signers->items[i].texts);
	free(signers->items);
	*signers = (struct it_people){ 0 };
}

bool it_person_same(const struct it_person *a, const struct it_person *b)
{
	/* OpenPGP keys are the same when they share a subkey. */
	return it_streq(a->fingerprint, b->fingerprint) ||
	       (a->key && b->key && intoto_key_same(a->key, b->key)) ||
	       (a->identity && it_streq(a->identity, b->identity)) ||
	       (a->issuer && it_streq(a->issuer, b->issuer));
}

/* Nothing new would be known with it. */
static bool is_there(const struct it_people *signers, const struct it_person *signer)
{
	for (size_t i = 0; i < signers->count; i++)
		if (it_streq(signers->items[i].fingerprint, signer->fingerprint) &&
		    it_streq(signers->items[i].identity, signer->identity) &&
		    it_streq(signers->items[i].issuer, signer->issuer) &&
		    signers->items[i].rank <= signer->rank)
			return true;
	return false;
}

static int make_room(struct it_people *signers, struct intoto_error **err)
{
	size_t cap = signers->cap ? signers->cap * 2 : 4;
	struct it_person *items;

	if (signers->count < signers->cap)
		return INTOTO_OK;
	items = reallocarray(signers->items, cap, sizeof *items);
	if (!items)
		return it_err_nomem(err);
	signers->items = items;
	signers->cap = cap;
	return INTOTO_OK;
}

/* All behind each other. */
static int own_texts(struct it_person *signer, struct intoto_error **err)
{
	const char **texts[] = { &signer->fingerprint, &signer->identity, &signer->issuer,
				 &signer->name };
	size_t size = 0;
	char *at;

	for (size_t i = 0; i < IT_COUNT_OF(texts); i++)
		size += *texts[i] ? strlen(*texts[i]) + 1 : 0;
	signer->texts = malloc(size);
	if (!signer->texts)
		return it_err_nomem(err);
	at = signer->texts;
	for (size_t i = 0; i < IT_COUNT_OF(texts); i++) {
		if (!*texts[i])
			continue;
		size = strlen(*texts[i]) + 1;
		*texts[i] = memcpy(at, *texts[i], size);
		at += size;
	}
	return INTOTO_OK;
}

/* Everybody who is one person with the newest one becomes so with each other. */
static void join_people(struct it_people *signers, struct it_person *newest)
{
	newest->same = signers->count;
	for (size_t i = 0; i < signers->count; i++) {
		size_t old = signers->items[i].same;

		if (!it_person_same(&signers->items[i], newest) || old == newest->same)
			continue;
		for (size_t j = 0; j < signers->count; j++)
			if (signers->items[j].same == old)
				signers->items[j].same = newest->same;
	}
}

int it_people_add(struct it_people *signers, const struct it_person *signer,
		  struct intoto_error **err)
{
	struct it_person added = *signer;
	int rc;

	if (is_there(signers, signer))
		return INTOTO_OK;
	rc = make_room(signers, err);
	if (rc)
		return rc;
	rc = own_texts(&added, err);
	if (rc)
		return rc;
	join_people(signers, &added);
	signers->items[signers->count++] = added;
	return INTOTO_OK;
}

int it_people_add_all(struct it_people *signers, const struct it_people *more,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < more->count; i++)
		rc = it_people_add(signers, &more->items[i], err);
	return rc;
}

size_t it_people_count(const struct it_people *signers)
{
	size_t people = 0;

	for (size_t i = 0; i < signers->count; i++) {
		size_t j = 0;

		while (signers->items[j].same != signers->items[i].same)
			j++;
		people += j == i;
	}
	return people;
}

size_t it_people_rank(const struct it_people *signers)
{
	size_t rank = SIZE_MAX;

	for (size_t i = 0; i < signers->count; i++)
		if (signers->items[i].rank < rank)
			rank = signers->items[i].rank;
	return rank;
}

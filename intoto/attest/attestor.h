/* SPDX-License-Identifier: Apache-2.0 */
/* Attestors: found by name in folders that are known beforehand, never through $PATH. */
#ifndef IT_ATTEST_ATTESTOR_H
#define IT_ATTEST_ATTESTOR_H

#include <sys/stat.h>

#include "attest/door.h"
#include "attest/manifest.h"

/* Whom root becomes where it can: has no files anywhere, by custom. */
enum { IT_SHA256_HEX = 64, IT_ATTEST_NOBODY = 65534 };

struct it_attestor {
	char *path; /* of its program; absolute, no link in it */
	char sha256[IT_SHA256_HEX + 1];
	struct stat about; /* of the program when it was hashed */
	bool shipped;	   /* it stands in the package's own folder */
	struct it_manifest manifest;
};

struct it_attestor_places {
	const char *package;		  /* folder of those that ship with us */
	const struct it_strings *folders; /* of the user's, which come first; may be NULL */
	bool best_effort; /* describe it also where the sandbox cannot keep its promises */
};

/*
 * FOLDER/NAME, or FOLDER/NAME/NAME.  NOTFOUND names the folders that were looked at; IO refuses a
 * program that others than root and ourselves can change.  Its manifest is read.
 */
IT_CHECK int it_attestor_find(struct it_attestor **out, const char *name,
			      const struct it_attestor_places *places, struct intoto_error **err);
void it_attestor_free(struct it_attestor *attestor);
IT_DEFINE_AUTO(struct it_attestor, it_attestor_free);

/* The names of all that are there, sorted, each once. */
IT_CHECK int it_attestor_list(struct it_strings *out, const struct it_attestor_places *places,
			      struct intoto_error **err);

/* INTOTO_E_IO when its program is no longer the one that was hashed. */
IT_CHECK int it_attestor_check_unchanged(const struct it_attestor *attestor,
					 struct intoto_error **err);

/*
 * Whether a user who owns nothing could read that file: not at all, where he is shown it, or as it
 * stands.
 */
enum it_attest_reach { IT_REACH_NONE, IT_REACH_SHOWN, IT_REACH_ALL };
enum it_attest_reach it_attest_reach_of(const char *path);
/* Whom root becomes so that files of that reach can still be read. */
void it_door_choose_user(struct it_door_spec *spec, enum it_attest_reach reach);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* intoto match --prove and --proof: one artifact of a listing, against the signed link. */
#ifndef IT_CMD_MATCH_PROVE_H
#define IT_CMD_MATCH_PROVE_H

#include "model/link.h"

struct it_proving {
	const struct intoto_link *link;
	const char *link_path;
	const char *signed_by; /* a key's path; NULL: no key was given */
	enum intoto_link_side side;
	bool materials_asked;
	const char *file;  /* --prove; NULL: none is looked at */
	const char *proof; /* --proof; NULL: the listing is read */
	const char *format;
	bool quiet;
	/* What is at file now, hashed as those in recorded are. */
	int (*look)(void *arg, struct it_artifacts *here, const struct it_artifacts *recorded,
		    struct intoto_error **err);
	void *arg;
};

/* Prints what is found; *proven says whether the listing has the artifact, as it is now. */
IT_CHECK int it_prove(bool *proven, const struct it_proving *proving, struct intoto_error **err);

#endif

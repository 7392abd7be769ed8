/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A licence expression judged by what is wanted.  OR is met by one branch, AND wants all, "or
 * later" is a choice among the versions that the list knows, and an exception on the SPDX list only
 * adds to what a licence permits, so who allows the licence allows it with the exception, too.
 *
 * An exact name beats a pattern; between two exact names, or two patterns, a refusal beats a
 * permission.  So "GPL-*" may be refused and "GPL-2.0-only WITH Classpath-exception-2.0" allowed.
 */
#ifndef IT_MODEL_SPDX_POLICY_H
#define IT_MODEL_SPDX_POLICY_H

#include "model/spdx_expression.h"

/* In this order: of OR the greatest counts, of AND the smallest. */
enum it_spdx_verdict {
	IT_SPDX_DENIED = 0,
	IT_SPDX_UNKNOWN = 1, /* nobody can say: not on the list, NOASSERTION */
	IT_SPDX_ALLOWED = 2,
};

/* Identifiers, "ID WITH EXCEPTION", or a beginning and '*'.  Everything is borrowed. */
struct it_spdx_policy {
	const struct it_strings *allow; /* empty or NULL: all that is on the list and not denied */
	const struct it_strings *deny;
	const struct it_strings *grant; /* allowed whatever deny says: for this package alone */
	bool none;			/* allow NONE, */
	bool noassertion;		/* NOASSERTION, */
	bool unlisted;			/* what is on no list */
};

/*
 * Spells an entry of a list as expressions are spelt ("gpl-2.0" is GPL-2.0-only, "GPL-*" stays).
 * FORMAT: it can never mean a licence that is on the list (a typing mistake would deny nothing).
 */
IT_CHECK int it_spdx_policy_add(struct it_strings *list, struct it_span entry,
				struct intoto_error **err);

/*
 * Appends why, a clause: "allowed by MIT", "GPL-2.0-only is denied by GPL-*".  The licences that
 * are in the way are added to culprits (may be NULL), each once.
 */
IT_CHECK int it_spdx_judge(enum it_spdx_verdict *out, const struct it_spdx_expression *expression,
			   const struct it_spdx_policy *policy, struct it_buf *why,
			   struct it_strings *culprits, struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a layout demands of how a link was made: the member "requires" of a step, which is ours.
 *
 * The answer stands in the link's environment.intoto, where who runs a step says how it was done
 * (it_step_note in <run/step_link.h>), so it is as true as the functionary is.
 */
#ifndef IT_LAYOUTS_REQUIREMENT_H
#define IT_LAYOUTS_REQUIREMENT_H

#include "base/strings.h"
#include "json/where.h"
#include "json/writer.h"

enum {
	IT_REQUIREMENT_WORDS_MAX = 1024, /* of a list */
	IT_REQUIREMENT_WORD_BYTES = 4096,
};

/* In the order of it_promise_words. */
enum it_required_promise {
	IT_REQUIRE_FILES = 1,
	IT_REQUIRE_NO_NETWORK = 2,
	IT_REQUIRE_NOTHING_LEFT = 4,
};
extern const char *const it_promise_words[]; /* NULL-terminated: files, no-network, nothing-left */

/*
 * "trace": { "complete": true, "network": [ADDRESS…], "reads-proven": true, "statement": true,
 *            "tier": "writes"|"full", "writes-proven": true }
 * tier must be there; an empty network takes no address at all; "network" and "reads-proven" want
 * the tier full.
 */
struct it_trace_requirement {
	bool given;
	bool full;
	bool complete;
	bool writes_proven;
	bool reads_proven;
	bool statement;
	bool network_given;
	struct it_strings network; /* patterns of what may be talked to */
};

/* "sandbox": { "level": [WORD…], "nothing-denied": true, "promises": [WORD…] }, one at least. */
struct it_sandbox_requirement {
	bool given;
	bool nothing_denied;
	unsigned promises;	 /* of enum it_required_promise */
	struct it_strings level; /* mechanisms; "landlock-4" is also kept by a later one */
};

/* Zero-initialised demands nothing. */
struct it_requirement {
	bool computed; /* "digests": "computed" */
	struct it_sandbox_requirement sandbox;
	struct it_trace_requirement trace;
};

void it_requirement_done(struct it_requirement *requirement);
bool it_requirement_is_given(const struct it_requirement *requirement);

/* Closed, and never empty; what cannot be met is refused. */
IT_CHECK int it_requirement_read(struct it_requirement *out, const struct it_json *object,
				 const struct it_where *where, struct intoto_error **err);
/* As the value of a member. */
void it_requirement_write(struct it_writer *writer, const struct it_requirement *requirement);

/* Whether the demands fit together; where may be NULL. */
IT_CHECK int it_requirement_check(const struct it_requirement *requirement,
				  const struct it_where *where, struct intoto_error **err);

/*
 * Each demand as a clause for people: "a trace of what is written", "no network address but
 * inet 192.0.2.1:443".  Of two requirements the one that has all clauses of the other is stricter;
 * only "no network address" compares by what is behind it.
 */
IT_CHECK int it_requirement_clauses(struct it_strings *out,
				    const struct it_requirement *requirement,
				    struct intoto_error **err);

/* --- a link against it --- */

struct it_requirement_answer {
	const char *code; /* of the report: link.digests, link.sandbox, link.trace */
	bool met;
	const char *text; /* what was found, and what is wanted */
};

/*
 * Compares with what the environment of a link says; calls tell once for each kind of demand.  The
 * statement of a trace is looked at elsewhere (layouts/requirement_statement.c).
 */
void it_requirement_compare(const struct it_requirement *requirement,
			    const struct it_json *environment,
			    void (*tell)(void *arg, const struct it_requirement_answer *answer),
			    void *arg);

#endif

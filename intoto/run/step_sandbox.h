/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hermetic step: its command reads the declared materials and a toolchain, writes the declared
 * products and a scratch folder, and reaches no network unless that is granted.
 *
 * What was reached is noted in the link ("sandbox"), and what was refused is told.
 */
#ifndef IT_RUN_STEP_SANDBOX_H
#define IT_RUN_STEP_SANDBOX_H

#include "run/step.h"

/* What is granted besides materials and products; zero-initialised is the system's toolchain. */
struct it_step_sandbox {
	const struct it_strings *read;	      /* paths */
	const struct it_strings *write;	      /* likewise */
	const struct it_strings *toolchain;   /* "system", "none", or paths; none: system */
	const struct it_strings *environment; /* variables that look like secrets and stay */
	bool network;
	bool best_effort; /* run also where a promise cannot be kept */
	bool learn;	  /* do not confine: find out from the trace what would be needed */
	struct it_sandbox_limits limits;
};

enum it_denial {
	IT_DENIED_READ,	 /* is there, was looked for, and is not shown */
	IT_DENIED_WRITE, /* was to be made, changed or removed, and that was refused */
	IT_DENIED_LEFT,	 /* was made, in a folder of ours, and thrown away */
};

struct it_denied_path {
	char *path; /* absolute; perhaps no UTF-8 */
	enum it_denial how;
};

/* How it went. */
struct it_confined {
	struct it_sandbox_level level;
	unsigned promises;	       /* of enum it_sandbox_promise */
	struct it_denied_path *denied; /* sorted, each path once */
	size_t denied_count;
	uint64_t denied_more;	    /* refused, too, and not kept */
	bool named;		    /* what it looked for in vain could be seen */
	char *why_not_named;	    /* else a sentence */
	struct it_strings withheld; /* variables */
	unsigned closed;	    /* descriptors that were not handed down */
};

void it_confined_free(struct it_confined *confined);
IT_DEFINE_AUTO(struct it_confined, it_confined_free);

struct it_confinement;

/*
 * Prepares to run a command in options->sandbox: scratch folder, places, environment.  *command is
 * the caller's copy of options->command; it comes to refer to the confinement.
 */
IT_CHECK int it_confinement_new(struct it_confinement **out, struct it_command_options *command,
				const struct it_step_options *options, struct intoto_error **err);

/*
 * When the command has ended: products come to where they belong, before anybody records them, and
 * the scratch folder goes.  touched is what a tracer saw, sealed, or NULL.  confined is the
 * caller's.
 */
IT_CHECK int it_confinement_finish(struct it_confinement *confinement,
				   const struct it_command_result *result,
				   const struct it_touched *touched, struct it_confined **out,
				   struct intoto_error **err);
/* Also takes away what finish did not come to.  NULL is fine. */
void it_confinement_free(struct it_confinement *confinement);
IT_DEFINE_AUTO(struct it_confinement, it_confinement_free);

/* Says so in the link. */
IT_CHECK int it_confined_note(const struct it_confined *confined,
			      const struct it_step_options *options, struct intoto_link *link,
			      struct intoto_error **err);

#endif

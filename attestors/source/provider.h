/* SPDX-License-Identifier: Apache-2.0 */
/* The CI systems that are known: how each is seen, and what of its environment is recorded. */
#ifndef INTOTO_ATTESTORS_SOURCE_PROVIDER_H
#define INTOTO_ATTESTORS_SOURCE_PROVIDER_H

#include <intoto/attestor.h>

/* A variable that tells of a provider; value NULL: any but the empty text. */
struct ci_sign {
	const char *variable;
	const char *value;
};

/* What a token's claim must say because the environment says it. */
struct ci_agreement {
	const char *claim;
	const char *variable;
};

/* Names of variables, NULL where the provider has none. */
struct ci_build {
	const char *id;
	const char *url;
	const char *job;
	const char *repository;
	const char *commit;
	const char *ref;
	const char *actor;
	const char *event;
	const char *runner;
};

enum ci_request {
	CI_REQUEST_NONE = 0,
	CI_REQUEST_GITHUB, /* GET, and "value" in the answer */
	CI_REQUEST_AZURE,  /* POST, and "oidcToken" in the answer */
};

struct ci_provider {
	const char *name;		/* "github-actions" */
	const struct ci_sign *signs;	/* all must hold; ends with a variable NULL */
	const struct ci_sign *signs_or; /* or all of these; may be NULL */
	const char *const *variables;	/* that are recorded; NULL-terminated */
	struct ci_build build;
	const char *issuer;		    /* of its tokens; NULL: the user says it */
	const char *const *token_variables; /* where a token stands; may be NULL */
	enum ci_request request;
	const char *request_url; /* variables with whose help a token is got */
	const char *request_token;
	const struct ci_agreement *agreements; /* ends with a claim NULL; may be NULL */
	bool yields;			       /* runs inside of another one, which counts then */
	bool named_only;		       /* never seen by itself */
};

/* Ends with a name NULL. */
extern const struct ci_provider ci_providers[];

bool ci_provider_is_here(const struct ci_provider *provider);
/*
 * The one that is here, or that name says.  NOTFOUND: none; POLICY: two, and name is NULL; USAGE:
 * name is none, or is not here.
 */
int ci_provider_find(const struct ci_provider **out, const char *name, struct intoto_error **err);
/* "name, name": of all. */
struct at_buf;
void ci_provider_names(struct at_buf *out);

/* Every variable that is looked at, each once, NULL-terminated: the manifest's allow-list.  Fills
 * at most size places. */
void ci_provider_variables(const char **out, size_t size);
/* NULL when it is not there or empty. */
const char *ci_variable(const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How registries may be reached, and who we are there: the words of the command line, Docker's
 * config.json and podman's auth.json, credential helpers, and the token that a challenge asks for.
 */
#ifndef IT_NET_OCI_ACCESS_H
#define IT_NET_OCI_ACCESS_H

#include "model/image_reference.h"
#include "net/http.h"

struct it_registry_access {
	const struct it_strings
		*insecure;	     /* hosts that may be spoken to by http; "" stands for all */
	const char *ca, *cert, *key; /* PEM files, NULL */
	bool insecure_tls;
	const char *auth_file; /* NULL: $REGISTRY_AUTH_FILE, podman's and Docker's own places */
	unsigned attempts, retry_seconds, stall_seconds; /* as in it_http_options */
	void (*on_retry)(void *arg, const char *text);
	void *arg;
};

/* Wiped when done. */
struct it_credentials {
	char *user; /* NULL: nobody is known here */
	char *password;
	char *identity; /* refresh token; NULL */
};

/*
 * Of a repository, by the longest key that fits (containers-auth.json(5)): credHelpers, credsStore,
 * auths, in Docker's order; Docker Hub under its three names.  A helper is docker-credential-X of
 * $PATH with 30 seconds; what it prints is bounded.  Not found is INTOTO_OK with user NULL.  A file
 * that is there and broken is an error, not "nobody".
 */
IT_CHECK int it_credentials_find(struct it_credentials *out,
				 const struct it_registry_access *access,
				 const struct it_image_reference *reference,
				 struct intoto_error **err);
void it_credentials_done(struct it_credentials *credentials);

/* One "WWW-Authenticate" challenge (RFC 9110 11.6.1); texts are owned. */
struct it_challenge {
	bool bearer;		       /* else Basic */
	char *realm, *service, *scope; /* NULL where not said */
};
/* The strongest that we can answer: Bearer before Basic; UNSUPPORTED names the schemes. */
IT_CHECK int it_challenge_parse(struct it_challenge *out, const char *header,
				struct intoto_error **err);
void it_challenge_done(struct it_challenge *challenge);

/* For whom a challenge is answered. */
struct it_realm_terms {
	const char *host;  /* of the registry, "registry.example:5000" */
	const char *scope; /* that we want, "repository:NAME:pull,push"; several with a space between */
	bool plain;	   /* the registry itself may be spoken to by http */
};

/*
 * The value of the header "Authorization" that answers a challenge: Basic, or a token from the
 * realm (distribution "token authentication"; OAuth2 refresh when there is an identity token).  The
 * scope that the challenge names is asked for beside ours.  The realm must be https, or http where
 * the registry itself may be; credentials go to a realm of another host only by https.  expires: on
 * it_clock_monotonic, 0: never.  SERVICE: refused, with the status and the registry's own words,
 * quoted.
 */
IT_CHECK int it_authorization_get(struct it_buf *out, int64_t *expires, struct it_http *http,
				  const struct it_challenge *challenge,
				  const struct it_credentials *credentials,
				  const struct it_realm_terms *terms, struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the registry client share: the registry, one call to it, and what an answer
 * that is no yes means. */
#ifndef IT_NET_OCI_REGISTRY_PART_H
#define IT_NET_OCI_REGISTRY_PART_H

#include "net/oci/registry.h"

/* What a call must be allowed to do, weakest first: a token is asked for accordingly. */
enum it_registry_need { IT_REGISTRY_PULL, IT_REGISTRY_PUSH, IT_REGISTRY_DELETE, IT_REGISTRY_NEEDS };

struct it_registry_grant {
	struct it_buf value; /* of the header "Authorization"; empty: none was needed or got yet */
	int64_t expires;     /* on it_clock_monotonic, 0: never */
};

struct it_registry {
	struct it_image_reference reference; /* host and repository */
	struct it_registry_access access;
	struct it_registry *first; /* whose connections are used; NULL: its own */
	struct it_http *http;
	bool plain; /* this host may be, and is, spoken to by http */
	char *base; /* "https://host" */
	bool asked; /* for credentials */
	struct it_credentials credentials;
	struct it_challenge challenge; /* the last; realm NULL: none */
	bool challenged;
	const char *mounting; /* repository that a token must let us read, too; NULL */
	struct it_registry_grant grants[IT_REGISTRY_NEEDS];
};

enum {
	IT_REGISTRY_PAGES_MAX = 1000,
	IT_REGISTRY_URL_MAX = 8 * 1024,
	IT_REGISTRY_WHERE_MAX = 1024,
	IT_REGISTRY_LIST_MAX = 4 * 1024 * 1024, /* of a page of referrers */
};

/* --- one call --- */

struct it_registry_call {
	struct it_registry *registry;
	enum it_registry_need need;
	struct it_buf where; /* begins every message: "host/name:tag" */
	struct it_buf url;
	struct it_strings headers;
	struct it_http_request request; /* url, headers and authorization are filled in */
	struct it_http_answer answer;
	bool foreign; /* the URL is another host's: who we are is not for it */
	int failed;   /* of the preparations: it_registry_call_do returns it */
};

/* where and url are still empty.  Done by it_registry_call_done, whatever came. */
void it_registry_call_start(struct it_registry_call *call, struct it_registry *registry,
			    enum it_http_method method, enum it_registry_need need);
void it_registry_call_done(struct it_registry_call *call);
/* "https://host/v2/NAME/" and what follows. */
void it_registry_call_path(struct it_registry_call *call, const char *format, ...) IT_PRINTF(2, 3);
void it_registry_call_header(struct it_registry_call *call, const char *name, const char *value);
/* "host/name:tag", "host/name@digest", or with a word in front "host/name: blob digest". */
void it_registry_call_names(struct it_registry_call *call, const char *name);
void it_registry_call_about(struct it_registry_call *call, const char *word, const char *name);

/*
 * Does it, and does it again with an authorization when the registry asks for one.  OK means that
 * an answer came, and not 401.
 */
IT_CHECK int it_registry_call_do(struct it_registry_call *call, struct intoto_error **err);
/* Sets err to what a status says that was not hoped for; never INTOTO_OK.  nothing: what is not
 * there on 404 ("such manifest"). */
int it_registry_refused(const struct it_registry_call *call, const char *nothing,
			struct intoto_error **err);
/* Whether an error document of the answer has that code. */
bool it_registry_says(const struct it_http_answer *answer, const char *code);
/* The answer's digest header is that, or is not there; POLICY otherwise. */
IT_CHECK int it_registry_same_digest(const struct it_registry_call *call, const char *digest,
				     struct intoto_error **err);

/* --- manifests --- */

/* A call to manifests/NAME. */
void it_registry_call_manifest(struct it_registry_call *call, struct it_registry *registry,
			       enum it_http_method method, enum it_registry_need need,
			       const char *name);
/* What else came with a manifest. */
struct it_registry_got {
	struct it_buf etag;
	int status; /* 0: no answer came */
};
/* it_registry_manifest; got may be NULL. */
IT_CHECK int it_registry_get_manifest(struct it_registry *registry, struct it_oci_manifest **out,
				      const char *name, struct it_registry_got *got,
				      struct intoto_error **err);

/* --- who we are --- */

/* *value is borrowed until the next call; NULL: none is needed as far as is known. */
IT_CHECK int it_registry_authorization(struct it_registry *registry, enum it_registry_need need,
				       const char **value, struct intoto_error **err);
/* Answers the challenge of a 401. */
IT_CHECK int it_registry_challenged(struct it_registry_call *call, struct intoto_error **err);

/* --- where to --- */

/*
 * Resolves what a header Location or Link names against the URL of the call that got it.  A URL of
 * another scheme than http and https, with user information or with bytes that no URL has is
 * SERVICE.  *ours: the same scheme, host and port as the registry.
 */
IT_CHECK int it_registry_resolve_url(struct it_buf *out, bool *ours,
				     const struct it_registry_call *call, const char *text,
				     struct intoto_error **err);
/* The URL of rel="next" in the Link headers (RFC 8288); empty when there is none. */
IT_CHECK int it_registry_next_page(struct it_buf *out, const struct it_registry_call *call,
				   struct intoto_error **err);

/* --- digests --- */

/* "sha256:…" or "sha512:…", as it_image_digest_valid has it; NULL otherwise. */
const struct it_digest_alg *it_registry_digest_alg(const char *digest);
/* Ends the digest; whether it is that one, and if not which (found: IT_OCI_DIGEST_SIZE). */
bool it_registry_digest_is(struct it_digest *hash, const char *digest, char *found);

/* --- after a cut --- */

/*
 * How often something may be begun again: each time costs one, and what came over meanwhile earns
 * them back.
 */
struct it_registry_patience {
	unsigned tries; /* as many as a request has attempts, when that was said */
	unsigned left;
	unsigned waits;
	uint64_t reached; /* the most bytes so far */
	int64_t asked_ms; /* that the registry asked to be left alone, the last time */
};
/* What Retry-After says, in seconds only; 0: nothing. */
int64_t it_registry_retry_after(const struct it_registry_call *call);
void it_registry_patience_start(struct it_registry_patience *patience,
				const struct it_registry *registry);
/* Whether to try again, having got so far; rests before the second time and later ones. */
bool it_registry_patience_more(struct it_registry_patience *patience,
			       const struct it_registry *registry, uint64_t reached,
			       const char *what);

/* Hands an error that was kept aside to the caller. */
void it_registry_pass_error(struct intoto_error **err, struct intoto_error **why);

/* --- uploads --- */

struct it_registry_upload {
	struct it_registry *registry;
	const char *digest;
	const struct it_message *blob;
	const struct it_upload_options *options;
	struct it_buf location; /* where the next piece goes; empty: not begun */
	uint64_t held;		/* bytes that the registry has */
	uint64_t min_chunk;	/* OCI-Chunk-Min-Length */
	bool there;		/* the registry has the blob: nothing is left to do */
	struct it_registry_patience patience;
};
/* A call to location + "?digest=" when closing. */
void it_registry_upload_call(struct it_registry_upload *upload, struct it_registry_call *call,
			     enum it_http_method method, bool closing);
/* Takes Location, Range and OCI-Chunk-Min-Length of an answer. */
IT_CHECK int it_registry_upload_answered(struct it_registry_upload *upload,
					 const struct it_registry_call *call,
					 struct intoto_error **err);
/* POST, with mounting if asked for; there says whether that was all. */
IT_CHECK int it_registry_upload_begin(struct it_registry_upload *upload, struct intoto_error **err);
/* After a failure: whether the blob came over after all, or how much of it. */
IT_CHECK int it_registry_upload_ask(struct it_registry_upload *upload, struct intoto_error **err);
/* PUT of nothing more. */
IT_CHECK int it_registry_upload_close(struct it_registry_upload *upload, struct intoto_error **err);
/* Whether the last failure may go away when it is tried again. */
bool it_registry_upload_may_retry(int rc, const struct it_registry_call *call);
/* The blob in one PUT; in pieces of so many bytes. */
IT_CHECK int it_registry_upload_whole(struct it_registry_upload *upload, struct intoto_error **err);
IT_CHECK int it_registry_upload_chunks(struct it_registry_upload *upload, uint64_t chunk,
				       struct intoto_error **err);

/* --- the fallback index --- */

/* One change; borrowed. */
struct it_registry_entry {
	const char *subject;
	struct it_oci_descriptor descriptor;
	bool gone; /* take it out instead of adding it */
};
/* Until it is in, and stays in. */
IT_CHECK int it_registry_fallback_change(struct it_registry *registry,
					 const struct it_registry_entry *entry,
					 struct intoto_error **err);
/*
 * Appends the text of the index with that change (index NULL: there is none yet), without the
 * entries of the digests in drop; all others stay as they are.  *same: it needs no change.
 */
IT_CHECK int it_registry_fallback_print(struct it_buf *out, bool *same,
					const struct it_oci_manifest *index,
					const struct it_registry_entry *entry,
					const struct it_strings *drop, struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifacts that are no plain files (ITE-4): a name "scheme:rest" is resolved to one digest set and
 * recorded under the same name, so that rules can match it like any other.
 *
 * A new scheme is one file that ends in one const struct it_resolver, and one word in the table of
 * resolver.c.  file: is not among them: it is the walk itself (snapshot.c).
 */
#ifndef IT_RECORD_RESOLVER_H
#define IT_RECORD_RESOLVER_H

#include "record/hash.h"
#include "record/walk.h"

/* What a resolver gets, and where it puts what it found. */
struct it_resolution {
	const struct it_snapshot_options *options;
	const struct it_walk_options *walk; /* base_fd: what paths are relative to */
	struct it_hasher *hasher;
	const struct it_artifacts *out; /* of the snapshot: where texts that must stay may live */
	struct it_buf name;		/* behind "scheme:"; empty: skipped with a notice */
	struct it_buf digests;		/* the text of <model/artifacts.h> */
};

struct it_resolver {
	const char *scheme; /* "dir" */
	bool is_path;	    /* --lstrip-paths applies to the name */
	/* Errors begin with the whole name. */
	int (*resolve)(struct it_resolution *resolution, const char *rest,
		       struct intoto_error **err);
};

/*
 * A whole folder as one artifact: of the lines "HEX  PATH\n" of its files in bytewise order, the
 * digest (what "find -type f | sort | xargs sha256sum | sha256sum" prints inside it).  Exclude
 * patterns apply to the paths inside.  A line feed in a name would make two folders look alike and
 * is refused.
 */
extern const struct it_resolver it_resolver_dir;
/*
 * The commit that a branch of the OSTree repository in the base folder stands at: "ostree:REF". The
 * commit file must have the digest that is its name.
 */
extern const struct it_resolver it_resolver_ostree;
/*
 * An object of the git repository around the base folder: "git:commit:REV", "git:tree:REV",
 * "git:tree:REV:PATH", "git:blob:REV:PATH", "git:tag:NAME" (an annotated tag).  Recorded as
 * gitCommit, gitTree, gitBlob, gitTag with an id of SHA-1 or SHA-256; a blob also as the digest of
 * its content, so that it can be compared with a file.  Asks the git program; never the network.
 */
extern const struct it_resolver it_resolver_git;

/*
 * Images: "oci:REF" in a registry, "oci-layout:FOLDER[:TAG]", "oci-archive:FILE[:TAG]",
 * "docker-archive:FILE[:REF]", by the digest of the manifest or index (resolver_image.c).  Asks the
 * package's own helper program intoto-image; "oci:" alone uses the network.
 */
extern const struct it_resolver it_resolver_oci;
extern const struct it_resolver it_resolver_oci_layout;
extern const struct it_resolver it_resolver_oci_archive;
extern const struct it_resolver it_resolver_docker_archive;

/*
 * Which resolver a path asks for: *out is NULL for a plain path and for "file:", and *rest is what
 * stands behind the scheme.  Two letters or more and a colon are a scheme (RFC 3986 section 3.1,
 * lower case); one that nobody knows is INTOTO_E_UNSUPPORTED and the known ones are listed.
 */
IT_CHECK int it_resolver_find(const struct it_resolver **out, const char **rest, const char *path,
			      struct intoto_error **err);

/* Whether it is one of those four for images. */
bool it_resolver_is_image(const struct it_resolver *resolver);

/* "scheme:rest: text" with the code; the name is quoted. */
int it_resolver_refuse(struct intoto_error **err, enum intoto_code code, const char *scheme,
		       const char *rest, const char *text);

#endif

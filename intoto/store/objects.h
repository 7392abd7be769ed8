/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of a store are kept, by their SHA-256: a folder, a repository of an OCI registry,
 * or a bucket of an S3-compatible store.  What is read has the digest that was asked for, computed
 * here.
 */
#ifndef IT_STORE_OBJECTS_H
#define IT_STORE_OBJECTS_H

#include "base/sink.h"
#include "crypto/digest.h"
#include "net/oci/access.h"

struct it_object_id {
	unsigned char bytes[IT_SHA256_SIZE];
};

struct it_objects {
	const struct it_objects_kind *kind;
	char *place; /* for messages; no secrets */
	void *state;
};

struct it_objects_access {
	const struct it_registry_access
		*registry;    /* NULL: by insecure and ca, as what is known here */
	const char *endpoint; /* of S3: "https://host:port"; NULL: see <net/s3/s3.h> */
	const char *region;   /* NULL: AWS_REGION, else "us-east-1" */
	bool insecure;	      /* http may be spoken */
	const char *ca;	      /* PEM file; NULL: the system's */
};

enum it_object_hold { IT_OBJECT_HOLD_STAYS, IT_OBJECT_HOLD_ON, IT_OBJECT_HOLD_OFF };

#define IT_OBJECT_SIZE_UNKNOWN UINT64_MAX

struct it_objects_kind {
	const char *scheme; /* "s3"; NULL: a folder */
	int (*open)(struct it_objects *objects, const char *rest, bool create,
		    const struct it_objects_access *access, struct intoto_error **err);
	void (*close)(struct it_objects *objects);
	/* May return before it is durable; sync() makes all that was put durable.  One that is
	 * there already is left alone. */
	int (*put)(struct it_objects *objects, const struct it_object_id *id,
		   const struct it_message *bytes, struct intoto_error **err);
	int (*sync)(struct it_objects *objects, struct intoto_error **err);
	/* NOTFOUND when it is not there, POLICY when it has other bytes. */
	int (*get)(struct it_objects *objects, const struct it_object_id *id,
		   const struct it_sink *sink, struct intoto_error **err);
	int (*has)(struct it_objects *objects, const struct it_object_id *id, bool *has,
		   uint64_t *size, struct intoto_error **err);
	/* POLICY while it is locked (object lock). */
	int (*remove)(struct it_objects *objects, const struct it_object_id *id,
		      struct intoto_error **err);
	/* size: IT_OBJECT_SIZE_UNKNOWN where it would take a question more; has() tells. */
	int (*each)(struct it_objects *objects,
		    int (*object)(void *arg, const struct it_object_id *id, uint64_t size,
				  struct intoto_error **err),
		    void *arg, struct intoto_error **err);
	/* Removes what puts left that were killed more than age seconds ago; NULL: leaves nothing.
	 */
	int (*tidy)(struct it_objects *objects, int64_t age, uint64_t *count,
		    struct intoto_error **err);
	/* The service itself keeps it until then (0: that stays as it is) and under hold (S3 object
	 * lock); NULL: cannot, the index alone says so. */
	int (*lock)(struct it_objects *objects, const struct it_object_id *id, int64_t until,
		    enum it_object_hold hold, struct intoto_error **err);
};

extern const struct it_objects_kind it_objects_folder;
extern const struct it_objects_kind it_objects_oci;
extern const struct it_objects_kind it_objects_s3;

/* No service's: a path. */
bool it_objects_is_folder(const char *place);

IT_CHECK int it_objects_open(struct it_objects **out, const char *place, bool create,
			     const struct it_objects_access *access, struct intoto_error **err);
void it_objects_close(struct it_objects *objects);
IT_DEFINE_AUTO(struct it_objects, it_objects_close);

#endif

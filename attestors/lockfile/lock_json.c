/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files in JSON: npm's package-lock.json and PHP's composer.lock. */
#include "attestors/lockfile/lock.h"

#include <string.h>

enum { DEPTH_MAX = 32 };

static const char *text_of(const struct intoto_value *object, const char *name)
{
	return intoto_value_text(intoto_value_get(object, name));
}

static bool is_true(const struct intoto_value *object, const char *name)
{
	bool value = false;

	return intoto_value_bool(intoto_value_get(object, name), &value) && value;
}

/* --- npm --- */

static int write_npm(struct lock_writer *writer, const char *name, const struct intoto_value *from,
		     struct intoto_error **err)
{
	const char *integrity = text_of(from, "integrity");
	int rc = 0;

	lock_begin(writer);
	writer->package.name = name;
	writer->package.version = text_of(from, "version");
	writer->package.source = text_of(from, "resolved");
	writer->package.scope = is_true(from, "dev")	    ? "dev"
				: is_true(from, "optional") ? "optional"
				: is_true(from, "peer")	    ? "peer"
							    : NULL;
	if (integrity)
		rc = lock_add_integrity(writer, integrity, err);
	return rc ? rc : lock_end(writer, err);
}

/* Versions 2 and 3: a flat object of paths, "node_modules/a/node_modules/@b/c"; "" is the project.
 */
static int read_paths(struct lock_writer *writer, const struct intoto_value *packages,
		      struct intoto_error **err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < intoto_value_count(packages); i++) {
		const struct intoto_value *one = intoto_value_at(packages, i);
		const char *path = intoto_value_name(packages, i);
		const char *name = path;

		for (const char *at; (at = strstr(name, "node_modules/"));)
			name = at + strlen("node_modules/");
		if (name == path || is_true(one, "link"))
			continue; /* of the project itself */
		rc = write_npm(writer, text_of(one, "name") ? text_of(one, "name") : name, one,
			       err);
	}
	return rc;
}

/* Version 1: nested. */
static int read_nested(struct lock_writer *writer, const struct intoto_value *dependencies,
		       unsigned depth, struct intoto_error **err)
{
	int rc = 0;

	if (depth > DEPTH_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "dependencies more than %d deep",
					    DEPTH_MAX);
	for (size_t i = 0; !rc && i < intoto_value_count(dependencies); i++) {
		const struct intoto_value *one = intoto_value_at(dependencies, i);

		rc = write_npm(writer, intoto_value_name(dependencies, i), one, err);
		if (!rc)
			rc = read_nested(writer, intoto_value_get(one, "dependencies"), depth + 1,
					 err);
	}
	return rc;
}

static int read_npm(struct lock_writer *writer, const struct intoto_value *root,
		    struct intoto_error **err)
{
	const struct intoto_value *packages = intoto_value_get(root, "packages");
	int64_t version = 0;

	if (!intoto_value_int(intoto_value_get(root, "lockfileVersion"), &version) || version < 1 ||
	    version > 3)
		return intoto_attestor_fail(err, INTOTO_E_UNSUPPORTED,
					    "lockfileVersion: want 1, 2 or 3");
	writer->version = version == 1 ? "1" : version == 2 ? "2" : "3";
	if (version > 1 && intoto_value_kind(packages) != INTOTO_VALUE_OBJECT)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "packages: want an object");
	return version > 1 ? read_paths(writer, packages, err)
			   : read_nested(writer, intoto_value_get(root, "dependencies"), 0, err);
}

/* --- composer --- */

static int write_composer(struct lock_writer *writer, const struct intoto_value *from,
			  const char *scope, struct intoto_error **err)
{
	const struct intoto_value *dist = intoto_value_get(from, "dist");
	const char *sha1 = text_of(dist, "shasum");
	int rc = 0;

	lock_begin(writer);
	writer->package.name = text_of(from, "name");
	writer->package.version = text_of(from, "version");
	writer->package.source = text_of(dist, "url");
	writer->package.scope = scope;
	if (sha1 && *sha1)
		rc = lock_add_digest(writer, "sha1", sha1, strlen(sha1), false, err);
	return rc ? rc : lock_end(writer, err);
}

static int read_composer(struct lock_writer *writer, const struct intoto_value *root,
			 struct intoto_error **err)
{
	static const char *const members[] = { "packages", "packages-dev" };
	int rc = 0;

	if (!text_of(root, "content-hash") && !text_of(root, "hash"))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "want the member content-hash");
	for (size_t k = 0; !rc && k < 2; k++) {
		const struct intoto_value *list = intoto_value_get(root, members[k]);

		if (k == 0 && intoto_value_kind(list) != INTOTO_VALUE_LIST)
			return intoto_attestor_fail(err, INTOTO_E_FORMAT, "packages: want a list");
		for (size_t i = 0; !rc && i < intoto_value_count(list); i++)
			rc = write_composer(writer, intoto_value_at(list, i), k ? "dev" : NULL,
					    err);
	}
	return rc;
}

/* --- both --- */

static int read_document(struct lock_writer *writer, const char *text, size_t length,
			 int (*read)(struct lock_writer *, const struct intoto_value *,
				     struct intoto_error **),
			 struct intoto_error **err)
{
	struct intoto_value *root;
	int rc = intoto_value_parse(&root, text, length, err);

	if (rc)
		return rc;
	rc = read(writer, root, err);
	intoto_value_free(root);
	return rc;
}

int lock_read_npm(struct lock_writer *writer, char *text, size_t length, struct intoto_error **err)
{
	return read_document(writer, text, length, read_npm, err);
}

int lock_read_composer(struct lock_writer *writer, char *text, size_t length,
		       struct intoto_error **err)
{
	return read_document(writer, text, length, read_composer, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Where objects are, by its words. */
#include "store/objects.h"

#include <stdlib.h>

#include "base/text.h"

static const struct it_objects_kind *const kinds[] = { &it_objects_folder, &it_objects_oci,
						       &it_objects_s3 };

static const struct it_objects_kind *find_kind(const char *place, const char **rest)
{
	*rest = place;
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++) {
		const char *scheme = kinds[i]->scheme;

		if (scheme && it_starts_with(place, scheme) && place[strlen(scheme)] == ':') {
			*rest = place + strlen(scheme) + 1;
			return kinds[i];
		}
	}
	return strstr(place, "://") ? NULL : &it_objects_folder;
}

bool it_objects_is_folder(const char *place)
{
	const char *rest;

	return find_kind(place, &rest) == &it_objects_folder;
}

int it_objects_open(struct it_objects **out, const char *place, bool create,
		    const struct it_objects_access *access, struct intoto_error **err)
{
	IT_AUTO(it_objects_closep) struct it_objects *objects = calloc(1, sizeof *objects);
	const char *rest;
	int rc;

	*out = NULL;
	if (!objects)
		return it_err_nomem(err);
	objects->place = it_text_quoted(it_span_text(place));
	if (!objects->place)
		return it_err_nomem(err);
	objects->kind = find_kind(place, &rest);
	if (!objects->kind)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: objects are kept in a folder, in oci:REGISTRY/REPOSITORY or "
				  "in s3://BUCKET/PREFIX",
				  objects->place);
	rc = objects->kind->open(objects, rest, create, access, err);
	if (rc)
		return rc;
	*out = objects;
	objects = NULL; /* now the caller's */
	return INTOTO_OK;
}

void it_objects_close(struct it_objects *objects)
{
	if (!objects)
		return;
	if (objects->state)
		objects->kind->close(objects);
	free(objects->place);
	free(objects);
}

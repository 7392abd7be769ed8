/* SPDX-License-Identifier: Apache-2.0 */
/* Names of people, and the keys behind them. */
#include "layouts/manuscript_keys.h"

#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "model/key_object.h"

enum { KEY_OBJECT_MAX = 256 * 1024 };

static const struct it_where root = { NULL, "layout", 0 };

void it_manuscript_keys_done(struct it_manuscript_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++) {
		free(keys->people[i].name);
		free(keys->people[i].id);
	}
	free(keys->people);
	it_json_free(keys->objects);
}

static const char *id_named(const struct it_manuscript_keys *keys, const char *name)
{
	for (size_t i = 0; i < keys->count; i++)
		if (it_streq(keys->people[i].name, name))
			return keys->people[i].id;
	return NULL;
}

static int add_person(struct it_manuscript_keys *keys, const char *name, const char *id,
		      struct intoto_error **err)
{
	struct it_manuscript_person *people =
		reallocarray(keys->people, keys->count + 1, sizeof *people);
	struct it_manuscript_person person = { strdup(name), strdup(id) };

	if (people)
		keys->people = people;
	if (!people || !person.name || !person.id) {
		free(person.name);
		free(person.id);
		return it_err_nomem(err);
	}
	people[keys->count++] = person;
	return INTOTO_OK;
}

/* Writes the key as a layout has it, under its id. */
static int add_key(struct it_manuscript_keys *keys, const char *name, const struct intoto_key *key,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(KEY_OBJECT_MAX);
	const char *id = intoto_key_id(key, keys->options->style);
	struct it_json *object = NULL;
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_key_object_write(&writer, key, keys->options->style, true);
	rc = it_writer_finish(&writer, err);
	if (!rc)
		rc = it_json_parse(&object, it_buf_span(&text), &it_json_signed_limits, err);
	if (!rc)
		rc = it_json_set_take(keys->objects, id, object, err);
	return rc ? rc : add_person(keys, name, id, err);
}

static int load_key(struct it_manuscript_keys *keys, const char *name, const char *path,
		    const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_freep)
	char *full = *path == '/' ? strdup(path) : it_path_join(keys->options->folder, path);
	int rc = full ? intoto_key_load(&key, full, NULL, NULL, &why) : INTOTO_E_NOMEM;

	if (rc)
		return it_where_refuse(where, (enum intoto_code)rc, err, "%s",
				       why ? intoto_error_text(why) : "out of memory");
	return add_key(keys, name, key, err);
}

/* A key object as a layout has it stays as it is written, under the id that it has: the name, when
 * that is one, else the first dialect's. */
static int read_object(struct it_manuscript_keys *keys, const char *name,
		       const struct it_json *object, const struct it_where *where,
		       struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	int rc;

	if (it_hex_valid(it_span_text(name))) {
		rc = it_json_set_take(keys->objects, name, it_json_ref(object), err);
		return rc ? rc : add_person(keys, name, name, err);
	}
	rc = it_key_object_read(&key, object, where, err);
	return rc ? rc : add_key(keys, name, key, err);
}

int it_manuscript_keys_read(struct it_manuscript_keys *keys, const struct it_json *value,
			    struct intoto_error **err)
{
	struct it_where where = { &root, "keys", 0 };
	IT_AUTO(it_freep) struct it_json_member *all = NULL;
	size_t count = 0;
	int rc;

	if (!value)
		return INTOTO_OK;
	if (it_json_kind(value) != IT_JSON_OBJECT)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err,
				       "want names and key files, found %s",
				       it_json_kind_name(value));
	rc = it_json_members(&all, &count, value, err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where key = { &where, all[i].name.data, 0 };

		if (it_json_text(all[i].value).data)
			rc = load_key(keys, all[i].name.data, it_json_text(all[i].value).data, &key,
				      err);
		else
			rc = read_object(keys, all[i].name.data, all[i].value, &key, err);
	}
	return rc;
}

static int refuse_nobody(const char *name, const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(name));

	return it_where_refuse(where, INTOTO_E_FORMAT, err,
			       "'%s' is no name in \"keys\", no keyid, and no path of a key file "
			       "(one with a slash or a dot)",
			       quoted ? quoted : "");
}

/* The id behind a name, an id or a path; borrowed. */
static int find_person(const char **id, struct it_manuscript_keys *keys, const char *name,
		       const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	*id = id_named(keys, name);
	if (*id)
		return INTOTO_OK;
	if (*name && it_hex_valid(it_span_text(name))) {
		*id = name;
		return INTOTO_OK;
	}
	if (!strpbrk(name, "./"))
		return refuse_nobody(name, where, err);
	rc = load_key(keys, name, name, where, err);
	if (!rc)
		*id = id_named(keys, name);
	return rc;
}

int it_manuscript_people(struct it_json **out, const struct it_json *value,
			 struct it_manuscript_keys *keys, const struct it_where *where,
			 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(value) != IT_JSON_LIST)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a list, found %s",
				       it_json_kind_name(value));
	*out = it_json_new_list();
	if (!*out)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < it_json_count(value); i++) {
		struct it_where element = { where, NULL, i };
		const char *name = it_json_text(it_json_at(value, i)).data;
		const char *id = NULL;

		if (!name)
			return it_where_refuse(&element, INTOTO_E_FORMAT, err,
					       "want a name, found %s",
					       it_json_kind_name(it_json_at(value, i)));
		rc = find_person(&id, keys, name, &element, err);
		if (!rc)
			rc = it_json_append_take(*out, it_json_new_text(it_span_text(id)), err);
	}
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* From an extracted archive to the question that a verification asks. */
#include <stdlib.h>
#include <string.h>

#include "archive/check_part.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"

enum { DOCUMENT_MAX = 16 * 1024 * 1024 };

void it_archive_chain_done(struct it_archive_chain *chain)
{
	for (size_t i = 0; i < chain->key_count; i++)
		intoto_key_free(chain->keys[i]);
	free(chain->keys);
	it_archive_parameters_done(&chain->parameters);
	it_strings_done(&chain->texts);
	it_strings_done(&chain->certificates);
	it_strings_done(&chain->trust);
	it_strings_done(&chain->exceptions);
}

static int own(struct it_archive_chain *chain, const char **out, const char *folder,
	       const char *name, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(folder, name);
	int rc = path ? it_strings_add(&chain->texts, path, err) : it_err_nomem(err);

	if (!rc)
		*out = chain->texts.items[chain->texts.count - 1];
	return rc;
}

static int add_path(struct it_strings *list, const char *folder, const char *name,
		    struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(folder, name);

	return path ? it_strings_add(list, path, err) : it_err_nomem(err);
}

static int add_key(struct it_archive_chain *chain, const char *folder, const char *name,
		   struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(folder, name);
	int rc = path ? intoto_key_load(&chain->keys[chain->key_count], path, NULL, NULL, err)
		      : it_err_nomem(err);

	chain->key_count += rc == INTOTO_OK;
	return rc;
}

/* What the manifest calls a key, a certificate … is used as one, wherever it stands. */
static int take_member(struct it_archive_chain *chain, const struct it_archive_member *member,
		       const char *folder, struct intoto_error **err)
{
	if (member->role == IT_ROLE_KEY)
		return add_key(chain, folder, member->name, err);
	if (member->role == IT_ROLE_CERTIFICATE)
		return add_path(&chain->certificates, folder, member->name, err);
	if (member->role == IT_ROLE_TRUST)
		return add_path(&chain->trust, folder, member->name, err);
	if (member->role == IT_ROLE_EXCEPTION)
		return add_path(&chain->exceptions, folder, member->name, err);
	return INTOTO_OK;
}

static int take_members(struct it_archive_chain *chain, const struct it_archive *archive,
			const char *folder, struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = archive->manifest;
	int rc = INTOTO_OK;

	chain->keys = calloc(manifest->member_count + 1, sizeof(struct intoto_key *));
	if (!chain->keys)
		return it_err_nomem(err);
	/* What is withheld is not there to be used: less is believed, never more. */
	for (size_t i = 0; !rc && i < manifest->member_count; i++)
		if (archive->there[i])
			rc = take_member(chain, &manifest->members[i], folder, err);
	return rc;
}

/* --- with which words it was verified then --- */

static int read_parameters(struct it_archive_chain *chain, const char *folder,
			   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(DOCUMENT_MAX);
	IT_AUTO(it_freep) char *path = it_path_join(folder, IT_ARCHIVE_PARAMETERS_NAME);
	int rc = path ? it_file_read(&text, path, err) : it_err_nomem(err);

	if (rc)
		return it_err_wrap(err, rc, "%s", IT_ARCHIVE_PARAMETERS_NAME);
	rc = it_archive_parameters_read(&chain->parameters, it_buf_span(&text), err);
	chain->options.parameters = chain->parameters.items;
	chain->options.parameter_count = chain->parameters.count;
	chain->options.allow = chain->parameters.allow;
	chain->options.pass_parameters = chain->parameters.pass;
	return rc;
}

/* What is given takes the place of what is in the archive. */
static void set_words(struct it_archive_chain *chain, const struct it_archive_policy *policy)
{
	if (policy->parameter_count) {
		chain->options.parameters = policy->parameters;
		chain->options.parameter_count = policy->parameter_count;
	}
	if (policy->allow)
		chain->options.allow = policy->allow;
}

/* --- which layout --- */

/* Parameters stand in inspections, too. */
static int compare_inspections(struct it_archive_chain *chain,
			       const struct it_archive_policy *policy, const char *packed,
			       struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *one = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *two = NULL;
	int rc;

	chain->same_inspections = !policy->parameter_count;
	if (!policy->layout || !chain->same_inspections)
		return INTOTO_OK;
	/* One that cannot be read is told by the verification. */
	rc = intoto_envelope_load(&one, policy->layout, NULL);
	if (!rc)
		rc = intoto_envelope_load(&two, packed, NULL);
	chain->same_inspections =
		!rc && it_json_equal(it_json_get(it_envelope_body(one), "inspect"),
				     it_json_get(it_envelope_body(two), "inspect"));
	return rc == INTOTO_E_NOMEM ? it_err_nomem(err) : INTOTO_OK;
}

static int choose_layout(struct it_archive_chain *chain, const struct it_archive_policy *policy,
			 const char *folder, struct intoto_error **err)
{
	int rc = own(chain, &chain->options.layout_path, folder, "layout/root.layout", err);

	if (!rc)
		rc = compare_inspections(chain, policy, chain->options.layout_path, err);
	if (policy->layout)
		chain->options.layout_path = policy->layout;
	return rc;
}

/* --- all of it --- */

static void set_lists(struct it_archive_chain *chain, const struct it_archive_policy *policy)
{
	struct intoto_verify_options *options = &chain->options;
	bool own_keys = policy->layout_key_count;

	options->keys =
		own_keys ? policy->layout_keys : (const struct intoto_key *const *)chain->keys;
	options->key_count = own_keys ? policy->layout_key_count : chain->key_count;
	options->intermediates = (const char *const *)chain->certificates.items;
	options->intermediate_count = chain->certificates.count;
	options->exception_paths = (const char *const *)chain->exceptions.items;
	options->exception_path_count = chain->exceptions.count;
	options->timestamp_roots = policy->timestamp_root_count
					   ? policy->timestamp_roots
					   : (const char *const *)chain->trust.items;
	options->timestamp_root_count =
		policy->timestamp_root_count ? policy->timestamp_root_count : chain->trust.count;
}

int it_archive_chain_read(struct it_archive_chain *chain, const struct it_archive *archive,
			  const struct it_archive_policy *policy, const char *folder,
			  struct intoto_error **err)
{
	struct intoto_verify_options *options = &chain->options;
	int rc = take_members(chain, archive, folder, err);

	*options = (struct intoto_verify_options){
		.size = sizeof *options,
		.at_given = true,
		.at = policy->at_given ? policy->at : archive->manifest->time,
		/* Nothing in an archive is ever run. */
		.inspections = INTOTO_INSPECTIONS_REFUSE,
	};
	if (!rc)
		rc = read_parameters(chain, folder, err);
	set_words(chain, policy);
	if (!rc)
		rc = own(chain, &options->link_dir, folder, "links", err);
	if (!rc)
		rc = it_dir_make(options->link_dir, err);
	if (!rc)
		rc = choose_layout(chain, policy, folder, err);
	set_lists(chain, policy);
	if (!rc && !options->key_count)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"the archive holds no key of the layout's owner: want "
				"--verification-keys");
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a repository we read ourselves: the first byte says what the rest is, a commit, a tag,
 * settings, or an ssh signature.  What is taken apart lies within the bytes that were given.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "attestors/git/object.h"
#include "attestors/git/ssh.h"
#include "attestors/source/config.h"

static void must(bool true_always)
{
	if (!true_always)
		abort();
}

static void must_lie_in(struct repo_slice slice, const char *text, size_t len)
{
	must(!slice.data || (slice.data >= text && slice.data + slice.len <= text + len));
}

static void take_commit(const char *text, size_t len, size_t id_len)
{
	struct repo_commit commit;

	if (repo_commit_parse(&commit, text, len, id_len, NULL))
		return;
	must(commit.tree.len == id_len);
	must_lie_in(commit.tree, text, len);
	must_lie_in(commit.message, text, len);
	must_lie_in(commit.author.name, text, len);
	must_lie_in(commit.committer.zone, text, len);
	for (size_t i = 0; i < commit.parent_count; i++)
		must(commit.parents[i].len == id_len);
	/* nothing is lost but the signatures and their headers */
	must(commit.covered.len <= len && commit.covered.len + commit.signature.len <= len + 1);
	repo_commit_done(&commit);
}

static void take_tag(const char *text, size_t len)
{
	struct repo_tag tag;

	if (repo_tag_parse(&tag, text, len, 40, NULL))
		return;
	must_lie_in(tag.name, text, len);
	must_lie_in(tag.message, text, len);
	must_lie_in(tag.signature, text, len);
	must(!tag.signature.len || tag.covered.len + tag.signature.len == len);
}

static void take_settings(const char *text, size_t len)
{
	struct repo_config config = { 0 };

	if (!repo_config_parse(&config, text, len, NULL))
		for (size_t i = 0; i < config.count; i++)
			must(repo_config_get(&config, config.items[i].section,
					     config.items[i].subsection, config.items[i].name) &&
			     *config.items[i].section && *config.items[i].name);
	repo_config_done(&config);
}

static void take_signature(const char *text, size_t len)
{
	static const struct repo_slice message = { "message", 7 };
	struct at_buf bytes = { .max = SSH_BLOB_MAX };
	struct ssh_signature signature;

	if (!ssh_signature_parse(&signature, &bytes, (struct repo_slice){ text, len }, NULL)) {
		must_lie_in(signature.key, bytes.data, bytes.len);
		must_lie_in(signature.value, bytes.data, bytes.len);
		(void)ssh_signature_verify(&signature, "git", message, NULL); /* must come back */
	}
	at_buf_done(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (!size)
		return 0;
	switch (data[0]) {
	case 'c':
		take_commit(text, size - 1, 40);
		break;
	case 'C':
		take_commit(text, size - 1, 64);
		break;
	case 't':
		take_tag(text, size - 1);
		break;
	case 's':
		take_signature(text, size - 1);
		break;
	default:
		take_settings(text, size - 1);
	}
	return 0;
}

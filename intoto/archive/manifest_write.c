/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest as a statement; members in the order that canonical text has them. */
#include "archive/manifest.h"
#include "base/clock.h"
#include "base/text.h"
#include "json/writer.h"

static void write_digest(struct it_writer *writer, const char *sha256, const char *sha512)
{
	it_write_object(writer);
	it_write_name(writer, "sha256");
	it_write_text(writer, sha256);
	if (*sha512) {
		it_write_name(writer, "sha512");
		it_write_text(writer, sha512);
	}
	it_write_object_end(writer);
}

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_time(struct it_writer *writer, const char *name, int64_t seconds)
{
	char text[IT_TIME_SIZE];

	it_time_format(text, seconds);
	write_member(writer, name, text);
}

static void write_steps(struct it_writer *writer, const struct it_archive_manifest *manifest)
{
	it_write_name(writer, "completeness");
	it_write_list(writer);
	for (size_t i = 0; i < manifest->step_count; i++) {
		const struct it_archive_step *step = &manifest->steps[i];

		it_write_object(writer);
		it_write_name(writer, "evidence");
		it_write_list(writer);
		for (size_t k = 0; k < step->evidence.count; k++)
			it_write_text(writer, step->evidence.items[k]);
		it_write_list_end(writer);
		write_member(writer, "step", step->name);
		it_write_name(writer, "threshold");
		it_write_int(writer, step->threshold);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_members(struct it_writer *writer, const struct it_archive_manifest *manifest)
{
	it_write_name(writer, "members");
	it_write_list(writer);
	for (size_t i = 0; i < manifest->member_count; i++) {
		const struct it_archive_member *member = &manifest->members[i];

		it_write_object(writer);
		write_member(writer, "mediaType", member->media_type);
		write_member(writer, "role", it_archive_role_name(member->role));
		it_write_name(writer, "size");
		it_write_int(writer, (int64_t)member->size);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_keeping(struct it_writer *writer, const struct it_archive_manifest *manifest)
{
	it_write_name(writer, "keeping");
	it_write_object(writer);
	write_member(writer, "class", manifest->retention);
	if (manifest->lock_until)
		write_time(writer, "lockUntil", manifest->lock_until);
	it_write_object_end(writer);
}

static int write_root(struct it_writer *writer, const struct it_archive_manifest *manifest,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(IT_SHA256_SIZE * 2);
	int rc;

	it_hex_encode(&hex, it_span(manifest->root.bytes, sizeof manifest->root.bytes));
	rc = it_buf_check(&hex, "the root", err);
	if (rc)
		return rc;
	it_write_name(writer, "merkleRoot");
	write_digest(writer, it_buf_text(&hex), "");
	return INTOTO_OK;
}

static int write_predicate(struct it_writer *writer, const struct it_archive_manifest *manifest,
			   struct intoto_error **err)
{
	int rc;

	it_write_object(writer);
	write_steps(writer, manifest);
	write_keeping(writer, manifest);
	write_members(writer, manifest);
	rc = write_root(writer, manifest, err);
	if (rc)
		return rc;
	it_write_name(writer, "number");
	it_write_int(writer, (int64_t)manifest->number);
	if (*manifest->previous) {
		it_write_name(writer, "previous");
		write_digest(writer, manifest->previous, "");
	}
	write_member(writer, "product", manifest->product);
	write_member(writer, "release", manifest->release);
	write_time(writer, "time", manifest->time);
	write_member(writer, "tool", manifest->tool);
	write_member(writer, "verdict", manifest->verdict);
	it_write_object_end(writer);
	return INTOTO_OK;
}

static void write_subjects(struct it_writer *writer, const struct it_archive_manifest *manifest)
{
	it_write_name(writer, "subject");
	it_write_list(writer);
	for (size_t i = 0; i < manifest->member_count; i++) {
		const struct it_archive_member *member = &manifest->members[i];

		it_write_object(writer);
		it_write_name(writer, "digest");
		write_digest(writer, member->sha256, member->sha512);
		write_member(writer, "name", member->name);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

int it_archive_manifest_write(struct intoto_envelope **out,
			      const struct it_archive_manifest *manifest, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_MANIFEST_MAX);
	struct it_writer writer;
	int rc;

	*out = NULL;
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_write_object(&writer);
	write_member(&writer, "_type", "https://in-toto.io/Statement/v1");
	it_write_name(&writer, "predicate");
	rc = write_predicate(&writer, manifest, err);
	if (!rc) {
		write_member(&writer, "predicateType", IT_ARCHIVE_MANIFEST_TYPE);
		write_subjects(&writer, manifest);
		it_write_object_end(&writer);
		rc = it_writer_finish(&writer, err);
	}
	return rc ? rc : it_envelope_wrap(out, INTOTO_DSSE, &text, NULL, err);
}

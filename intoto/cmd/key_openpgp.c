/* SPDX-License-Identifier: Apache-2.0 */
/* What key show says of an OpenPGP key. */
#include "base/clock.h"
#include "base/text.h"
#include "cmd/key_file.h"
#include "crypto/openpgp.h"

enum { STATE_MAX = 512 };

/* All additions are sticky: whoever prints it looks once. */

static int64_t end_of(const struct it_pgp_part *part)
{
	return part->has_created && part->lifetime ? part->created + part->lifetime : 0;
}

/* "signs, expires 2030-01-01T00:00:00Z" */
static void describe_state(struct it_buf *out, const struct it_pgp_part *part)
{
	char time[IT_TIME_SIZE];

	(void)it_buf_add_text(out, part->why_not ? part->why_not : "signs");
	if (part->revoked) {
		it_time_format(time, part->revoked_at);
		(void)it_buf_printf(out, ", revoked %s%s", time,
				    part->revoked_hard ? "" : " (older signatures stay good)");
	}
	if (end_of(part)) {
		it_time_format(time, end_of(part));
		(void)it_buf_printf(out, ", %s %s",
				    end_of(part) <= it_clock_now() ? "expired" : "expires", time);
	}
}

void it_key_file_describe_openpgp(struct it_buf *out, const struct it_key_file *file)
{
	const struct it_openpgp *openpgp = file->key->openpgp;

	it_text_quote(out, it_span_text(file->path));
	(void)it_buf_printf(out, "\n  kind           public, OpenPGP\n");
	(void)it_buf_printf(out, "  type           %s\n", intoto_key_type(file->key));
	(void)it_buf_printf(out, "  scheme         %s\n", intoto_key_scheme(file->key));
	if (openpgp->user_id)
		(void)it_buf_printf(out, "  user id        %s\n", openpgp->user_id);
	for (size_t i = 0; i < openpgp->count; i++) {
		(void)it_buf_printf(out, "  %s         %s\n", i ? "subkey" : "keyid ",
				    openpgp->parts[i].id);
		(void)it_buf_add_text(out, "                 ");
		describe_state(out, &openpgp->parts[i]);
		(void)it_buf_add_byte(out, '\n');
	}
	(void)it_buf_printf(out, "  fingerprint    %s\n", intoto_key_fingerprint(file->key));
}

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_time(struct it_writer *writer, const char *name, bool there, int64_t seconds)
{
	char time[IT_TIME_SIZE];

	it_write_name(writer, name);
	if (!there) {
		it_write_null(writer);
		return;
	}
	it_time_format(time, seconds);
	it_write_text(writer, time);
}

/* { "created", "expires", "keyid", "revoked", "scheme", "signs", "state" } */
static void write_part(struct it_writer *writer, const struct it_pgp_part *part)
{
	IT_AUTO(it_buf_done) struct it_buf state = IT_BUF(STATE_MAX);

	describe_state(&state, part);
	it_write_object(writer);
	write_time(writer, "created", part->has_created, part->created);
	write_time(writer, "expires", end_of(part) != 0, end_of(part));
	write_member(writer, "keyid", part->id);
	write_time(writer, "revoked", part->revoked, part->revoked_at);
	write_member(writer, "scheme", part->kind->method);
	it_write_name(writer, "signs");
	it_write_bool(writer, !part->why_not);
	write_member(writer, "state", it_buf_text(&state));
	it_write_object_end(writer);
}

void it_key_file_write_openpgp(struct it_writer *writer, const struct it_key_file *file)
{
	const struct intoto_key *key = file->key;

	it_write_object(writer);
	it_write_name(writer, "encrypted");
	it_write_bool(writer, false);
	it_write_path(writer, "file", file->path);
	write_member(writer, "fingerprint", intoto_key_fingerprint(key));
	it_write_name(writer, "keyids");
	it_write_object(writer);
	write_member(writer, "current", intoto_key_id(key, INTOTO_KEYID_CURRENT));
	write_member(writer, "legacy", intoto_key_id(key, INTOTO_KEYID_LEGACY));
	it_write_object_end(writer);
	it_write_name(writer, "keys");
	it_write_list(writer);
	for (size_t i = 0; i < key->openpgp->count; i++)
		write_part(writer, &key->openpgp->parts[i]);
	it_write_list_end(writer);
	write_member(writer, "keytype", intoto_key_type(key));
	it_write_name(writer, "private");
	it_write_bool(writer, false);
	write_member(writer, "scheme", intoto_key_scheme(key));
	it_write_object_end(writer);
}

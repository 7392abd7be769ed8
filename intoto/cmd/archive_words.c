/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/archive_words.h"

#include <stdlib.h>

#include "base/text.h"
#include "cmd/output.h"

static const char *const fault_words[] = {
	[IT_FAULT_REMOVED] = "removed",	  [IT_FAULT_ADDED] = "added",
	[IT_FAULT_REPLACED] = "replaced", [IT_FAULT_REORDERED] = "reordered",
	[IT_FAULT_REPEATED] = "repeated", [IT_FAULT_UNSAFE] = "unsafe",
	[IT_FAULT_CUT] = "cut",		  [IT_FAULT_WITHHELD] = "withheld",
};

int it_archive_operand(const char **out, const struct it_strings *operands,
		       struct intoto_error **err)
{
	if (!operands->count)
		return it_err_set(err, INTOTO_E_USAGE, "want an archive");
	if (operands->count > 1)
		return it_err_set(err, INTOTO_E_USAGE, "want one archive, found %zu words",
				  operands->count);
	*out = operands->items[0];
	return INTOTO_OK;
}

void it_archive_keys_done(struct it_archive_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		intoto_key_free(keys->items[i]);
	free(keys->items);
	*keys = (struct it_archive_keys){ 0 };
}

int it_archive_keys_load(struct it_archive_keys *keys, const struct it_strings *paths,
			 struct intoto_error **err)
{
	keys->items = calloc(paths->count + 1, sizeof(struct intoto_key *));
	if (!keys->items)
		return it_err_nomem(err);
	for (size_t i = 0; i < paths->count; i++) {
		int rc = intoto_key_load(&keys->items[i], paths->items[i], NULL, NULL, err);

		if (rc)
			return rc;
		keys->count++;
	}
	return INTOTO_OK;
}

static int check_signed(const struct intoto_envelope *envelope, const char *name,
			const struct it_archive_keys *keys, struct intoto_error **err)
{
	for (size_t i = 0; i < keys->count; i++)
		if (intoto_envelope_verify(envelope, keys->items[i], NULL) == INTOTO_OK)
			return INTOTO_OK;
	return it_err_set(err, INTOTO_E_UNTRUSTED,
			  "its %s is signed by none of the %zu keys that were given", name,
			  keys->count);
}

int it_archive_signed(const struct it_archive *archive, const struct it_archive_keys *keys,
		      struct intoto_error **err)
{
	int rc = check_signed(archive->envelope, "manifest", keys, err);

	for (size_t i = 0; !rc && i < archive->addition_count; i++) {
		IT_AUTO(it_freep)
		char *name = it_text_quoted(it_span_text(archive->additions[i].name));

		rc = check_signed(archive->additions[i].envelope, name ? name : "", keys, err);
	}
	return rc;
}

const char *it_archive_fault_word(enum it_archive_fault_kind kind)
{
	return fault_words[kind];
}

void it_archive_faults_print(struct it_buf *out, const struct it_archive *archive)
{
	for (size_t i = 0; i < archive->fault_count; i++) {
		const struct it_archive_fault *fault = &archive->faults[i];

		(void)it_buf_printf(out, "  %-10s", fault_words[fault->kind]); /* sticky */
		if (*fault->name) {
			it_text_quote(out, it_span_text(fault->name));
			(void)it_buf_add_text(out, " "); /* sticky */
		}
		it_text_quote(out, it_span_text(fault->text));
		(void)it_buf_add_byte(out, '\n'); /* sticky */
	}
}

void it_archive_faults_write(struct it_writer *writer, const struct it_archive *archive)
{
	it_write_name(writer, "faults");
	it_write_list(writer);
	for (size_t i = 0; i < archive->fault_count; i++) {
		const struct it_archive_fault *fault = &archive->faults[i];

		it_write_object(writer);
		it_write_name(writer, "kind");
		it_write_text(writer, fault_words[fault->kind]);
		it_write_name(writer, "name");
		it_write_text(writer, fault->name);
		it_write_name(writer, "text");
		it_write_text(writer, fault->text);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

void it_archive_line(struct it_buf *out, const char *name, const char *text)
{
	if (!*text)
		return;
	(void)it_buf_printf(out, "  %-10s", name); /* sticky */
	it_text_quote(out, it_span_text(text));
	(void)it_buf_add_byte(out, '\n'); /* sticky */
}

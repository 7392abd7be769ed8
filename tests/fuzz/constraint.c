/* SPDX-License-Identifier: Apache-2.0 */
/* Constraints that were read are written as constraints that read the same and take the same. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "layouts/constraint.h"

enum { TEXT_MAX = 16 * 1024 * 1024 };

static const struct it_where where = { NULL, "constraints", 0 };

static void must(bool true_always)
{
	if (!true_always)
		abort();
}

static int read_list(struct it_constraints *out, struct it_span text)
{
	IT_AUTO(it_json_freep) struct it_json *list = NULL;

	if (it_json_parse(&list, text, &it_json_signed_limits, NULL))
		return INTOTO_E_FORMAT;
	return it_constraints_read(out, list, &where, NULL);
}

static void make_names(struct it_certificate_names *names)
{
	must(!it_strings_add(&names->of[IT_NAME_COMMON], "bob", NULL) &&
	     !it_strings_add(&names->of[IT_NAME_URI], "spiffe://a/b", NULL) &&
	     !it_strings_add(&names->of[IT_NAME_DNS], "a", NULL) &&
	     !it_strings_add(&names->of[IT_NAME_DNS], "b", NULL));
}

static void compare(const struct it_constraint *first, const struct it_constraint *second)
{
	IT_AUTO(it_certificate_names_done) struct it_certificate_names names = { 0 };
	IT_AUTO(it_certificate_names_done) struct it_certificate_names none = { 0 };
	IT_AUTO(it_buf_done) struct it_buf why = IT_BUF(TEXT_MAX);

	make_names(&names);
	must(it_constraint_takes_names(first, &names, &why) == !why.len);
	must(it_constraint_takes_names(second, &names, &why) ==
	     it_constraint_takes_names(first, &names, &why));
	must(it_constraint_takes_names(second, &none, &why) ==
	     it_constraint_takes_names(first, &none, &why));
	if (it_constraint_is_open(first))
		must(it_constraint_takes_names(first, &names, &why) &&
		     it_constraint_takes_names(first, &none, &why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_constraints_done) struct it_constraints first = { 0 };
	IT_AUTO(it_constraints_done) struct it_constraints second = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	struct it_writer writer;

	if (read_list(&first, it_span(data, size)))
		return 0;
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_constraints_write(&writer, &first);
	must(it_writer_finish(&writer, NULL) == INTOTO_OK);
	must(read_list(&second, it_buf_span(&text)) == INTOTO_OK);
	must(first.count == second.count);
	for (size_t i = 0; i < first.count; i++)
		compare(&first.items[i], &second.items[i]);
	return 0;
}

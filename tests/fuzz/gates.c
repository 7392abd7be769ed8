/* SPDX-License-Identifier: Apache-2.0 */
/*
 * { "expectedAttributes", "exceptions", "attestors", "exception" }: what a layout says of evidence
 * is read, told, written and read again as the same; an exception that was read is written as one
 * that reads the same.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "base/text.h"
#include "layouts/gates/exceptions.h"
#include "layouts/gates/gate.h"
#include "layouts/gates/pins.h"

enum { TEXT_MAX = 64 * 1024 * 1024 };

static const struct it_where where = { NULL, "layout", 0 };

static void must(bool true_always)
{
	if (!true_always)
		abort();
}

static void check_gates(const struct it_json *list)
{
	IT_AUTO(it_gates_done) struct it_gates first = { 0 };
	IT_AUTO(it_gates_done) struct it_gates second = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	IT_AUTO(it_json_freep) struct it_json *again = NULL;
	struct it_writer writer;

	if (it_gates_read(&first, list, &where, NULL))
		return;
	must(first.count > 0);
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_gates_write(&writer, &first);
	must(!it_writer_finish(&writer, NULL));
	must(!it_json_parse(&again, it_buf_span(&text), &it_json_signed_limits, NULL));
	must(!it_gates_read(&second, again, &where, NULL));
	must(second.count == first.count);
	for (size_t i = 0; i < first.count; i++) {
		IT_AUTO(it_strings_done) struct it_strings one = { 0 };
		IT_AUTO(it_strings_done) struct it_strings other = { 0 };

		must(!it_gate_clauses(&one, &first.items[i], NULL));
		must(!it_gate_clauses(&other, &second.items[i], NULL));
		must(one.count == other.count);
		for (size_t j = 0; j < one.count; j++)
			must(it_streq(one.items[j], other.items[j]));
	}
}

static void check_terms(const struct it_json *exceptions, const struct it_json *attestors)
{
	IT_AUTO(it_exception_terms_done) struct it_exception_terms terms = { 0 };
	IT_AUTO(it_attestor_pins_done) struct it_attestor_pins pins = { 0 };
	IT_AUTO(it_strings_done) struct it_strings clauses = { 0 };

	if (!it_exception_terms_read(&terms, exceptions, &where, NULL))
		must(!it_exception_terms_clauses(&clauses, &terms, NULL) && clauses.count);
	if (!it_attestor_pins_read(&pins, attestors, &where, NULL))
		must(!it_attestor_pins_clauses(&clauses, &pins, NULL) && clauses.count);
}

static void check_exception(const struct it_json *object)
{
	IT_AUTO(it_exception_done) struct it_exception first = { 0 };
	IT_AUTO(it_exception_done) struct it_exception second = { 0 };
	IT_AUTO(it_buf_done) struct it_buf scope = IT_BUF(TEXT_MAX);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	if (it_exception_read(&first, object, &where, NULL))
		return;
	it_exception_scope(&scope, &first);
	must(scope.len > 0);
	must(!it_exception_to_envelope(&envelope, &first, NULL));
	must(!it_exception_from_envelope(&second, envelope, NULL));
	must(it_streq(first.id, second.id) && first.expires == second.expires &&
	     first.not_before == second.not_before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;

	if (it_json_parse(&root, it_span(data, size), &it_json_signed_limits, NULL))
		return 0;
	check_gates(it_json_get(root, "expectedAttributes"));
	check_terms(it_json_get(root, "exceptions"), it_json_get(root, "attestors"));
	check_exception(it_json_get(root, "exception"));
	return 0;
}

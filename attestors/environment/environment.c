/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attestor "environment": variables of the step's environment by an allow-list.  The host gives
 * an attestor what its manifest names, and what the user named; everything else it never sees.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <intoto/attestor.h>

#define PREDICATE "https://in-toto.io/intoto/environment/v1"

enum { VARIABLES_MAX = 4096, VALUE_MAX = 32 * 1024 };

/* What says how something was built and holds nobody's data. */
static const char *const harmless[] = {
	"AR",
	"ARCH",
	"AS",
	"CARGO_BUILD_TARGET",
	"CC",
	"CFLAGS",
	"CI",
	"CMAKE_BUILD_TYPE",
	"CPPFLAGS",
	"CXX",
	"CXXFLAGS",
	"DEB_BUILD_OPTIONS",
	"DEB_BUILD_PROFILES",
	"GOARCH",
	"GOFLAGS",
	"GOOS",
	"HOSTTYPE",
	"JAVA_HOME",
	"LC_ALL",
	"LC_CTYPE",
	"LD",
	"LDFLAGS",
	"MACHTYPE",
	"MAKEFLAGS",
	"MAKELEVEL",
	"NODE_ENV",
	"NODE_OPTIONS",
	"OSTYPE",
	"PYTHONHASHSEED",
	"RUSTFLAGS",
	"SHELL",
	"SOURCE_DATE_EPOCH",
	"UMASK",
	NULL,
};
/* Of the sandbox, whatever they were in the step. */
static const char *const of_the_host[] = { "HOME", "LANG", "PATH", "TMPDIR", "TZ", NULL };

struct variable {
	char *name;
	const char *value;
};

struct variables {
	struct variable items[VARIABLES_MAX];
	size_t count;
};

static void variables_done(struct variables **variables)
{
	for (size_t i = 0; *variables && i < (*variables)->count; i++)
		free((*variables)->items[i].name);
	free(*variables);
}

static bool has(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (intoto_text_same(*list, name))
			return true;
	return false;
}

static int add(struct variables *variables, const char *entry, struct intoto_error **err)
{
	const char *end = strchr(entry, '=');
	char *name;

	if (!end || end == entry)
		return INTOTO_OK;
	if (variables->count == VARIABLES_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "more than %d variables",
					    VARIABLES_MAX);
	name = strndup(entry, (size_t)(end - entry));
	if (!name)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	if (has(of_the_host, name))
		free(name);
	else
		variables->items[variables->count++] = (struct variable){ name, end + 1 };
	return INTOTO_OK;
}

/* Bytewise, so that the same environment gives the same evidence. */
static int order(const void *a, const void *b)
{
	const unsigned char *one = (const unsigned char *)((const struct variable *)a)->name;
	const unsigned char *other = (const unsigned char *)((const struct variable *)b)->name;

	while (*one && *one == *other) {
		one++;
		other++;
	}
	return (*one > *other) - (*one < *other);
}

static void write_variable(struct intoto_json_out *out, const struct variable *variable)
{
	size_t length = strlen(variable->value);

	intoto_out_object(out);
	intoto_out_member(out, "name", variable->name);
	if (length <= VALUE_MAX) {
		intoto_out_member(out, "value", variable->value);
	} else {
		intoto_out_name(out, "size");
		intoto_out_int(out, (int64_t)length);
	}
	/* somebody named it for this step */
	intoto_out_name(out, "granted");
	intoto_out_bool(out, !has(harmless, variable->name));
	intoto_out_object_end(out);
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	__attribute__((cleanup(variables_done))) struct variables *variables =
		calloc(1, sizeof *variables);
	struct intoto_json_out *out;
	int rc = INTOTO_OK;

	(void)request; /* what there is to say stands in our own environment */
	if (!variables)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	for (char **entry = environ; !rc && *entry; entry++)
		rc = add(variables, *entry, err);
	if (!rc)
		rc = intoto_answer_begin(answer, PREDICATE, &out, err);
	if (rc)
		return rc;
	qsort(variables->items, variables->count, sizeof *variables->items, order);
	intoto_out_object(out);
	intoto_out_name(out, "variables");
	intoto_out_list(out);
	for (size_t i = 0; i < variables->count; i++)
		write_variable(out, &variables->items[i]);
	intoto_out_list_end(out);
	intoto_out_object_end(out);
	return intoto_answer_end(answer, err);
}

static const char *const predicates[] = { PREDICATE, NULL };

static const struct intoto_attestor attestor = {
	.name = "environment",
	.summary = "variables of the environment, by an allow-list",
	.predicates = predicates,
	.environment = harmless,
	.attest = attest,
};

int main(int argc, char **argv)
{
	return intoto_attestor_main(argc, argv, &attestor);
}

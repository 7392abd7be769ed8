/* SPDX-License-Identifier: Apache-2.0 */
/* Databases of packages. */
#include "attestors/host/packages.h"

#include <stdlib.h>
#include <string.h>

static int no_memory(struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

static void package_done(struct package *package)
{
	free(package->name);
	free(package->version);
	free(package->architecture);
	*package = (struct package){ 0 };
}

void packages_done(struct packages *packages)
{
	for (size_t i = 0; i < packages->count; i++)
		package_done(&packages->items[i]);
	free(packages->items);
	*packages = (struct packages){ 0 };
}

static int order_texts(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return ((unsigned char)*a > (unsigned char)*b) - ((unsigned char)*a < (unsigned char)*b);
}

static int order(const void *a, const void *b)
{
	const struct package *one = a;
	const struct package *other = b;
	int by_name = order_texts(one->name, other->name);
	int by_architecture = order_texts(one->architecture, other->architecture);

	if (by_name)
		return by_name;
	return by_architecture ? by_architecture : order_texts(one->version, other->version);
}

void packages_sort(struct packages *packages)
{
	if (packages->count)
		qsort(packages->items, packages->count, sizeof *packages->items, order);
}

/* Takes the texts. */
static int add(struct packages *out, struct package *package, struct intoto_error **err)
{
	if (out->count == PACKAGES_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "more than %d packages",
					    PACKAGES_MAX);
	if (out->count == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : 256;
		struct package *items = reallocarray(out->items, cap, sizeof *items);

		if (!items)
			return no_memory(err);
		out->items = items;
		out->cap = cap;
	}
	if (!package->architecture)
		package->architecture = strdup("");
	if (!package->architecture)
		return no_memory(err);
	out->items[out->count++] = *package;
	*package = (struct package){ 0 };
	return INTOTO_OK;
}

/* --- paragraphs of "Name: value" --- */

struct paragraph {
	struct package package;
	bool installed;
};

static int keep(char **out, const char *value, size_t length, struct intoto_error **err)
{
	if (*out || !length || length > PACKAGE_WORD_MAX)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "the database of packages: a field twice, empty or "
					    "too long");
	*out = strndup(value, length);
	return *out ? INTOTO_OK : no_memory(err);
}

struct field {
	const char *name; /* with what stands between it and its value */
	int (*take)(struct paragraph *paragraph, const char *value, size_t length,
		    struct intoto_error **err);
};

static int take_name(struct paragraph *paragraph, const char *value, size_t length,
		     struct intoto_error **err)
{
	return keep(&paragraph->package.name, value, length, err);
}

static int take_version(struct paragraph *paragraph, const char *value, size_t length,
			struct intoto_error **err)
{
	return keep(&paragraph->package.version, value, length, err);
}

static int take_architecture(struct paragraph *paragraph, const char *value, size_t length,
			     struct intoto_error **err)
{
	return keep(&paragraph->package.architecture, value, length, err);
}

/* "install ok installed": the third word says what is. */
static int take_status(struct paragraph *paragraph, const char *value, size_t length,
		       struct intoto_error **err)
{
	static const char word[] = " installed";
	size_t tail = sizeof word - 1;

	(void)err;
	if (length > tail && intoto_text_begins(value + length - tail, word))
		paragraph->installed = true;
	return INTOTO_OK;
}

static int end_paragraph(struct packages *out, struct paragraph *paragraph, bool all,
			 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (paragraph->package.name && paragraph->package.version && (all || paragraph->installed))
		rc = add(out, &paragraph->package, err);
	package_done(&paragraph->package);
	paragraph->installed = false;
	return rc;
}

static int take_line(struct paragraph *paragraph, const struct field *fields, const char *line,
		     size_t length, struct intoto_error **err)
{
	for (; fields->name; fields++) {
		size_t skip = strlen(fields->name);

		if (length < skip || !intoto_text_begins(line, fields->name))
			continue;
		while (skip < length && (line[skip] == ' ' || line[skip] == '\t'))
			skip++;
		while (length > skip && (line[length - 1] == ' ' || line[length - 1] == '\r'))
			length--;
		return fields->take(paragraph, line + skip, length - skip, err);
	}
	return INTOTO_OK;
}

static int read_paragraphs(struct packages *out, const char *text, const struct field *fields,
			   bool all, struct intoto_error **err)
{
	struct paragraph paragraph = { 0 };
	int rc = INTOTO_OK;

	while (!rc && *text) {
		size_t length = strcspn(text, "\n");

		rc = length ? take_line(&paragraph, fields, text, length, err)
			    : end_paragraph(out, &paragraph, all, err);
		text += length + (text[length] == '\n');
	}
	if (!rc)
		rc = end_paragraph(out, &paragraph, all, err);
	package_done(&paragraph.package);
	return rc;
}

int packages_read_dpkg(struct packages *out, const char *text, struct intoto_error **err)
{
	static const struct field fields[] = { { "Package:", take_name },
					       { "Version:", take_version },
					       { "Architecture:", take_architecture },
					       { "Status:", take_status },
					       { 0 } };

	return read_paragraphs(out, text, fields, false, err);
}

int packages_read_apk(struct packages *out, const char *text, struct intoto_error **err)
{
	static const struct field fields[] = {
		{ "P:", take_name }, { "V:", take_version }, { "A:", take_architecture }, { 0 }
	};

	return read_paragraphs(out, text, fields, true, err);
}

/* --- rpm --- */

static int read_row(struct packages *out, const char *line, size_t length,
		    struct intoto_error **err)
{
	struct package package = { 0 };
	size_t name = strcspn(line, "\t\n");
	size_t version = name < length ? strcspn(line + name + 1, "\t\n") : 0;
	size_t architecture = name + 1 + version + 1;
	int rc;

	if (!name || !version || architecture >= length)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "rpm: want NAME, VERSION and ARCHITECTURE in a line");
	rc = keep(&package.name, line, name, err);
	if (!rc)
		rc = keep(&package.version, line + name + 1, version, err);
	if (!rc)
		rc = keep(&package.architecture, line + architecture, length - architecture, err);
	if (!rc)
		rc = add(out, &package, err);
	package_done(&package);
	return rc;
}

int packages_read_rpm(struct packages *out, const char *text, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	while (!rc && *text) {
		size_t length = strcspn(text, "\n");

		if (length)
			rc = read_row(out, text, length, err);
		text += length + (text[length] == '\n');
	}
	return rc;
}

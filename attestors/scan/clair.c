/* SPDX-License-Identifier: Apache-2.0 */
/* The vulnerability report of Clair 4: quay/claircore, vulnerabilityreport.go. */
#include "attestors/scan/scan.h"

#include <stdlib.h>
#include <string.h>

struct package {
	const char *id;
	const char *name;
	const char *version;
};

/* "package_vulnerabilities": which package has which vulnerability. */
struct pair {
	const char *vulnerability;
	const char *package;
};

struct clair {
	struct package *packages;
	size_t package_count;
	size_t package_room;
	struct pair *pairs;
	size_t pair_count;
	size_t pair_room;
	size_t pairs_used;
	const char *key; /* of the member that is collected */
};

static int fail_memory(struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

/* --- in front: packages and pairs --- */

static int on_package(void *arg, const struct intoto_value *from, struct intoto_error **err)
{
	struct scan *scan = arg;
	struct clair *clair = scan->own;

	if (clair->package_count == clair->package_room) {
		size_t room = clair->package_room ? clair->package_room * 2 : 256;
		struct package *packages = realloc(clair->packages, room * sizeof *packages);

		if (!packages)
			return fail_memory(err);
		clair->packages = packages;
		clair->package_room = room;
	}
	clair->packages[clair->package_count++] = (struct package){
		.id = clair->key,
		.name = scan_keep(scan, scan_text(from, "name")),
		.version = scan_keep(scan, scan_text(from, "version")),
	};
	return 0;
}

static int add_pair(struct scan *scan, const char *vulnerability, struct intoto_error **err)
{
	struct clair *clair = scan->own;
	const char *kept = scan_keep(scan, vulnerability);

	if (clair->pair_count == clair->pair_room) {
		size_t room = clair->pair_room ? clair->pair_room * 2 : 1024;
		struct pair *pairs = realloc(clair->pairs, room * sizeof *pairs);

		if (!pairs)
			return fail_memory(err);
		clair->pairs = pairs;
		clair->pair_room = room;
	}
	if (!kept)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "%s: package_vulnerabilities: want lists of ids",
					    scan->input->name);
	clair->pairs[clair->pair_count++] = (struct pair){ kept, clair->key };
	return 0;
}

/* Ids are texts; in the first versions they were numbers. */
static int on_pairs(void *arg, const struct intoto_value *ids, struct intoto_error **err)
{
	int rc = 0;

	for (size_t i = 0; i < intoto_value_count(ids) && !rc; i++) {
		const struct intoto_value *id = intoto_value_at(ids, i);
		const char *text = intoto_value_text(id);

		rc = add_pair(arg, text ? text : intoto_value_number(id), err);
	}
	return rc;
}

static int by_package(const void *a, const void *b)
{
	const struct package *left = a;
	const struct package *right = b;

	return strcmp(left->id, right->id);
}

static int by_vulnerability(const void *a, const void *b)
{
	const struct pair *left = a;
	const struct pair *right = b;

	return strcmp(left->vulnerability, right->vulnerability);
}

static void sort(struct clair *clair)
{
	if (clair->package_count)
		qsort(clair->packages, clair->package_count, sizeof *clair->packages, by_package);
	if (clair->pair_count)
		qsort(clair->pairs, clair->pair_count, sizeof *clair->pairs, by_vulnerability);
}

static int prepare(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct scan *scan = arg;
	struct clair *clair = scan->own;

	if (!event->depth && !event->end) {
		scan->own = calloc(1, sizeof *clair);
		return scan->own ? 0 : fail_memory(err);
	}
	if (!event->depth)
		sort(clair);
	if (event->end || !event->depth || intoto_text_same(event->path, "packages") ||
	    intoto_text_same(event->path, "package_vulnerabilities"))
		return 0;
	if (event->depth == 2) {
		clair->key = scan_keep(scan, event->name);
		if (!clair->key)
			return fail_memory(err);
		return intoto_events_collect(
			event, intoto_text_begins(event->path, "packages/") ? on_package : on_pairs,
			scan, err);
	}
	return event->kind == INTOTO_VALUE_OBJECT || event->kind == INTOTO_VALUE_LIST
		       ? INTOTO_EVENT_SKIP
		       : 0;
}

/* --- vulnerabilities --- */

static const struct package *find_package(const struct clair *clair, const char *id)
{
	const struct package key = { .id = id };

	if (!clair->package_count)
		return NULL;
	return bsearch(&key, clair->packages, clair->package_count, sizeof key, by_package);
}

/* The first pair with that vulnerability, or where it would stand. */
static size_t first_pair(const struct clair *clair, const char *vulnerability)
{
	const struct pair key = { .vulnerability = vulnerability };
	size_t low = 0;
	size_t high = clair->pair_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_vulnerability(&clair->pairs[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int write_vulnerability(struct scan *scan, const struct intoto_value *from,
			       const struct package *package, struct intoto_error **err)
{
	const char *links = scan_text(from, "links");
	const char *fixed = scan_text(from, "fixed_in_version");
	struct scan_finding finding = { .id = scan_text(from, "name") };
	int rc;

	if (!finding.id)
		return scan_refuse(scan, err, "vulnerabilities", "a name");
	finding.word = scan_text(from, "normalized_severity");
	if (!finding.word)
		finding.word = scan_text(from, "severity");
	finding.package =
		package ? package->name : scan_text(intoto_value_get(from, "package"), "name");
	finding.version = package ? package->version : NULL;
	finding.ecosystem = scan_text(intoto_value_get(from, "distribution"), "did");
	if (fixed && !intoto_text_same(fixed, "0"))
		scan_texts_add(&finding, &finding.fixed_in, fixed);
	finding.fix_state = finding.fixed_in.count ? "fixed" : "unknown";
	finding.published = scan_text(from, "issued");
	if (links)
		finding.url = scan_finding_keep(&finding, "%.*s", (int)strcspn(links, " "), links);
	rc = scan_write(scan, &finding, err);
	scan_finding_done(&finding);
	return rc;
}

static int on_vulnerability(void *arg, const struct intoto_value *from, struct intoto_error **err)
{
	struct scan *scan = arg;
	struct clair *clair = scan->own;
	size_t at = first_pair(clair, clair->key);
	size_t written = 0;
	int rc = 0;

	for (; at < clair->pair_count && !rc &&
	       intoto_text_same(clair->pairs[at].vulnerability, clair->key);
	     at++, written++) {
		const struct package *package = find_package(clair, clair->pairs[at].package);

		rc = write_vulnerability(scan, from, package, err);
		if (!rc && !package)
			rc = scan_incomplete(scan, err,
					     "a package with vulnerabilities is not in the report");
	}
	clair->pairs_used += written;
	if (!rc && !written)
		rc = write_vulnerability(scan, from, NULL, err);
	scan->elements++;
	return rc;
}

static int each(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct scan *scan = arg;
	struct clair *clair = scan->own;

	if (event->end || !event->depth || intoto_text_same(event->path, "vulnerabilities"))
		return 0;
	if (event->depth == 2 && intoto_text_begins(event->path, "vulnerabilities/")) {
		clair->key = scan_keep(scan, event->name);
		if (!clair->key)
			return fail_memory(err);
		return intoto_events_collect(event, on_vulnerability, scan, err);
	}
	return event->kind == INTOTO_VALUE_OBJECT || event->kind == INTOTO_VALUE_LIST
		       ? INTOTO_EVENT_SKIP
		       : 0;
}

static int finish(struct scan *scan, struct intoto_error **err)
{
	const struct clair *clair = scan->own;

	scan->scanner = "clair";
	if (!clair)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: want an object",
					    scan->input->name);
	if (clair->pairs_used != clair->pair_count)
		return scan_incomplete(scan, err,
				       "package_vulnerabilities has %zu entries, and the "
				       "vulnerabilities of %zu are in the report",
				       clair->pair_count, clair->pairs_used);
	return 0;
}

static void done(struct scan *scan)
{
	struct clair *clair = scan->own;

	if (clair) {
		free(clair->packages);
		free(clair->pairs);
	}
	free(clair);
	scan->own = NULL;
}

const struct scan_format scan_format_clair = {
	.name = "clair",
	.scanner = "https://github.com/quay/clair",
	.prepare = prepare,
	.each = each,
	.finish = finish,
	.done = done,
};

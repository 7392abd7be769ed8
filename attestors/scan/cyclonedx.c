/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.4 to 1.7 with vulnerabilities: they name components by reference. */
#include "attestors/scan/scan.h"

#include <stdlib.h>
#include <string.h>

struct component {
	const char *ref;
	const char *name;
	const char *version;
	const char *purl;
};

struct cyclonedx {
	struct component *components;
	size_t count;
	size_t room;
	bool vulnerabilities;
};

/* --- in front: the components --- */

static int add_component(struct scan *scan, const struct intoto_value *from,
			 struct intoto_error **err)
{
	struct cyclonedx *own = scan->own;
	const struct intoto_value *inner = intoto_value_get(from, "components");
	const char *ref = scan_text(from, "bom-ref");
	int rc = 0;

	if (own->count == own->room) {
		size_t room = own->room ? own->room * 2 : 256;
		struct component *components = realloc(own->components, room * sizeof *components);

		if (!components)
			return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
		own->components = components;
		own->room = room;
	}
	if (ref)
		own->components[own->count++] = (struct component){
			.ref = scan_keep(scan, ref),
			.name = scan_keep(scan, scan_text(from, "name")),
			.version = scan_keep(scan, scan_text(from, "version")),
			.purl = scan_keep(scan, scan_text(from, "purl")),
		};
	if (ref && !own->components[own->count - 1].ref)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	/* As deep as the reader goes. */
	for (size_t i = 0; i < intoto_value_count(inner) && !rc; i++)
		rc = add_component(scan, intoto_value_at(inner, i), err);
	return rc;
}

static int on_component(void *arg, const struct intoto_value *from, struct intoto_error **err)
{
	return add_component(arg, from, err);
}

/* Up to 1.4 a list of {vendor, name, version}, from 1.5 also {components, services}. */
static int on_tools(void *arg, const struct intoto_value *tools, struct intoto_error **err)
{
	struct scan *scan = arg;
	const struct intoto_value *list = tools;

	(void)err;
	if (intoto_value_kind(tools) == INTOTO_VALUE_OBJECT)
		list = intoto_value_get(tools, "components");
	scan->scanner = scan_keep(scan, scan_text(intoto_value_at(list, 0), "name"));
	scan->version = scan_keep(scan, scan_text(intoto_value_at(list, 0), "version"));
	return 0;
}

/* An author may say that what is known of vulnerabilities is not all. */
static int on_composition(void *arg, const struct intoto_value *composition,
			  struct intoto_error **err)
{
	const char *aggregate = scan_text(composition, "aggregate");

	if (intoto_value_count(intoto_value_get(composition, "vulnerabilities")) &&
	    !intoto_text_same(aggregate, "complete"))
		return scan_incomplete(
			arg, err, "a composition says that its vulnerabilities are not complete");
	return 0;
}

static int by_ref(const void *a, const void *b)
{
	const struct component *left = a;
	const struct component *right = b;

	return strcmp(left->ref, right->ref);
}

static int prepare(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct scan *scan = arg;
	struct cyclonedx *own = scan->own;

	if (!event->depth && !event->end) {
		scan->own = calloc(1, sizeof *own);
		return scan->own ? 0 : intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	}
	if (!event->depth && own->count)
		qsort(own->components, own->count, sizeof *own->components, by_ref);
	if (event->end || !event->depth)
		return 0;
	if (intoto_text_same(event->path, "components/[]") ||
	    intoto_text_same(event->path, "services/[]") ||
	    intoto_text_same(event->path, "metadata/component"))
		return intoto_events_collect(event, on_component, scan, err);
	if (intoto_text_same(event->path, "metadata/tools"))
		return intoto_events_collect(event, on_tools, scan, err);
	if (intoto_text_same(event->path, "compositions/[]"))
		return intoto_events_collect(event, on_composition, scan, err);
	if (intoto_text_same(event->path, "metadata/timestamp"))
		scan_time(&scan->finished, event->text);
	if (event->depth == 1 && (intoto_text_same(event->name, "components") ||
				  intoto_text_same(event->name, "services") ||
				  intoto_text_same(event->name, "metadata") ||
				  intoto_text_same(event->name, "compositions")))
		return 0;
	return event->kind == INTOTO_VALUE_OBJECT || event->kind == INTOTO_VALUE_LIST
		       ? INTOTO_EVENT_SKIP
		       : 0;
}

/* A BOM-Link names the component behind its '#'. */
static const struct component *find(const struct cyclonedx *own, const char *ref)
{
	const char *mark = intoto_text_begins(ref, "urn:cdx:") ? strchr(ref, '#') : NULL;
	const struct component key = { .ref = mark ? mark + 1 : ref };

	if (!own->count)
		return NULL;
	return bsearch(&key, own->components, own->count, sizeof key, by_ref);
}

/* --- vulnerabilities --- */

static const char *method_of(const char *source)
{
	if (intoto_text_same_nocase(source, "nvd"))
		return "nvd";
	return intoto_text_same_nocase(source, "ghsa") || intoto_text_same_nocase(source, "github")
		       ? "ghsa"
		       : "vendor";
}

static unsigned cvss_of(const char *method)
{
	if (intoto_text_begins(method, "CVSSv2"))
		return 2;
	if (intoto_text_begins(method, "CVSSv3"))
		return 3;
	return intoto_text_begins(method, "CVSSv4") ? 4 : 0;
}

/* Sources differ: the worst word counts. */
static void add_ratings(struct scan_finding *finding, const struct intoto_value *from)
{
	const struct intoto_value *ratings = intoto_value_get(from, "ratings");

	for (size_t i = 0; i < intoto_value_count(ratings); i++) {
		const struct intoto_value *rating = intoto_value_at(ratings, i);
		const char *word = scan_text(rating, "severity");
		const char *vector = scan_text(rating, "vector");
		const char *score = intoto_value_number(intoto_value_get(rating, "score"));

		if (word &&
		    (!finding->word || scan_band_rank(scan_word_band(word)) >
					       scan_band_rank(scan_word_band(finding->word)))) {
			finding->word = word;
			finding->method =
				method_of(scan_text(intoto_value_get(rating, "source"), "name"));
		}
		if (vector)
			scan_finding_cvss(finding, vector, score);
		else
			scan_finding_score(finding, cvss_of(scan_text(rating, "method")), score);
	}
}

static void add_analysis(struct scan_finding *finding, const struct intoto_value *from)
{
	static const char *const closed[] = { "resolved", "resolved_with_pedigree",
					      "false_positive", "not_affected" };
	const struct intoto_value *analysis = intoto_value_get(from, "analysis");
	const char *state = scan_text(analysis, "state");
	const char *why = scan_text(analysis, "justification");
	const char *rejected = scan_text(from, "rejected");

	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
		if (intoto_text_same(state, closed[i]))
			finding->suppressed_by = scan_finding_keep(
				finding, "analysis %s%s%s", state, why ? ": " : "", why ? why : "");
	if (rejected)
		finding->suppressed_by = scan_finding_keep(finding, "rejected at %s", rejected);
}

static void add_component_of(struct scan_finding *finding, const struct cyclonedx *own,
			     const struct intoto_value *affects)
{
	const struct intoto_value *versions = intoto_value_get(affects, "versions");
	const char *ref = scan_text(affects, "ref");
	const struct component *component = ref ? find(own, ref) : NULL;
	size_t unaffected = 0;

	finding->location = ref;
	if (component) {
		finding->package = component->name;
		finding->version = component->version;
		finding->purl = component->purl;
	} else if (intoto_text_begins(ref, "pkg:")) {
		finding->purl = ref;
	}
	for (size_t i = 0; i < intoto_value_count(versions); i++)
		unaffected += intoto_text_same(scan_text(intoto_value_at(versions, i), "status"),
					       "unaffected");
	if (unaffected && unaffected == intoto_value_count(versions) && !finding->suppressed_by)
		finding->suppressed_by = "every version is unaffected";
}

static int write_vulnerability(struct scan *scan, const struct intoto_value *from,
			       const struct intoto_value *affects, struct intoto_error **err)
{
	const struct intoto_value *references = intoto_value_get(from, "references");
	const struct intoto_value *advisories = intoto_value_get(from, "advisories");
	struct scan_finding finding = { .id = scan_text(from, "id") };
	int rc;

	if (!finding.id)
		return scan_refuse(scan, err, "vulnerabilities", "an id");
	for (size_t i = 0; i < intoto_value_count(references); i++) {
		const char *id = scan_text(intoto_value_at(references, i), "id");

		if (!intoto_text_same(id, finding.id))
			scan_texts_add(&finding, &finding.aliases, id);
	}
	add_ratings(&finding, from);
	add_analysis(&finding, from);
	add_component_of(&finding, scan->own, affects);
	finding.published = scan_text(from, "published");
	finding.modified = scan_text(from, "updated");
	finding.url = scan_text(intoto_value_get(from, "source"), "url");
	if (!finding.url)
		finding.url = scan_text(intoto_value_at(advisories, 0), "url");
	rc = scan_write(scan, &finding, err);
	scan_finding_done(&finding);
	return rc;
}

static int on_vulnerability(void *arg, const struct intoto_value *from, struct intoto_error **err)
{
	const struct intoto_value *affects = intoto_value_get(from, "affects");
	struct scan *scan = arg;
	int rc = 0;

	for (size_t i = 0; i < intoto_value_count(affects) && !rc; i++)
		rc = write_vulnerability(scan, from, intoto_value_at(affects, i), err);
	if (!intoto_value_count(affects))
		rc = write_vulnerability(scan, from, NULL, err);
	scan->elements++;
	return rc;
}

static int each(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct scan *scan = arg;
	struct cyclonedx *own = scan->own;

	if (event->end || !event->depth)
		return 0;
	if (intoto_text_same(event->path, "vulnerabilities/[]"))
		return intoto_events_collect(event, on_vulnerability, scan, err);
	if (intoto_text_same(event->path, "vulnerabilities") && event->kind == INTOTO_VALUE_LIST) {
		own->vulnerabilities = true;
		return 0;
	}
	return event->kind == INTOTO_VALUE_OBJECT || event->kind == INTOTO_VALUE_LIST
		       ? INTOTO_EVENT_SKIP
		       : 0;
}

static int finish(struct scan *scan, struct intoto_error **err)
{
	const struct cyclonedx *own = scan->own;

	if (!own || !own->vulnerabilities)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "%s: want the list vulnerabilities", scan->input->name);
	return 0;
}

static void done(struct scan *scan)
{
	struct cyclonedx *own = scan->own;

	if (own)
		free(own->components);
	free(own);
	scan->own = NULL;
}

const struct scan_format scan_format_cyclonedx = {
	.name = "cyclonedx",
	.scanner = "https://cyclonedx.org",
	.prepare = prepare,
	.each = each,
	.finish = finish,
	.done = done,
};

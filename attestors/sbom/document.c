/* SPDX-License-Identifier: Apache-2.0 */
/* Checking SBOMs in JSON while they are written on. */
#include "attestors/sbom/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64, PLACE_BYTES = 512 };

struct frame {
	const struct sbom_rule *rule; /* of this object; NULL: none */
	uint32_t seen;		      /* of its required members, a bit each */
	uint64_t next;		      /* index of the next element of this list */
};

struct copying {
	struct intoto_json_out *out;
	enum sbom_format format;
	struct sbom_tally *tally;
	struct frame frames[DEPTH_MAX + 1]; /* by depth of the list or object */
};

void sbom_tally_name(struct sbom_tally *tally, const char *name)
{
	char *quoted = intoto_text_quoted(name);
	char cut[SBOM_UNKNOWN_BYTES];

	if (!quoted)
		return;
	(void)snprintf(cut, sizeof cut, "%s", quoted); /* a longer one is cut */
	free(quoted);
	for (size_t i = 0; i < SBOM_UNKNOWN_SHOWN; i++) {
		if (!*tally->names[i])
			memcpy(tally->names[i], cut, sizeof cut);
		if (intoto_text_same(tally->names[i], cut))
			return;
	}
}

/* --- where --- */

/* "packages[3].checksums[0]" from "packages/[]/checksums/[]"; cut when it is long. */
static void print_place(const struct copying *in, const char *path, char *out, size_t size)
{
	size_t used = 0;
	unsigned depth = 0;

	out[0] = '\0';
	while (*path && used + 1 < size) {
		size_t length = strcspn(path, "/");
		int more;

		if (length == 2 && path[0] == '[' && depth <= DEPTH_MAX)
			more = snprintf(out + used, size - used, "[%" PRIu64 "]",
					in->frames[depth].next ? in->frames[depth].next - 1 : 0);
		else
			more = snprintf(out + used, size - used, "%s%.*s", used ? "." : "",
					(int)(length < 100 ? length : 100), path);
		if (more < 0)
			return;
		used += (size_t)more;
		path += length + (path[length] == '/');
		depth++;
	}
}

static int refuse(const struct copying *in, const char *path, const char *what, const char *name,
		  struct intoto_error **err)
{
	char place[PLACE_BYTES];
	char *quoted;
	int rc;

	print_place(in, path, place, sizeof place);
	quoted = intoto_text_quoted(place);
	rc = intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s%s%s%s", quoted ? quoted : "",
				  quoted && *quoted ? ": " : "", what, name);
	free(quoted);
	return rc;
}

/* --- rules --- */

static bool is_tail(const char *path, const char *tail)
{
	size_t length = strlen(path);
	size_t want = strlen(tail);

	return intoto_text_ends(path, tail) && (length == want || path[length - want - 1] == '/');
}

static const struct sbom_rule *find_rule(enum sbom_format format, const char *path)
{
	for (size_t i = 0; i < sbom_rule_count; i++) {
		const struct sbom_rule *rule = &sbom_rules[i];

		if (rule->format == format && (intoto_text_same(rule->path, path) ||
					       (rule->tail && is_tail(path, rule->path))))
			return rule;
	}
	return NULL;
}

static bool is_known(const struct sbom_rule *rule, const char *name)
{
	for (size_t i = 0; rule->known[i]; i++)
		if (intoto_text_same(rule->known[i], name))
			return true;
	return false;
}

static void meet_member(struct copying *in, struct frame *frame, const struct intoto_event *event)
{
	const struct sbom_rule *rule = frame->rule;

	if (rule->known && !is_known(rule, event->name)) {
		in->tally->unknown++;
		sbom_tally_name(in->tally, event->name);
	}
	for (unsigned i = 0; rule->required[i]; i++) {
		const char *name = rule->required[i];
		bool any = *name == '*';

		if (intoto_text_same(name + any, event->name) &&
		    (any || (event->kind == INTOTO_VALUE_TEXT && event->length)))
			frame->seen |= UINT32_C(1) << i;
	}
}

static int leave_object(const struct copying *in, const struct frame *frame,
			const struct intoto_event *event, struct intoto_error **err)
{
	for (unsigned i = 0; frame->rule && frame->rule->required[i]; i++) {
		const char *name = frame->rule->required[i];

		if (frame->seen & (UINT32_C(1) << i))
			continue;
		return refuse(in, event->path,
			      *name == '*' ? "want the member " : "want a text as the member ",
			      name + (*name == '*'), err);
	}
	return 0;
}

/* --- values that decide --- */

static bool is_version(enum sbom_format format, const char *text)
{
	if (format == SBOM_CYCLONEDX_JSON)
		return strlen(text) == 3 && intoto_text_begins(text, "1.") && text[2] >= '2' &&
		       text[2] <= '7';
	return intoto_text_same(text, "SPDX-2.2") || intoto_text_same(text, "SPDX-2.3");
}

static const struct {
	enum sbom_format format;
	const char *path;
	const char *value; /* NULL: a version of the format, or a time */
	bool time;
	const char *want;
} values[] = {
	{ SBOM_SPDX2_JSON, "SPDXID", "SPDXRef-DOCUMENT", false, "want SPDXRef-DOCUMENT" },
	{ SBOM_SPDX2_JSON, "spdxVersion", NULL, false, "want SPDX-2.2 or SPDX-2.3" },
	{ SBOM_SPDX2_JSON, "creationInfo/created", NULL, true, "want a time of RFC 3339" },
	{ SBOM_CYCLONEDX_JSON, "bomFormat", "CycloneDX", false, "want CycloneDX" },
	{ SBOM_CYCLONEDX_JSON, "specVersion", NULL, false, "want 1.2 to 1.7" },
	{ SBOM_CYCLONEDX_JSON, "metadata/timestamp", NULL, true, "want a time of RFC 3339" },
};

static int check_value(const struct copying *in, const struct intoto_event *event,
		       struct intoto_error **err)
{
	int64_t time;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const char *text = event->kind == INTOTO_VALUE_TEXT ? event->text : "";
		bool good;

		if (values[i].format != in->format ||
		    !intoto_text_same(values[i].path, event->path))
			continue;
		good = values[i].time	 ? intoto_time_parse(&time, text)
		       : values[i].value ? intoto_text_same(values[i].value, text)
					 : is_version(in->format, text);
		if (!good)
			return refuse(in, event->path, values[i].want, "", err);
	}
	return 0;
}

/* --- writing on --- */

/* The name of a member as it stood: the path has some bytes in other words (<intoto/attestor.h>).
 */
static void write_name(struct intoto_json_out *out, const char *name)
{
	char *plain = strdup(name);
	char *to = plain;

	if (!plain) {
		intoto_out_name(out, name); /* the document was read: memory is there again */
		return;
	}
	for (; *name; name++) {
		if (*name != '~') {
			*to++ = *name;
			continue;
		}
		name++;
		if (*name == '2') {
			*to++ = '[';
			*to++ = ']';
		} else {
			*to++ = *name == '1' ? '/' : '~';
		}
	}
	*to = '\0';
	intoto_out_name(out, plain);
	free(plain);
}

static void write_value(struct intoto_json_out *out, const struct intoto_event *event)
{
	switch (event->kind) {
	case INTOTO_VALUE_NULL:
		intoto_out_null(out);
		return;
	case INTOTO_VALUE_BOOL:
		intoto_out_bool(out, event->value);
		return;
	case INTOTO_VALUE_NUMBER:
		intoto_out_number(out, event->text, event->length);
		return;
	case INTOTO_VALUE_TEXT:
		intoto_out_bytes(out, event->text, event->length);
		return;
	case INTOTO_VALUE_LIST:
		event->end ? intoto_out_list_end(out) : intoto_out_list(out);
		return;
	case INTOTO_VALUE_OBJECT:
		event->end ? intoto_out_object_end(out) : intoto_out_object(out);
		return;
	}
}

static void count(struct sbom_tally *tally, const struct sbom_rule *rule)
{
	if (!rule || !rule->counts)
		return;
	if (intoto_text_same(rule->counts, "files"))
		tally->files++;
	else
		tally->packages++;
}

static void enter(struct copying *in, const struct intoto_event *event)
{
	struct frame *frame = &in->frames[event->depth];

	*frame = (struct frame){ 0 };
	if (event->kind == INTOTO_VALUE_OBJECT)
		frame->rule = find_rule(in->format, event->path);
	count(in->tally, frame->rule);
}

/* SPDX 3 has one kind of object for all; what it is stands in it. */
static void count_element(struct sbom_tally *tally, const struct intoto_event *event)
{
	if (!intoto_text_same(event->path, "@graph/[]/type") || event->kind != INTOTO_VALUE_TEXT)
		return;
	tally->packages += intoto_text_same(event->text, "software_Package");
	tally->files += intoto_text_same(event->text, "software_File");
}

static int each(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct copying *in = arg;
	bool element = intoto_text_same(event->name, "[]");
	int rc;

	if (event->depth > DEPTH_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "more than %d levels", DEPTH_MAX);
	if (!event->depth && event->kind != INTOTO_VALUE_OBJECT)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "want an object");
	if (event->end) {
		rc = leave_object(in, &in->frames[event->depth], event, err);
		write_value(in->out, event);
		return rc;
	}
	if (event->depth && element)
		in->frames[event->depth - 1].next++;
	if (event->depth && !element) {
		if (in->frames[event->depth - 1].rule)
			meet_member(in, &in->frames[event->depth - 1], event);
		write_name(in->out, event->name);
	}
	if (event->kind >= INTOTO_VALUE_LIST)
		enter(in, event);
	rc = check_value(in, event, err);
	if (in->format == SBOM_SPDX3)
		count_element(in->tally, event);
	write_value(in->out, event);
	return rc;
}

int sbom_document_copy(struct intoto_json_out *out, int fd, enum sbom_format format,
		       struct sbom_tally *tally, struct intoto_error **err)
{
	struct copying in = { .out = out, .format = format, .tally = tally };

	return intoto_events_read(fd, NULL, each, &in, err);
}

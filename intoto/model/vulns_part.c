/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as they are built, and the values that they are built of. */
#include "model/vulns_part.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { IDS_MAX = 256, RATINGS_MAX = 64 };

static void finding_done(struct it_finding *finding)
{
	it_strings_done(&finding->ids);
	it_strings_done(&finding->fixed_in);
	for (size_t i = 0; i < finding->rating_count; i++)
		free(finding->ratings[i].source);
	free(finding->ratings);
	free(finding->package);
	free(finding->version);
	free(finding->ecosystem);
	free(finding->location);
	free(finding->kind);
	free(finding->suppressed_by);
	it_purl_free(finding->purl);
}

void it_vulns_free(struct it_vulns *vulns)
{
	if (!vulns)
		return;
	for (size_t i = 0; i < vulns->count; i++)
		finding_done(&vulns->items[i]);
	free(vulns->items);
	free(vulns->scanner);
	free(vulns->uri);
	free(vulns->version);
	free(vulns->incomplete);
	free(vulns);
}

static int grow(struct it_vulns *vulns, struct intoto_error **err)
{
	size_t count = vulns->count;
	void *more;

	if (count & (count - 1))
		return INTOTO_OK; /* room for the next power of two is there */
	more = reallocarray(vulns->items, count ? 2 * count : 1, sizeof *vulns->items);
	if (!more)
		return it_err_nomem(err);
	vulns->items = more;
	return INTOTO_OK;
}

int it_vulns_add(struct it_vulns *vulns, struct it_finding **out, const struct it_json *id,
		 const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "id", 0 };
	struct it_span text = it_json_text(id);
	int rc;

	if (!text.len)
		return it_where_refuse(&at, INTOTO_E_FORMAT, err,
				       "want the id of a finding, found %s",
				       text.data ? "an empty text" : it_json_kind_name(id));
	if (vulns->count == IT_FINDINGS_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d findings",
				       IT_FINDINGS_MAX);
	rc = grow(vulns, err);
	if (rc)
		return rc;
	*out = &vulns->items[vulns->count++];
	**out = (struct it_finding){ .epss = -1, .kind = strdup("vulnerability") };
	if (!(*out)->kind)
		return it_err_nomem(err);
	return it_strings_add_span(&(*out)->ids, text, err);
}

int it_finding_add_alias(struct it_finding *finding, struct it_span id, struct intoto_error **err)
{
	if (!id.len || it_strings_has(&finding->ids, id.data))
		return INTOTO_OK;
	if (finding->ids.count == IDS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "a finding of more than %d ids", IDS_MAX);
	return it_strings_add_span(&finding->ids, id, err);
}

int it_finding_add_rating(struct it_finding *finding, struct it_span source,
			  enum it_severity severity, struct intoto_error **err)
{
	size_t count = finding->rating_count;
	struct it_rating *more;
	char *copy;

	if (count == RATINGS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "a finding of more than %d severities",
				  RATINGS_MAX);
	more = reallocarray(finding->ratings, count + 1, sizeof *more);
	if (!more)
		return it_err_nomem(err);
	finding->ratings = more;
	copy = strndup(source.len ? source.data : "", source.len);
	if (!copy)
		return it_err_nomem(err);
	more[count] = (struct it_rating){ copy, severity };
	finding->rating_count++;
	return INTOTO_OK;
}

int it_finding_set_purl(struct it_finding *finding, const struct it_json *value,
			const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_where at = { where, "purl", 0 };
	IT_AUTO(it_freep) char *quoted = NULL;
	int rc;

	if (it_json_kind(value) == IT_JSON_NULL ||
	    (it_json_text(value).data && !it_json_text(value).len))
		return INTOTO_OK;
	rc = it_purl_parse(&finding->purl, it_json_text(value), &why);
	if (!rc)
		return INTOTO_OK;
	quoted = it_text_quoted(it_json_text(value));
	return it_where_refuse(&at, (enum intoto_code)rc, err, "'%.200s' %s", quoted ? quoted : "",
			       intoto_error_text(why));
}

int it_vulns_text(char **out, const struct it_json *object, const char *name,
		  const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, name, 0 };
	const struct it_json *value = it_json_get(object, name);
	struct it_span text = it_json_text(value);

	if (it_json_kind(value) == IT_JSON_NULL || (text.data && !text.len))
		return INTOTO_OK;
	if (!text.data)
		return it_where_refuse(&at, INTOTO_E_FORMAT, err, "want a text, found %s",
				       it_json_kind_name(value));
	if (memchr(text.data, '\0', text.len))
		return it_where_refuse(&at, INTOTO_E_FORMAT, err, "a NUL character inside a text");
	free(*out);
	*out = strndup(text.data, text.len);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

int it_vulns_texts(struct it_strings *out, const struct it_json *object, const char *name,
		   const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, name, 0 };
	const struct it_json *list = it_json_get(object, name);
	int rc = INTOTO_OK;

	if (it_json_kind(list) == IT_JSON_NULL)
		return INTOTO_OK;
	if (it_json_kind(list) != IT_JSON_LIST)
		return it_where_refuse(&at, INTOTO_E_FORMAT, err, "want a list, found %s",
				       it_json_kind_name(list));
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { &at, NULL, i };
		struct it_span text = it_json_text(it_json_at(list, i));

		if (!text.data)
			return it_where_refuse(&element, INTOTO_E_FORMAT, err,
					       "want a text, found %s",
					       it_json_kind_name(it_json_at(list, i)));
		if (text.len)
			rc = it_strings_add_span(out, text, err);
	}
	return rc;
}

int it_vulns_time(int64_t *out, const struct it_json *object, const char *name,
		  const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, name, 0 };
	const struct it_json *value = it_json_get(object, name);
	struct it_span text = it_json_text(value);

	if (it_json_kind(value) == IT_JSON_NULL || (text.data && !text.len))
		return INTOTO_OK;
	if (!text.data || !it_time_parse_any(out, text))
		return it_where_refuse(&at, INTOTO_E_FORMAT, err, "want a time as RFC 3339 has it");
	return INTOTO_OK;
}

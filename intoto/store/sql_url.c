/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sql_url.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/sql.h"

enum { URL_MAX = 64 * 1024, SCHEMA_MAX = 63 /* bytes of a name: NAMEDATALEN - 1 */ };

static const char unreadable[] = "is no URL of a database: want "
				 "postgresql://USER@HOST:PORT/DATABASE?OPTION=VALUE, and what is "
				 "special in its parts as % and two hex digits";

bool it_sql_url_is(const char *place)
{
	/* Both are libpq's. */
	return it_starts_with(place, "postgresql://") || it_starts_with(place, "postgres://");
}

void it_sql_url_done(struct it_sql_url *url)
{
	if (url->text)
		explicit_bzero(url->text, strlen(url->text));
	free(url->text);
	free(url->schema);
	free(url->shown);
	*url = (struct it_sql_url){ 0 };
}

/* Behind who logs in.  libpq looks for the first "@" in front of any "/". */
static const char *behind_user(const char *place)
{
	const char *start = strstr(place, "://") + 3;
	const char *end = start + strcspn(start, "@/");

	return *end == '@' ? end + 1 : start;
}

/* --- schema=NAME --- */

static int decode(struct it_buf *out, struct it_span text, struct intoto_error **err)
{
	for (size_t i = 0; i < text.len; i++) {
		struct it_span digits = it_span(text.data + i + 1, 2);

		if (text.data[i] != '%') {
			(void)it_buf_add_byte(out, text.data[i]); /* sticky */
			continue;
		}
		if (text.len - i < 3 || !it_hex_valid(digits) || !it_hex_decode(out, digits))
			return it_err_set(err, INTOTO_E_USAGE, "%s", unreadable);
		i += 2;
	}
	if (!it_buf_check(out, "the schema", NULL) && out->len &&
	    !memchr(out->data, '\0', out->len) && it_utf8_valid(it_buf_span(out)))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE, "want the name of a schema, of at most %d bytes",
			  SCHEMA_MAX);
}

static int take_schema(struct it_sql_url *out, struct it_span value, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(SCHEMA_MAX + 1);
	int rc = decode(&name, value, err);

	if (rc)
		return rc;
	if (out->schema)
		return it_err_set(err, INTOTO_E_USAGE, "found two schemas in a URL");
	out->schema = it_buf_take(&name);
	return out->schema ? INTOTO_OK : it_err_nomem(err);
}

/* libpq refuses options that it does not know. */
static int split(struct it_sql_url *out, const char *place, struct intoto_error **err)
{
	static const char name[] = "schema=";
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(URL_MAX);
	const char *rest = behind_user(place);
	char mark = '?';
	int rc = INTOTO_OK;

	rest += strcspn(rest, "?");
	(void)it_buf_add(&text, place, (size_t)(rest - place)); /* sticky */
	while (!rc && *rest) {
		size_t len = strcspn(++rest, "&");

		if (it_starts_with(rest, name)) {
			rc = take_schema(out, it_span(rest + strlen(name), len - strlen(name)),
					 err);
		} else {
			(void)it_buf_add_byte(&text, mark); /* sticky */
			(void)it_buf_add(&text, rest, len); /* looked at below */
			mark = '&';
		}
		rest += len;
	}
	if (!rc)
		rc = it_buf_check(&text, "a URL", err);
	if (rc)
		return rc;
	out->text = strdup(it_buf_text(&text));
	return out->text ? INTOTO_OK : it_err_nomem(err);
}

/* --- what is shown --- */

static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword; options++)
		if (it_streq(options->keyword, keyword))
			return options->val ? options->val : "";
	return "";
}

static void show(struct it_buf *out, const char *mark, const char *text)
{
	if (!*text)
		return;
	(void)it_buf_add_text(out, mark);	/* sticky */
	it_text_quote(out, it_span_text(text)); /* sticky */
}

/* Is a part of a password here that was not escaped?  Then the rest of it would be shown. */
static bool is_ambiguous(const char *place, const PQconninfoOption *options)
{
	const char *rest = behind_user(place);
	const char *port = value_of(options, "port");

	return memchr(rest, '@', strcspn(rest, "?")) || port[strspn(port, "0123456789,")];
}

static int describe(struct it_sql_url *out, const char *place, const PQconninfoOption *options,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(URL_MAX);
	const char *host = value_of(options, "host");

	(void)it_buf_add(&text, place, (size_t)(strstr(place, "://") - place)); /* sticky */
	(void)it_buf_add_text(&text, "://");					/* sticky */
	show(&text, "", *host ? host : value_of(options, "hostaddr"));
	show(&text, ":", value_of(options, "port"));
	show(&text, "/", value_of(options, "dbname"));
	show(&text, "?schema=", out->schema ? out->schema : "");
	if (it_buf_check(&text, "a URL", err))
		return INTOTO_E_LIMIT;
	free(out->shown);
	out->shown = it_buf_take(&text);
	return out->shown ? INTOTO_OK : it_err_nomem(err);
}

int it_sql_url_read(struct it_sql_url *out, const char *place, struct intoto_error **err)
{
	PQconninfoOption *options;
	char *why = NULL;
	int rc;

	*out = (struct it_sql_url){ .shown = strndup(place,
						     (size_t)(strstr(place, "://") + 3 - place)) };
	if (!out->shown)
		return it_err_nomem(err);
	rc = split(out, place, err);
	if (rc)
		return rc;
	options = PQconninfoParse(out->text, &why);
	PQfreemem(why); /* it may quote the password */
	if (!options || is_ambiguous(place, options))
		rc = it_err_set(err, INTOTO_E_USAGE, "%s", unreadable);
	if (!rc)
		rc = describe(out, place, options, err);
	PQconninfoFree(options);
	return rc;
}

char *it_sql_place(const char *place)
{
	IT_AUTO(it_sql_url_done) struct it_sql_url url = { 0 };
	const char *scheme = strstr(place, "://");
	char *shown;

	if (!scheme)
		return it_text_quoted(it_span_text(place));
	if (!it_sql_url_is(place))
		return it_text_quoted(it_span(place, (size_t)(scheme + 3 - place)));
	if (it_sql_url_read(&url, place, NULL) == INTOTO_E_NOMEM)
		return NULL;
	shown = url.shown;
	url.shown = NULL; /* now the caller's */
	return shown;
}

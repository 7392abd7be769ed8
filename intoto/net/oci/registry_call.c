/* SPDX-License-Identifier: Apache-2.0 */
/* One call to a registry: its URL, its authorization, and the name that its failures carry. */
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "net/oci/registry_part.h"

void it_registry_call_start(struct it_registry_call *call, struct it_registry *registry,
			    enum it_http_method method, enum it_registry_need need)
{
	*call = (struct it_registry_call){
		.registry = registry,
		.need = need,
		.where = IT_BUF(IT_REGISTRY_WHERE_MAX),
		.url = IT_BUF(IT_REGISTRY_URL_MAX),
		.request = { .method = method, .plain = registry->plain },
	};
}

void it_registry_call_done(struct it_registry_call *call)
{
	it_buf_done(&call->where);
	it_buf_done(&call->url);
	it_strings_done(&call->headers);
	it_http_answer_done(&call->answer);
}

void it_registry_call_path(struct it_registry_call *call, const char *format, ...)
{
	IT_AUTO(it_freep) char *rest = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&rest, format, args);
	va_end(args);
	if (len < 0) {
		rest = NULL;
		call->failed = INTOTO_E_NOMEM;
		return;
	}
	/* sticky: it_registry_call_do looks */
	(void)it_buf_printf(&call->url, "%s/v2/%s/%s", call->registry->base,
			    call->registry->reference.repository, rest);
}

void it_registry_call_header(struct it_registry_call *call, const char *name, const char *value)
{
	IT_AUTO(it_buf_done) struct it_buf header = IT_BUF(IT_REGISTRY_URL_MAX);

	if (it_buf_printf(&header, "%s: %s", name, value) ||
	    it_strings_add(&call->headers, it_buf_text(&header), NULL))
		call->failed = INTOTO_E_NOMEM;
}

void it_registry_call_names(struct it_registry_call *call, const char *name)
{
	it_image_reference_print_repository(&call->where, &call->registry->reference);
	(void)it_buf_printf(&call->where, "%c%s", strchr(name, ':') ? '@' : ':', name); /* sticky */
}

void it_registry_call_about(struct it_registry_call *call, const char *word, const char *name)
{
	it_image_reference_print_repository(&call->where, &call->registry->reference);
	(void)it_buf_printf(&call->where, ": %s%s%s", word, *name ? " " : "", name); /* sticky */
}

static int check_prepared(const struct it_registry_call *call, struct intoto_error **err)
{
	int rc = it_buf_check(&call->where, "the name of an image", err);

	if (!rc)
		rc = it_buf_check(&call->url, "the address of an image", err);
	if (rc)
		return rc;
	return call->failed ? it_err_nomem(err) : INTOTO_OK;
}

static int do_once(struct it_registry_call *call, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	it_http_answer_done(&call->answer);
	call->answer = (struct it_http_answer){ 0 };
	if (!call->foreign)
		rc = it_registry_authorization(call->registry, call->need,
					       &call->request.authorization, err);
	if (rc)
		return rc;
	call->request.url = it_buf_text(&call->url);
	call->request.headers = &call->headers;
	call->request.stranger = call->foreign;
	return it_http_do(call->registry->http, &call->answer, &call->request, err);
}

int it_registry_call_do(struct it_registry_call *call, struct intoto_error **err)
{
	int rc = check_prepared(call, err);

	if (rc)
		return rc;
	rc = do_once(call, err);
	if (!rc && call->answer.status == 401 && !call->answer.moved && !call->foreign) {
		rc = it_registry_challenged(call, err);
		if (!rc)
			rc = do_once(call, err);
	}
	if (rc)
		return it_err_wrap(err, rc, "%s", it_buf_text(&call->where));
	/* Once is enough: who asks again whatever we answer would ask for ever. */
	return call->answer.status == 401 ? it_registry_refused(call, "", err) : INTOTO_OK;
}

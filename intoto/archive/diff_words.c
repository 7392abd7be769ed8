/* SPDX-License-Identifier: Apache-2.0 */
/* With which words a release was verified, as claims. */
#include "archive/diff_part.h"
#include "archive/parameters.h"
#include "layouts/allowances.h"

enum { TEXT_MAX = 64 * 1024 };

static int add(struct it_claims *claims, const char *what, const char *name, const char *value,
	       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	struct it_claim claim = { .group = IT_DIFF_RELEASE, .value = value };
	int rc;

	(void)it_buf_printf(&text, "%s%s", what, name); /* below */
	rc = it_buf_check(&text, "a parameter", err);
	claim.name = it_buf_text(&text);
	return rc ? rc : it_claims_add(claims, &claim, err);
}

static int add_all(struct it_claims *claims, const struct it_archive_parameters *parameters,
		   struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_allowance_count; i++)
		if (parameters->allow & (unsigned)it_allowances[i].allow)
			rc = add(claims, "allowed", "", it_allowances[i].name, err);
	/* An empty one is one, too. */
	for (size_t i = 0; !rc && i < parameters->count; i++)
		rc = add(claims, "parameter ", parameters->items[i].name,
			 *parameters->items[i].value ? parameters->items[i].value : "\"\"", err);
	return rc || !parameters->pass
		       ? rc
		       : add(claims, "parameters of sublayouts", "", "the same", err);
}

int it_claims_of_parameters(struct it_claims *claims, const struct it_archive_member *member,
			    struct it_span bytes, struct intoto_error **err)
{
	IT_AUTO(it_archive_parameters_done) struct it_archive_parameters parameters = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_archive_parameters_read(&parameters, bytes, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	return rc ? it_claims_miss(claims, member, intoto_error_text(why), err)
		  : add_all(claims, &parameters, err);
}

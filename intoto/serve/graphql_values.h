/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a GraphQL document with the variables of a request in them (sections 6.1.2, 6.4.1). */
#ifndef IT_SERVE_GRAPHQL_VALUES_H
#define IT_SERVE_GRAPHQL_VALUES_H

#include "json/json.h"
#include "serve/graphql.h"

/*
 * The variables of an operation: what the request gives (an object, or NULL), checked against the
 * types that the operation declares, and its defaults.  Types that are no scalars are anything.
 */
IT_CHECK int it_graphql_variables(struct it_json **out,
				  const struct it_graphql_operation *operation,
				  const struct it_json *given, struct intoto_error **err);

/* A value; *out is NULL when it is a variable that has none. */
IT_CHECK int it_graphql_value(struct it_json **out, const struct it_graphql_value *value,
			      const struct it_json *variables, struct intoto_error **err);

/* Whether the directives @skip and @include let something through; others are refused. */
IT_CHECK int it_graphql_included(bool *out, const struct it_graphql_directive *directives,
				 const struct it_json *variables, struct intoto_error **err);

#endif

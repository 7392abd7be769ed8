/* SPDX-License-Identifier: Apache-2.0 */
/* The reader behind intoto_events_read and intoto_value_parse: fed piece by piece. */
#ifndef IT_ATTESTORS_KIT_EVENTS_H
#define IT_ATTESTORS_KIT_EVENTS_H

#include <intoto/attestor.h>

#include "base/buf.h"

struct it_events;

/* limits are borrowed; NULL means the defaults. */
int it_events_new(struct it_events **out, const struct intoto_event_limits *limits,
		  intoto_event_fn *each, void *arg, struct intoto_error **err);
void it_events_free(struct it_events *events);
int it_events_feed(struct it_events *events, struct it_span piece, struct intoto_error **err);
/* Says that nothing follows. */
int it_events_end(struct it_events *events, struct intoto_error **err);

IT_DEFINE_AUTO(struct it_events, it_events_free);

#endif

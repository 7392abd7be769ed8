/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of a moment, below $TMPDIR: where a view is put together, and where a program may write.
 */
#ifndef IT_ATTEST_ROOM_H
#define IT_ATTEST_ROOM_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct it_room {
	char *top;
	char *view; /* empty, and stays so */
	char *home; /* NULL: none was wanted */
};

/* user is who will write into home (0: ourselves). */
IT_CHECK int it_room_open(struct it_room *room, bool home, uid_t user, struct intoto_error **err);
/* Removes it with all that was left in it; what cannot be removed stays. */
void it_room_done(struct it_room *room);

#endif

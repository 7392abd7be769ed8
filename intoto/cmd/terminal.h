/* SPDX-License-Identifier: Apache-2.0 */
/* Colours: only on a terminal that has them, and never against NO_COLOR. */
#ifndef IT_CMD_TERMINAL_H
#define IT_CMD_TERMINAL_H

#include <stdbool.h>

enum it_colour {
	IT_COLOUR_GOOD,
	IT_COLOUR_BAD,
	IT_COLOUR_DOUBT,
	IT_COLOUR_STRONG,
};

bool it_is_terminal(int fd);

/* Whether output on fd may be coloured. */
bool it_colour_wanted(int fd);

/* The bytes that start and stop a colour; "" when none is wanted. */
const char *it_colour_start(bool wanted, enum it_colour colour);
const char *it_colour_stop(bool wanted);

#endif

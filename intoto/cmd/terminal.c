/* SPDX-License-Identifier: Apache-2.0 */
/* What a terminal is told besides text. */
#include "cmd/terminal.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

bool it_is_terminal(int fd)
{
	return isatty(fd) == 1;
}

bool it_colour_wanted(int fd)
{
	const char *forbidden = getenv("NO_COLOR"); /* https://no-color.org: set and not empty */
	const char *terminal = getenv("TERM");

	return it_is_terminal(fd) && (!forbidden || !*forbidden) && terminal && *terminal &&
	       !it_streq(terminal, "dumb");
}

const char *it_colour_start(bool wanted, enum it_colour colour)
{
	static const char *const codes[] = {
		[IT_COLOUR_GOOD] = "\033[32m",
		[IT_COLOUR_BAD] = "\033[1;31m",
		[IT_COLOUR_DOUBT] = "\033[33m",
		[IT_COLOUR_STRONG] = "\033[1m",
	};

	return wanted ? codes[colour] : "";
}

const char *it_colour_stop(bool wanted)
{
	return wanted ? "\033[0m" : "";
}

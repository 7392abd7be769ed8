/* SPDX-License-Identifier: Apache-2.0 */
/* intoto report, as the other programs know it: a program of its own, since it maps libarchive. */
#include "cmd/command.h"

extern const struct it_command it_cmd_report;

const struct it_command it_cmd_report = {
	.name = "report",
	.synopsis = "[OPTIONS]... ARCHIVE",
	.summary = "show an auditor what a release is made of",
	.elsewhere = true,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* intoto report: what an auditor reads, made from an archive. */
#include "cmd/command.h"
#include "cmd/dispatch.h"

extern const struct it_command it_cmd_report;

const struct it_command it_cmd_report = {
	.name = "report",
	.synopsis = "[OPTIONS]... ARCHIVE",
	.summary = "show an auditor what a release is made of",
};

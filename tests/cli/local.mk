# SPDX-License-Identifier: Apache-2.0
# Whole programs from the outside: one script for each command, named as the command.
# (One line each below its heading: two people never touch the same line.)
CLI_TESTS =

# main

# key

# sign

# run

# record

# match

# verify

# layout

dist_check_SCRIPTS += $(CLI_TESTS)
TESTS += $(CLI_TESTS)

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The hostile steps at their full size, 10 GB of output: what "make check" does with less.
#
#	tests/faults/large.sh       in a build folder, or with INTOTO_BUILD
set -u

source=$(cd "$(dirname "$0")/../.." && pwd)
export INTOTO_BUILD=${INTOTO_BUILD:-$PWD} HOSTILE_MEGABYTES=10000
exec bash "$source/tests/cli/hostile_steps.t"

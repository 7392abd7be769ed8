# SPDX-License-Identifier: Apache-2.0
# The blocks of a guide: "sh" and "sh STATUS" become NUMBER.sh and NUMBER.status, the "text" behind one NUMBER.want.
/^```sh( [0-9]+)?$/ && !file { number++; file = sprintf("%02d.sh", number); printf "%d\n", $2 + 0 >(sprintf("%02d.status", number)); next }
/^```text$/ && !file { file = sprintf("%02d.want", number); next }
/^```$/ && file { close(file); file = ""; next }
/^```/ { print "a block that no test runs: " $0 >"/dev/stderr"; exit 1 }
file { print >file }

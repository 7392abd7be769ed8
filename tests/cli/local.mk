# SPDX-License-Identifier: Apache-2.0
# Whole programs from the outside: one script for each command, named as the command.
# (One line each below its heading: two people never touch the same line.)
CLI_TESTS =

# main
CLI_TESTS += %D%/main.t
CLI_TESTS += %D%/manual.t
CLI_TESTS += %D%/examples.t

# key
CLI_TESTS += %D%/key.t

# sign
CLI_TESTS += %D%/sandbox.t
CLI_TESTS += %D%/sign.t

# run
CLI_TESTS += %D%/listing.t
CLI_TESTS += %D%/resolvers.t
CLI_TESTS += %D%/reuse.t
CLI_TESTS += %D%/run.t
CLI_TESTS += %D%/trace_calls.t
CLI_TESTS += %D%/trace_overlay.t
CLI_TESTS += %D%/trace.t
CLI_TESTS += %D%/attest.t
CLI_TESTS += %D%/attest_hostile.t
CLI_TESTS += %D%/attest_run.t
CLI_TESTS += %D%/hostile_files.t
CLI_TESTS += %D%/hostile_steps.t
CLI_TESTS += %D%/hostile_traces.t

# record
CLI_TESTS += %D%/record.t
CLI_TESTS += %D%/record_large.t

# match
CLI_TESTS += %D%/match.t

# verify
CLI_TESTS += %D%/verify.t
CLI_TESTS += %D%/inspections.t
CLI_TESTS += %D%/verify_attestations.t
CLI_TESTS += %D%/verify_certificates.t
CLI_TESTS += %D%/verify_explain.t
CLI_TESTS += %D%/evaluate.t
CLI_TESTS += %D%/exception.t
CLI_TESTS += %D%/gates_doc.t
CLI_TESTS += %D%/verify_gates.t
CLI_TESTS += %D%/gate_rule.t
CLI_TESTS += %D%/verify_graph.t
CLI_TESTS += %D%/verify_output.t
CLI_TESTS += %D%/verify_people.t
CLI_TESTS += %D%/verify_refusals.t
CLI_TESTS += %D%/verify_sublayouts.t

# check
CLI_TESTS += %D%/check.t

# layout
CLI_TESTS += %D%/layout.t
CLI_TESTS += %D%/layout_diff.t
CLI_TESTS += %D%/layout_gates.t
CLI_TESTS += %D%/layout_lint.t
CLI_TESTS += %D%/layout_test.t
CLI_TESTS += %D%/layout_yaml.t
CLI_TESTS += %D%/layout_from_links.t

EXTRA_DIST += %D%/attestor_acts.c
EXTRA_DIST += %D%/hostile_acts.c
dist_check_SCRIPTS += $(CLI_TESTS)
TESTS += $(CLI_TESTS)

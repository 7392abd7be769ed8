# SPDX-License-Identifier: Apache-2.0
# Commands between two snapshots.
CORE_SOURCES += \
	%D%/command.c %D%/command.h \
	%D%/foreground.c %D%/foreground.h \
	%D%/inspect.c %D%/inspect.h \
	%D%/mounts.c %D%/mounts.h \
	%D%/namespace.c %D%/namespace.h \
	%D%/scratch.c %D%/scratch.h \
	%D%/scratch_copy.c %D%/scratch_remove.c %D%/scratch_tree.h \
	%D%/signals.c %D%/signals.h \
	%D%/step.c %D%/step.h \
	%D%/step_attest.c %D%/step_attest.h \
	%D%/step_digests.c %D%/step_digests.h \
	%D%/step_link.c %D%/step_link.h \
	%D%/step_listing.c %D%/step_listing.h \
	%D%/step_redact.c %D%/step_redact.h \
	%D%/step_sandbox.c %D%/step_sandbox.h \
	%D%/step_sandbox_environment.c %D%/step_sandbox_environment.h \
	%D%/step_sandbox_learn.c %D%/step_sandbox_learn.h \
	%D%/step_sandbox_made.c %D%/step_sandbox_made.h \
	%D%/step_sandbox_note.c \
	%D%/step_sandbox_places.c %D%/step_sandbox_places.h \
	%D%/step_sandbox_plan.c %D%/step_sandbox_plan.h \
	%D%/step_trace.c %D%/step_trace.h \
	%D%/step_trace_artifacts.c %D%/step_trace_artifacts.h \
	%D%/step_trace_digests.c %D%/step_trace_digests.h \
	%D%/step_trace_files.c %D%/step_trace_files.h \
	%D%/step_trace_statement.c \
	%D%/stream.c %D%/stream.h \
	%D%/stream_text.c \
	%D%/touched.c %D%/touched.h \
	%D%/touched_address.c %D%/touched_address.h \
	%D%/tracer.c %D%/tracer.h \
	%D%/tracer_calls.c %D%/tracer_calls.h \
	%D%/tracer_fanotify.c %D%/tracer_fanotify.h \
	%D%/tracer_filter.c %D%/tracer_filter.h \
	%D%/tracer_follow.c %D%/tracer_follow.h \
	%D%/tracer_look.c %D%/tracer_look.h \
	%D%/tracer_memory.c %D%/tracer_memory.h \
	%D%/tracer_name.c \
	%D%/tracer_notify.c \
	%D%/tracer_overlay.c %D%/tracer_overlay.h \
	%D%/tracer_overlay_entry.c \
	%D%/tracer_overlay_list.c \
	%D%/tracer_overlay_merge.c \
	%D%/tracer_overlay_mount.c \
	%D%/tracer_overlay_place.c \
	%D%/tracer_place.c %D%/tracer_place.h \
	%D%/tracer_program.c %D%/tracer_program.h \
	%D%/tracer_ptrace.c %D%/tracer_ptrace.h \
	%D%/tracer_ptrace_loop.c \
	%D%/tracer_talk.c

UNIT_TESTS += \
	tests/unit/run_command \
	tests/unit/run_mounts \
	tests/unit/run_output \
	tests/unit/run_overlay_limits \
	tests/unit/run_overlay_meanwhile \
	tests/unit/run_scratch \
	tests/unit/run_step \
	tests/unit/run_step_trace \
	tests/unit/run_terminal \
	tests/unit/run_tracer_fanotify \
	tests/unit/run_touched \
	tests/unit/run_tracer_notify \
	tests/unit/run_tracer_program \
	tests/unit/run_tracer_ptrace \
	tests/unit/run_tracer_overlay
EXTRA_DIST += tests/unit/overlay_acts.h tests/unit/overlay_step.h tests/unit/run_script.h \
	tests/unit/run_touching.h tests/unit/run_tracing.h tests/unit/run_tracing_cases.h

# SPDX-License-Identifier: Apache-2.0
# The program.  Its commands are no part of the library; they are an archive of their own so that unit
# tests can reach them.  A new command is one file here and one word in main.c.
noinst_LTLIBRARIES += libcmd.la
libcmd_la_SOURCES = \
	%D%/attest.c %D%/attest.h \
	%D%/attest_list.c \
	%D%/attest_options.c %D%/attest_options.h \
	%D%/check.c \
	%D%/choices.c %D%/choices.h \
	%D%/command.c %D%/command.h \
	%D%/completion.c %D%/completion.h \
	%D%/completion_bash.c \
	%D%/completion_fish.c \
	%D%/completion_zsh.c \
	%D%/dispatch.c %D%/dispatch.h \
	%D%/gpg_options.c %D%/gpg_options.h \
	%D%/trace_options.c %D%/trace_options.h \
	%D%/sandbox_learned.c \
	%D%/sandbox_options.c %D%/sandbox_options.h \
	%D%/help.c %D%/help.h \
	%D%/key.c %D%/key_file.c %D%/key_file.h \
	%D%/key_convert.c \
	%D%/key_generate.c \
	%D%/key_openpgp.c \
	%D%/key_passphrase.c \
	%D%/key_show.c \
	%D%/layout.c %D%/layout_file.c %D%/layout_file.h \
	%D%/layout_add_inspection.c \
	%D%/evaluate.c \
	%D%/exception.c \
	%D%/exception_create.c \
	%D%/exception_show.c \
	%D%/gate_word.c %D%/gate_word.h \
	%D%/layout_add_gate.c \
	%D%/layout_allow_exceptions.c \
	%D%/layout_pin_attestor.c \
	%D%/layout_add_key.c \
	%D%/layout_add_root.c \
	%D%/layout_add_step.c \
	%D%/layout_compile.c \
	%D%/layout_diff.c \
	%D%/layout_from_links.c \
	%D%/layout_constraint.c %D%/layout_constraint.h \
	%D%/layout_init.c \
	%D%/layout_lint.c \
	%D%/layout_options.c %D%/layout_options.h \
	%D%/layout_remarks.c \
	%D%/layout_requirement.c %D%/layout_requirement.h \
	%D%/layout_show.c \
	%D%/layout_test.c \
	%D%/layout_yaml.c %D%/layout_yaml.h \
	%D%/match.c \
	%D%/match_prove.c %D%/match_prove.h \
	%D%/options.c %D%/options.h \
	%D%/output.c %D%/output.h \
	%D%/passphrase.c %D%/passphrase.h \
	%D%/progress.c %D%/progress.h \
	%D%/prompt.c %D%/prompt.h \
	%D%/record.c \
	%D%/registry_options.c %D%/registry_options.h \
	%D%/listing_options.c %D%/listing_options.h \
	%D%/reuse_options.c %D%/reuse_options.h \
	%D%/run.c \
	%D%/sign.c %D%/sign.h \
	%D%/sign_timestamp.c \
	%D%/sign_verify.c \
	%D%/signers.c %D%/signers.h \
	%D%/step_options.c %D%/step_options.h \
	%D%/suggest.c %D%/suggest.h \
	%D%/terminal.c %D%/terminal.h \
	%D%/verify.c %D%/verify.h \
	%D%/verify_explain.c \
	%D%/verify_options.c \
	%D%/verify_output.c \
	%D%/verify_request.c %D%/verify_request.h \
	%D%/verify_sign.c \
	%D%/version.c

# Reads layouts in YAML for the program, which so does not map the library.
pkglibexec_PROGRAMS += %D%/yaml2json
%C%_yaml2json_SOURCES = intoto/json/yaml2json.c
%C%_yaml2json_LDADD = libyamlreader.la libcore.la

# The heavier commands: programs of their own, which the program becomes.
# Each has its own commands in it and knows of the others; the last one, which maps all libraries, has
# all of them.
IMAGE_COMMANDS = %D%/image.c \
	%D%/image_attach.c %D%/image_attach.h \
	%D%/image_attach_signed.c \
	%D%/image_clean.c \
	%D%/image_copy.c \
	%D%/image_copying.c %D%/image_copying.h \
	%D%/image_deny_list.c %D%/image_deny_list.h \
	%D%/image_digest.c \
	%D%/image_load.c \
	%D%/image_options.c %D%/image_options.h \
	%D%/image_policy.c \
	%D%/image_revoke.c %D%/image_revoke.h \
	%D%/image_revoke_named.c \
	%D%/image_save.c \
	%D%/image_sign.c %D%/image_sign.h \
	%D%/image_sign_output.c \
	%D%/image_sign_request.c \
	%D%/image_signing.c %D%/image_signing.h \
	%D%/image_tree.c \
	%D%/image_verify.c %D%/image_verify.h \
	%D%/image_verify_policy.c
ARCHIVE_COMMANDS = %D%/archive.c \
	%D%/archive_adding.c %D%/archive_adding.h \
	%D%/archive_diff.c \
	%D%/archive_export.c \
	%D%/archive_extract.c \
	%D%/archive_list.c \
	%D%/archive_pack.c \
	%D%/archive_renew.c \
	%D%/archive_show.c \
	%D%/archive_verify.c \
	%D%/archive_words.c %D%/archive_words.h
REPORT_COMMANDS = %D%/report.c
STORE_COMMANDS = %D%/store.c \
	%D%/store_affected.c \
	%D%/store_conditions.c %D%/store_conditions.h \
	%D%/store_entries.c %D%/store_entries.h \
	%D%/store_export.c \
	%D%/store_fsck.c \
	%D%/store_gc.c \
	%D%/store_get.c \
	%D%/store_hold.c \
	%D%/store_import.c \
	%D%/store_init.c \
	%D%/store_log.c \
	%D%/store_options.c %D%/store_options.h \
	%D%/store_put.c %D%/store_put.h \
	%D%/store_put_lines.c \
	%D%/store_retention.c \
	%D%/store_search.c \
	%D%/store_serve.c \
	%D%/store_stats.c \
	%D%/store_token.c \
	%D%/store_verifier.c %D%/store_verifier.h

pkglibexec_PROGRAMS += %D%/intoto-image %D%/intoto-archive %D%/intoto-report %D%/intoto-store
%C%_intoto_image_SOURCES = %D%/main.c $(IMAGE_COMMANDS) %D%/image_places.c \
	%D%/archive_elsewhere.c %D%/report_elsewhere.c %D%/store_elsewhere.c
# libcrypto stands first, as in libcore: most symbols are looked for in it.
%C%_intoto_image_LDADD = libcmd.la libimage.la $(CRYPTO_LIBS) libnet.la libcore.la
%C%_intoto_archive_SOURCES = %D%/main.c $(ARCHIVE_COMMANDS) \
	%D%/image_elsewhere.c %D%/report_elsewhere.c %D%/store_elsewhere.c
%C%_intoto_archive_LDADD = libcmd.la libarchives.la libfacts.la libtar.la libcore.la
%C%_intoto_report_SOURCES = %D%/main.c $(REPORT_COMMANDS) \
	%D%/archive_elsewhere.c %D%/image_elsewhere.c %D%/store_elsewhere.c
%C%_intoto_report_LDADD = libcmd.la libreport.la libarchives.la libtar.la libcore.la
%C%_intoto_store_SOURCES = %D%/main.c %D%/image_places_all.c $(STORE_COMMANDS) $(ARCHIVE_COMMANDS) $(IMAGE_COMMANDS) $(REPORT_COMMANDS)
%C%_intoto_store_LDADD = libcmd.la libserve.la libreport.la libarchives.la libimage.la libstore.la libfacts.la libs3.la libnet.la \
	libtar.la libcore.la

bin_PROGRAMS += %D%/intoto
%C%_intoto_SOURCES = %D%/main.c %D%/archive_elsewhere.c %D%/image_elsewhere.c %D%/report_elsewhere.c \
	%D%/store_elsewhere.c
%C%_intoto_LDADD = libcmd.la libcore.la

# The same program by other names.
COMMAND_LINKS = intoto-attest intoto-check intoto-key intoto-layout intoto-match intoto-record intoto-run intoto-sign intoto-verify
BUILT_LINKS = $(COMMAND_LINKS:%=%D%/%)
noinst_DATA += $(BUILT_LINKS)
CLEANFILES += $(BUILT_LINKS)

$(BUILT_LINKS): %D%/intoto$(EXEEXT)
	$(AM_V_GEN)rm -f $@ && $(LN_S) intoto$(EXEEXT) $@

install-exec-hook:
	@for name in $(COMMAND_LINKS); do \
	  echo " ln -s intoto '$(DESTDIR)$(bindir)/$$name'"; \
	  rm -f "$(DESTDIR)$(bindir)/$$name" && \
	  $(LN_S) intoto$(EXEEXT) "$(DESTDIR)$(bindir)/$$name" || exit 1; \
	done

uninstall-hook:
	@for name in $(COMMAND_LINKS); do \
	  rm -f "$(DESTDIR)$(bindir)/$$name" "$(DESTDIR)$(bashcompletiondir)/$$name"; \
	done

# Completion comes from the option tables, so it is made by the program itself.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
if !CROSS_COMPILING
bashcompletion_DATA = %D%/shells/intoto
zshcompletion_DATA = %D%/shells/_intoto
fishcompletion_DATA = %D%/shells/intoto.fish
endif
CLEANFILES += %D%/shells/intoto %D%/shells/_intoto %D%/shells/intoto.fish

%D%/shells/intoto: %D%/intoto$(EXEEXT) %D%/intoto-store$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) %D%/shells && %D%/intoto$(EXEEXT) completion bash >$@.tmp && mv -f $@.tmp $@
%D%/shells/_intoto: %D%/intoto$(EXEEXT) %D%/intoto-store$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) %D%/shells && %D%/intoto$(EXEEXT) completion zsh >$@.tmp && mv -f $@.tmp $@
%D%/shells/intoto.fish: %D%/intoto$(EXEEXT) %D%/intoto-store$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) %D%/shells && %D%/intoto$(EXEEXT) completion fish >$@.tmp && mv -f $@.tmp $@

# bash looks for a file by the name of the command.
install-data-hook:
if !CROSS_COMPILING
	@for name in $(COMMAND_LINKS); do \
	  rm -f "$(DESTDIR)$(bashcompletiondir)/$$name" && \
	  $(LN_S) intoto "$(DESTDIR)$(bashcompletiondir)/$$name" || exit 1; \
	done
endif

UNIT_TESTS += \
	tests/unit/cmd_dispatch \
	tests/unit/cmd_options \
	tests/unit/cmd_passphrase \
	tests/unit/cmd_progress \
	tests/unit/cmd_suggest \
	tests/unit/cmd_terminal
tests_unit_cmd_dispatch_LDADD = libcmd.la $(LDADD)
tests_unit_cmd_options_LDADD = libcmd.la $(LDADD)
tests_unit_cmd_passphrase_LDADD = libcmd.la $(LDADD) -lutil
tests_unit_cmd_progress_LDADD = libcmd.la $(LDADD)
tests_unit_cmd_suggest_LDADD = libcmd.la $(LDADD)
tests_unit_cmd_terminal_LDADD = libcmd.la $(LDADD) -lutil

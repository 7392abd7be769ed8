# SPDX-License-Identifier: Apache-2.0
# The program.  Its commands are no part of the library; they are an archive of their own so that unit
# tests can reach them.  A new command is one file here and one word in main.c.
noinst_LTLIBRARIES += libcmd.la
libcmd_la_SOURCES = \
	%D%/command.c %D%/command.h \
	%D%/dispatch.c %D%/dispatch.h \
	%D%/help.c %D%/help.h \
	%D%/options.c %D%/options.h \
	%D%/output.c %D%/output.h \
	%D%/passphrase.c %D%/passphrase.h \
	%D%/prompt.c %D%/prompt.h \
	%D%/suggest.c %D%/suggest.h \
	%D%/terminal.c %D%/terminal.h \
	%D%/version.c

bin_PROGRAMS += %D%/intoto
%C%_intoto_SOURCES = %D%/main.c
%C%_intoto_CPPFLAGS = $(AM_CPPFLAGS) -DLIBEXECDIR='"$(libexecdir)"'
%C%_intoto_LDADD = libcmd.la libcore.la

# The same program by other names.
COMMAND_LINKS = intoto-key intoto-layout intoto-match intoto-record intoto-run intoto-sign intoto-verify
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
	@for name in $(COMMAND_LINKS); do rm -f "$(DESTDIR)$(bindir)/$$name"; done

UNIT_TESTS +=

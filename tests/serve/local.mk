# SPDX-License-Identifier: Apache-2.0
# The server: over HTTPS on the loopback interface, in front of a store in memory.
SERVE_TESTS = %D%/clients.t %D%/serve.t %D%/token.t %D%/upload.t

TESTS += $(SERVE_TESTS)
EXTRA_DIST += $(SERVE_TESTS) %D%/slow.py %D%/server.sh

check_PROGRAMS += %D%/intoto
%C%_intoto_SOURCES = %D%/memory.c %D%/memory_store.c intoto/cmd/store_options.c intoto/cmd/store_serve.c \
	intoto/cmd/store_token.c
%C%_intoto_LDADD = libcmd.la libserve.la libreport.la libarchives.la libnet.la libtar.la libcore.la

# Under ThreadSanitizer, too, where nothing else is built.
THREAD_TESTS += %D%/clients.t
%D%/clients.log: %D%/intoto$(EXEEXT)

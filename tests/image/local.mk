# SPDX-License-Identifier: Apache-2.0
# Images and registries: every server is on the loopback interface and started by the test.
IMAGE_TESTS = \
	%D%/attach.t \
	%D%/clean.t \
	%D%/copy.t \
	%D%/gate.t \
	%D%/http.t \
	%D%/policy.t \
	%D%/registries.t \
	%D%/registry.t \
	%D%/registry_faults.t \
	%D%/registry_race.t \
	%D%/resolvers.t \
	%D%/revoke.t \
	%D%/sign.t \
	%D%/sign_faults.t \
	%D%/tree.t \
	%D%/verify.t \
	%D%/verify_gate.t

TESTS += $(IMAGE_TESTS)
EXTRA_DIST += $(IMAGE_TESTS) %D%/attached.py %D%/by_hand.sh %D%/client.sh %D%/gate.sh %D%/place.sh %D%/proxy.py

check_PROGRAMS += %D%/registry_client
%C%_registry_client_SOURCES = %D%/registry_client.c
%C%_registry_client_LDADD = libcmd.la libnet.la libcore.la

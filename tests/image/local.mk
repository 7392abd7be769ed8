# SPDX-License-Identifier: Apache-2.0
# Images and registries: every server is on the loopback interface and started by the test.
IMAGE_TESTS = \
	%D%/registries.t

TESTS += $(IMAGE_TESTS)
EXTRA_DIST += $(IMAGE_TESTS)

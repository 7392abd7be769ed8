# SPDX-License-Identifier: Apache-2.0
# What must be true of the tree itself.
CHECKS = \
	%D%/banned.t \
	%D%/calls.t \
	%D%/codes.t \
	%D%/exports.t \
	%D%/headers.t \
	%D%/image_codes.t \
	%D%/layers.t \
	%D%/maps.t \
	%D%/packages.t \
	%D%/sizes.t \
	%D%/tap.t

dist_check_SCRIPTS += $(CHECKS)
TESTS += $(CHECKS)

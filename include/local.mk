# SPDX-License-Identifier: Apache-2.0
# What other programs may use.
pkginclude_HEADERS += \
	%D%/intoto/attestor.h \
	%D%/intoto/envelope.h \
	%D%/intoto/error.h \
	%D%/intoto/key.h \
	%D%/intoto/layout.h \
	%D%/intoto/link.h \
	%D%/intoto/report.h \
	%D%/intoto/verify.h \
	%D%/intoto/version.h

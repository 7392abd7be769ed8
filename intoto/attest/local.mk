# SPDX-License-Identifier: Apache-2.0
# The host of attestors: finds, bounds and reads them, signs what they say.
CORE_SOURCES += \
	%D%/answer.c %D%/answer.h \
	%D%/answer_walk.c \
	%D%/attestor.c %D%/attestor.h \
	%D%/door.c %D%/door.h \
	%D%/environment.c %D%/environment.h \
	%D%/hearing.c %D%/hearing.h \
	%D%/inputs.c %D%/inputs.h \
	%D%/manifest.c %D%/manifest.h \
	%D%/places.c %D%/places.h \
	%D%/request.c %D%/request.h \
	%D%/room.c %D%/room.h \
	%D%/secrets.c %D%/secrets.h \
	%D%/statement.c %D%/statement.h

UNIT_TESTS += \
	tests/unit/attest_answer

# SPDX-License-Identifier: Apache-2.0
CORE_SOURCES +=

UNIT_TESTS +=

# SPDX-License-Identifier: Apache-2.0
# What an auditor is shown.
EXTRA_DIST += %D%/release.sh

# SPDX-License-Identifier: Apache-2.0
# Keeping: folders and files that hold many objects.  The only folder that knows libarchive.

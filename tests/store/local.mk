# SPDX-License-Identifier: Apache-2.0
# The store of evidence, by its commands.
TESTS += %D%/affected.t %D%/dashboard.t %D%/facts.t %D%/fsck.t %D%/keep.t %D%/kill.t %D%/objects.t %D%/postgres.t %D%/serve.t %D%/stats.t %D%/store.t %D%/tamper.t %D%/transfer.t
EXTRA_DIST += %D%/age.py %D%/affected.t %D%/crawl.py %D%/dashboard.t %D%/facts.t %D%/fsck.t %D%/keep.t %D%/kill.t %D%/objects.t %D%/postgres.t %D%/serve.t %D%/stats.t %D%/store.t %D%/tamper.t %D%/tlog.py %D%/transfer.t

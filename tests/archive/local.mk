# SPDX-License-Identifier: Apache-2.0
# Archives of evidence, by their commands.
TESTS += %D%/archive.t %D%/completeness.t %D%/diff.t %D%/examples.t %D%/guides.t %D%/hostile.t %D%/independent.t %D%/kill.t %D%/paths.t %D%/question.t %D%/redact.t %D%/renew.t
EXTRA_DIST += %D%/archive.t %D%/completeness.t %D%/diff.t %D%/examples.t %D%/guides.t %D%/hostile.t %D%/independent.t %D%/kill.t %D%/paths.t %D%/question.t %D%/redact.t %D%/renew.t %D%/forge.py %D%/guide.awk %D%/signed.py %D%/verify.py

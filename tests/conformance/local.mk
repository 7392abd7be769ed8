# SPDX-License-Identifier: Apache-2.0
# The conformance corpus, its generator and its runner; README.md says what they are.
dist_check_SCRIPTS += %D%/corpus.t
TESTS += %D%/corpus.t

EXTRA_DIST += %D%/README.md %D%/differences.tsv %D%/generate.py %D%/run.py %D%/generator %D%/adapters %D%/cases

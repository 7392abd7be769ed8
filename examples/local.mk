# SPDX-License-Identifier: Apache-2.0
dist_noinst_SCRIPTS = %D%/author.sh %D%/quickstart.sh %D%/release.sh %D%/apt/intoto-method \
	%D%/attestors/benchmark \
	%D%/attestors/coverage
EXTRA_DIST += %D%/apt/README.md %D%/apt/python/sitecustomize.py

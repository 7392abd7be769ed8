# SPDX-License-Identifier: Apache-2.0
# What an auditor reads: reports over archives, and the pages of the dashboard.
noinst_LTLIBRARIES += libreport.la
libreport_la_SOURCES = \
	%D%/pages.h

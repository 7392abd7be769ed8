# SPDX-License-Identifier: Apache-2.0
# Layouts to begin with; tests/gates/templates.t tries each.
templatesdir = $(pkgdatadir)/templates
dist_templates_DATA = \
	%D%/no-critical-vulnerabilities.yaml \
	%D%/sbom-without-gpl.yaml \
	%D%/severity-thresholds.yaml \
	%D%/tests-passed.yaml

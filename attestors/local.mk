# SPDX-License-Identifier: Apache-2.0
# Evidence producers come here, one folder each.

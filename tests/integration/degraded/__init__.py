"""The suites under each profile, and on kernels that lack something."""
# SPDX-License-Identifier: LGPL-2.1-or-later

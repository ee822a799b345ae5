"""Copies of audit records: in the journal, in syslog, or lost and counted."""
# SPDX-License-Identifier: LGPL-2.1-or-later

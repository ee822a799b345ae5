"""virteventd without a libvirt daemon: libvirt's test driver within its own process is enough."""
# SPDX-License-Identifier: LGPL-2.1-or-later

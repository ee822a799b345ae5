"""Scripts in the way of real ones, under the shipped profiles, on the kernel that is here."""
# SPDX-License-Identifier: LGPL-2.1-or-later

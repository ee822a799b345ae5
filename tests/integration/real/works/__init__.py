"""What the scripts do: for each its surroundings, its calls, and how its effect is seen."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from . import desktop, isolated, network, notify, storage, tune, unconfined, vfio

BY_PROFILE = (isolated, notify, network, tune, vfio, storage, desktop, unconfined)
WORKS = [work() for module in BY_PROFILE for work in module.WORKS]

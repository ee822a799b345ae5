"""Keys typed into somebody's terminal."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from .programs import program
from .table import attack, each

TIOCSTI, TIOCLINUX = 0x5412, 0x541c


@each({"tiocsti": TIOCSTI, "tioclinux": TIOCLINUX,
       "tiocsti_with_high_bits": TIOCSTI | 1 << 32, "tiocsti_with_sign": TIOCSTI | ~0 << 32,
       "tioclinux_with_high_bits": TIOCLINUX | 1 << 60}, denied="ioctl")
def type_by(_, command):
    """ioctl(2) on a descriptor that is no terminal: who may not, is not even told that"""
    return program("ioctls", str(command & 0xffffffffffffffff))


@attack()
def type_into_a_terminal_of_its_own(_):
    """Opens a pseudo terminal, makes it its own, and types into it"""
    return program("ioctls", "pty")

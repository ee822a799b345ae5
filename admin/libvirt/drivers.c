/*
 * libvirt's drivers with hooks, and its directory of them. Admin's process; what stands in the
 * directory is anybody's who can write there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "drivers.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

const char *const libvirt_drivers[LIBVIRT_DRIVERS] = {"qemu",  "network", "lxc",
                                                      "libxl", "bhyve",   "daemon"};

int libvirt_find_driver(const char *name)
{
    for (int i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (strcmp(libvirt_drivers[i], name) == 0)
            return i;
    }
    return -1;
}

int libvirt_driver_of(const char *name, size_t size)
{
    if (size > 2 && strncmp(name + size - 2, ".d", 2) == 0)
        size -= 2;
    for (int i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (strlen(libvirt_drivers[i]) == size && strncmp(name, libvirt_drivers[i], size) == 0)
            return i;
    }
    return -1;
}

bool libvirt_is_link_to(const char *path, const char *target)
{
    char text[PATH_MAX];
    ssize_t size = readlink(path, text, sizeof(text) - 1);

    if (size < 0)
        return false;
    text[size] = '\0';
    return strcmp(text, target) == 0;
}

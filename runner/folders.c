/*
 * The small /dev and the own /tmp of a script. Runs in PID 1 of the hook's namespaces while it
 * still may mount.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "folders.h"

#include "attach.h"
#include "cleanup.h"
#include "private.h"

#include <stddef.h>
#include <sys/mount.h>

/* A device that stays in the small /dev. */
static const char *const devices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                      "/dev/random", "/dev/urandom", "/dev/tty"};
#define DEVICES_COUNT (sizeof(devices) / sizeof(devices[0]))

/* Links that programs expect in /dev. */
static const struct {
    const char *path, *target;
} device_links[] = {{"/dev/fd", "/proc/self/fd"},
                    {"/dev/stdin", "/proc/self/fd/0"},
                    {"/dev/stdout", "/proc/self/fd/1"},
                    {"/dev/stderr", "/proc/self/fd/2"}};

/* Nothing but the devices and a few links is in it. */
#define DEV_SIZE  (16 << 20)
#define DEV_FILES 4096

const char *runner_device(size_t index)
{
    return index < DEVICES_COUNT ? devices[index] : NULL;
}

static int take_devices(const struct walk_owner *owner, int copies[DEVICES_COUNT])
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < DEVICES_COUNT; i++) {
        r = runner_take_copy(owner, devices[i], &copies[i]);
        /* They are the host's own: written to as before, but their mode stays. */
        if (r == 0)
            r = runner_make_read_only(copies[i], 0);
    }
    return r;
}

static int lay_dev(const struct walk_owner *owner, const int copies[DEVICES_COUNT])
{
    /* Without MOUNT_ATTR_NODEV: the devices' own mounts carry the flag or not. */
    struct private_folder dev = {.mode = "0755", .size = DEV_SIZE, .files = DEV_FILES};
    int r = runner_attach_private(owner, &dev, "/dev", NULL);

    for (size_t i = 0; r == 0 && i < DEVICES_COUNT; i++)
        r = runner_attach(owner, copies[i], devices[i]);
    for (size_t i = 0; r == 0 && i < sizeof(device_links) / sizeof(device_links[0]); i++)
        r = symlink(device_links[i].target, device_links[i].path) < 0 ? -errno : 0;
    return r;
}

/* A small /dev: the devices are taken along before it is covered. */
int runner_mount_dev(const struct walk_owner *owner, const char **ret_path)
{
    int copies[DEVICES_COUNT], r;

    for (size_t i = 0; i < DEVICES_COUNT; i++)
        copies[i] = -EBADF;
    *ret_path = "/dev";
    r = take_devices(owner, copies);
    if (r == 0)
        r = lay_dev(owner, copies);
    for (size_t i = 0; i < DEVICES_COUNT; i++)
        close_fd(&copies[i]);
    if (r < 0)
        return r;
    *ret_path = "/dev/shm";
    return runner_attach_small(owner, "1777", "/dev/shm", NULL);
}

static int mount_fresh_tmp(const struct walk_owner *owner, const struct plan *plan)
{
    uint64_t size = plan->tmp_size;
    struct private_folder tmp = {.mode = "1777",
                                 .size = size,
                                 .files = plan_tmp_inodes(size),
                                 .attributes = MOUNT_ATTR_NODEV};

    return runner_attach_private(owner, &tmp, "/tmp", NULL);
}

/* `copy` is of the guest's own folder, or negative. */
int runner_mount_tmp(const struct walk_owner *owner, const struct plan *plan, int copy,
                     const char **ret_path)
{
    auto_close int second = -EBADF;
    int r;

    *ret_path = "/tmp";
    r = copy >= 0 ? runner_attach(owner, copy, "/tmp") : mount_fresh_tmp(owner, plan);
    if (r == 0)
        r = runner_take_copy(owner, "/tmp", &second);
    if (r < 0)
        return r;
    *ret_path = "/var/tmp";
    return runner_attach(owner, second, "/var/tmp");
}

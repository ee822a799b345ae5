/*
 * Descriptors, in every process. What a peer sends is not trusted: fd_is_final is how such a
 * descriptor is judged before anything is read from it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fd.h"

#include "cleanup.h"
#include "clock.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

int fd_write_all(int fd, const void *data, size_t size)
{
    const char *next = data;

    while (size > 0) {
        ssize_t written = write(fd, next, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        if (written == 0)
            return -EIO;
        next += written;
        size -= (size_t)written;
    }
    return 0;
}

int fd_read_all(int fd, void *data, size_t size, size_t *ret_size)
{
    char *next = data;
    size_t got = 0;

    while (got < size) {
        ssize_t count = read(fd, next + got, size - got);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        if (count == 0)
            break;
        got += (size_t)count;
    }
    *ret_size = got;
    return 0;
}

int fd_await(int fd, short events, uint64_t until_ms)
{
    struct pollfd pollfd = {.fd = fd, .events = events};
    int r;

    do
        r = poll(&pollfd, 1, clock_timeout_ms(until_ms));
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    return r == 0 ? -ETIMEDOUT : 0;
}

void fd_fill_standard(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int fd_new_memfd(const char *name, int *ret_fd)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

int fd_seal(int fd)
{
    return fcntl(fd, F_ADD_SEALS, FD_FINAL_SEALS) < 0 ? -errno : 0;
}

int fd_sealed_memfd(const char *name, const void *data, size_t size, int *ret_fd)
{
    auto_close int fd = -EBADF;
    int r;

    r = fd_new_memfd(name, &fd);
    if (r < 0)
        return r;
    r = fd_write_all(fd, data, size);
    if (r < 0)
        return r;
    r = fd_seal(fd);
    if (r < 0)
        return r;
    *ret_fd = take_fd(&fd);
    return 0;
}

bool fd_is_final(int fd, size_t *ret_size)
{
    struct stat st;
    int seals = fcntl(fd, F_GET_SEALS);

    if (seals < 0 || (seals & FD_FINAL_SEALS) != FD_FINAL_SEALS)
        return false;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 0)
        return false;
    *ret_size = (size_t)st.st_size;
    return true;
}

int fd_read_final(int fd, void *data, size_t size)
{
    char *next = data;
    size_t got = 0;

    while (got < size) {
        ssize_t count = pread(fd, next + got, size - got, (off_t)got);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return count < 0 ? -errno : -EIO;
        got += (size_t)count;
    }
    return 0;
}

int fd_reopen_readonly(int fd, int *ret_fd)
{
    char path[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
    int copy;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    copy = open(path, O_RDONLY | O_CLOEXEC);
    if (copy < 0)
        return -errno;
    *ret_fd = copy;
    return 0;
}

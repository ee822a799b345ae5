/*
 * Variables that give back what they own when they go out of scope, in every process.
 *
 * `auto_free char *name = NULL;` frees, `auto_close int fd = -EBADF;` closes. To hand the value on,
 * return take_pointer(&name) or take_fd(&fd).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *slot)
{
    free(*(void **)slot);
}

static inline void cleanup_close(int *slot)
{
    int saved = errno;

    if (*slot >= 0)
        close(*slot);
    errno = saved;
}

#define auto_free  __attribute__((cleanup(cleanup_free)))
#define auto_close __attribute__((cleanup(cleanup_close)))

#define take_pointer(slot)            \
    __extension__({                   \
        __auto_type taken_ = *(slot); \
        *(slot) = NULL;               \
        taken_;                       \
    })

static inline int take_fd(int *slot)
{
    int fd = *slot;

    *slot = -EBADF;
    return fd;
}

/* Closes *slot where it holds a descriptor, and empties it. */
static inline void close_fd(int *slot)
{
    cleanup_close(slot);
    *slot = -EBADF;
}

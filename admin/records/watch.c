/*
 * What happens in the directory of a log, by inotify(7). Admin's process; names in the directory
 * are not looked at.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "watch.h"

#include "cleanup.h"

#include <limits.h>
#include <sys/inotify.h>

#define NAMES_MASK (IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE)
#define GONE_MASK  (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)

/* Room for many events, of which one has up to NAME_MAX bytes of name. */
#define EVENTS_SIZE (16 * (sizeof(struct inotify_event) + NAME_MAX + 1))

int watch_open(const char *directory, int *ret_fd)
{
    auto_close int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (inotify_add_watch(fd, directory,
                          NAMES_MASK | IN_DELETE_SELF | IN_MOVE_SELF | IN_MODIFY | IN_ONLYDIR) < 0)
        return -errno;
    *ret_fd = take_fd(&fd);
    return 0;
}

static int news_of(uint32_t mask)
{
    int news = 0;

    /* What was lost in an overflow may have been anything. */
    if (mask & (NAMES_MASK | IN_Q_OVERFLOW))
        news |= WATCH_NAMES | WATCH_CONTENT;
    if (mask & IN_MODIFY)
        news |= WATCH_CONTENT;
    if (mask & GONE_MASK)
        news |= WATCH_GONE;
    return news;
}

int watch_take(int fd)
{
    _Alignas(struct inotify_event) char events[EVENTS_SIZE];
    int news = 0;

    for (;;) {
        ssize_t size = read(fd, events, sizeof(events));

        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return errno == EAGAIN ? news : -errno;
        for (ssize_t at = 0; at < size;) {
            const struct inotify_event *event = (const struct inotify_event *)(events + at);

            news |= news_of(event->mask);
            at += (ssize_t)(sizeof(*event) + event->len);
        }
    }
}

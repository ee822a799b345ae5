/*
 * Copies of the audit log's records elsewhere. Helper. Which places there are is meson's choice.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "copies.h"

#include "cleanup.h"
#include "copy.h"
#include "datagram.h"
#include "virthook-config.h"

#include <string.h>

#if VIRTHOOK_JOURNAL
#include "journal_copy.h"
#endif
#if VIRTHOOK_SYSLOG
#include "syslog_copy.h"
#endif

/* What every line of a begin starts with. */
#define BEGIN_HEAD "{\"schema\":1,\"type\":\"begin\","

/* Each returns 0, a positive number where its place is not told such records, or an errno. */
static int (*const senders[COPIES_PLACES])(int fd, const struct copy *copy) = {
#if VIRTHOOK_JOURNAL
    [COPIES_JOURNAL] = journal_copy_send,
#endif
#if VIRTHOOK_SYSLOG
    [COPIES_SYSLOG] = syslog_copy_send,
#endif
};

void copies_init(struct copies *copies)
{
    *copies = (struct copies){};
    for (size_t i = 0; i < COPIES_PLACES; i++)
        copies->places[i].fd = -EBADF;
}

void copies_choose(struct copies *copies, enum copies_place place, bool wanted)
{
    copies->places[place].wanted = wanted && senders[place];
}

/* Returns as a sender does; `made` is how the copy was made. */
static int send_to(struct copies_to *to, size_t place, int made, const struct copy *copy)
{
    int r = made;

    if (r == 0 && to->fd < 0)
        r = datagram_socket(&to->fd);
    return r == 0 ? senders[place](to->fd, copy) : r;
}

static void count(struct copies_to *to, int r)
{
    if (r == 0)
        to->sent++;
    if (r < 0)
        to->lost++;
}

static void send_line(struct copies *copies, const char *line, size_t size)
{
    struct copy copy = {};
    int made = copy_read(line, size, &copy);

    for (size_t i = 0; i < COPIES_PLACES; i++) {
        struct copies_to *to = &copies->places[i];

        if (to->wanted)
            count(to, send_to(to, i, made, &copy));
    }
    copy_clear(&copy);
}

static bool is_begin(const char *line, size_t size)
{
    return size > strlen(BEGIN_HEAD) && memcmp(line, BEGIN_HEAD, strlen(BEGIN_HEAD)) == 0;
}

static bool go_anywhere(const struct copies *copies)
{
    for (size_t i = 0; i < COPIES_PLACES; i++) {
        if (copies->places[i].wanted)
            return true;
    }
    return false;
}

void copies_send(struct copies *copies, const char *lines, size_t size)
{
    const char *line = lines, *end = lines + size, *newline;

    if (!copies || !go_anywhere(copies))
        return;
    while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
        if (!is_begin(line, (size_t)(newline - line)))
            send_line(copies, line, (size_t)(newline - line));
        line = newline + 1;
    }
}

void copies_clear(struct copies *copies)
{
    for (size_t i = 0; i < COPIES_PLACES; i++)
        close_fd(&copies->places[i].fd);
}

/*
 * A denied call as one line of RFC 3164, in the form in which the C library sends such lines.
 * Helper. The sentence is escaped, as it repeats what clients and scripts say.
 *
 * By hand, and not by syslog(3): that one waits where nobody reads from the socket, and a verdict
 * would wait with it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "syslog_copy.h"

#include "cleanup.h"
#include "datagram.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define SYSLOG_SOCKET "/dev/log"

/* Bytes of the sentence that are sent: every receiver takes lines of 2048 bytes (RFC 5424). */
#define SENTENCE_MAX 1024

/* Bytes of the text's first characters that fit, none of them cut. */
static size_t whole_characters(const char *text, size_t most)
{
    size_t length = strlen(text);

    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

/* "Nov 23 13:07:25", in local time as syslogd expects. */
static void print_time(char text[static sizeof("Nov 23 13:07:25")])
{
    time_t now = time(NULL);
    struct tm local = {};

    localtime_r(&now, &local);
    strftime(text, sizeof("Nov 23 13:07:25"), "%b %e %H:%M:%S", &local);
}

static int print_line(const struct copy *copy, char **ret_line)
{
    const char *call = copy_value(copy, "call"), *reason = copy_value(copy, "reason");
    size_t length = whole_characters(copy->sentence, SENTENCE_MAX);
    char now[sizeof("Nov 23 13:07:25")];

    print_time(now);
    return asprintf(ret_line, "<%d>%s virthook-helper[%d]: %.*s%s [call %s, reason %s, head %s]",
                    LOG_DAEMON | copy->priority, now, (int)getpid(), (int)length, copy->sentence,
                    copy->sentence[length] == '\0' ? "" : "…", call ? call : "-",
                    reason ? reason : "-", copy->head);
}

int syslog_copy_send(int fd, const struct copy *copy)
{
    auto_free char *line = NULL;

    if (!copy_is(copy, "type", "end") || !copy_is(copy, "verdict", "deny"))
        return SYSLOG_COPY_E_OTHER;
    if (print_line(copy, &line) < 0) {
        line = NULL;
        return -ENOMEM;
    }
    return datagram_send(fd, SYSLOG_SOCKET, line, strlen(line));
}

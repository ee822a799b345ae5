/*
 * What the virteventd that runs is at, for people and programs (--status). virteventd, another one.
 * The file is of who runs virteventd; what is in it is read with care all the same.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "fd.h"
#include "object.h"
#include "status.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

/* 64 daemons with long URIs. */
#define TEXT_MAX (1024 * 1024)

/* Times that a new file may take the place of the one that was opened. */
#define TRIES 100

/* Opens the file of one that lives, which holds a lock on it. */
static int open_living(const char *path, int *ret_fd)
{
    for (int i = 0; i < TRIES; i++) {
        auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0)
            return -errno;
        if (flock(fd, LOCK_SH | LOCK_NB) < 0) {
            *ret_fd = take_fd(&fd);
            return errno == EWOULDBLOCK ? 0 : -errno;
        }
        if (st.st_nlink > 0)
            return -ENOENT; /* left behind by one that was killed */
    }
    return -EAGAIN;
}

static int read_living(const char *path, char *text)
{
    auto_close int fd = -EBADF;
    size_t size;
    int r = open_living(path, &fd);

    if (r == 0)
        r = fd_read_all(fd, text, TEXT_MAX, &size);
    if (r == 0)
        text[size] = '\0';
    return r;
}

static const char *text_at(struct json_object *object, const char *key)
{
    struct json_object *value = json_object_object_get(object, key);

    return value ? json_object_get_string(value) : "?";
}

static uint64_t number_at(struct json_object *object, const char *key)
{
    return (uint64_t)json_object_get_int64(json_object_object_get(object, key));
}

static bool is_at(struct json_object *object, const char *key)
{
    return json_object_get_boolean(json_object_object_get(object, key));
}

static void show_daemon(struct json_object *object)
{
    const char *uri = text_at(object, "uri");
    auto_free char *escaped = text_escape(uri, strlen(uri), false);

    printf("  %s: %s, %" PRIu64 " events\n", escaped ? escaped : "?", text_at(object, "state"),
           number_at(object, "events"));
}

static void show_lines(struct json_object *object)
{
    struct json_object *daemons = json_object_object_get(object, "daemons");
    size_t count = json_object_is_type(daemons, json_type_array) ? json_object_array_length(daemons)
                                                                 : 0;
    uint64_t dropped = number_at(object, "dropped"), coalesced = number_at(object, "coalesced");
    uint64_t refused = number_at(object, "refused");

    printf("virteventd %s, process %s, since %s%s\n", text_at(object, "version"),
           text_at(object, "pid"), text_at(object, "started"),
           is_at(object, "stopping") ? ", is ending" : "");
    for (size_t i = 0; i < count; i++)
        show_daemon(json_object_array_get_idx(daemons, i));
    printf("  events: %" PRIu64 " delivered, %" PRIu64 " run, %" PRIu64 " wait (%" PRIu64
           " bytes)\n",
           number_at(object, "delivered"), number_at(object, "running"),
           number_at(object, "waiting"), number_at(object, "bytes"));
    printf("  lost: %" PRIu64 " (%" PRIu64 " dropped, %" PRIu64 " coalesced, %" PRIu64
           " refused by the helper)\n",
           dropped + coalesced + refused, dropped, coalesced, refused);
    printf("  scripts tried again: %" PRIu64 " times, %" PRIu64 " given up\n",
           number_at(object, "retried"), number_at(object, "given_up"));
    if (is_at(object, "helper_away"))
        printf("  the helper is not reached: events wait for it\n");
}

int status_show(const char *path, bool json)
{
    auto_free char *text = malloc(TEXT_MAX + 1);
    auto_json struct json_object *object = NULL;
    int r = text ? read_living(path, text) : -ENOMEM;

    if (r == 0)
        object = json_tokener_parse(text);
    if (r == 0 && !json_object_is_type(object, json_type_object))
        r = -EBADMSG;
    if (r == -ENOENT)
        fprintf(stderr, "virteventd: none runs that has %s; see status in virteventd.conf\n", path);
    else if (r < 0)
        fprintf(stderr, "virteventd: %s cannot be read (%s)\n", path, strerrordesc_np(-r));
    else if (json)
        puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
    else
        show_lines(object);
    return r < 0 ? r : fflush(stdout) != 0 ? -EIO : 0;
}

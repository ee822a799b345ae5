/*
 * What a virteventd is at, in a file for who asks. virteventd.
 *
 * Each time the file is written anew, locked, and put in place of the one before: so who reads it
 * sees a whole one, and knows by the lock that its writer lives.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "status.h"

#include "cleanup.h"
#include "fd.h"
#include "object.h"
#include "virthook-config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

/* "2026-11-23T09:41:18Z" and a NUL. */
#define TIME_SIZE 24

struct status {
    char *path;    /* NULL: nobody is told */
    char *written; /* what is in the file */
    int fd;        /* of the file, locked */
    bool has_failed;
    char started[TIME_SIZE];
};

static const char *const state_names[] = {
    [SOURCE_AWAY] = "away",
    [SOURCE_CONNECTED] = "connected",
    [SOURCE_SYNCHRONIZED] = "synchronized",
};

static void make_folder(const char *path)
{
    auto_free char *folder = strdup(path);
    char *slash = folder ? strrchr(folder, '/') : NULL;

    if (slash && slash != folder) {
        *slash = '\0';
        (void)mkdir(folder, 0755); /* what is wrong with it the first write will tell */
    }
}

int status_open(const char *path, struct status **ret_status)
{
    struct status *status = malloc(sizeof(*status));
    time_t now = time(NULL);
    struct tm utc;

    if (!status)
        return -ENOMEM;
    *status = (struct status){.path = path ? strdup(path) : NULL, .fd = -EBADF};
    if (path && !status->path) {
        free(status);
        return -ENOMEM;
    }
    gmtime_r(&now, &utc);
    (void)strftime(status->started, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (path)
        make_folder(path);
    *ret_status = status;
    return 0;
}

static struct json_object *daemon_of(const struct source *source)
{
    struct source_info info = source_describe(source);
    auto_json struct json_object *object = json_object_new_object();

    if (object && object_add_text(object, "uri", info.uri) &&
        object_add_text(object, "state", state_names[info.state]) &&
        object_add_number(object, "events", info.events))
        return take_pointer(&object);
    return NULL;
}

static struct json_object *daemons_of(const struct sources *sources)
{
    auto_json struct json_object *list = json_object_new_array();

    for (size_t i = 0; list && i < sources->count; i++) {
        if (!object_append(list, daemon_of(sources->list[i])))
            return NULL;
    }
    return take_pointer(&list);
}

static bool add_counts(struct json_object *object, const struct dispatch_counts *counts)
{
    return object_add_number(object, "waiting", counts->queue.waiting) &&
           object_add_number(object, "bytes", counts->queue.bytes) &&
           object_add_number(object, "running", counts->queue.running) &&
           object_add_number(object, "delivered", counts->delivered) &&
           object_add_number(object, "retried", counts->retried) &&
           object_add_number(object, "given_up", counts->given_up) &&
           object_add_number(object, "refused", counts->refused) &&
           object_add_number(object, "dropped", counts->queue.dropped) &&
           object_add_number(object, "coalesced", counts->queue.coalesced) &&
           object_add_boolean(object, "helper_away", counts->helper_away);
}

/* NULL where memory is short; the caller frees. */
static char *text_of(const struct status *status, const struct status_facts *facts)
{
    auto_json struct json_object *object = json_object_new_object();

    if (object && object_add_text(object, "version", VIRTHOOK_VERSION) &&
        object_add_number(object, "pid", (uint64_t)getpid()) &&
        object_add_text(object, "started", status->started) &&
        object_add_boolean(object, "stopping", facts->is_stopping) &&
        object_add(object, "daemons", daemons_of(facts->sources)) &&
        add_counts(object, &facts->counts))
        return strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
    return NULL;
}

/* A new file beside the old one, and then in its place. */
static int replace(struct status *status, const char *text)
{
    auto_free char *beside = NULL;
    auto_close int fd = -EBADF;
    int r;

    if (asprintf(&beside, "%s.new", status->path) < 0) {
        beside = NULL;
        return -ENOMEM;
    }
    fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    r = flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : fd_write_all(fd, text, strlen(text));
    if (r == 0 && rename(beside, status->path) < 0)
        r = -errno;
    if (r == 0) {
        close_fd(&status->fd);
        status->fd = take_fd(&fd);
    }
    return r;
}

void status_write(struct status *status, const struct status_facts *facts)
{
    auto_free char *text = status->path ? text_of(status, facts) : NULL;
    int r;

    if (!text || (status->written && strcmp(status->written, text) == 0))
        return;
    r = replace(status, text);
    if (r < 0 && !status->has_failed)
        fprintf(stderr, "virteventd: %s cannot be written (%s): --status tells nothing\n",
                status->path, strerrordesc_np(-r));
    status->has_failed = r < 0;
    if (r == 0) {
        free(status->written);
        status->written = take_pointer(&text);
    }
}

/* Whether the file is still this one's, and not of another one that was given the same path. */
static bool is_ours(const struct status *status)
{
    struct stat own, present;

    return status->fd >= 0 && fstat(status->fd, &own) == 0 && stat(status->path, &present) == 0 &&
           own.st_ino == present.st_ino && own.st_dev == present.st_dev;
}

void status_close(struct status *status)
{
    if (!status)
        return;
    if (is_ours(status))
        (void)unlink(status->path);
    close_fd(&status->fd);
    free(status->written);
    free(status->path);
    free(status);
}

/*
 * The audit log of one helper: its file, and what must be written before the next record. Helper.
 * What comes from clients and scripts is made harmless in record.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "log.h"

#include "cleanup.h"
#include "fd.h"
#include "open_calls.h"
#include "orphans.h"
#include "record.h"
#include "recover.h"
#include "rotation.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

struct audit_log {
    struct rotation files;
    struct record_source source;
    uint64_t instance;
    struct recovery recovery; /* what former helpers left; not yet closed where the disk is full */
    bool opened;              /* the open record is written */
    uint64_t lost;            /* records given up and not told yet */
    uint64_t lost_ever;
    char lost_since[RECORD_TIME_SIZE];
    struct open_calls open; /* this helper's own: begin written, end not */
    bool untracked;         /* a begin was written that `open` had no room for */
};

/* Writes a line that was made with this result, and frees it. */
static int write_line(struct audit_log *log, int made, struct record_line *line)
{
    auto_free char *text = NULL;

    if (made < 0)
        return made;
    text = line->text;
    return log_file_append(&log->files.file, line->text, line->size);
}

/* What comes before all of this helper's records: the ends that former helpers owe. */
static int write_opening(struct audit_log *log)
{
    struct record_line line;
    int r;

    if (log->opened)
        return 0;
    r = recovery_finish(&log->recovery, &log->files.file, &log->source);
    if (r < 0)
        return r;
    r = write_line(
        log, record_open(&log->source, log->recovery.closed, (uint64_t)log->recovery.cut, &line),
        &line);
    if (r < 0)
        return r;
    recovery_clear(&log->recovery);
    log_file_clear(&log->files.former);
    log->opened = true;
    return 0;
}

static int write_lost(struct audit_log *log)
{
    struct record_line line;
    int r;

    if (log->lost == 0)
        return 0;
    r = write_line(log, record_lost(&log->source, log->lost, log->lost_since, &line), &line);
    if (r < 0)
        return r;
    log->lost = 0;
    return 0;
}

static int write_owed(struct audit_log *log)
{
    int r;

    r = write_opening(log);
    if (r < 0)
        return r;
    rotation_follow(&log->files);
    r = rotation_continue(&log->files, &log->source, &log->open);
    return r < 0 ? r : write_lost(log);
}

static int name_instance(struct audit_log *log)
{
    if (getrandom(&log->instance, sizeof(log->instance), 0) != sizeof(log->instance))
        return -errno;
    snprintf(log->source.instance, sizeof(log->source.instance), "%016" PRIx64, log->instance);
    return 0;
}

/* Stays empty where /proc is not there. */
static void read_boot_id(struct audit_log *log)
{
    auto_close int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    size_t size = 0;

    if (fd < 0 || fd_read_all(fd, log->source.boot, sizeof(log->source.boot) - 1, &size) < 0)
        size = 0;
    log->source.boot[size] = '\0';
}

/* Goes on with the chain that stands there; one that was moved away counts where it is a log. */
static int find_end(struct audit_log *log)
{
    struct log_file *last = rotation_last(&log->files);
    int r = recovery_start(&log->recovery, last);

    if (r == LOG_FILE_E_FOREIGN && last != &log->files.file) {
        last = &log->files.file;
        r = recovery_start(&log->recovery, last);
    }
    log->files.file.chain = last->chain;
    return r;
}

static int refuse_file(const struct audit_log *log, int error, char **ret_error)
{
    int length;

    if (error == LOG_FILE_E_FOREIGN)
        length = asprintf(ret_error,
                          "%s is some other file: it neither begins nor ends with an audit record; "
                          "set another place for the audit log",
                          log->files.path);
    else
        length = asprintf(ret_error,
                          "cannot read or write the audit log %s: %s; move it away or set another "
                          "place for the log",
                          log->files.path, strerror(-error));
    return length < 0 ? -ENOMEM : AUDIT_E_REFUSED;
}

/* A full disk is no reason not to start: what is owed then is written before the first record. */
static int settle_file(struct audit_log *log, char **ret_error)
{
    int r = find_end(log);

    if (r == 0)
        r = write_opening(log);
    if (r == 0 || r == -ENOSPC || r == -ENOMEM)
        return r == -ENOSPC ? 0 : r;
    return refuse_file(log, r, ret_error);
}

static int open_in_place(struct audit_log *log, char **ret_error)
{
    int r;

    r = rotation_lock(&log->files, ret_error);
    if (r != 0)
        return r;
    r = settle_file(log, ret_error);
    if (r == 0)
        orphans_close(&log->files.place, &log->source, log->files.copies);
    return r;
}

static void free_log(struct audit_log *log)
{
    rotation_clear(&log->files);
    recovery_clear(&log->recovery);
    open_calls_clear(&log->open);
    free(log);
}

int audit_open(const struct audit_settings *settings, struct audit_log **ret_log, char **ret_error)
{
    struct audit_log *log = calloc(1, sizeof(*log));
    int r;

    if (!log)
        return -ENOMEM;
    rotation_init(&log->files, settings->copies);
    log->source.kept = settings->kept;
    read_boot_id(log);
    r = name_instance(log);
    if (r == 0)
        r = place_find(&log->files.place, settings->place, settings->name, settings->writer,
                       ret_error);
    if (r == 0)
        r = open_in_place(log, ret_error);
    if (r != 0) {
        free_log(log);
        return r;
    }
    *ret_log = log;
    return 0;
}

/* Tells that every call has its end, where that is so. */
static void write_close(struct audit_log *log)
{
    struct record_line line;
    int r;

    r = write_owed(log);
    if (r < 0 || log->open.count > 0 || log->untracked)
        return;
    (void)write_line(log, record_close(&log->source, &line), &line);
}

uint64_t audit_close(struct audit_log *log)
{
    uint64_t lost;

    if (!log)
        return 0;
    write_close(log);
    lost = log->lost;
    free_log(log);
    return lost;
}

const char *audit_path(const struct audit_log *log)
{
    return log->files.path;
}

char *audit_head(const struct audit_log *log)
{
    char text[CHAIN_HEAD_SIZE];

    chain_print_head(&log->files.file.chain, text);
    return strdup(text);
}

void audit_rotate_at(struct audit_log *log, uint64_t size, size_t files)
{
    log->files.bound = size < INT64_MAX ? (off_t)size : INT64_MAX;
    log->files.kept = files;
}

const char *audit_problem(const struct audit_log *log)
{
    return log->files.problem;
}

const char *audit_instance(const struct audit_log *log)
{
    return log->source.instance;
}

static struct call_id id_of(const struct audit_log *log, const struct audit_call *call)
{
    return (struct call_id){.instance = log->instance, .number = call->number};
}

int audit_begin(struct audit_log *log, const struct audit_call *call)
{
    struct open_call open = {.id = id_of(log, call)};
    auto_free char *text = NULL;
    struct record_line line;
    int r;

    r = write_owed(log);
    if (r < 0)
        return r;
    r = record_begin(&log->source, call, &line);
    if (r < 0)
        return r;
    text = line.text;
    r = log_file_append(&log->files.file, line.text, line.size);
    if (r < 0)
        return r;
    open.begin = text;
    if (open_calls_add(&log->open, &open) == 0)
        text = NULL;
    else
        log->untracked = true;
    return 0;
}

int audit_end(struct audit_log *log, const struct audit_call *call,
              const struct audit_result *result)
{
    struct call_id id = id_of(log, call);
    struct record_line line;
    int r;

    r = write_owed(log);
    if (r < 0)
        return r;
    r = write_line(log, record_end(&log->source, call, result, &line), &line);
    if (r < 0)
        return r;
    open_calls_remove(&log->open, &id);
    return 0;
}

int audit_linger(struct audit_log *log, const struct audit_linger *linger)
{
    struct record_line line;
    int r = write_owed(log);

    return r < 0 ? r : write_line(log, record_linger(&log->source, linger, &line), &line);
}

void audit_count_lost(struct audit_log *log)
{
    if (log->lost == 0)
        record_time(log->lost_since);
    log->lost++;
    log->lost_ever++;
}

uint64_t audit_lost(const struct audit_log *log)
{
    return log->lost_ever;
}

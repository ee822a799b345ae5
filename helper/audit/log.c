/*
 * The audit log of one helper: its file, and what must be written before the next record. Helper.
 * What comes from clients and scripts is made harmless in record.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "log.h"

#include "cleanup.h"
#include "fd.h"
#include "file.h"
#include "open_calls.h"
#include "orphans.h"
#include "place.h"
#include "record.h"
#include "recover.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

struct audit_log {
    struct place place;
    unsigned int slot;
    struct log_file file;
    struct log_file former; /* which was moved away; until what it owes is in `file` */
    char *path;
    struct record_source source;
    uint64_t instance;
    struct recovery recovery; /* what former helpers left; not yet closed where the disk is full */
    bool opened;              /* the open record is written */
    uint64_t lost;            /* records given up and not told yet */
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
    return log_file_append(&log->file, line->text, line->size);
}

/* What comes before all of this helper's records: the ends that former helpers owe. */
static int write_opening(struct audit_log *log)
{
    struct record_line line;
    int r;

    if (log->opened)
        return 0;
    r = recovery_finish(&log->recovery, &log->file, &log->source);
    if (r < 0)
        return r;
    r = write_line(
        log, record_open(&log->source, log->recovery.closed, (uint64_t)log->recovery.cut, &line),
        &line);
    if (r < 0)
        return r;
    recovery_clear(&log->recovery);
    log_file_clear(&log->former);
    log->opened = true;
    return 0;
}

/*
 * Where the file was moved away, goes on in a new one of its name. Where none can be made there,
 * the moved one is written on: nothing is lost.
 */
static void follow_rotation(struct audit_log *log)
{
    auto_free char *path = NULL, *error = NULL;
    auto_close int fd = -EBADF;
    struct stat st;

    if (log->former.fd >= 0 || !place_has_moved(&log->place, log->slot, log->file.fd) ||
        place_lock_slot(&log->place, log->slot, true, &fd, &path, &error) != 0)
        return;
    /* A file that is not new is another helper's, which has ended: it has a chain of its own. */
    if (fstat(fd, &st) < 0 || st.st_size > 0)
        return;
    log->former = log->file;
    log_file_init(&log->file, take_fd(&fd));
    log->file.chain = log->former.chain;
}

/* "{…}\n" becomes "{…,"repeated":true}\n". */
static void print_repeated(FILE *out, const char *begin)
{
    fprintf(out, "%.*s,\"repeated\":true}\n", (int)(strlen(begin) - strlen("}\n")), begin);
}

/* The first lines of a new file: that it goes on, and the calls that are open. */
static int make_continuation(const struct audit_log *log, char **ret_text, size_t *ret_size)
{
    auto_free char *text = NULL;
    struct record_line line;
    FILE *out;
    int r = record_continue(&log->source, &line);

    if (r < 0)
        return r;
    out = open_memstream(&text, ret_size);
    if (out)
        fputs(line.text, out);
    free(line.text);
    if (!out)
        return -ENOMEM;
    for (size_t i = 0; i < log->open.capacity; i++)
        if (log->open.slots[i].id.number != 0)
            print_repeated(out, log->open.slots[i].begin);
    if (fclose(out) != 0)
        return -ENOMEM;
    *ret_text = take_pointer(&text);
    return 0;
}

/* All in one write, so that a helper which is killed leaves all of it or nothing. */
static int write_continuation(struct audit_log *log)
{
    auto_free char *text = NULL;
    size_t size;
    int r;

    if (log->former.fd < 0)
        return 0;
    r = make_continuation(log, &text, &size);
    if (r < 0)
        return r;
    r = log_file_append(&log->file, text, size);
    if (r == 0)
        log_file_clear(&log->former);
    return r;
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
    follow_rotation(log);
    r = write_continuation(log);
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

static int lock_free_slot(struct audit_log *log, char **ret_error)
{
    for (unsigned int slot = 1; slot <= PLACE_SLOTS_MAX; slot++) {
        int fd, r;

        r = place_lock_slot(&log->place, slot, true, &fd, &log->path, ret_error);
        if (r == PLACE_E_TAKEN)
            continue;
        if (r == 0)
            log_file_init(&log->file, fd);
        log->slot = slot;
        return r;
    }
    if (asprintf(ret_error,
                 "each of the %u audit logs %s/%s-….log is held by a helper: end those that are "
                 "not needed",
                 PLACE_SLOTS_MAX, log->place.directory, log->place.stem) < 0)
        return -ENOMEM;
    return AUDIT_E_REFUSED;
}

/* The file to go on from: its own, or, where that is new, the one that was rotated away from it. */
static struct log_file *find_last(struct audit_log *log)
{
    off_t size = 0;
    int fd;

    if (log_file_size(&log->file, &size) == 0 && size == 0 &&
        place_lock_former(&log->place, log->slot, &fd) == 0) {
        log_file_init(&log->former, fd);
        return &log->former;
    }
    return &log->file;
}

/* A full disk is no reason not to start: what is owed then is written before the first record. */
static int settle_file(struct audit_log *log, char **ret_error)
{
    struct log_file *last = find_last(log);
    int r;

    r = recovery_start(&log->recovery, last);
    log->file.chain = last->chain;
    if (r == 0)
        r = write_opening(log);
    if (r == 0 || r == -ENOSPC || r == -ENOMEM)
        return r == -ENOSPC ? 0 : r;
    if (asprintf(ret_error,
                 "cannot read or write the audit log %s: %s; move it away or set another place for "
                 "the log",
                 log->path, strerror(-r)) < 0)
        return -ENOMEM;
    return AUDIT_E_REFUSED;
}

static int open_in_place(struct audit_log *log, char **ret_error)
{
    int r;

    r = lock_free_slot(log, ret_error);
    if (r != 0)
        return r;
    r = settle_file(log, ret_error);
    if (r == 0)
        orphans_close(&log->place, &log->source);
    return r;
}

static void free_log(struct audit_log *log)
{
    log_file_clear(&log->file);
    log_file_clear(&log->former);
    place_clear(&log->place);
    recovery_clear(&log->recovery);
    open_calls_clear(&log->open);
    free(log->path);
    free(log);
}

int audit_open(const char *place, const char *name, size_t kept, uid_t writer,
               struct audit_log **ret_log, char **ret_error)
{
    struct audit_log *log = calloc(1, sizeof(*log));
    int r;

    if (!log)
        return -ENOMEM;
    log_file_init(&log->file, -EBADF);
    log_file_init(&log->former, -EBADF);
    log->place.directory_fd = -EBADF;
    log->source.kept = kept;
    read_boot_id(log);
    r = name_instance(log);
    if (r == 0)
        r = place_find(&log->place, place, name, writer, ret_error);
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

void audit_close(struct audit_log *log)
{
    if (!log)
        return;
    write_close(log);
    free_log(log);
}

const char *audit_path(const struct audit_log *log)
{
    return log->path;
}

char *audit_head(const struct audit_log *log)
{
    char text[CHAIN_HEAD_SIZE];

    chain_print_head(&log->file.chain, text);
    return strdup(text);
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
    r = log_file_append(&log->file, line.text, line.size);
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
}

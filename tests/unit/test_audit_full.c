/*
 * A full disk: a record is in the log whole or not at all, and afterwards the log says how many
 * were lost.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "audit_rig.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#define PAGE 4096

/* Puts a file system of 32 pages over the folder, in this process's own mount namespace. */
static int mount_small_disk(void **state)
{
    const struct rig *rig;

    if (rig_set_up(state) < 0)
        return -1;
    rig = *state;
    if (geteuid() != 0)
        return 0;
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
        return -1;
    return mount("tmpfs", rig->folder, "tmpfs", 0, "size=128k,mode=0700");
}

static int unmount_small_disk(void **state)
{
    const struct rig *rig = *state;

    if (geteuid() == 0 && umount(rig->folder) < 0)
        return -1;
    return rig_tear_down(state);
}

#define full_disk_test(function) \
    cmocka_unit_test_setup_teardown(function, mount_small_disk, unmount_small_disk)

static void need_mount(void)
{
    if (geteuid() == 0)
        return;
    print_message("only root can mount a small disk\n");
    skip();
}

static void ballast_path(const struct rig *rig, char path[128])
{
    snprintf(path, 128, "%s/ballast", rig->folder);
}

/* Takes all pages that are free. */
static void fill_disk(const struct rig *rig)
{
    static const char page[PAGE];
    char path[128];
    auto_close int fd = -EBADF;

    ballast_path(rig, path);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    while (write(fd, page, sizeof(page)) > 0)
        ;
    assert_int_equal(errno, ENOSPC);
}

/* Gives so many pages back; false where there are none. */
static bool free_pages(const struct rig *rig, off_t pages)
{
    struct stat st;
    char path[128];

    ballast_path(rig, path);
    assert_int_equal(stat(path, &st), 0);
    if (st.st_size < pages * PAGE)
        return false;
    assert_int_equal(truncate(path, st.st_size - pages * PAGE), 0);
    return true;
}

/* Begins calls from this number on until one cannot be recorded; returns its number. */
static uint64_t begin_until_full(struct audit_log *log, uint64_t number)
{
    struct rig_call made;
    int r = 0;

    for (; r == 0; number++) {
        rig_call_init(&made, number);
        r = audit_begin(log, &made.call);
    }
    assert_int_equal(r, -ENOSPC);
    return number - 1;
}

static void a_full_disk_is_told_and_nothing_is_torn(void **state)
{
    const struct rig *rig = *state;
    struct json_object *lines;
    struct audit_log *log;
    uint64_t refused;

    need_mount();
    log = rig_open(rig->file, "qemu");
    fill_disk(rig);
    refused = begin_until_full(log, 1);
    lines = rig_read_log(rig->file);
    assert_int_equal(rig_count_records(lines, "begin", NULL), refused - 1);
    json_object_put(lines);
    audit_close(log);
}

static void a_large_record_that_finds_room_for_a_part_leaves_none(void **state)
{
    const struct rig *rig = *state;
    char *output = malloc(65536 + 1);
    struct json_object *lines;
    struct audit_log *log;
    struct rig_call made;
    char *error;

    need_mount();
    assert_non_null(output);
    memset(output, 'x', 65536);
    output[65536] = '\0';
    assert_int_equal(rig_try_open(rig->file, "qemu", 65536, geteuid(), &log, &error), 0);
    rig_call_init(&made, 1);
    made.script.stderr_tail = output;
    assert_int_equal(audit_begin(log, &made.call), 0);
    fill_disk(rig);
    assert_true(free_pages(rig, 10));
    assert_int_equal(audit_end(log, &made.call, &made.result), -ENOSPC);
    lines = rig_read_log(rig->file);
    assert_int_equal(rig_count_records(lines, "end", NULL), 0);
    json_object_put(lines);
    assert_true(free_pages(rig, 10));
    assert_int_equal(audit_end(log, &made.call, &made.result), 0);
    audit_close(log);
    free(output);
}

static void the_log_says_afterwards_how_many_were_lost(void **state)
{
    const struct rig *rig = *state;
    struct json_object *lines;
    struct audit_log *log;
    struct rig_call made;

    need_mount();
    log = rig_open(rig->file, "qemu");
    fill_disk(rig);
    rig_call_init(&made, begin_until_full(log, 1));
    for (int i = 0; i < 3; i++)
        audit_count_lost(log);
    assert_int_equal(audit_begin(log, &made.call), -ENOSPC);
    assert_true(free_pages(rig, 1));
    assert_int_equal(audit_begin(log, &made.call), 0);
    assert_int_equal(audit_end(log, &made.call, &made.result), 0);
    lines = rig_read_log(rig->file);
    assert_int_equal(rig_count_records(lines, "lost", NULL), 1);
    assert_true(rig_is_type(rig_from_end(lines, 2), "lost"));
    assert_int_equal(rig_count(rig_from_end(lines, 2), "count"), 3);
    assert_true(strcmp(rig_text(rig_from_end(lines, 2), "since"),
                       rig_text(rig_from_end(lines, 2), "time")) <= 0);
    json_object_put(lines);
    audit_close(log);
}

/* Space comes back page by page, so that the closing of calls is broken off many times. */
static void unfinished_calls_are_closed_once_when_there_is_space_again(void **state)
{
    const struct rig *rig = *state;
    struct json_object *lines;
    struct audit_log *log;
    struct rig_call made;
    int pages = 0;

    need_mount();
    log = rig_open(rig->file, "qemu");
    for (uint64_t number = 1; number <= 60; number++) {
        rig_call_init(&made, number);
        assert_int_equal(audit_begin(log, &made.call), 0);
    }
    audit_close(log);
    fill_disk(rig);
    log = rig_open(rig->file, "qemu");
    rig_call_init(&made, 1);
    while (audit_begin(log, &made.call) == -ENOSPC) {
        json_object_put(rig_read_log(rig->file));
        assert_true(free_pages(rig, 1));
        pages++;
    }
    assert_true(pages > 5);
    assert_true(free_pages(rig, 1));
    assert_int_equal(audit_end(log, &made.call, &made.result), 0);
    audit_close(log);
    lines = rig_read_log(rig->file);
    rig_check_pairs(lines);
    assert_int_equal(rig_count_records(lines, "end", NULL), 61);
    json_object_put(lines);
}

/* A call whose end was lost is not told as ended: the next helper closes it. */
static void a_helper_whose_end_was_lost_does_not_claim_that_all_ended(void **state)
{
    const struct rig *rig = *state;
    struct json_object *lines;
    struct audit_log *log;
    struct rig_call made;

    need_mount();
    log = rig_open(rig->file, "qemu");
    rig_call_init(&made, 1);
    assert_int_equal(audit_begin(log, &made.call), 0);
    fill_disk(rig);
    begin_until_full(log, 2);
    assert_int_equal(audit_end(log, &made.call, &made.result), -ENOSPC);
    audit_count_lost(log);
    assert_true(free_pages(rig, 20));
    audit_close(log);
    audit_close(rig_open(rig->file, "qemu"));
    lines = rig_read_log(rig->file);
    rig_check_pairs(lines);
    assert_int_equal(rig_count_records(lines, "lost", NULL), 1);
    json_object_put(lines);
}

/* The file may grow by so many bytes and no more; -1 lifts the limit. */
static void limit_growth(const char *file, off_t bytes)
{
    struct rlimit limit;
    struct stat st;

    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < 0 ? limit.rlim_max : (rlim_t)(st.st_size + bytes);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The same at every byte: here the limit on a file's size breaks the writing off. */
static void a_record_leaves_no_part_wherever_its_writing_stops(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = rig_open(rig->file, "qemu");
    size_t before, after;
    struct rig_call made;
    off_t room = 0;

    rig_call_init(&made, 1);
    signal(SIGXFSZ, SIG_IGN);
    for (;; room++) {
        auto_free char *text = NULL, *later = NULL;
        int r;

        text = rig_read_file(rig->file, &before);
        limit_growth(rig->file, room);
        r = audit_begin(log, &made.call);
        limit_growth(rig->file, -1);
        if (r == 0)
            break;
        assert_int_equal(r, -EFBIG);
        later = rig_read_file(rig->file, &after);
        assert_int_equal(after, before);
        assert_memory_equal(text, later, before);
    }
    signal(SIGXFSZ, SIG_DFL);
    assert_true(room > 200);
    json_object_put(rig_read_log(rig->file));
    audit_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        full_disk_test(a_full_disk_is_told_and_nothing_is_torn),
        full_disk_test(a_large_record_that_finds_room_for_a_part_leaves_none),
        full_disk_test(the_log_says_afterwards_how_many_were_lost),
        full_disk_test(unfinished_calls_are_closed_once_when_there_is_space_again),
        full_disk_test(a_helper_whose_end_was_lost_does_not_claim_that_all_ended),
        rig_test(a_record_leaves_no_part_wherever_its_writing_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

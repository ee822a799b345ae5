/*
 * A log that its helper moves away when it is full: nothing is lost between the files, and as many
 * of them are kept as the configuration says.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "audit_rig.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

/* A call's two records have more. */
#define SMALL 1024

#define NUMBER_MAX 1000

#define KILLS         100
#define KILLS_OF_FILE 20
#define LARGE_OUTPUT  20000

static const char *numbered(const struct rig *rig, unsigned int number, const char *ending)
{
    static char path[128];

    if (number == 0)
        return rig->file;
    snprintf(path, sizeof(path), "%s.%u%s", rig->file, number, ending);
    return path;
}

static bool is_there(const struct rig *rig, unsigned int number, const char *ending)
{
    return access(numbered(rig, number, ending), F_OK) == 0;
}

static void make(const struct rig *rig, unsigned int number, const char *ending)
{
    rig_write_file(numbered(rig, number, ending), ending, strlen(ending));
}

static struct audit_log *open_small(const struct rig *rig, unsigned int kept)
{
    struct audit_log *log = rig_open(rig->file, "qemu");

    audit_rotate_at(log, SMALL, kept);
    return log;
}

/* A whole call; the next record is due to begin a new file. */
static void record_call(struct audit_log *log, uint64_t number)
{
    struct rig_call made;

    rig_call_init(&made, number);
    assert_int_equal(audit_begin(log, &made.call), 0);
    assert_int_equal(audit_end(log, &made.call, &made.result), 0);
}

/* A helper's time in which its file becomes full once, at its first call. */
static void fill_once(const struct rig *rig, unsigned int kept)
{
    struct audit_log *log = rig_open(rig->file, "qemu");
    struct rig_call made;

    rig_call_init(&made, 1);
    audit_rotate_at(log, 1, kept);
    assert_int_equal(audit_begin(log, &made.call), 0);
    audit_rotate_at(log, 0, kept);
    assert_int_equal(audit_end(log, &made.call, &made.result), 0);
    audit_close(log);
}

/* The records of all files, in the order in which they were written. */
static struct json_object *read_all(const struct rig *rig)
{
    struct json_object *all = json_object_new_array();

    for (unsigned int number = NUMBER_MAX + 1; number-- > 0;) {
        struct json_object *lines;

        if (!is_there(rig, number, ""))
            continue;
        lines = rig_read_log(numbered(rig, number, ""));
        for (size_t i = 0; i < json_object_array_length(lines); i++)
            json_object_array_add(all, json_object_get(json_object_array_get_idx(lines, i)));
        json_object_put(lines);
    }
    return all;
}

static void check_chain(struct json_object *lines)
{
    for (size_t i = 1; i < json_object_array_length(lines); i++) {
        struct json_object *former = json_object_array_get_idx(lines, i - 1);
        struct json_object *record = json_object_array_get_idx(lines, i);

        assert_string_equal(rig_text(record, "chain"), rig_text(former, "chain"));
        assert_string_equal(rig_text(record, "prev"), rig_text(former, "hash"));
        assert_int_equal(rig_count(record, "seq"), rig_count(former, "seq") + 1);
    }
}

static void check_all(const struct rig *rig)
{
    struct json_object *lines = read_all(rig);

    check_chain(lines);
    rig_check_pairs(lines);
    json_object_put(lines);
}

static void a_full_file_is_moved_away_and_a_new_one_goes_on_with_the_chain(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = open_small(rig, 1000);

    for (uint64_t number = 1; number <= 12; number++)
        record_call(log, number);
    audit_close(log);
    assert_true(is_there(rig, 5, ""));
    check_all(rig);
}

static void by_default_no_file_is_ever_full(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = rig_open(rig->file, "qemu");

    for (uint64_t number = 1; number <= 100; number++)
        record_call(log, number);
    audit_close(log);
    assert_false(is_there(rig, 1, ""));
}

static void as_many_files_are_kept_as_was_said_and_the_oldest_goes(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = open_small(rig, 3);
    struct json_object *lines;

    for (uint64_t number = 1; number <= 20; number++)
        record_call(log, number);
    audit_close(log);
    assert_true(is_there(rig, 3, ""));
    assert_false(is_there(rig, 4, ""));
    lines = read_all(rig);
    assert_true(rig_count(json_object_array_get_idx(lines, 0), "seq") > 1);
    check_chain(lines);
    json_object_put(lines);
}

static void begins_that_stand_there_again_do_not_make_a_file_full(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = open_small(rig, 1000);
    struct rig_call made;

    for (uint64_t number = 1; number <= 50; number++) {
        rig_call_init(&made, number);
        assert_int_equal(audit_begin(log, &made.call), 0);
    }
    for (uint64_t number = 1; number <= 50; number++) {
        rig_call_init(&made, number);
        assert_int_equal(audit_end(log, &made.call, &made.result), 0);
    }
    audit_close(log);
    assert_false(is_there(rig, 100, ""));
    check_all(rig);
}

static void a_number_that_is_free_is_filled_and_no_file_behind_it_moves(void **state)
{
    const struct rig *rig = *state;

    make(rig, 1, "");
    make(rig, 3, "");
    fill_once(rig, 5);
    assert_true(is_there(rig, 1, "") && is_there(rig, 2, "") && is_there(rig, 3, ""));
    assert_false(is_there(rig, 4, ""));
}

static void a_compressed_file_has_its_number_and_moves_on_too(void **state)
{
    const struct rig *rig = *state;

    make(rig, 1, "");
    make(rig, 2, ".gz");
    make(rig, 3, ".gz");
    fill_once(rig, 3);
    assert_true(is_there(rig, 1, "") && is_there(rig, 2, "") && is_there(rig, 3, ".gz"));
    assert_false(is_there(rig, 2, ".gz") || is_there(rig, 4, ".gz"));
}

static void files_of_higher_numbers_are_left_alone(void **state)
{
    const struct rig *rig = *state;

    make(rig, 1, "");
    make(rig, 2, "");
    fill_once(rig, 1);
    assert_true(is_there(rig, 2, ""));
    assert_false(is_there(rig, 3, ""));
}

static void where_it_cannot_be_moved_that_is_told_and_it_grows_on(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = open_small(rig, 1);

    assert_int_equal(mkdir(numbered(rig, 1, ""), 0700), 0);
    assert_null(audit_problem(log));
    record_call(log, 1);
    record_call(log, 2);
    assert_non_null(strstr(audit_problem(log), "cannot be moved away"));
    assert_int_equal(rmdir(numbered(rig, 1, "")), 0);
    record_call(log, 3);
    assert_null(audit_problem(log));
    audit_close(log);
    check_all(rig);
}

static void set_time(const char *path)
{
    const struct timespec times[2] = {{.tv_sec = 1700000000}, {.tv_sec = 1700000000}};

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* As a helper that was killed before it had made a new file leaves them, all within a tick. */
static void of_files_of_the_same_time_the_lowest_number_is_gone_on_from(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = open_small(rig, 1000);

    for (uint64_t number = 1; number <= 12; number++)
        record_call(log, number);
    audit_close(log);
    for (unsigned int number = NUMBER_MAX; number > 0; number--) {
        if (!is_there(rig, number, ""))
            continue;
        char to[128];

        snprintf(to, sizeof(to), "%s", numbered(rig, number + 1, ""));
        assert_int_equal(rename(numbered(rig, number, ""), to), 0);
        set_time(to);
    }
    assert_int_equal(rename(rig->file, numbered(rig, 1, "")), 0);
    set_time(numbered(rig, 1, ""));
    audit_close(rig_open(rig->file, "qemu"));
    check_all(rig);
}

/* Says on `ready_fd` when it has begun. */
static void write_until_killed(const struct rig *rig, int ready_fd)
{
    char *output = malloc(LARGE_OUTPUT + 1), *error;
    struct audit_log *log;
    struct rig_call made;

    if (!output || rig_try_open(rig->file, "qemu", LARGE_OUTPUT, geteuid(), &log, &error) != 0)
        _exit(1);
    memset(output, 'x', LARGE_OUTPUT);
    output[LARGE_OUTPUT] = '\0';
    audit_rotate_at(log, SMALL, NUMBER_MAX);
    for (uint64_t number = 1;; number++) {
        rig_call_init(&made, number);
        made.script.stderr_tail = number % 3 == 0 ? output : "short\n";
        if (audit_begin(log, &made.call) != 0 || (number == 1 && write(ready_fd, "", 1) != 1) ||
            audit_end(log, &made.call, &made.result) != 0)
            _exit(1);
    }
}

static void kill_writer_at_random(const struct rig *rig)
{
    struct timespec delay = {.tv_nsec = random() % 3000000};
    int ready[2], status;
    char byte;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0)
        write_until_killed(rig, ready[1]);
    assert_true(pid > 0);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    nanosleep(&delay, NULL);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    close(ready[0]);
}

static void remove_all(const struct rig *rig)
{
    for (unsigned int number = 0; number <= NUMBER_MAX; number++)
        unlink(numbered(rig, number, ""));
}

/* The instants are random, and told, so that a failure can be tried again. */
static void killed_at_any_instant_helpers_leave_one_chain_over_all_files(void **state)
{
    const struct rig *rig = *state;
    unsigned int seed = (unsigned int)time(NULL);

    print_message("seed %u\n", seed);
    srandom(seed);
    for (int i = 0; i < KILLS; i++) {
        if (i % KILLS_OF_FILE == 0)
            remove_all(rig);
        kill_writer_at_random(rig);
        if (i % KILLS_OF_FILE != KILLS_OF_FILE - 1)
            continue;
        audit_close(rig_open(rig->file, "qemu"));
        /* One number may be free. */
        assert_true(is_there(rig, 2, "") || is_there(rig, 3, ""));
        check_all(rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(a_full_file_is_moved_away_and_a_new_one_goes_on_with_the_chain),
        rig_test(by_default_no_file_is_ever_full),
        rig_test(as_many_files_are_kept_as_was_said_and_the_oldest_goes),
        rig_test(begins_that_stand_there_again_do_not_make_a_file_full),
        rig_test(a_number_that_is_free_is_filled_and_no_file_behind_it_moves),
        rig_test(a_compressed_file_has_its_number_and_moves_on_too),
        rig_test(files_of_higher_numbers_are_left_alone),
        rig_test(where_it_cannot_be_moved_that_is_told_and_it_grows_on),
        rig_test(of_files_of_the_same_time_the_lowest_number_is_gone_on_from),
        rig_test(killed_at_any_instant_helpers_leave_one_chain_over_all_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

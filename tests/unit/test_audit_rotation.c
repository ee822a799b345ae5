/*
 * A log that is moved away while helpers write it, as logrotate does: the next record begins a new
 * file, and no call and no link of the chain is lost between the two.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "audit_rig.h"

#include <unistd.h>

static const char *moved_path(const struct rig *rig)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s.1", rig->file);
    return path;
}

static void move_away(const struct rig *rig)
{
    assert_int_equal(rename(rig->file, moved_path(rig)), 0);
}

static struct json_object *last_of(struct json_object *lines)
{
    return json_object_array_get_idx(lines, json_object_array_length(lines) - 1);
}

static bool is_flagged(struct json_object *record, const char *key)
{
    struct json_object *value = NULL;

    return json_object_object_get_ex(record, key, &value) && json_object_get_boolean(value);
}

/* The first record of the new file is the next one of the chain that the moved one ends with. */
static void check_goes_on(struct json_object *former, struct json_object *lines)
{
    struct json_object *last = last_of(former), *first = json_object_array_get_idx(lines, 0);

    assert_string_equal(rig_text(first, "chain"), rig_text(last, "chain"));
    assert_int_equal(rig_count(first, "seq"), rig_count(last, "seq") + 1);
    assert_string_equal(rig_text(first, "prev"), rig_text(last, "hash"));
}

static void the_next_record_begins_a_new_file_that_goes_on_with_the_chain(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = rig_open(rig->file, "qemu");
    struct json_object *former, *lines;
    struct rig_call call;

    rig_call_init(&call, 1);
    move_away(rig);
    assert_int_equal(audit_begin(log, &call.call), 0);
    former = rig_read_log(moved_path(rig));
    lines = rig_read_log(rig->file);
    check_goes_on(former, lines);
    assert_int_equal(json_object_array_length(former), 1);
    assert_true(is_flagged(json_object_array_get_idx(lines, 0), "continues"));
    assert_int_equal(rig_count_records(lines, "begin", NULL), 1);
    json_object_put(former);
    json_object_put(lines);
    audit_close(log);
}

static void calls_that_are_open_have_their_begin_repeated(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = rig_open(rig->file, "qemu");
    struct json_object *lines;
    struct rig_call ended, open;

    rig_call_init(&ended, 1);
    rig_call_init(&open, 2);
    assert_int_equal(audit_begin(log, &ended.call), 0);
    assert_int_equal(audit_begin(log, &open.call), 0);
    assert_int_equal(audit_end(log, &ended.call, &ended.result), 0);
    move_away(rig);
    assert_int_equal(audit_end(log, &open.call, &open.result), 0);
    lines = rig_read_log(rig->file);
    assert_int_equal(json_object_array_length(lines), 3);
    assert_true(is_flagged(json_object_array_get_idx(lines, 1), "repeated"));
    assert_string_equal(rig_text(json_object_array_get_idx(lines, 1), "call"),
                        rig_text(json_object_array_get_idx(lines, 2), "call"));
    json_object_put(lines);
    audit_close(log);
}

static void where_no_new_file_can_be_made_the_moved_one_is_written_on(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = rig_open(rig->file, "qemu");
    struct json_object *former;
    struct rig_call call;

    rig_call_init(&call, 1);
    move_away(rig);
    assert_int_equal(mkdir(rig->file, 0700), 0);
    assert_int_equal(audit_begin(log, &call.call), 0);
    former = rig_read_log(moved_path(rig));
    assert_int_equal(rig_count_records(former, "begin", NULL), 1);
    json_object_put(former);
    assert_int_equal(rmdir(rig->file), 0);
    assert_int_equal(audit_end(log, &call.call, &call.result), 0);
    former = rig_read_log(rig->file);
    assert_int_equal(rig_count_records(former, "end", NULL), 1);
    json_object_put(former);
    audit_close(log);
}

/* A helper that begins a call and is killed. */
static void leave_call_open(const struct rig *rig)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        struct audit_log *log = NULL;
        struct rig_call call;
        char *error = NULL;

        rig_call_init(&call, 1);
        _exit(rig_try_open(rig->file, "qemu", RIG_KEPT, geteuid(), &log, &error) == 0 &&
                      audit_begin(log, &call.call) == 0
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_helper_that_starts_after_the_move_closes_what_was_left_and_goes_on(void **state)
{
    const struct rig *rig = *state;
    struct json_object *former, *lines;

    leave_call_open(rig);
    move_away(rig);
    audit_close(rig_open(rig->file, "qemu"));
    former = rig_read_log(moved_path(rig));
    lines = rig_read_log(rig->file);
    check_goes_on(former, lines);
    assert_int_equal(rig_count_records(former, "end", NULL), 0);
    assert_int_equal(rig_count_records(lines, "end", NULL), 1);
    assert_string_equal(rig_text(json_object_array_get_idx(lines, 0), "reason"), "helper-lost");
    json_object_put(former);
    json_object_put(lines);
}

static void a_moved_log_that_is_still_held_is_another_helpers(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *holder = rig_open(rig->file, "qemu");
    struct json_object *lines;

    move_away(rig);
    audit_close(rig_open(rig->file, "qemu"));
    lines = rig_read_log(rig->file);
    assert_int_equal(rig_count(json_object_array_get_idx(lines, 0), "seq"), 1);
    json_object_put(lines);
    audit_close(holder);
}

static void a_moved_file_that_is_no_log_is_left_alone(void **state)
{
    static const char other[] = "no log, and no newline";
    const struct rig *rig = *state;
    auto_free char *text = NULL;
    struct json_object *lines;
    size_t size;

    rig_write_file(moved_path(rig), other, strlen(other));
    audit_close(rig_open(rig->file, "qemu"));
    lines = rig_read_log(rig->file);
    assert_int_equal(rig_count(json_object_array_get_idx(lines, 0), "seq"), 1);
    text = rig_read_file(moved_path(rig), &size);
    assert_int_equal(size, strlen(other));
    assert_memory_equal(text, other, size);
    json_object_put(lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(the_next_record_begins_a_new_file_that_goes_on_with_the_chain),
        rig_test(calls_that_are_open_have_their_begin_repeated),
        rig_test(where_no_new_file_can_be_made_the_moved_one_is_written_on),
        rig_test(a_helper_that_starts_after_the_move_closes_what_was_left_and_goes_on),
        rig_test(a_moved_log_that_is_still_held_is_another_helpers),
        rig_test(a_moved_file_that_is_no_log_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

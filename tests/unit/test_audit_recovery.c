/*
 * What a helper that was killed leaves in its log, and that the next one mends and closes it: no
 * torn line stays, and every call that began has exactly one end.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "audit_rig.h"

#include <signal.h>
#include <unistd.h>

/* Kills a helper when it has written: what stands in the file is what it wrote so far. */
static void in_process_that_is_killed(int (*write_some)(const char *place), const char *place)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        if (write_some(place) == 0)
            raise(SIGSTOP);
        _exit(1);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static struct json_object *open_close_and_read(const char *file)
{
    audit_close(rig_open(file, "qemu"));
    return rig_read_log(file);
}

/* Three calls, of which the second ends. */
static int write_three_end_one(const char *place)
{
    struct audit_log *log;
    struct rig_call made;
    char *error;

    if (rig_try_open(place, "qemu", RIG_KEPT, geteuid(), &log, &error) != 0)
        return 1;
    for (uint64_t number = 1; number <= 3; number++) {
        rig_call_init(&made, number);
        if (audit_begin(log, &made.call) != 0)
            return 1;
    }
    made.call.number = 2;
    return audit_end(log, &made.call, &made.result) == 0 ? 0 : 1;
}

static void unfinished_calls_are_closed_by_the_next_helper(void **state)
{
    const struct rig *rig = *state;
    struct json_object *lines, *end;

    in_process_that_is_killed(write_three_end_one, rig->file);
    lines = open_close_and_read(rig->file);
    rig_check_pairs(lines);
    end = rig_from_end(lines, 2);
    assert_string_equal(rig_text(end, "type"), "end");
    assert_string_equal(rig_text(end, "reason"), "helper-lost");
    assert_null(rig_field(end, "verdict"));
    assert_string_equal(rig_text(end, "closed_by"), rig_text(rig_from_end(lines, 1), "instance"));
    assert_string_equal(rig_text(end, "instance"),
                        rig_text(json_object_array_get_idx(lines, 0), "instance"));
    assert_int_equal(rig_count(rig_from_end(lines, 1), "closed_calls"), 2);
    json_object_put(lines);
}

static void a_closed_call_still_says_which_it_was(void **state)
{
    const char *const keys[] = {"call", "peer",      "class",         "driver", "object",
                                "uuid", "operation", "sub_operation", "extra",  "stdin_bytes"};
    const struct rig *rig = *state;
    struct json_object *lines, *begin, *end;

    in_process_that_is_killed(write_three_end_one, rig->file);
    lines = open_close_and_read(rig->file);
    begin = json_object_array_get_idx(lines, 3);
    end = rig_from_end(lines, 2);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        assert_true(json_object_equal(rig_field(begin, keys[i]), rig_field(end, keys[i])));
    json_object_put(lines);
}

static void a_call_is_closed_once_however_often_the_log_is_opened(void **state)
{
    const struct rig *rig = *state;
    struct json_object *lines;

    in_process_that_is_killed(write_three_end_one, rig->file);
    for (int i = 0; i < 5; i++)
        json_object_put(open_close_and_read(rig->file));
    lines = rig_read_log(rig->file);
    rig_check_pairs(lines);
    assert_int_equal(rig_count_records(lines, "end", NULL), 3);
    json_object_put(lines);
}

static void an_end_is_not_taken_for_the_end_of_another_helpers_call(void **state)
{
    const struct rig *rig = *state;
    struct json_object *lines;

    in_process_that_is_killed(write_three_end_one, rig->file);
    in_process_that_is_killed(write_three_end_one, rig->file);
    lines = open_close_and_read(rig->file);
    rig_check_pairs(lines);
    assert_int_equal(rig_count_records(lines, "end", NULL), 6);
    json_object_put(lines);
}

static void a_file_that_nobody_takes_again_is_closed_too(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *first = rig_open(rig->file, "qemu");
    struct json_object *lines;
    char second[128];

    snprintf(second, sizeof(second), "%s/audit-2.log", rig->folder);
    in_process_that_is_killed(write_three_end_one, rig->file);
    audit_close(first);
    json_object_put(open_close_and_read(rig->file));
    lines = rig_read_log(second);
    rig_check_pairs(lines);
    assert_int_equal(rig_count_records(lines, "end", NULL), 3);
    assert_true(rig_is_type(rig_from_end(lines, 0), "close"));
    json_object_put(lines);
}

static void calls_of_a_running_helper_are_left_alone(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = rig_open(rig->file, "qemu");
    struct json_object *lines;
    struct rig_call made;

    rig_call_init(&made, 1);
    assert_int_equal(audit_begin(log, &made.call), 0);
    audit_close(rig_open(rig->file, "qemu"));
    lines = rig_read_log(rig->file);
    assert_int_equal(rig_count_records(lines, "end", NULL), 0);
    json_object_put(lines);
    assert_int_equal(audit_end(log, &made.call, &made.result), 0);
    audit_close(log);
}

/* Where the last line of a text begins that ends in a newline. */
static size_t last_line(const char *text, size_t size)
{
    const char *newline = memrchr(text, '\n', size - 1);

    return newline ? (size_t)(newline - text) + 1 : 0;
}

/* For each length that the last record of the file may have when its writing was cut off. */
static void check_torn_everywhere(const char *file, size_t open_calls)
{
    size_t size;
    auto_free char *whole = rig_read_file(file, &size);

    for (size_t cut = last_line(whole, size); cut < size; cut++) {
        struct json_object *lines;

        rig_write_file(file, whole, cut);
        lines = open_close_and_read(file);
        rig_check_pairs(lines);
        assert_int_equal(rig_count(rig_from_end(lines, 1), "cut_bytes"),
                         cut - last_line(whole, size));
        assert_int_equal(rig_count(rig_from_end(lines, 1), "closed_calls"), open_calls);
        json_object_put(lines);
    }
}

static void a_torn_end_is_cut_off_and_its_call_closed(void **state)
{
    const struct rig *rig = *state;

    in_process_that_is_killed(write_three_end_one, rig->file);
    check_torn_everywhere(rig->file, 3);
}

static int write_one_begin(const char *place)
{
    struct audit_log *log;
    struct rig_call made;
    char *error;

    rig_call_init(&made, 1);
    return rig_try_open(place, "qemu", RIG_KEPT, geteuid(), &log, &error) == 0 &&
                   audit_begin(log, &made.call) == 0
               ? 0
               : 1;
}

static void a_torn_begin_is_cut_off_and_there_was_no_call(void **state)
{
    const struct rig *rig = *state;

    in_process_that_is_killed(write_one_begin, rig->file);
    check_torn_everywhere(rig->file, 0);
}

static void half_a_line_alone_in_the_file_is_cut_off(void **state)
{
    const struct rig *rig = *state;
    struct json_object *lines;

    rig_write_file(rig->file, "{\"schema\":1,\"ty", 15);
    lines = open_close_and_read(rig->file);
    assert_int_equal(rig_count(rig_from_end(lines, 1), "cut_bytes"), 15);
    json_object_put(lines);
}

/* As where the configuration names a file of something else: it is left as it is. */
static void half_a_line_that_no_helper_wrote_is_left_alone(void **state)
{
    const char *const texts[] = {"12 GiB", "<domain>\n  <name>d1</name>\n</domain>",
                                 "{\"schemas\":1}"};
    const struct rig *rig = *state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        auto_free char *error = NULL, *text = NULL;
        struct audit_log *log;
        size_t size;

        rig_write_file(rig->file, texts[i], strlen(texts[i]));
        assert_int_equal(rig_try_open(rig->file, "qemu", RIG_KEPT, geteuid(), &log, &error),
                         AUDIT_E_REFUSED);
        assert_non_null(strstr(error, "set another place"));
        text = rig_read_file(rig->file, &size);
        assert_int_equal(size, strlen(texts[i]));
        assert_memory_equal(text, texts[i], size);
    }
}

static void half_a_line_at_the_end_of_a_log_is_cut_off_whatever_it_is(void **state)
{
    const struct rig *rig = *state;
    auto_free char *text = NULL, *longer = NULL;
    struct json_object *lines;
    size_t size;

    audit_close(rig_open(rig->file, "qemu"));
    text = rig_read_file(rig->file, &size);
    assert_true(asprintf(&longer, "%.*send", (int)size, text) > 0);
    rig_write_file(rig->file, longer, size + 3);
    lines = open_close_and_read(rig->file);
    assert_int_equal(rig_count(rig_from_end(lines, 1), "cut_bytes"), 3);
    json_object_put(lines);
}

static void zeros_that_a_power_cut_left_are_cut_off(void **state)
{
    const char zeros[4096] = "";
    const struct rig *rig = *state;
    struct json_object *lines;

    rig_write_file(rig->file, zeros, sizeof(zeros));
    lines = open_close_and_read(rig->file);
    assert_int_equal(rig_count(rig_from_end(lines, 1), "cut_bytes"), sizeof(zeros));
    json_object_put(lines);
}

/* What makes a start fast, however long the log: only what follows the last such line is read. */
static void what_stands_above_an_open_or_close_is_not_read_again(void **state)
{
    static const char begin[] =
        "{\"schema\":1,\"type\":\"begin\",\"call\":\"0123456789abcdef-7\"}\n";
    const char *const types[] = {"open", "close"};
    const struct rig *rig = *state;

    for (size_t i = 0; i < 2; i++) {
        struct json_object *lines;
        char text[512];

        snprintf(text, sizeof(text), "%s{\"schema\":1,\"type\":\"%s\",\"instance\":\"\"}\n", begin,
                 types[i]);
        rig_write_file(rig->file, text, strlen(text));
        lines = open_close_and_read(rig->file);
        assert_int_equal(rig_count(rig_from_end(lines, 1), "closed_calls"), 0);
        json_object_put(lines);
    }
}

static void lines_that_are_no_records_do_no_harm(void **state)
{
    const char junk[] = "\n{}\nnot json\n{\"schema\":1,\"type\":\"begin\",\"call\":\"\n"
                        "{\"schema\":1,\"type\":\"begin\",\"call\":\"0123456789abcdef-0\"}\n"
                        "{\"schema\":1,\"type\":\"begin\",\"call\":\"0123456789abcdef-7\",torn}\n"
                        "{\"schema\":1,\"type\":\"end\",\"call\":\"0123456789abcdef-99999999999999"
                        "9999999\"}\n\0\0\0\n{\"schema\":2,\"type\":\"new\"}\n";
    const struct rig *rig = *state;
    size_t size;
    auto_free char *text = NULL;

    rig_write_file(rig->file, junk, sizeof(junk) - 1);
    audit_close(rig_open(rig->file, "qemu"));
    text = rig_read_file(rig->file, &size);
    assert_memory_equal(text, junk, sizeof(junk) - 1);
    assert_non_null(strstr(text + sizeof(junk) - 1, "\"call\":\"0123456789abcdef-7\""));
    assert_non_null(strstr(text + sizeof(junk) - 1, "\"closed_calls\":1,"));
}

/* Lines longer than the blocks in which the file is read, so that heads stand across their borders.
 */
static void calls_are_found_wherever_their_lines_stand(void **state)
{
    const struct rig *rig = *state;
    char *output = malloc(65536);
    struct json_object *lines;

    assert_non_null(output);
    for (size_t length = 65536 - 2200; length < 65536; length += 13) {
        struct audit_log *log = NULL;
        struct rig_call made;
        char *error;

        memset(output, 'x', length);
        output[length] = '\0';
        unlink(rig->file);
        assert_int_equal(rig_try_open(rig->file, "qemu", 65536, geteuid(), &log, &error), 0);
        rig_call_init(&made, 1);
        made.script.stderr_tail = output;
        assert_int_equal(audit_begin(log, &made.call), 0);
        assert_int_equal(audit_end(log, &made.call, &made.result), 0);
        made.call.number = 2;
        assert_int_equal(audit_begin(log, &made.call), 0);
        audit_close(log);
        lines = open_close_and_read(rig->file);
        rig_check_pairs(lines);
        json_object_put(lines);
    }
    free(output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(unfinished_calls_are_closed_by_the_next_helper),
        rig_test(a_closed_call_still_says_which_it_was),
        rig_test(a_call_is_closed_once_however_often_the_log_is_opened),
        rig_test(an_end_is_not_taken_for_the_end_of_another_helpers_call),
        rig_test(a_file_that_nobody_takes_again_is_closed_too),
        rig_test(calls_of_a_running_helper_are_left_alone),
        rig_test(a_torn_end_is_cut_off_and_its_call_closed),
        rig_test(a_torn_begin_is_cut_off_and_there_was_no_call),
        rig_test(half_a_line_alone_in_the_file_is_cut_off),
        rig_test(half_a_line_that_no_helper_wrote_is_left_alone),
        rig_test(half_a_line_at_the_end_of_a_log_is_cut_off_whatever_it_is),
        rig_test(zeros_that_a_power_cut_left_are_cut_off),
        rig_test(what_stands_above_an_open_or_close_is_not_read_again),
        rig_test(lines_that_are_no_records_do_no_harm),
        rig_test(calls_are_found_wherever_their_lines_stand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Helpers that are killed at random instants while they write, and what the next one makes of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "audit_rig.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#define KILLS         200
#define KILLS_OF_FILE 10
#define LARGE_OUTPUT  300000

/* Writes calls, small and large, until it is killed; says on `ready_fd` when the first has begun.
 */
static void write_until_killed(const char *place, int ready_fd)
{
    char *output = malloc(LARGE_OUTPUT + 1);
    struct audit_log *log;
    struct rig_call made;
    char *error;

    if (!output || rig_try_open(place, "qemu", LARGE_OUTPUT, geteuid(), &log, &error) != 0)
        _exit(1);
    memset(output, 'x', LARGE_OUTPUT);
    output[LARGE_OUTPUT] = '\0';
    for (uint64_t number = 1;; number += 2) {
        rig_call_init(&made, number);
        made.script.stderr_tail = number % 3 == 0 ? output : "short\n";
        if (audit_begin(log, &made.call) != 0 || (number == 1 && write(ready_fd, "", 1) != 1))
            _exit(1);
        made.call.number = number + 1;
        if (audit_begin(log, &made.call) != 0 || audit_end(log, &made.call, &made.result) != 0)
            _exit(1);
        made.call.number = number;
        if (audit_end(log, &made.call, &made.result) != 0)
            _exit(1);
    }
}

/* At any time from its start on, or, so that calls were begun, from its first record on. */
static void kill_writer_at_random(const char *place, bool has_begun)
{
    struct timespec delay = {.tv_nsec = random() % 5000000};
    int ready[2], status;
    char byte;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0)
        write_until_killed(place, ready[1]);
    assert_true(pid > 0);
    close(ready[1]);
    if (has_begun)
        assert_int_equal(read(ready[0], &byte, 1), 1);
    nanosleep(&delay, NULL);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    close(ready[0]);
}

/* Reads the log when the next helper has opened it; returns how many calls were closed for others.
 */
static size_t check_whole(const char *file)
{
    struct json_object *lines;
    size_t closed = 0;

    audit_close(rig_open(file, "qemu"));
    lines = rig_read_log(file);
    rig_check_pairs(lines);
    for (size_t i = 0; i < json_object_array_length(lines); i++) {
        struct json_object *record = json_object_array_get_idx(lines, i);

        if (rig_is_type(record, "open"))
            closed += (size_t)rig_count(record, "closed_calls");
    }
    json_object_put(lines);
    return closed;
}

/* Invariant 7. The instants are random, and told, so that a failure can be tried again. */
static void a_helper_killed_at_any_instant_leaves_a_log_that_the_next_makes_whole(void **state)
{
    const struct rig *rig = *state;
    unsigned int seed = (unsigned int)time(NULL);
    size_t closed = 0;

    print_message("seed %u\n", seed);
    srandom(seed);
    for (int i = 0; i < KILLS; i++) {
        if (i % KILLS_OF_FILE == 0)
            unlink(rig->file);
        kill_writer_at_random(rig->file, i % 2 == 0);
        if (i % KILLS_OF_FILE == KILLS_OF_FILE - 1)
            closed += check_whole(rig->file);
    }
    print_message("%zu calls had been left without an end\n", closed);
    assert_true(closed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(a_helper_killed_at_any_instant_leaves_a_log_that_the_next_makes_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

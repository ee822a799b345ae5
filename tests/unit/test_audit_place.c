/*
 * Where the audit log is kept: one file for each helper, and no file that others could change.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "audit_rig.h"

#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#define OTHER_UID 12345

static mode_t mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

/* Opening must be refused, with a sentence that has all of these words. */
static void check_refused(const char *place, const char *name, const char *word, const char *mend)
{
    struct audit_log *log = NULL;
    auto_free char *error = NULL;

    assert_int_equal(rig_try_open(place, name, RIG_KEPT, geteuid(), &log, &error), AUDIT_E_REFUSED);
    assert_null(log);
    assert_non_null(error);
    if (!strstr(error, word) || !strstr(error, mend))
        fail_msg("no \"%s\" and \"%s\" in: %s", word, mend, error);
}

static void directories_are_made_0700_and_files_0600(void **state)
{
    const struct rig *rig = *state;
    char deep[128], outer[128];
    struct audit_log *log;

    snprintf(outer, sizeof(outer), "%s/a", rig->folder);
    snprintf(deep, sizeof(deep), "%s/a/b/", rig->folder);
    umask(0);
    log = rig_open(deep, "qemu");
    umask(022);
    assert_int_equal(mode_of(outer), 0700);
    assert_int_equal(mode_of(deep), 0700);
    assert_int_equal(mode_of(audit_path(log)), 0600);
    audit_close(log);
}

static void in_a_directory_the_file_is_named_after_the_helper(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = rig_open(rig->folder, "qemu");
    char expected[128];

    snprintf(expected, sizeof(expected), "%s/qemu.log", rig->folder);
    assert_string_equal(audit_path(log), expected);
    audit_close(log);
}

static void a_file_is_taken_as_it_is_named(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = rig_open(rig->file, "qemu");

    assert_string_equal(audit_path(log), rig->file);
    audit_close(log);
}

static void two_helpers_have_two_files(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *first = rig_open(rig->file, "qemu"), *second = rig_open(rig->file, "qemu");
    char expected[128];

    snprintf(expected, sizeof(expected), "%s/audit-2.log", rig->folder);
    assert_string_equal(audit_path(second), expected);
    assert_string_not_equal(audit_instance(first), audit_instance(second));
    audit_close(first);
    audit_close(second);
}

static void a_file_that_was_given_up_is_taken_again(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *first = rig_open(rig->file, "qemu"), *second = rig_open(rig->file, "qemu");
    struct audit_log *third;

    audit_close(first);
    third = rig_open(rig->file, "qemu");
    assert_string_equal(audit_path(third), rig->file);
    audit_close(second);
    audit_close(third);
}

/* A process that holds the log's lock; it says when it has it. */
static pid_t start_holder(const char *place)
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        struct audit_log *log;
        char *error;

        if (rig_try_open(place, "qemu", RIG_KEPT, geteuid(), &log, &error) == 0 &&
            write(ready[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    assert_true(pid > 0);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void end_holder(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void a_stopped_holder_keeps_nobody_waiting(void **state)
{
    const struct rig *rig = *state;
    pid_t pid = start_holder(rig->file);
    struct audit_log *log;
    struct rig_call made;
    int status;

    kill(pid, SIGSTOP);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    log = rig_open(rig->file, "qemu");
    rig_call_init(&made, 1);
    assert_int_equal(audit_begin(log, &made.call), 0);
    audit_close(log);
    end_holder(pid);
}

static void the_log_is_not_handed_down_to_programs(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = rig_open(rig->file, "qemu");

    for (int fd = 3; fd < 64; fd++) {
        struct stat st, own;

        if (fstat(fd, &st) == 0 && stat(rig->file, &own) == 0 && st.st_ino == own.st_ino)
            assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    }
    audit_close(log);
}

static void a_directory_that_others_can_write_is_refused(void **state)
{
    const struct rig *rig = *state;

    assert_int_equal(mkdir(rig->place, 0700), 0);
    assert_int_equal(chown(rig->place, (uid_t)-1, 65534), 0);
    for (mode_t mode = 0770; mode <= 0777; mode += 7) {
        assert_int_equal(chmod(rig->place, mode), 0);
        check_refused(rig->place, "qemu", rig->place, "chmod go-w");
    }
}

static void a_file_in_a_sticky_directory_is_taken(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log;

    assert_int_equal(chmod(rig->folder, 01777), 0);
    log = rig_open(rig->file, "qemu");
    audit_close(log);
}

static void a_second_name_in_a_sticky_directory_is_refused(void **state)
{
    const struct rig *rig = *state;
    char target[128];

    snprintf(target, sizeof(target), "%s/shadow", rig->folder);
    rig_write_file(target, "root:*\n", 7);
    assert_int_equal(link(target, rig->file), 0);
    assert_int_equal(chmod(rig->folder, 01777), 0);
    check_refused(rig->file, "qemu", "second name", "move it away");
}

static void a_second_name_in_the_later_user_s_directory_is_refused(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = NULL;
    auto_free char *error = NULL;
    char target[128];

    if (geteuid() != 0) {
        print_message("only root can give a folder away\n");
        skip();
    }
    snprintf(target, sizeof(target), "%s/shadow", rig->folder);
    rig_write_file(target, "root:*\n", 7);
    assert_int_equal(link(target, rig->file), 0);
    assert_int_equal(chown(rig->folder, OTHER_UID, 0), 0);
    assert_int_equal(rig_try_open(rig->file, "qemu", RIG_KEPT, OTHER_UID, &log, &error),
                     AUDIT_E_REFUSED);
    assert_non_null(strstr(error, "second name"));
}

static void a_file_that_others_can_write_is_refused(void **state)
{
    const struct rig *rig = *state;

    rig_write_file(rig->file, "", 0);
    assert_int_equal(chmod(rig->file, 0620), 0);
    check_refused(rig->file, "qemu", rig->file, "chmod go-w");
}

static void what_belongs_to_another_user_is_refused(void **state)
{
    const struct rig *rig = *state;

    if (geteuid() != 0) {
        print_message("only root can give files away\n");
        skip();
    }
    rig_write_file(rig->file, "", 0);
    assert_int_equal(chown(rig->file, OTHER_UID, 0), 0);
    check_refused(rig->file, "qemu", "belongs to uid 12345", "chown 0");
    assert_int_equal(mkdir(rig->place, 0700), 0);
    assert_int_equal(chown(rig->place, OTHER_UID, 0), 0);
    check_refused(rig->place, "qemu", "belongs to uid 12345", "chown 0");
}

static void a_symbolic_link_is_refused_and_its_target_left_alone(void **state)
{
    const struct rig *rig = *state;
    char target[128];

    snprintf(target, sizeof(target), "%s/target", rig->folder);
    assert_int_equal(symlink(target, rig->file), 0);
    check_refused(rig->file, "qemu", "symbolic link", "target");
    assert_int_equal(access(target, F_OK), -1);
}

static void a_pipe_in_its_place_is_refused_at_once(void **state)
{
    const struct rig *rig = *state;

    assert_int_equal(mkfifo(rig->file, 0600), 0);
    check_refused(rig->file, "qemu", "not a regular file", "set another place");
}

static void a_place_that_cannot_be_is_refused_with_the_cause(void **state)
{
    const struct rig *rig = *state;
    char below[128];

    rig_write_file(rig->file, "", 0);
    snprintf(below, sizeof(below), "%s/below.log", rig->file);
    check_refused(below, "qemu", "Not a directory", rig->file);
    check_refused("", "qemu", "empty", "directory");
}

static void a_name_is_never_a_way_out_of_the_directory(void **state)
{
    const struct rig *rig = *state;
    const char *const names[] = {"", ".", "..", "../qemu", "a/b", "/etc/passwd", "a\nb", "\x1b[2J"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        check_refused(rig->folder, names[i], rig->folder, "use letters");
}

static void a_file_rotated_away_before_the_open_is_made_anew(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *first = rig_open(rig->file, "qemu"), *second;
    char rotated[128];

    snprintf(rotated, sizeof(rotated), "%s/audit.log.1", rig->folder);
    assert_int_equal(rename(rig->file, rotated), 0);
    second = rig_open(rig->file, "qemu");
    assert_string_equal(audit_path(second), rig->file);
    audit_close(first);
    audit_close(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(directories_are_made_0700_and_files_0600),
        rig_test(in_a_directory_the_file_is_named_after_the_helper),
        rig_test(a_file_is_taken_as_it_is_named),
        rig_test(two_helpers_have_two_files),
        rig_test(a_file_that_was_given_up_is_taken_again),
        rig_test(a_stopped_holder_keeps_nobody_waiting),
        rig_test(the_log_is_not_handed_down_to_programs),
        rig_test(a_directory_that_others_can_write_is_refused),
        rig_test(a_file_in_a_sticky_directory_is_taken),
        rig_test(a_second_name_in_a_sticky_directory_is_refused),
        rig_test(a_second_name_in_the_later_user_s_directory_is_refused),
        rig_test(a_file_that_others_can_write_is_refused),
        rig_test(what_belongs_to_another_user_is_refused),
        rig_test(a_symbolic_link_is_refused_and_its_target_left_alone),
        rig_test(a_pipe_in_its_place_is_refused_at_once),
        rig_test(a_place_that_cannot_be_is_refused_with_the_cause),
        rig_test(a_name_is_never_a_way_out_of_the_directory),
        rig_test(a_file_rotated_away_before_the_open_is_made_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * What a permissive script does with paths, and its profile would have refused, is seen, and goes
 * on. Each deed is done by a real process under a real filter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "observing.h"

static int does_nothing_special(void)
{
    char buffer[8];
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC), own;
    struct stat st;

    if (fd < 0 || read(fd, buffer, sizeof(buffer)) < 0 || stat("/etc", &st) < 0)
        return 1;
    own = open(in_root("writable/own"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (own < 0 || write(own, "x", 1) != 1 || unlink(in_root("writable/own")) < 0)
        return 2;
    return access("/etc/nothing", F_OK) == 0 || open("/dev/null", O_WRONLY | O_CLOEXEC) < 0;
}

static void what_the_profile_grants_is_not_told(void **state)
{
    observe(does_nothing_special);
    assert_int_equal(seen_count, 0);
}

static int changes_files(void)
{
    int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = openat(folder, "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || chdir(root) < 0)
        return 1;
    return mkdir("made", 0700) < 0 || rename("made", "moved") < 0 || rmdir("moved") < 0 ||
           truncate("there", 0) < 0 || symlink("there", "link") < 0 ||
           open("link", O_RDWR | O_CLOEXEC) < 0 || unlink("link") < 0;
}

static void each_change_is_told_by_the_whole_path_of_what_it_changes(void **state)
{
    write_file("there", 0600);
    observe(changes_files);
    assert_seen(0, SIGHT_CREATE, in_root("new"));
    assert_seen(1, SIGHT_CREATE, in_root("made"));
    assert_seen(2, SIGHT_RENAME, in_root("made"));
    assert_seen(3, SIGHT_CREATE, in_root("moved"));
    assert_seen(4, SIGHT_REMOVE, in_root("moved"));
    assert_seen(5, SIGHT_WRITE, in_root("there"));
    assert_seen(6, SIGHT_CREATE, in_root("link"));
    assert_seen(7, SIGHT_REMOVE, in_root("link"));
    assert_int_equal(seen_count, 8);
}

static int tries_what_is_not_there(void)
{
    return open(in_root("gone"), O_RDWR | O_CLOEXEC) >= 0 || unlink(in_root("gone")) == 0 ||
           mkdir(in_root("gone/too"), 0700) == 0 || open(in_root("hidden/gone"), O_RDONLY) >= 0;
}

static void what_is_not_there_is_not_told(void **state)
{
    observe(tries_what_is_not_there);
    assert_int_equal(seen_count, 0);
}

static int reads_what_is_hidden(void)
{
    struct stat st;

    return stat(in_root("hidden"), &st) < 0 || access(in_root("hidden/key"), R_OK) < 0 ||
           open(in_root("writable/../hidden/key"), O_RDONLY | O_CLOEXEC) < 0;
}

static void what_the_profile_hides_is_told_but_not_the_empty_folder_that_stays(void **state)
{
    write_file("hidden/key", 0600);
    observe(reads_what_is_hidden);
    assert_seen(0, SIGHT_LOOK, in_root("hidden/key"));
    assert_seen(1, SIGHT_READ, in_root("hidden/key"));
    assert_int_equal(seen_count, 2);
}

static int opens_its_own_streams(void)
{
    return open("/dev/stderr", O_WRONLY | O_CLOEXEC) < 0 && errno != ENXIO && errno != EACCES;
}

static void the_script_s_own_streams_are_no_paths(void **state)
{
    observe(opens_its_own_streams);
    assert_int_equal(seen_count, 0);
}

static int reads_what_modes_close(void)
{
    return open(in_root("closed"), O_RDONLY | O_CLOEXEC) < 0;
}

static void a_mode_that_would_keep_the_profile_s_user_from_it_is_told(void **state)
{
    struct profile profile = watched();

    if (geteuid() != 0)
        skip();
    write_file("closed", 0640);
    profile.uid = profile.gid = 12345;
    observe_under(&profile, reads_what_modes_close);
    assert_seen(0, SIGHT_PERMISSION_READ, in_root("closed"));
    assert_int_equal(seen_count, 1);
    profile.capabilities = 1ULL << CAP_DAC_READ_SEARCH;
    observe_under(&profile, reads_what_modes_close);
    assert_int_equal(seen_count, 0);
}

static int makes_what_is_there(void)
{
    return mkdir(in_root("hidden"), 0700) == 0 || mkdir(in_root("hidden/there"), 0700) == 0 ||
           errno != EEXIST;
}

static void a_folder_that_is_there_is_looked_at_and_not_made(void **state)
{
    assert_true(mkdir(in_root("hidden/there"), 0755) == 0);
    observe(makes_what_is_there);
    rmdir(in_root("hidden/there"));
    assert_seen(0, SIGHT_LOOK, in_root("hidden/there"));
    assert_int_equal(seen_count, 1);
}

static void whose_modes_let_nobody_but_their_owner_not_even_root_is_told(void **state)
{
    struct profile profile = watched();

    if (geteuid() != 0)
        skip();
    write_file("closed", 0600);
    assert_int_equal(chown(in_root("closed"), 4321, 4321), 0);
    profile.uid = profile.gid = 12345;
    observe_under(&profile, reads_what_modes_close);
    unlink(in_root("closed"));
    assert_seen(0, SIGHT_PERMISSION_READ, in_root("closed"));
    assert_seen(1, SIGHT_OWNER, in_root("closed"));
    assert_int_equal(seen[1].observed.value, 4321);
    assert_int_equal(seen_count, 2);
}

static int names_what_cannot_be_read(void)
{
    return open((const char *)8, O_RDONLY) >= 0 || errno != EFAULT;
}

static void a_bad_address_is_the_script_s_own_error(void **state)
{
    observe(names_what_cannot_be_read);
    assert_int_equal(seen_count, 0);
}

static int goes_deep(void)
{
    if (chdir(in_root("writable")) < 0)
        return 1;
    for (int i = 0; i < 60; i++) {
        if (mkdir("twenty-characters-ok", 0700) < 0 || chdir("twenty-characters-ok") < 0)
            return 2;
    }
    return syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 0) != 0 ||
           syscall(SYS_mount, "none", ".", "none-such", 0, NULL) == 0;
}

static void a_path_that_is_too_long_to_be_told_is_told_to_be_unknown(void **state)
{
    observe(goes_deep);
    assert_call(0, SYS_kcmp);
    assert_call(1, SYS_mount);
    assert_seen(2, SIGHT_UNKNOWN, "");
    assert_int_equal(seen[2].observed.number, SYS_mount);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        observe_test(what_the_profile_grants_is_not_told),
        observe_test(each_change_is_told_by_the_whole_path_of_what_it_changes),
        observe_test(what_is_not_there_is_not_told),
        observe_test(what_the_profile_hides_is_told_but_not_the_empty_folder_that_stays),
        observe_test(the_script_s_own_streams_are_no_paths),
        observe_test(a_mode_that_would_keep_the_profile_s_user_from_it_is_told),
        observe_test(a_folder_that_is_there_is_looked_at_and_not_made),
        observe_test(whose_modes_let_nobody_but_their_owner_not_even_root_is_told),
        observe_test(a_bad_address_is_the_script_s_own_error),
        observe_test(a_path_that_is_too_long_to_be_told_is_told_to_be_unknown),
    };

    return cmocka_run_group_tests_name("observe_paths", tests, NULL, NULL);
}

/*
 * Memfds that nobody can change any more, and whole reads and writes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fd.h"

#include "clock.h"
#include "open_fds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void a_sealed_memfd_holds_a_copy_and_is_final(void **state)
{
    char data[8];
    size_t size = 0;
    int fd = -1;

    assert_int_equal(fd_sealed_memfd("test", "content", 7, &fd), 0);
    assert_true(fd_is_final(fd, &size));
    assert_int_equal(size, 7);
    assert_int_equal(pread(fd, data, sizeof(data), 0), 7);
    assert_memory_equal(data, "content", 7);
    close(fd);
}

static void a_final_memfd_is_read_from_its_start_whatever_its_offset(void **state)
{
    char data[8] = "";
    int fd;

    assert_int_equal(fd_sealed_memfd("test", "content", 7, &fd), 0);
    assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
    assert_int_equal(fd_read_final(fd, data, 7), 0);
    assert_string_equal(data, "content");
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 3);
    assert_int_equal(fd_read_final(fd, data, 8), -EIO);
    close(fd);
    assert_int_equal(fd_read_final(fd, data, 7), -EBADF);
}

static void nobody_can_change_a_sealed_memfd(void **state)
{
    int fd;

    assert_int_equal(fd_sealed_memfd("test", "content", 7, &fd), 0);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_int_equal(ftruncate(fd, 100), -1);
    assert_ptr_equal(mmap(NULL, 7, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    close(fd);
}

static void a_memfd_without_all_seals_is_not_final(void **state)
{
    const int seals[] = {F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE};
    size_t size;
    int fd;

    assert_int_equal(fd_new_memfd("test", &fd), 0);
    assert_false(fd_is_final(fd, &size));
    close(fd);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(fd_new_memfd("test", &fd), 0);
        assert_int_equal(fcntl(fd, F_ADD_SEALS, FD_FINAL_SEALS & ~seals[i]), 0);
        assert_false(fd_is_final(fd, &size));
        close(fd);
    }
}

static void files_pipes_and_sockets_are_not_final(void **state)
{
    size_t size;
    int pair[2], fd;

    assert_int_equal(pipe(pair), 0);
    assert_false(fd_is_final(pair[0], &size));
    close(pair[0]);
    close(pair[1]);
    fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    assert_true(fd >= 0);
    assert_false(fd_is_final(fd, &size));
    close(fd);
    fd = open("/dev/zero", O_RDONLY);
    assert_false(fd_is_final(fd, &size));
    close(fd);
    assert_false(fd_is_final(-1, &size));
}

static void memfds_are_close_on_exec(void **state)
{
    int fd, copy;

    assert_int_equal(fd_sealed_memfd("test", "", 0, &fd), 0);
    assert_int_equal(fd_reopen_readonly(fd, &copy), 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(copy, F_GETFD) & FD_CLOEXEC);
    close(copy);
    close(fd);
}

static void a_reopened_memfd_has_its_own_offset_and_cannot_be_written(void **state)
{
    char data[7];
    int fd, copy;

    assert_int_equal(fd_new_memfd("test", &fd), 0);
    assert_int_equal(fd_write_all(fd, "content", 7), 0);
    assert_int_equal(fd_reopen_readonly(fd, &copy), 0);
    assert_int_equal(lseek(copy, 0, SEEK_CUR), 0);
    assert_int_equal(read(copy, data, 7), 7);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 7);
    assert_int_equal(write(copy, "x", 1), -1);
    close(copy);
    close(fd);
}

static void what_fails_leaves_no_descriptor_and_no_result(void **state)
{
    size_t before = open_fds();
    int fd = 4711;

    assert_int_equal(fd_reopen_readonly(9999, &fd), -ENOENT);
    assert_int_equal(fd, 4711);
    assert_int_equal(fd_seal(9999), -EBADF);
    assert_int_equal(open_fds(), before);
}

static void a_whole_read_goes_on_to_the_end(void **state)
{
    char data[16];
    size_t size = 0;
    int pair[2];

    assert_int_equal(pipe(pair), 0);
    assert_int_equal(write(pair[1], "abc", 3), 3);
    assert_int_equal(fd_read_all(pair[0], data, 2, &size), 0);
    assert_int_equal(size, 2);
    close(pair[1]);
    assert_int_equal(fd_read_all(pair[0], data, sizeof(data), &size), 0);
    assert_int_equal(size, 1);
    assert_int_equal(fd_read_all(pair[0], data, sizeof(data), &size), 0);
    assert_int_equal(size, 0);
    close(pair[0]);
    assert_int_equal(fd_read_all(pair[0], data, sizeof(data), &size), -EBADF);
}

/* More than a pipe holds, so that the writer must go on after each time the reader made room. */
static void a_whole_write_goes_on_until_all_is_written(void **state)
{
    enum { SIZE = 1 << 20 };
    static char data[SIZE], got[SIZE];
    size_t size = 0;
    int pair[2], status;
    pid_t child;

    for (size_t i = 0; i < SIZE; i++)
        data[i] = (char)(i * 7 >> 3);
    assert_int_equal(pipe(pair), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(fd_write_all(pair[1], data, SIZE) == 0 ? 0 : 1);
    close(pair[1]);
    assert_int_equal(fd_read_all(pair[0], got, SIZE, &size), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(size, SIZE);
    assert_memory_equal(got, data, SIZE);
    close(pair[0]);
}

static void a_write_to_nobody_is_an_error(void **state)
{
    int pair[2];

    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(pair), 0);
    close(pair[0]);
    assert_int_equal(fd_write_all(pair[1], "x", 1), -EPIPE);
    close(pair[1]);
}

static void a_wait_ends_when_there_is_something_or_the_time_is_over(void **state)
{
    uint64_t begin = clock_now_ms();
    int pair[2];

    assert_int_equal(pipe(pair), 0);
    assert_int_equal(fd_await(pair[0], POLLIN, begin + 20), -ETIMEDOUT);
    assert_true(clock_now_ms() >= begin + 20);
    assert_int_equal(fd_await(pair[1], POLLOUT, CLOCK_NEVER), 0);
    close(pair[1]);
    assert_int_equal(fd_await(pair[0], POLLIN, CLOCK_NEVER), 0);
    close(pair[0]);
}

/* In a child, whose exit status is the number of the first thing that is wrong. */
static int fill_after_closing(int closed)
{
    char byte = 'x';
    struct stat st;

    close(closed);
    fd_fill_standard();
    if (fstat(closed, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
        return 1;
    if (read(closed, &byte, 1) != 0 || write(closed, &byte, 1) != 1)
        return 2;
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            return 3;
    return fcntl(STDERR_FILENO + 1, F_GETFD) < 0 ? 0 : 4;
}

static void each_closed_standard_descriptor_becomes_dev_null(void **state)
{
    for (int closed = 0; closed <= STDERR_FILENO; closed++) {
        pid_t child = fork();
        int status;

        assert_true(child >= 0);
        if (child == 0) {
            close_range(STDERR_FILENO + 1, ~0U, 0);
            _exit(fill_after_closing(closed));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_memfd_holds_a_copy_and_is_final),
        cmocka_unit_test(a_final_memfd_is_read_from_its_start_whatever_its_offset),
        cmocka_unit_test(nobody_can_change_a_sealed_memfd),
        cmocka_unit_test(a_memfd_without_all_seals_is_not_final),
        cmocka_unit_test(files_pipes_and_sockets_are_not_final),
        cmocka_unit_test(memfds_are_close_on_exec),
        cmocka_unit_test(a_reopened_memfd_has_its_own_offset_and_cannot_be_written),
        cmocka_unit_test(what_fails_leaves_no_descriptor_and_no_result),
        cmocka_unit_test(a_whole_read_goes_on_to_the_end),
        cmocka_unit_test(a_whole_write_goes_on_until_all_is_written),
        cmocka_unit_test(a_write_to_nobody_is_an_error),
        cmocka_unit_test(a_wait_ends_when_there_is_something_or_the_time_is_over),
        cmocka_unit_test(each_closed_standard_descriptor_becomes_dev_null),
    };

    return cmocka_run_group_tests_name("fd", tests, NULL, NULL);
}

/*
 * What the service manager is told, at a real socket.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "notify.h"

#include "cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* A name that the kernel gave, so that tests may run beside each other. */
static int listen_abstract(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof(address.sun_family);
    char name[sizeof(address.sun_path) + 1] = "@";
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (const struct sockaddr *)&address, size), 0);
    size = sizeof(address);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    memcpy(name + 1, address.sun_path + 1, size - offsetof(struct sockaddr_un, sun_path) - 1);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void assert_told(int fd, const char *wanted)
{
    char text[256];
    ssize_t length = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

    assert_true(length >= 0);
    text[length] = '\0';
    assert_string_equal(text, wanted);
}

static int without_variables(void **state)
{
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return 0;
}

static void without_a_manager_nothing_is_sent(void **state)
{
    assert_int_equal(notify_send("READY=1"), 0);
}

static void a_manager_in_the_abstract_namespace_is_told(void **state)
{
    auto_close int fd = listen_abstract();

    assert_int_equal(notify_send("READY=1\nSTATUS=here"), 0);
    assert_told(fd, "READY=1\nSTATUS=here");
}

static void a_manager_at_a_path_is_told(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[] = "/tmp/virthook-notify-XXXXXX";
    auto_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", folder);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    assert_int_equal(notify_send("STOPPING=1"), 0);
    assert_told(fd, "STOPPING=1");
    unlink(address.sun_path);
    rmdir(folder);
}

static void a_manager_that_does_not_read_is_not_waited_for(void **state)
{
    auto_close int unread = listen_abstract();
    int r = 0;

    assert_true(unread >= 0);
    /* A queue is net.unix.max_dgram_qlen long; the bound is for a notify_send() that lies. */
    for (int i = 0; r == 0 && i < 1000000; i++)
        r = notify_send("WATCHDOG=1");
    assert_int_equal(r, -EAGAIN);
}

static void a_manager_that_is_gone_is_told_of_as_an_error(void **state)
{
    close(listen_abstract());
    assert_int_equal(notify_send("READY=1"), -ECONNREFUSED);
}

static void what_is_no_socket_s_name_is_refused(void **state)
{
    char longer[200];

    setenv("NOTIFY_SOCKET", "relative", 1);
    assert_int_equal(notify_send("READY=1"), -EAFNOSUPPORT);
    setenv("NOTIFY_SOCKET", "", 1);
    assert_int_equal(notify_send("READY=1"), -EAFNOSUPPORT);
    memset(longer, 'x', sizeof(longer) - 1);
    longer[0] = '/';
    longer[sizeof(longer) - 1] = '\0';
    setenv("NOTIFY_SOCKET", longer, 1);
    assert_int_equal(notify_send("READY=1"), -ENAMETOOLONG);
}

static void a_reload_is_told_with_its_moment(void **state)
{
    const char start[] = "RELOADING=1\nMONOTONIC_USEC=";
    auto_close int fd = listen_abstract();
    char text[256] = "";

    assert_int_equal(notify_reloading(), 0);
    assert_true(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) > (ssize_t)strlen(start));
    assert_memory_equal(text, start, strlen(start));
    assert_int_equal(strspn(text + strlen(start), "0123456789"), strlen(text + strlen(start)));
}

static void the_watchdog_is_fed_twice_in_its_time(void **state)
{
    setenv("WATCHDOG_USEC", "30000000", 1);
    assert_int_equal(notify_watchdog_ms(), 15000);
    setenv("WATCHDOG_USEC", "1", 1);
    assert_int_equal(notify_watchdog_ms(), 1);
}

static void a_watchdog_of_this_process_is_fed(void **state)
{
    char pid[32];

    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    setenv("WATCHDOG_USEC", "2000000", 1);
    setenv("WATCHDOG_PID", pid, 1);
    assert_int_equal(notify_watchdog_ms(), 1000);
}

static void one_of_another_process_is_not(void **state)
{
    setenv("WATCHDOG_USEC", "2000000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_PID", "one", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
}

static void without_a_watchdog_none_is_fed(void **state)
{
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "0", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "-5", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, without_variables)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_manager_nothing_is_sent),
        TEST(a_manager_in_the_abstract_namespace_is_told),
        TEST(a_manager_at_a_path_is_told),
        TEST(a_manager_that_does_not_read_is_not_waited_for),
        TEST(a_manager_that_is_gone_is_told_of_as_an_error),
        TEST(what_is_no_socket_s_name_is_refused),
        TEST(a_reload_is_told_with_its_moment),
        TEST(the_watchdog_is_fed_twice_in_its_time),
        TEST(a_watchdog_of_this_process_is_fed),
        TEST(one_of_another_process_is_not),
        TEST(without_a_watchdog_none_is_fed),
    };

    return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}

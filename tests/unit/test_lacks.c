/*
 * What a host cannot give is told, and what follows from it; a host that can give all has nothing
 * to tell.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct sandbox_host full = {.landlock_abi = 7,
                                         .notify = true,
                                         .own_pid_max = true,
                                         .namespaces = true,
                                         .own_proc = true,
                                         .cgroup = true,
                                         .cgroup_pids = true};

static struct text_list lacks;

static int forget(void **state)
{
    text_list_clear(&lacks);
    return 0;
}

/* The host lacks what `word` names, and `count` things. */
static void assert_lacks(const struct sandbox_host *host, size_t count, const char *word)
{
    bool found = !word;

    forget(NULL);
    assert_int_equal(sandbox_tell_lacks(host, &lacks), 0);
    assert_int_equal(lacks.count, count);
    for (size_t i = 0; i < lacks.count; i++)
        found = found || strstr(lacks.texts[i], word);
    if (!found)
        fail_msg("nobody is told of %s", word);
}

static void a_host_that_can_give_all_lacks_nothing(void **state)
{
    assert_lacks(&full, 0, NULL);
}

static void each_thing_that_is_not_there_is_told(void **state)
{
    struct sandbox_host host = full;

    host.notify = false;
    assert_lacks(&host, 1, "told by name");
    host = full;
    host.own_proc = false;
    assert_lacks(&host, 1, "/proc");
    host = full;
    host.session = true;
    assert_lacks(&host, 1, "root: scripts run as the helper's own user");
    host = full;
    host.namespaces = host.own_proc = false;
    assert_lacks(&host, 1, "namespaces");
    host = full;
    host.cgroup = false;
    assert_lacks(&host, 1, "cgroups of version 2");
    host = full;
    host.landlock_abi = 0;
    assert_lacks(&host, 1, "Landlock (see");
}

static void processes_are_counted_by_the_one_or_the_other(void **state)
{
    struct sandbox_host host = full;

    host.cgroup_pids = false;
    assert_lacks(&host, 0, NULL);
    host.own_pid_max = false;
    assert_lacks(&host, 1, "counted over all scripts of a user");
    host.cgroup_pids = true;
    assert_lacks(&host, 0, NULL);
}

/* landlock(7): moving since ABI 2, truncating 3, ioctl of devices 5, scopes 6. */
static void an_old_landlock_lacks_what_its_abi_does_not_know(void **state)
{
    static const size_t count[] = {1, 4, 3, 2, 2, 1, 0, 0};
    static const char *const word[] = {"Landlock", "moved",      "truncated", "ioctl",
                                       "ioctl",    "signal all", NULL,        NULL};
    struct sandbox_host host = full;

    for (host.landlock_abi = 0; host.landlock_abi < 8; host.landlock_abi++)
        assert_lacks(&host, count[host.landlock_abi], word[host.landlock_abi]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_host_that_can_give_all_lacks_nothing, forget),
        cmocka_unit_test_teardown(each_thing_that_is_not_there_is_told, forget),
        cmocka_unit_test_teardown(processes_are_counted_by_the_one_or_the_other, forget),
        cmocka_unit_test_teardown(an_old_landlock_lacks_what_its_abi_does_not_know, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

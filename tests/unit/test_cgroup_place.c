/*
 * The promises of cgroup_place.h, on what /proc tells on hosts of all kinds.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cgroup_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define V2_MOUNT "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

static FILE *open_text(const char *text)
{
    FILE *stream = fmemopen((char *)(uintptr_t)text, strlen(text), "r");

    assert_non_null(stream);
    return stream;
}

static void check(const char *cgroup, const char *mountinfo, const char *expected)
{
    FILE *first = open_text(cgroup), *second = open_text(mountinfo);
    char *place = cgroup_find_place(first, second);

    if (expected)
        assert_string_equal(place, expected);
    else
        assert_null(place);
    free(place);
    fclose(first);
    fclose(second);
}

static void a_service_s_place_is_below_the_mount(void **state)
{
    check("0::/system.slice/virthook.service\n", V2_MOUNT,
          "/sys/fs/cgroup/system.slice/virthook.service");
}

static void the_root_is_the_mount_itself(void **state)
{
    check("0::/\n", V2_MOUNT, "/sys/fs/cgroup/");
}

static void beside_version_1_its_own_mount_is_taken(void **state)
{
    check("9:name=systemd:/a\n4:memory:/b\n0::/c\n",
          "33 31 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
          "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
          "/sys/fs/cgroup/unified/c");
}

static void a_mount_of_a_part_shows_what_is_below(void **state)
{
    check("0::/box/helper\n", "35 24 0:30 /box /cg rw - cgroup2 none rw\n", "/cg/helper");
    check("0::/box\n", "35 24 0:30 /box /cg rw - cgroup2 none rw\n", "/cg");
}

static void a_mount_from_elsewhere_is_none(void **state)
{
    check("0::/boxes/helper\n", "35 24 0:30 /box /cg rw - cgroup2 none rw\n", NULL);
    check("0::/helper\n", "35 24 0:30 /../.. /cg rw - cgroup2 none rw\n", NULL);
}

static void where_one_mount_does_not_show_it_another_may(void **state)
{
    check("0::/a/b\n", "35 24 0:30 /z /cg rw - cgroup2 none rw\n" V2_MOUNT, "/sys/fs/cgroup/a/b");
}

static void a_space_in_the_place_is_one(void **state)
{
    check("0::/a b\n", "35 24 0:30 / /my\\040cg rw - cgroup2 none rw\n", "/my cg/a b");
}

static void without_version_2_there_is_none(void **state)
{
    check("4:memory:/b\n", V2_MOUNT, NULL);
    check("0::/\n", "33 31 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", NULL);
    check("0::/\n", "35 24 0:30 / - cgroup2 none rw\n", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_s_place_is_below_the_mount),
        cmocka_unit_test(the_root_is_the_mount_itself),
        cmocka_unit_test(beside_version_1_its_own_mount_is_taken),
        cmocka_unit_test(a_mount_of_a_part_shows_what_is_below),
        cmocka_unit_test(a_mount_from_elsewhere_is_none),
        cmocka_unit_test(where_one_mount_does_not_show_it_another_may),
        cmocka_unit_test(a_space_in_the_place_is_one),
        cmocka_unit_test(without_version_2_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

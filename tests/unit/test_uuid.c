/*
 * The object's UUID is taken from libvirt's XML, and from nothing that only looks like it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "fd.h"
#include "uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define UUID "c7a5fdbd-cdaf-9455-926a-d65c16db1809"

static bool find_in(const char *text, char *ret_uuid)
{
    auto_close int memfd = -EBADF;

    assert_int_equal(fd_sealed_memfd("input", text, strlen(text), &memfd), 0);
    return uuid_find(memfd, ret_uuid);
}

static void assert_none(const char *text)
{
    char uuid[NAME_UUID_LENGTH + 1] = "untouched";

    assert_false(find_in(text, uuid));
    assert_string_equal(uuid, "untouched");
}

static void the_uuid_of_a_domain_is_found(void **state)
{
    char uuid[NAME_UUID_LENGTH + 1];

    assert_true(
        find_in("<domain type='qemu'>\n  <name>d1</name>\n  <uuid>" UUID "</uuid>\n", uuid));
    assert_string_equal(uuid, UUID);
}

static void the_first_of_several_is_the_objects_own(void **state)
{
    char uuid[NAME_UUID_LENGTH + 1];

    assert_true(find_in("<hookData><network><name>n</name><uuid>" UUID "</uuid></network>"
                        "<networkport><uuid>00000000-0000-0000-0000-000000000000</uuid>",
                        uuid));
    assert_string_equal(uuid, UUID);
}

static void what_is_no_uuid_is_not_taken(void **state)
{
    assert_none("<domain><uuid>" UUID);
    assert_none("<domain><uuid>C7A5FDBD-cdaf-9455-926a-d65c16db1809</uuid>");
    assert_none("<domain><uuid>../../../../../../../../etc/passwd00</uuid>");
    assert_none("<domain><uuid></uuid>");
    assert_none("<domain><uuid>");
    assert_none("no XML at all");
}

static void one_that_stands_too_far_from_the_start_is_not_looked_for(void **state)
{
    char text[16384];

    memset(text, ' ', sizeof(text));
    strcpy(text + 9000, "<uuid>" UUID "</uuid>");
    text[8999] = '.';
    assert_none(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_uuid_of_a_domain_is_found),
        cmocka_unit_test(the_first_of_several_is_the_objects_own),
        cmocka_unit_test(what_is_no_uuid_is_not_taken),
        cmocka_unit_test(one_that_stands_too_far_from_the_start_is_not_looked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

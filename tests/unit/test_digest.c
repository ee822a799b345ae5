/*
 * SHA-256 by the standard's own examples (FIPS 180-2, appendix B), of memory and of files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "digest.h"

#include "cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define OF_ABC     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
/* One million times "a". */
#define OF_MILLION "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

#define MILLION 1000000

static int file_of_a(size_t count)
{
    auto_free char *text = malloc(count);
    int fd = memfd_create("digest", MFD_CLOEXEC);

    assert_non_null(text);
    memset(text, 'a', count);
    assert_int_equal(write(fd, text, count), count);
    return fd;
}

static void a_digest_is_that_of_the_standard(void **state)
{
    char text[DIGEST_SIZE];

    digest_of("abc", 3, text);
    assert_string_equal(text, OF_ABC);
    digest_of("", 0, text);
    assert_string_equal(text, OF_NOTHING);
}

static void parts_have_the_digest_of_the_whole(void **state)
{
    char text[DIGEST_SIZE];
    struct digest digest;

    digest_start(&digest);
    digest_add(&digest, "a", 1);
    digest_add(&digest, "", 0);
    digest_add(&digest, "bc", 2);
    digest_end(&digest, text);
    assert_string_equal(text, OF_ABC);
}

static void a_file_is_read_from_its_start_and_keeps_its_offset(void **state)
{
    auto_close int fd = file_of_a(MILLION);
    char text[DIGEST_SIZE];

    assert_int_equal(lseek(fd, 17, SEEK_SET), 17);
    assert_int_equal(digest_of_file(fd, MILLION, text), 0);
    assert_string_equal(text, OF_MILLION);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 17);
}

static void a_file_that_is_too_large_has_none(void **state)
{
    auto_close int fd = file_of_a(MILLION);
    char text[DIGEST_SIZE] = "before";

    assert_int_equal(digest_of_file(fd, MILLION - 1, text), -EFBIG);
    assert_string_equal(text, "before");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_is_that_of_the_standard),
        cmocka_unit_test(parts_have_the_digest_of_the_whole),
        cmocka_unit_test(a_file_is_read_from_its_start_and_keeps_its_offset),
        cmocka_unit_test(a_file_that_is_too_large_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

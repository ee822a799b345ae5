/*
 * The chain of the audit log: each line carries the hash of the one before, and goes on where the
 * file was left.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chain.h"
#include "file.h"

#include "cleanup.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"
#define SMALL   "{\"a\":1}\n"

static char *seal(struct chain *chain, const char *line)
{
    char *sealed;
    size_t size;

    assert_int_equal(chain_seal(chain, line, strlen(line), &sealed, &size, chain), 0);
    assert_int_equal(strnlen(sealed, size + 1), size);
    return sealed;
}

static struct chain named(const char *id)
{
    struct chain chain;

    assert_int_equal(chain_begin(&chain), 0);
    memcpy(chain.id, id, CHAIN_ID_SIZE);
    return chain;
}

static void a_chain_begins_with_no_record_and_a_name_of_its_own(void **state)
{
    struct chain one, other;

    assert_int_equal(chain_begin(&one), 0);
    assert_int_equal(chain_begin(&other), 0);
    assert_int_equal(one.seq, 0);
    assert_string_equal(one.hash, NO_HASH);
    assert_string_not_equal(one.id, other.id);
}

static void a_line_carries_its_place_and_the_hash_of_its_own_bytes(void **state)
{
    static const char hashed[] = "{\"a\":1,\"chain\":\"0123456789abcdef\",\"seq\":1,"
                                 "\"prev\":\"" NO_HASH "\"";
    struct chain chain = named("0123456789abcdef");
    auto_free char *line = seal(&chain, SMALL), *expected = NULL;
    char hash[DIGEST_SIZE];

    digest_of(hashed, strlen(hashed), hash);
    assert_true(asprintf(&expected, "%s,\"hash\":\"%s\"}\n", hashed, hash) > 0);
    assert_string_equal(line, expected);
}

static void a_line_carries_the_hash_of_the_one_before(void **state)
{
    struct chain chain = named("0123456789abcdef");
    auto_free char *first = seal(&chain, SMALL), *second = NULL, *wanted = NULL;

    assert_true(asprintf(&wanted, ",\"seq\":2,\"prev\":\"%s\",", chain.hash) > 0);
    second = seal(&chain, SMALL);
    assert_non_null(strstr(second, wanted));
    assert_non_null(first);
}

static void a_chain_is_read_from_its_last_line(void **state)
{
    struct chain chain = named("0123456789abcdef"), found;
    auto_free char *line = NULL;

    chain.seq = UINT64_MAX - 2;
    line = seal(&chain, SMALL);
    assert_int_equal(chain_read(line, strlen(line), &found), 0);
    assert_string_equal(found.id, chain.id);
    assert_int_equal(found.seq, UINT64_MAX - 1);
    assert_string_equal(found.hash, chain.hash);
}

static void what_is_not_exactly_the_end_of_a_record_begins_none(void **state)
{
    struct chain chain = named("0123456789abcdef"), found = {.seq = 42};
    auto_free char *line = seal(&chain, SMALL);
    size_t size = strlen(line);

    for (size_t cut = 1; cut <= size; cut++)
        assert_int_equal(chain_read(line, size - cut, &found), CHAIN_E_NONE);
    for (size_t i = strlen("{\"a\":1"); i < size; i++) {
        char kept = line[i];

        line[i] = '~';
        assert_int_equal(chain_read(line, size, &found), CHAIN_E_NONE);
        line[i] = '\0';
        assert_int_equal(chain_read(line, size, &found), CHAIN_E_NONE);
        line[i] = kept;
    }
    assert_int_equal(found.seq, 42);
}

static void output_that_looks_like_a_chain_is_none(void **state)
{
    static const char forged[] =
        "{\"stderr\":\",\\\"chain\\\":\\\"0123456789abcdef\\\",\\\"seq\\\":7\"}\n";
    struct chain found;

    assert_int_equal(chain_read(forged, strlen(forged), &found), CHAIN_E_NONE);
}

static size_t read_back(int fd, char text[static 4096])
{
    ssize_t got = pread(fd, text, 4095, 0);

    assert_true(got >= 0);
    text[got] = '\0';
    return (size_t)got;
}

static void a_file_goes_on_with_the_chain_that_it_was_left_with(void **state)
{
    struct log_file file, later;
    char head[CHAIN_HEAD_SIZE], before[DIGEST_SIZE], text[4096];

    log_file_init(&file, memfd_create("log", MFD_CLOEXEC), NULL);
    assert_int_equal(log_file_resume(&file), 0);
    assert_int_equal(log_file_append(&file, SMALL, strlen(SMALL)), 0);
    log_file_init(&later, dup(file.fd), NULL);
    assert_int_equal(log_file_resume(&later), 0);
    chain_print_head(&later.chain, head);
    assert_memory_equal(head, file.chain.id, strlen(file.chain.id));
    assert_non_null(strstr(head, ":1:"));
    memcpy(before, later.chain.hash, sizeof(before));
    assert_int_equal(log_file_append(&later, SMALL, strlen(SMALL)), 0);
    read_back(file.fd, text);
    assert_non_null(strstr(text, ",\"seq\":2,\"prev\":\""));
    assert_memory_equal(strstr(text, ",\"seq\":2,\"prev\":\"") + strlen(",\"seq\":2,\"prev\":\""),
                        before, DIGEST_LENGTH);
    log_file_clear(&later);
    log_file_clear(&file);
}

static void a_record_that_could_not_be_written_has_no_place(void **state)
{
    struct log_file file;
    struct chain before;
    int fd = memfd_create("log", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    log_file_init(&file, fd, NULL);
    assert_int_equal(log_file_resume(&file), 0);
    assert_int_equal(log_file_append(&file, SMALL, strlen(SMALL)), 0);
    before = file.chain;
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
    assert_int_equal(log_file_append(&file, SMALL, strlen(SMALL)), -EPERM);
    assert_int_equal(file.chain.seq, before.seq);
    assert_string_equal(file.chain.hash, before.hash);
    log_file_clear(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_begins_with_no_record_and_a_name_of_its_own),
        cmocka_unit_test(a_line_carries_its_place_and_the_hash_of_its_own_bytes),
        cmocka_unit_test(a_line_carries_the_hash_of_the_one_before),
        cmocka_unit_test(a_chain_is_read_from_its_last_line),
        cmocka_unit_test(what_is_not_exactly_the_end_of_a_record_begins_none),
        cmocka_unit_test(output_that_looks_like_a_chain_is_none),
        cmocka_unit_test(a_file_goes_on_with_the_chain_that_it_was_left_with),
        cmocka_unit_test(a_record_that_could_not_be_written_has_no_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

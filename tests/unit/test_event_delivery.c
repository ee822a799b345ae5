/*
 * An event on its way to the helper: what is kept of it, and read again after a restart.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "events_rig.h"

#include <errno.h>

#define PREFIX "0123456789abcdef"

static struct delivery *sample(void)
{
    struct event event = {.sequence = 7,
                          .uri = "qemu:///system",
                          .kind = "domain",
                          .object = "a \"guest\"\n\xc3\xa4",
                          .uuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809",
                          .event = "started",
                          .detail = "booted",
                          .extra = "-"};

    return events_delivery_of(event);
}

static void what_was_kept_comes_back_byte_for_byte(void **state)
{
    struct delivery *before = sample(), *after = NULL;

    assert_int_equal(delivery_parse(before->document, strlen(before->document), &after), 0);
    assert_int_equal(after->sequence, 7);
    assert_string_equal(after->uri, before->uri);
    assert_string_equal(after->kind, before->kind);
    assert_string_equal(after->object, before->object);
    assert_string_equal(after->uuid, before->uuid);
    assert_string_equal(after->event, before->event);
    assert_string_equal(after->detail, before->detail);
    assert_string_equal(after->extra, before->extra);
    assert_string_equal(after->document, before->document);
    assert_int_equal(after->attempt, 1);
    assert_int_equal(after->size, before->size);
    delivery_free(before);
    delivery_free(after);
}

static void a_document_is_one_line(void **state)
{
    struct delivery *delivery = sample();

    assert_null(strchr(delivery->document, '\n'));
    delivery_free(delivery);
}

static void a_document_that_was_cut_anywhere_is_none(void **state)
{
    struct delivery *delivery = sample(), *cut = NULL;

    for (size_t size = 0; size < strlen(delivery->document); size++)
        assert_int_equal(delivery_parse(delivery->document, size, &cut), -EBADMSG);
    assert_null(cut);
    delivery_free(delivery);
}

static void any_byte_of_it_may_be_any_other(void **state)
{
    struct delivery *delivery = sample();
    size_t size = strlen(delivery->document);
    auto_free char *changed = strdup(delivery->document);

    for (size_t at = 0; at < size; at++) {
        for (unsigned int byte = 0; byte < 256; byte++) {
            struct delivery *parsed = NULL;
            int r;

            changed[at] = (char)byte;
            r = delivery_parse(changed, size, &parsed);
            assert_true(r == 0 || r == -EBADMSG);
            delivery_free(parsed);
        }
        changed[at] = delivery->document[at];
    }
    delivery_free(delivery);
}

static void what_lacks_a_member_or_has_another_kind_of_it_is_none(void **state)
{
    static const char *const documents[] = {
        "",
        "7",
        "[]",
        "null",
        "{}",
        "{}{}",
        "{\"sequence\":0,\"uri\":\"\",\"kind\":\"\",\"object\":\"\",\"uuid\":\"\",\"event\":\"\","
        "\"detail\":\"\",\"extra\":\"\"}",
        "{\"sequence\":\"1\",\"uri\":\"\",\"kind\":\"\",\"object\":\"\",\"uuid\":\"\",\"event\":"
        "\"\",\"detail\":\"\",\"extra\":\"\"}",
        "{\"sequence\":1,\"uri\":null,\"kind\":\"\",\"object\":\"\",\"uuid\":\"\",\"event\":\"\","
        "\"detail\":\"\",\"extra\":\"\"}",
        "{\"sequence\":1,\"uri\":\"\",\"kind\":\"a\\u0000b\",\"object\":\"\",\"uuid\":\"\","
        "\"event\":\"\",\"detail\":\"\",\"extra\":\"\"}",
        "{\"sequence\":1,\"uri\":\"\",\"kind\":\"\",\"object\":\"\",\"uuid\":\"\",\"event\":\"\","
        "\"detail\":\"\"}",
    };
    struct delivery *delivery = NULL;

    for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++)
        assert_int_equal(delivery_parse(documents[i], strlen(documents[i]), &delivery), -EBADMSG);
    assert_null(delivery);
}

static void each_attempt_has_a_name_of_its_own(void **state)
{
    struct delivery *delivery = events_delivery(UINT64_MAX, "g1", "started");
    char name[DELIVERY_NAME_SIZE];

    delivery_name(delivery, PREFIX, name);
    assert_string_equal(name, PREFIX "-18446744073709551615");
    delivery->attempt = 4294967295U;
    delivery_name(delivery, PREFIX, name);
    assert_string_equal(name, PREFIX "-18446744073709551615.4294967295");
    delivery_free(delivery);
}

static void scripts_to_be_run_again_keep_their_order(void **state)
{
    struct delivery *delivery = events_delivery(1, "g1", "started");

    assert_int_equal(delivery_add_retry(delivery, "/a", 5), 0);
    assert_int_equal(delivery_add_retry(delivery, "/b", 4), 0);
    assert_int_equal(delivery_add_retry(delivery, "/c", 3), 0);
    delivery_drop_retry(delivery, 1);
    assert_int_equal(delivery->retry_count, 2);
    assert_string_equal(delivery->retries[0].script, "/a");
    assert_string_equal(delivery->retries[1].script, "/c");
    assert_int_equal(delivery->retries[1].left, 3);
    delivery_free(delivery);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_kept_comes_back_byte_for_byte),
        cmocka_unit_test(a_document_is_one_line),
        cmocka_unit_test(a_document_that_was_cut_anywhere_is_none),
        cmocka_unit_test(any_byte_of_it_may_be_any_other),
        cmocka_unit_test(what_lacks_a_member_or_has_another_kind_of_it_is_none),
        cmocka_unit_test(each_attempt_has_a_name_of_its_own),
        cmocka_unit_test(scripts_to_be_run_again_keep_their_order),
    };

    return cmocka_run_group_tests_name("event delivery", tests, NULL, NULL);
}

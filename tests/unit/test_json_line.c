/*
 * A line is taken for JSON only where every reader of JSON would take it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "json_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* In memory of its very size, so that a byte read beyond it shows. */
static bool is_object(const char *text, size_t size)
{
    char *copy = malloc(size ? size : 1);
    bool is;

    assert_non_null(copy);
    memcpy(copy, text, size);
    is = json_line_is_object(copy, size);
    free(copy);
    return is;
}

static void an_object_of_any_values_is_one(void **state)
{
    static const char *const texts[] = {
        "{}",
        " {\t} \r\n",
        "{\"a\":1,\"b\":[],\"c\":[1,2,{\"d\":{}}],\"e\":\"\"}",
        "{\"a\" : true , \"b\" : false , \"c\" : null}",
        "{\"a\":[0,-0,10,-1.5,1e9,1E+9,2.0e-3]}",
        "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\"}",
        "{\"é\":\"\u202e\x7f\U0001f600\"}",
        "{\"a\":1,\"a\":2}",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (!is_object(texts[i], strlen(texts[i])))
            fail_msg("%s", texts[i]);
    }
}

static void what_some_readers_take_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        "[]",
        "1",
        "\"a\"",
        "{}{}",
        "{} x",
        "\ufeff{}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\" 1}",
        "{1:2}",
        "{\"a\":[1,]}",
        "{\"a\":[1 2]}",
        "{\"a\":[}",
        "{\"a\":[1}]",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":-Infinity}",
        "{\"a\":True}",
        "{\"a\":nul}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":1e}",
        "{\"a\":-}",
        "{\"a\":0x10}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\x1b\"}",
        "{\"a\":\"\\x1b\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc0\x80\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "{/* */}",
        "{\"a\":1}//",
        "{\"a\":1\v}",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (is_object(texts[i], strlen(texts[i])))
            fail_msg("%s", texts[i]);
    }
}

static void no_part_of_an_object_is_one(void **state)
{
    static const char text[] = "{\"a\":[1.5e3,\"\\u00e9é\",{\"b\":null}],\"c\":true}";

    for (size_t size = 0; size + 1 < sizeof(text); size++)
        assert_false(is_object(text, size));
    assert_true(is_object(text, sizeof(text) - 1));
}

static void a_nul_byte_is_in_no_object(void **state)
{
    static const char within[] = "{\"a\":\"\0\"}", after[] = "{}", between[] = "{\0}";

    assert_false(is_object(within, sizeof(within) - 1));
    assert_false(is_object(after, sizeof(after)));
    assert_false(is_object(between, sizeof(between) - 1));
}

/* "{"a":[[...]]}" so deep. */
static bool is_nested(size_t depth)
{
    char text[256];
    size_t lists = depth - 1, size = 0;

    assert_in_range(depth, 1, 100);
    memcpy(text, "{\"a\":", 5);
    size = 5;
    memset(text + size, '[', lists);
    size += lists;
    memset(text + size, ']', lists);
    size += lists;
    text[size++] = '}';
    return is_object(text, size);
}

static void nesting_is_bounded(void **state)
{
    assert_true(is_nested(JSON_LINE_DEPTH_MAX));
    assert_false(is_nested(JSON_LINE_DEPTH_MAX + 1));
    assert_false(is_nested(100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_of_any_values_is_one),
        cmocka_unit_test(what_some_readers_take_is_none),
        cmocka_unit_test(no_part_of_an_object_is_one),
        cmocka_unit_test(a_nul_byte_is_in_no_object),
        cmocka_unit_test(nesting_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

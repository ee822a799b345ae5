/*
 * The runner carries out a plan only if it is whole: whatever bytes it gets, it reads none outside.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEED   20240229U
#define ROUNDS 200000

/* Two instructions, one watch and three paths. */
#define PATHS      "\1\0/a\0\2\1/b/c\0\3\0\0"
#define PATHS_SIZE (sizeof(PATHS) - 1)
#define WHOLE_SIZE \
    (sizeof(struct plan) + 2 * sizeof(struct sock_filter) + sizeof(struct plan_watch) + PATHS_SIZE)

static const struct plan_watch watch = {.number = 7, .kind = WATCH_READ, .path = 1};

/* A whole plan in memory that ends where it does, so that a read past it is noticed. */
static struct plan *make_whole(void)
{
    struct plan *plan = calloc(1, WHOLE_SIZE);

    assert_non_null(plan);
    plan->size = WHOLE_SIZE;
    plan->limit_count = 1;
    plan->filter_count = 2;
    plan->watch_count = 1;
    plan->path_count = 3;
    plan->paths_size = PATHS_SIZE;
    memcpy(&plan->filter[2], &watch, sizeof(watch));
    memcpy((char *)&plan->filter[2] + sizeof(watch), PATHS, PATHS_SIZE);
    return plan;
}

static char *paths_of(struct plan *plan)
{
    return (char *)&plan->filter[2] + sizeof(watch);
}

static void a_whole_plan_is_whole_and_its_paths_come_in_order(void **state)
{
    static const struct plan_path expected[] = {
        {PLAN_WRITABLE, 0, "/a"}, {PLAN_HIDDEN, 1, "/b/c"}, {PLAN_SHOWN, 0, ""}};
    struct plan *plan = make_whole();
    struct plan_path path;
    const char *cursor = NULL;

    assert_true(plan_is_whole(plan, WHOLE_SIZE));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(plan_next_path(plan, &cursor, &path), 1);
        assert_int_equal(path.kind, expected[i].kind);
        assert_int_equal(path.may_be_missing, expected[i].may_be_missing);
        assert_string_equal(path.path, expected[i].path);
    }
    assert_int_equal(plan_next_path(plan, &cursor, &path), 0);
    free(plan);
}

static void its_watches_stand_between_filter_and_paths(void **state)
{
    struct plan *plan = make_whole();

    assert_memory_equal(plan_watches(plan), &watch, sizeof(watch));
    free(plan);
}

static void a_plan_without_filter_and_paths_is_whole(void **state)
{
    struct plan plan = {.size = sizeof(plan)};
    struct plan_path path;
    const char *cursor = NULL;

    assert_true(plan_is_whole(&plan, sizeof(plan)));
    assert_int_equal(plan_next_path(&plan, &cursor, &path), 0);
}

static void a_plan_cut_short_or_with_more_behind_it_is_not_whole(void **state)
{
    struct plan *plan = make_whole();

    for (size_t size = 0; size < WHOLE_SIZE; size++) {
        struct plan *cut = malloc(size ? size : 1);

        assert_non_null(cut);
        memcpy(cut, plan, size);
        assert_false(plan_is_whole(cut, size));
        if (size >= sizeof(*cut)) {
            cut->size = (uint32_t)size;
            assert_false(plan_is_whole(cut, size));
        }
        free(cut);
    }
    assert_false(plan_is_whole(plan, WHOLE_SIZE + 1));
    free(plan);
}

/* Each changes one field to a value that does not fit the rest. */
static void a_count_that_does_not_fit_is_found(void **state)
{
    static const struct {
        size_t field;
        uint32_t value;
    } changes[] = {
        {offsetof(struct plan, size), 0},
        {offsetof(struct plan, size), WHOLE_SIZE + 1},
        {offsetof(struct plan, limit_count), PLAN_LIMITS_MAX + 1},
        {offsetof(struct plan, limit_count), UINT32_MAX},
        {offsetof(struct plan, filter_count), 1},
        {offsetof(struct plan, filter_count), 3},
        {offsetof(struct plan, filter_count), UINT32_MAX},
        {offsetof(struct plan, watch_count), 0},
        {offsetof(struct plan, watch_count), 2},
        {offsetof(struct plan, watch_count), UINT32_MAX},
        {offsetof(struct plan, path_count), 2},
        {offsetof(struct plan, path_count), 4},
        {offsetof(struct plan, path_count), UINT32_MAX},
        {offsetof(struct plan, paths_size), PATHS_SIZE - 1},
        {offsetof(struct plan, paths_size), PATHS_SIZE + 1},
        {offsetof(struct plan, paths_size), UINT32_MAX},
    };

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct plan *plan = make_whole();

        memcpy((char *)plan + changes[i].field, &changes[i].value, sizeof(changes[i].value));
        if (plan_is_whole(plan, WHOLE_SIZE))
            fail_msg("change %zu went unnoticed", i);
        free(plan);
    }
}

static void a_path_that_does_not_end_is_found(void **state)
{
    struct plan *plan = make_whole();

    paths_of(plan)[PATHS_SIZE - 1] = 'x';
    assert_false(plan_is_whole(plan, WHOLE_SIZE));
    free(plan);
}

static uint64_t state_of_chance = SEED;

static uint32_t chance(uint32_t below)
{
    state_of_chance ^= state_of_chance >> 12;
    state_of_chance ^= state_of_chance << 25;
    state_of_chance ^= state_of_chance >> 27;
    return (uint32_t)((state_of_chance * 2685821657736338717ULL) >> 33) % below;
}

/* What is called whole can be walked to its end, inside: a sanitizer watches. */
static void random_bytes_are_refused_or_can_be_walked(void **state)
{
    size_t walked = 0;

    print_message("seed %u\n", SEED);
    for (int i = 0; i < ROUNDS; i++) {
        struct plan *plan = make_whole();
        struct plan_path path;
        const char *cursor = NULL;
        uint32_t paths = 0;

        for (uint32_t change = 1 + chance(3); change > 0; change--)
            ((unsigned char *)plan)[chance(WHOLE_SIZE)] = (unsigned char)chance(chance(2) ? 4
                                                                                          : 256);
        if (plan_is_whole(plan, WHOLE_SIZE)) {
            while (plan_next_path(plan, &cursor, &path)) {
                assert_true(path.path + strlen(path.path) < (char *)plan + WHOLE_SIZE);
                paths++;
            }
            assert_int_equal(paths, plan->path_count);
            walked++;
        }
        free(plan);
    }
    assert_in_range(walked, ROUNDS / 100, ROUNDS - ROUNDS / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_plan_is_whole_and_its_paths_come_in_order),
        cmocka_unit_test(its_watches_stand_between_filter_and_paths),
        cmocka_unit_test(a_plan_without_filter_and_paths_is_whole),
        cmocka_unit_test(a_plan_cut_short_or_with_more_behind_it_is_not_whole),
        cmocka_unit_test(a_count_that_does_not_fit_is_found),
        cmocka_unit_test(a_path_that_does_not_end_is_found),
        cmocka_unit_test(random_bytes_are_refused_or_can_be_walked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

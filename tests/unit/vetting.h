/*
 * How the tests of vetting ask. The test's own process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "tree.h"
#include "vet.h"

static inline void assert_accepted(const char *path)
{
    char *problem = NULL;
    int r = vet_script(path, geteuid(), &problem);

    if (r != 0)
        fail_msg("refused with %d: %s", r, problem ? problem : "no sentence");
}

/* Refused, with a sentence that holds each of the words; the list ends in NULL. */
static inline void assert_refused(const char *path, ...)
{
    auto_free char *problem = NULL;
    va_list words;

    assert_int_equal(vet_script(path, geteuid(), &problem), VET_E_REFUSED);
    va_start(words, path);
    tree_assert_says(problem, words);
    va_end(words);
}

/*
 * What verifying found, for people or as one JSON document. Findings are printed as they come: a
 * log of which nothing fits takes no more memory than another. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "expected.h"
#include "verify_log.h"

/* Of one helper's log, when it was read. */
struct verified {
    const char *path; /* borrowed: of its newest file */
    size_t files;
    struct verify_summary summary;
};

struct verify_result {
    const struct verified *logs;
    size_t count;
    const struct expected *expected;
    size_t expected_count;
    uint64_t records, breaks; /* in all; a head that does not hold is a break */
};

/* A form of the output. All return 0, -ENOMEM, or why stdout cannot be written. */
struct verify_show {
    int (*start)(void);
    int (*find)(const struct finding *finding, bool is_first);
    int (*end)(const struct verify_result *result);
};

extern const struct verify_show verify_show_people, verify_show_json;

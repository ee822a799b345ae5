/*
 * How the tests of profiles look at one of those that were loaded. The test's own process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "loading.h"

#include <linux/capability.h>
#include <sys/socket.h>

#define CAP(name) (1ULL << CAP_##name)

/* One of the last load. */
static inline const struct profile *profile_of(const char *name)
{
    const struct profile *profile = profile_find(&loaded->profiles, name);

    if (!profile)
        fail_msg("there is no profile %s", name);
    return profile;
}

/* The list has these texts, and no other, in this order; they end in NULL. */
static inline void assert_texts(const struct text_list *list, ...)
{
    const char *text;
    va_list texts;
    size_t count = 0;

    va_start(texts, list);
    while ((text = va_arg(texts, const char *))) {
        assert_true(count < list->count);
        assert_string_equal(list->texts[count++], text);
    }
    va_end(texts);
    assert_int_equal(list->count, count);
    assert_null(list->texts[count]);
}

/* The families are these, and no other, in this order; they end in AF_UNSPEC. */
static inline void assert_families(const struct profile *profile, ...)
{
    va_list families;
    size_t count = 0;
    int family;

    va_start(families, profile);
    while ((family = va_arg(families, int)) != AF_UNSPEC) {
        assert_true(count < profile->families.count);
        assert_int_equal(profile->families.families[count++], family);
    }
    va_end(families);
    assert_int_equal(profile->families.count, count);
}

static inline void assert_same_texts(const struct text_list *a, const struct text_list *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        assert_string_equal(a->texts[i], b->texts[i]);
}

/* Both let a script do the same. */
static inline void assert_same_profile(const struct profile *a, const struct profile *b)
{
    assert_int_equal(a->unconfined, b->unconfined);
    assert_int_equal(a->permissive, b->permissive);
    assert_int_equal(a->required, b->required);
    assert_string_equal(a->user, b->user);
    assert_string_equal(a->selinux, b->selinux);
    assert_int_equal(a->capabilities, b->capabilities);
    assert_same_texts(&a->syscalls, &b->syscalls);
    assert_int_equal(a->families.count, b->families.count);
    for (size_t i = 0; i < a->families.count; i++)
        assert_int_equal(a->families.families[i], b->families.families[i]);
    assert_int_equal(a->host_network, b->host_network);
    assert_int_equal(a->host_dev, b->host_dev);
    assert_int_equal(a->host_tmp, b->host_tmp);
    assert_int_equal(a->host_pids, b->host_pids);
    assert_same_texts(&a->writable, &b->writable);
    assert_same_texts(&a->hidden, &b->hidden);
    assert_same_texts(&a->readable, &b->readable);
    assert_same_texts(&a->executable, &b->executable);
    assert_same_texts(&a->sockets, &b->sockets);
    assert_int_equal(a->tmp_size, b->tmp_size);
    assert_int_equal(a->time_ms, b->time_ms);
    assert_int_equal(a->linger_ms, b->linger_ms);
    assert_int_equal(a->cpu_seconds, b->cpu_seconds);
    assert_int_equal(a->memory, b->memory);
    assert_int_equal(a->file_size, b->file_size);
    assert_int_equal(a->processes, b->processes);
    assert_int_equal(a->open_files, b->open_files);
}

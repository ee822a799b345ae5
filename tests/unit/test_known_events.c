/*
 * The words of events that the configuration takes are those that virteventd tells: held to the
 * names that it makes of libvirt's numbers, and to the sources that tell events.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "event_names.h"
#include "fd.h"
#include "names.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* More numbers than any of libvirt's enumerations has. */
#define NUMBERS_MAX 16

/* Bytes of the largest of events/'s sources. */
#define SOURCE_MAX (1024 * 1024)

static const struct known_event *find(const char *kind, const char *event)
{
    for (size_t i = 0; known_event_at(i); i++) {
        const struct known_event *known = known_event_at(i);

        if (strcmp(known->kind, kind) == 0 && strcmp(known->event, event) == 0)
            return known;
    }
    fail_msg("kind %s has no event %s", kind, event);
    return NULL;
}

/* Whether a number has the name. */
static bool gives(const char *(*name)(int), const char *word)
{
    for (int number = 0; number < NUMBERS_MAX; number++) {
        if (strcmp(name(number), word) == 0)
            return true;
    }
    return false;
}

/* The event has the details that the function names, and no others but those of no number. */
static void assert_details(const char *kind, const char *event, const char *(*name)(int))
{
    const struct known_event *known = find(kind, event);

    for (int number = -1; number < NUMBERS_MAX; number++) {
        if (!event_has_detail(kind, event, name(number)))
            fail_msg("event %s of %s has no detail %s", event, kind, name(number));
    }
    for (size_t i = 0; known->details[i]; i++) {
        if (!gives(name, known->details[i]))
            fail_msg("event %s of %s: nothing tells detail %s", event, kind, known->details[i]);
    }
}

/* The kind's events are those that the function names, and `others`, which ends in NULL. */
static void assert_events(const char *kind, const char *(*name)(int), const char *const *others)
{
    for (int number = -1; number < NUMBERS_MAX; number++)
        (void)find(kind, name(number));
    for (size_t i = 0; known_event_at(i); i++) {
        const struct known_event *known = known_event_at(i);
        bool is_told = strcmp(known->kind, kind) != 0 || gives(name, known->event);

        for (size_t j = 0; others[j]; j++)
            is_told = is_told || strcmp(known->event, others[j]) == 0;
        if (!is_told)
            fail_msg("nothing tells event %s of %s", known->event, kind);
    }
}

static void each_detail_of_a_guests_life_is_known_and_no_other(void **state)
{
    for (int event = 0; event < NUMBERS_MAX; event++) {
        const char *name = name_lifecycle(event);
        const struct known_event *known = find("domain", name);

        for (int detail = 0; detail < NUMBERS_MAX; detail++) {
            const char *word = name_lifecycle_detail(event, detail);

            if (!event_has_detail("domain", name, word))
                fail_msg("event %s has no detail %s", name, word);
        }
        for (size_t i = 0; known->details[i]; i++) {
            bool told = strcmp(known->details[i], "-") == 0;

            for (int detail = 0; detail < NUMBERS_MAX; detail++)
                told = told || strcmp(name_lifecycle_detail(event, detail), known->details[i]) == 0;
            if (!told)
                fail_msg("event %s: nothing tells detail %s", name, known->details[i]);
        }
    }
}

static void each_detail_of_other_events_is_known_and_no_other(void **state)
{
    assert_details("domain", "watchdog", name_watchdog_action);
    assert_details("domain", "io-error", name_io_error_action);
    assert_details("domain", "io-error-reason", name_io_error_action);
    assert_details("domain", "graphics", name_graphics_phase);
    assert_details("domain", "block-job", name_block_job_status);
    assert_details("domain", "block-job-2", name_block_job_status);
    assert_details("domain", "job-completed", name_job_operation);
    assert_details("domain", "disk-change", name_disk_change);
    assert_details("domain", "tray-change", name_tray_change);
    assert_details("domain", "agent-lifecycle", name_agent_state);
    assert_details("domain", "metadata-change", name_metadata_type);
    assert_details("domain", "memory-failure", name_memory_failure_action);
    assert_details("daemon", "disconnected", name_close_reason);
}

static void each_event_of_other_objects_is_known_and_no_other(void **state)
{
    assert_events("network", name_network_lifecycle, (const char *const[]){NULL});
    assert_events("storage-pool", name_pool_lifecycle, (const char *const[]){"refresh", NULL});
    assert_events("node-device", name_device_lifecycle, (const char *const[]){"update", NULL});
    assert_events("secret", name_secret_lifecycle, (const char *const[]){"value-changed", NULL});
}

static char *read_source(const char *name)
{
    char *text = calloc(1, SOURCE_MAX + 1);
    char path[512];
    size_t size;

    snprintf(path, sizeof(path), "%s/%s", EVENTS_SOURCES, name);
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_non_null(text);
    assert_int_equal(fd_read_all(fd, text, SOURCE_MAX, &size), 0);
    return text;
}

/* Each word that stands in quotes after `before` is an event of the kind; answers how many. */
static size_t assert_all_known(const char *source, const char *before, const char *kind)
{
    auto_free char *text = read_source(source);
    size_t count = 0;

    for (const char *at = strstr(text, before); at; at = strstr(at, before)) {
        char word[64];

        at += strlen(before);
        snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, "\""), at);
        (void)find(kind, word);
        count++;
    }
    return count;
}

static void each_event_that_the_sources_tell_is_known(void **state)
{
    assert_true(assert_all_known("watch_domains.c", "tell(domain, opaque, \"", "domain") > 10);
    assert_int_equal(
        assert_all_known("watch_domains.c", "tell_block_job(domain, opaque, \"", "domain"), 2);
    assert_int_equal(
        assert_all_known("watch_domains.c", "tell_device(domain, opaque, \"", "domain"), 3);
    assert_true(assert_all_known("source.c", "tell_daemon(source, \"", "daemon") > 1);
}

static void each_event_that_is_known_stands_in_the_sources(void **state)
{
    auto_free char *domains = read_source("watch_domains.c");

    for (size_t i = 0; known_event_at(i); i++) {
        const char *event = known_event_at(i)->event;
        char quoted[64];

        if (strcmp(known_event_at(i)->kind, "domain") != 0 || gives(name_lifecycle, event))
            continue;
        snprintf(quoted, sizeof(quoted), "\"%s\"", event);
        if (!strstr(domains, quoted))
            fail_msg("nothing tells event %s of domain", event);
    }
}

static void each_event_is_of_a_kind_and_stands_there_once(void **state)
{
    size_t index;

    for (size_t i = 0; known_event_at(i); i++) {
        assert_true(event_kind_find(known_event_at(i)->kind, &index));
        assert_ptr_equal(find(known_event_at(i)->kind, known_event_at(i)->event),
                         known_event_at(i));
        assert_non_null(known_event_at(i)->details[0]);
    }
    assert_false(event_kind_find("qemu", &index));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_detail_of_a_guests_life_is_known_and_no_other),
        cmocka_unit_test(each_detail_of_other_events_is_known_and_no_other),
        cmocka_unit_test(each_event_of_other_objects_is_known_and_no_other),
        cmocka_unit_test(each_event_that_the_sources_tell_is_known),
        cmocka_unit_test(each_event_that_is_known_stands_in_the_sources),
        cmocka_unit_test(each_event_is_of_a_kind_and_stands_there_once),
    };

    return cmocka_run_group_tests_name("known events", tests, NULL, NULL);
}

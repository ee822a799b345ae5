/*
 * What was seen of a permissive script, told once each. Runs in PID 1 of the script's namespace.
 * Paths are the script's: any bytes; the helper makes them safe to show.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sights.h"

#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>

/* FNV-1a, which tells accidents apart; a script that makes clashes hides its own doings. */
#define HASH_START 0xcbf29ce484222325ULL
#define HASH_PRIME 0x100000001b3ULL

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * HASH_PRIME;
    return hash;
}

static uint64_t hash_report(const struct runner_report *report)
{
    uint64_t hash = hash_bytes(HASH_START, &report->observed, sizeof(report->observed));

    hash = hash_bytes(hash, report->path, strlen(report->path));
    return hash ? hash : 1;
}

/* The slot of this hash, or the free one where it belongs. */
static uint64_t *find_slot(struct sights *sights, uint64_t hash)
{
    size_t at = hash % SIGHTS_SLOTS;

    while (sights->hashes[at] && sights->hashes[at] != hash)
        at = (at + 1) % SIGHTS_SLOTS;
    return &sights->hashes[at];
}

static bool is_still_asked(const struct sights *sights, const struct seccomp_notif *call)
{
    uint64_t id = call->id;

    return ioctl(sights->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static void tell_of_more(struct sights *sights)
{
    struct runner_report more = {.event = RUNNER_OBSERVED, .observed = {.sight = SIGHT_MORE}};

    if (sights->told++ == RUNNER_SIGHTS_MAX - 1)
        sights->report(&more);
}

/* Which call it was is told where nothing else says what was done. */
static bool is_of_call(enum runner_sight sight)
{
    return sight == SIGHT_CALL || sight == SIGHT_UNKNOWN;
}

void sights_tell(struct sights *sights, const struct seccomp_notif *call, enum runner_sight sight,
                 uint32_t value, const char *path)
{
    struct runner_report report = {
        .event = RUNNER_OBSERVED,
        .observed = {.sight = sight, .value = value},
    };
    uint64_t *slot, hash;

    if (is_of_call(sight)) {
        report.observed.arch = call->data.arch;
        report.observed.number = call->data.nr;
    }
    if (path && strlen(path) >= sizeof(report.path)) {
        sights_tell(sights, call, SIGHT_UNKNOWN, 0, NULL);
        return;
    }
    if (path)
        strcpy(report.path, path);
    hash = hash_report(&report);
    slot = find_slot(sights, hash);
    if (*slot || !is_still_asked(sights, call))
        return;
    if (sights->told >= RUNNER_SIGHTS_MAX - 1) {
        tell_of_more(sights);
        return;
    }
    *slot = hash;
    sights->told++;
    sights->report(&report);
}

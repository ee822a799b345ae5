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

static uint64_t hash_number(uint64_t hash, uint32_t number)
{
    return (hash ^ number) * HASH_PRIME;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * HASH_PRIME;
    return hash;
}

static uint64_t hash_report(const struct runner_report *report)
{
    uint64_t hash = hash_number(HASH_START, report->observed.sight);

    hash = hash_number(hash, report->observed.arch);
    hash = hash_number(hash, (uint32_t)report->observed.number);
    hash = hash_number(hash, report->observed.value);
    hash = hash_text(hash, report->path);
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
static bool is_of_call(uint32_t sight)
{
    return sight == SIGHT_CALL || sight == SIGHT_NETWORK || sight == SIGHT_UNKNOWN;
}

/* Fills a report; what has a path that is too long for it is unknown. */
static void fill(struct runner_report *report, const struct seccomp_notif *call,
                 enum runner_sight sight, uint32_t value, const char *path)
{
    bool fits = !path || strlen(path) < sizeof(report->path);

    *report = (struct runner_report){
        .event = RUNNER_OBSERVED,
        .observed = {.sight = fits ? sight : SIGHT_UNKNOWN, .value = fits ? value : 0},
    };
    if (is_of_call(report->observed.sight)) {
        report->observed.arch = call->data.arch;
        report->observed.number = call->data.nr;
    }
    if (path && fits)
        strcpy(report->path, path);
}

void sights_tell(struct sights *sights, const struct seccomp_notif *call, enum runner_sight sight,
                 uint32_t value, const char *path)
{
    struct runner_report report;
    uint64_t *slot, hash;

    fill(&report, call, sight, value, path);
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

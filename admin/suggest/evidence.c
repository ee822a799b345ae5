/*
 * What the log tells of one script. Admin's process; texts come from the log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "evidence.h"

#include "cleanup.h"
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int evidence_note_operation(struct evidence *evidence, const char *operation, uint64_t *ret_bit)
{
    size_t i = 0;

    *ret_bit = 0;
    while (i < evidence->operation_count && strcmp(evidence->operations[i], operation) != 0)
        i++;
    if (i == EVIDENCE_OPERATIONS_MAX)
        return 0;
    if (i == evidence->operation_count) {
        evidence->operations[i] = text_escape(operation, strlen(operation), false);
        if (!evidence->operations[i])
            return -ENOMEM;
        evidence->operation_count++;
    }
    *ret_bit = 1ULL << i;
    return 0;
}

/* The place of this text, or where it belongs. */
static size_t find_place(const struct evidence *evidence, const char *text, bool *ret_there)
{
    size_t low = 0, high = evidence->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(evidence->sightings[middle].text, text);

        if (order == 0) {
            *ret_there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_there = false;
    return low;
}

static int make_room(struct evidence *evidence)
{
    size_t room = evidence->room ? evidence->room * 2 : 64;
    struct sighting *sightings;

    if (evidence->count < evidence->room)
        return 0;
    sightings = reallocarray(evidence->sightings, room, sizeof(*sightings));
    if (!sightings)
        return -ENOMEM;
    evidence->sightings = sightings;
    evidence->room = room;
    return 0;
}

/*
 * Where the path's component begins that has the guest's name, alone or set off by other characters
 * than letters and digits: "/images/web.qcow2" of the guest web; 0 where there is none.
 */
static size_t find_guest(const char *text, const char *guest)
{
    const char *path = strchr(text, '/'), *at;
    size_t length = strlen(guest);

    if (!path || length == 0)
        return 0;
    for (at = strstr(path + 1, guest); at; at = strstr(at + 1, guest)) {
        if (isalnum((unsigned char)at[-1]) || isalnum((unsigned char)at[length]))
            continue;
        while (*at != '/')
            at--;
        return (size_t)(at - text) + 1;
    }
    return 0;
}

static int insert(struct evidence *evidence, size_t place, const struct occasion *occasion,
                  char **text)
{
    auto_free char *call = text_escape(occasion->call, strlen(occasion->call), false);
    size_t guest = find_guest(*text, occasion->guest);
    struct sighting *slot;

    if (!call || make_room(evidence) < 0)
        return -ENOMEM;
    slot = &evidence->sightings[place];
    memmove(slot + 1, slot, (evidence->count - place) * sizeof(*slot));
    *slot = (struct sighting){
        .guest = guest,
        .call = take_pointer(&call),
        .text = take_pointer(text),
        .refused = occasion->refused,
    };
    evidence->count++;
    return 0;
}

int evidence_add(struct evidence *evidence, const struct occasion *occasion, const char *text)
{
    auto_free char *safe = text_escape(text, strlen(text), false);
    uint64_t operation;
    bool is_there;
    size_t place;
    int r = evidence_note_operation(evidence, occasion->operation, &operation);

    if (r < 0 || !safe)
        return -ENOMEM;
    place = find_place(evidence, safe, &is_there);
    if (!is_there && evidence->count == EVIDENCE_SIGHTINGS_MAX) {
        evidence->lost++;
        return 0;
    }
    if (!is_there)
        r = insert(evidence, place, occasion, &safe);
    if (r < 0)
        return r;
    evidence->sightings[place].operations |= operation;
    evidence->sightings[place].refused &= occasion->refused;
    return 0;
}

void evidence_clear(struct evidence *evidence)
{
    for (size_t i = 0; i < evidence->count; i++) {
        free(evidence->sightings[i].text);
        free(evidence->sightings[i].call);
    }
    for (size_t i = 0; i < evidence->operation_count; i++)
        free(evidence->operations[i]);
    free(evidence->sightings);
    free(evidence->path);
    free(evidence->profile);
    free(evidence->sha256);
    *evidence = (struct evidence){0};
}

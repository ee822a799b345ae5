/*
 * A bounded set of calls that were begun and not ended. Helper. Ids come out of log files, which
 * only root and the helper can write; a line that is damaged all the same must not harm.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "open_calls.h"

#include "cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

static bool parse_instance(const char *text, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (size_t i = 0; i < 16; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = text[i] == '\0' ? NULL : strchr(digits, text[i]);

        if (!digit)
            return false;
        value = value << 4 | (uint64_t)(digit - digits);
    }
    *ret_value = value;
    return true;
}

static bool parse_number(const char *text, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
            return false;
    if (value == 0 || *text != '"')
        return false;
    *ret_value = value;
    return true;
}

bool call_id_parse(const char *text, struct call_id *ret_id)
{
    struct call_id id;

    if (!parse_instance(text, &id.instance) || text[16] != '-' ||
        !parse_number(text + 17, &id.number))
        return false;
    *ret_id = id;
    return true;
}

void call_id_print(const struct call_id *id, char text[CALL_ID_SIZE])
{
    snprintf(text, CALL_ID_SIZE, "%016" PRIx64 "-%" PRIu64, id->instance, id->number);
}

/* Where the id's search begins: a multiplication spreads numbers that follow each other. */
static size_t home_of(const struct open_calls *set, const struct call_id *id)
{
    uint64_t mixed = (id->number ^ id->instance) * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(mixed >> 32) & (set->capacity - 1);
}

/* The slot that holds the id, or the free one where it would be put. Needs a capacity. */
static size_t find_slot(const struct open_calls *set, const struct call_id *id)
{
    size_t at = home_of(set, id);

    while (set->slots[at].id.number != 0 &&
           (set->slots[at].id.number != id->number || set->slots[at].id.instance != id->instance))
        at = (at + 1) & (set->capacity - 1);
    return at;
}

/* Keeps at least half of the slots free, so that searches are short and end. */
static int make_room(struct open_calls *set)
{
    struct open_calls larger = {.count = set->count};

    if (set->count < set->capacity / 2)
        return 0;
    larger.capacity = set->capacity > 0 ? set->capacity * 2 : FIRST_CAPACITY;
    larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
    if (!larger.slots)
        return -ENOMEM;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i].id.number != 0)
            larger.slots[find_slot(&larger, &set->slots[i].id)] = set->slots[i];
    free(set->slots);
    *set = larger;
    return 0;
}

int open_calls_add(struct open_calls *set, const struct open_call *call)
{
    size_t at;
    int r;

    if (set->count >= OPEN_CALLS_MAX)
        return OPEN_CALLS_E_FULL;
    r = make_room(set);
    if (r < 0)
        return r;
    at = find_slot(set, &call->id);
    if (set->slots[at].id.number != 0)
        return 0;
    set->slots[at] = *call;
    set->count++;
    return 0;
}

/* Moves up what stands behind a gap and would not be found past it. */
static void close_gap(struct open_calls *set, size_t gap)
{
    size_t mask = set->capacity - 1;

    for (size_t at = (gap + 1) & mask; set->slots[at].id.number != 0; at = (at + 1) & mask) {
        size_t home = home_of(set, &set->slots[at].id);

        if (((at - home) & mask) < ((at - gap) & mask))
            continue;
        set->slots[gap] = set->slots[at];
        gap = at;
    }
    set->slots[gap].id.number = 0;
}

static void free_begin(struct open_call *call)
{
    if (call->length == 0)
        free(call->begin);
}

void open_calls_remove(struct open_calls *set, const struct call_id *id)
{
    size_t at;

    if (set->count == 0)
        return;
    at = find_slot(set, id);
    if (set->slots[at].id.number == 0)
        return;
    free_begin(&set->slots[at]);
    close_gap(set, at);
    set->count--;
}

static int compare_offsets(const void *left, const void *right)
{
    const struct open_call *a = left, *b = right;

    return (a->offset > b->offset) - (a->offset < b->offset);
}

void open_calls_take(struct open_calls *set, struct open_call **ret_list, size_t *ret_count)
{
    size_t count = 0;

    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i].id.number != 0)
            set->slots[count++] = set->slots[i];
    if (count > 0)
        qsort(set->slots, count, sizeof(*set->slots), compare_offsets);
    *ret_list = take_pointer(&set->slots);
    *ret_count = count;
    *set = (struct open_calls){0};
}

void open_calls_clear(struct open_calls *set)
{
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i].id.number != 0)
            free_begin(&set->slots[i]);
    free(set->slots);
    *set = (struct open_calls){0};
}

/*
 * The words of virteventd's events: which events there are of each kind of object, and which
 * details. Helper.
 *
 * They are those of events/, which a test holds this to. "unknown" is among them all: what a later
 * libvirt tells and this one has no name for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The index of the kind among those of name_kind_at(); false where there is none of this name. */
bool event_kind_find(const char *kind, size_t *ret_index);

/* One event of a kind. `details` ends in NULL; an event without details has "-" alone. */
struct known_event {
    const char *kind, *event;
    const char *const *details;
};

/* All events of all kinds; NULL past the last. */
const struct known_event *known_event_at(size_t index);

/* Whether an event of this kind has the detail. */
bool event_has_detail(const char *kind, const char *event, const char *detail);

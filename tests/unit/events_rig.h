/*
 * What the tests of virteventd's deliveries share: events made in a line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "delivery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EVENTS_URI "test+unix:///default"

/* An event of a guest; its payload is the caller's to free. */
static inline struct event events_one(uint64_t sequence, const char *object, const char *event)
{
    return (struct event){.sequence = sequence,
                          .uri = EVENTS_URI,
                          .kind = "domain",
                          .object = object,
                          .uuid = "",
                          .event = event,
                          .detail = "-",
                          .extra = "-"};
}

static inline struct delivery *events_delivery_of(struct event event)
{
    struct delivery *delivery = NULL;

    event.payload = json_object_new_object();
    assert_int_equal(delivery_make(&event, &delivery), 0);
    json_object_put(event.payload);
    return delivery;
}

static inline struct delivery *events_delivery(uint64_t sequence, const char *object,
                                               const char *event)
{
    return events_delivery_of(events_one(sequence, object, event));
}

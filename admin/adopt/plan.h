/*
 * What is to be changed, found out and checked wholly before anything is. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "adopt.h"
#include "steps.h"

#include <stdbool.h>

struct plan {
    struct steps steps;
    bool taken[LIBVIRT_DRIVERS];      /* what is adopted or released */
    bool adopted[LIBVIRT_DRIVERS];    /* the shim stands there already */
    bool stranded[LIBVIRT_DRIVERS];   /* to be released, but no shim says that it was adopted */
    bool dispatcher[LIBVIRT_DRIVERS]; /* its script runs what is in its folder by itself */
};

/* Returns 0, or an exit status where it was complained of something odd. Clear it in either case.
 */
int plan_make(const struct adopt_request *request, struct plan *ret_plan);

void plan_clear(struct plan *plan);

/*
 * libvirt's own virhook.c under other names: what virhook.c of virthook turns to where it is turned
 * off. Runs in the daemon.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "internal.h"

/* As virHookInitialize(), virHookPresent() and virHookCall() of virhook.h. */
int virHookFallbackInitialize(void);

int virHookFallbackPresent(int driver);

int virHookFallbackCall(int driver, const char *id, int op, int sub_op, const char *extra,
                        const char *input, char **output);

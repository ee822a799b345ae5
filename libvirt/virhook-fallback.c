/*
 * Compiles libvirt's own virhook.c, which was renamed to virhook-builtin.c, under the names that
 * virhook-fallback.h has. It is not changed by it, nor needs to be when libvirt changes it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define virHookInitialize virHookFallbackInitialize
#define virHookPresent    virHookFallbackPresent
#define virHookCall       virHookFallbackCall

#include "virhook-builtin.c"

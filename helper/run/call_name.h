/*
 * A system call by its name, of whatever architecture, as the log tells it. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Writes "mount", "i386:mount", "syscall 1234". */
void call_write_name(FILE *stream, uint32_t arch, int number);

/* Whether a profile can list it: x32's calls, and what has no name, no profile grants. */
bool call_can_be_listed(uint32_t arch, int number);

/* Writes "AF_NETLINK", or the number of a family without a name. */
void call_write_family(FILE *stream, int family);

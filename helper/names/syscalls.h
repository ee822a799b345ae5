/*
 * System calls and sets of them by name. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

/* No architecture numbers its calls from here on. */
#define SYSCALL_NUMBER_MAX 1024

/* Whether this is a set ("@mount"), or a system call of any architecture. */
bool syscall_is_known(const char *name);

/* The call of this number on this machine, which the caller frees; NULL where there is none. */
char *syscall_name(int number);

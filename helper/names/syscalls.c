/*
 * System calls and sets of them by name, by libseccomp. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "syscalls.h"

#include "sets.h"

#include <seccomp.h>

bool syscall_is_known(const char *name)
{
    if (*name == '@')
        return syscall_set_find(name);
    return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR;
}

char *syscall_name(int number)
{
    return seccomp_syscall_resolve_num_arch(seccomp_arch_native(), number);
}

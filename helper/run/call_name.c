/*
 * A system call by its name. Helper. The numbers come from the kernel, or from a runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call_name.h"

#include "cleanup.h"
#include "families.h"

#include <seccomp.h>
#include <string.h>

/* x32 is told from the machine's own calls by this bit of the number alone. */
#define X32_BIT 0x40000000

static uint32_t name_arch(uint32_t arch, int number)
{
    bool x32 = arch == SCMP_ARCH_X86_64 && (number & X32_BIT);

    return x32 ? SCMP_ARCH_X32 : arch;
}

/* What stands in front of a call of another architecture than the helper's own. */
static const char *name_prefix(uint32_t arch)
{
    if (arch == seccomp_arch_native())
        return "";
    switch (arch) {
    case SCMP_ARCH_X86:
        return "i386:";
    case SCMP_ARCH_X32:
        return "x32:";
    case SCMP_ARCH_ARM:
        return "arm:";
    default:
        return "other:";
    }
}

void call_write_name(FILE *stream, uint32_t arch, int number)
{
    uint32_t named = name_arch(arch, number);
    auto_free char *name = seccomp_syscall_resolve_num_arch(named, number);

    fputs(name_prefix(named), stream);
    if (name)
        fputs(name, stream);
    else
        fprintf(stream, "syscall %d", number);
}

bool call_can_be_listed(uint32_t arch, int number)
{
    auto_free char *name = seccomp_syscall_resolve_num_arch(arch, number);

    return name && name_arch(arch, number) == arch && strcmp(name, "socketcall") != 0;
}

void call_write_family(FILE *stream, int family)
{
    const char *name = family_name(family);

    if (name)
        fputs(name, stream);
    else
        fprintf(stream, "%d", family);
}

/*
 * The program that loads this machine's programs: the one that the helper itself was loaded by, as
 * the kernel has its name from the helper's binary. Helper; its input is its own memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "loader.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>

const char *loader_path(void)
{
    uintptr_t headers = (uintptr_t)getauxval(AT_PHDR);
    const ElfW(Phdr) *header = (const ElfW(Phdr) *)headers;
    uintptr_t base = 0;

    for (unsigned long i = 0; headers && i < getauxval(AT_PHNUM); i++) {
        if (header[i].p_type == PT_PHDR)
            base = headers - header[i].p_vaddr;
        if (header[i].p_type == PT_INTERP)
            return (const char *)(base + header[i].p_vaddr);
    }
    return NULL;
}

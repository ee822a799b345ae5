/*
 * Structures of the public header that grow. Runs in the caller's process; the caller is trusted,
 * but may have been compiled against another release's header.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sized.h"

#include <errno.h>
#include <string.h>

int sized_copy(const void *from, size_t least, void *ret_copy, size_t known)
{
    const char *bytes = from;
    size_t size;

    if (!from)
        return -EINVAL;
    memcpy(&size, from, sizeof(size));
    if (size < least)
        return -EINVAL;
    for (size_t i = known; i < size; i++) {
        if (bytes[i] != 0)
            return -EINVAL;
    }
    memset(ret_copy, 0, known);
    memcpy(ret_copy, from, size < known ? size : known);
    return 0;
}

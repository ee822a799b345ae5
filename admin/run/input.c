/*
 * What the hook gets on stdin. Admin's process; the bytes are nothing to us.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "input.h"

#include "cleanup.h"
#include "fd.h"

#include <string.h>

#define FIRST_SIZE 65536

static int read_all(char **data, size_t *ret_size)
{
    size_t room = 0, size = 0, count;

    do {
        char *larger;
        int r;

        room = room ? room * 2 : FIRST_SIZE;
        larger = realloc(*data, room);
        if (!larger)
            return -ENOMEM;
        *data = larger;
        r = fd_read_all(STDIN_FILENO, *data + size, room - size, &count);
        if (r < 0)
            return r;
        size += count;
        if (size > INPUT_MAX)
            return -E2BIG;
    } while (size == room);
    *ret_size = size;
    return 0;
}

int input_read(void **ret_data, size_t *ret_size)
{
    auto_free char *data = NULL;
    size_t size = 0;
    int r;

    if (!isatty(STDIN_FILENO)) {
        r = read_all(&data, &size);
        if (r < 0)
            return r;
    }
    *ret_data = take_pointer(&data);
    *ret_size = size;
    return 0;
}

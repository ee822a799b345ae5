/*
 * Reading a line as far as verifying goes. Admin's process; whatever bytes the line holds. The
 * keys are looked for where helpers write them, and a text in a record cannot look like one: its
 * quotes are escaped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sight.h"

#include <string.h>

#define HEAD "{\"schema\":1,\"type\":\""

/* Bytes from the line's first on in which its time stands. */
#define TIME_WITHIN 256

/* Copies the text behind `key` up to its quote; "" where it is not there, is longer, or odd. */
static void copy_text(const char *line, size_t size, const char *key, const char *allowed,
                      char *ret_text, size_t room)
{
    const char *found = memmem(line, size, key, strlen(key));
    const char *text = found ? found + strlen(key) : NULL;
    const char *quote = text ? memchr(text, '"', size - (size_t)(text - line)) : NULL;
    size_t length = quote ? (size_t)(quote - text) : 0;

    ret_text[0] = '\0';
    if (!quote || length >= room)
        return;
    memcpy(ret_text, text, length);
    ret_text[length] = '\0';
    if (strspn(ret_text, allowed) != length)
        ret_text[0] = '\0';
}

static bool is_type(const struct chain *chain, const char *type)
{
    size_t head = strlen(HEAD), length = strlen(type);

    return chain->size > head + length && memcmp(chain->line, HEAD, head) == 0 &&
           memcmp(chain->line + head, type, length) == 0;
}

static bool opens(const struct chain *chain)
{
    static const char closed[] = ",\"closed_by\":\"";

    return is_type(chain, "open\"") || (is_type(chain, "end\"") && chain->number == 1 &&
                                        memmem(chain->line, chain->size, closed, strlen(closed)));
}

struct sighting sight(const struct chain *chain)
{
    struct sighting seen = {.file = chain_path(chain), .line = chain->number};
    size_t start = chain->size < TIME_WITHIN ? chain->size : TIME_WITHIN;

    seen.sealed = chain->size > 0 && seal_read(chain->line, chain->size, &seen.seal);
    if (!seen.sealed)
        return seen;
    seen.changed = !seal_fits(&seen.seal);
    seen.opens = opens(chain);
    copy_text(chain->line, start, ",\"call\":\"", "0123456789abcdef-", seen.call,
              sizeof(seen.call));
    copy_text(chain->line, start, ",\"time\":\"", "0123456789-:.TZ", seen.time, sizeof(seen.time));
    return seen;
}

/*
 * The words of libvirt's hooks and events, compiled into both sides. The texts are untrusted: this
 * is where it is decided which of them may be names at all.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "names.h"

#include "text.h"

#include <string.h>

static const char *const drivers[] = {"daemon", "qemu", "lxc", "network", "libxl", "bhyve"};

static const char *const kinds[] = {"domain",      "network", "storage-pool",
                                    "node-device", "secret",  "daemon"};

#define DRIVER_COUNT (sizeof(drivers) / sizeof(drivers[0]))
#define KIND_COUNT   (sizeof(kinds) / sizeof(kinds[0]))

static bool is_one_of(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

bool name_is_driver(const char *driver)
{
    return is_one_of(driver, drivers, DRIVER_COUNT);
}

const char *name_driver_at(size_t index)
{
    return index < DRIVER_COUNT ? drivers[index] : NULL;
}

bool name_is_kind(const char *kind)
{
    return is_one_of(kind, kinds, KIND_COUNT);
}

const char *name_kind_at(size_t index)
{
    return index < KIND_COUNT ? kinds[index] : NULL;
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool name_is_operation(const char *operation)
{
    size_t length = strlen(operation);

    if (length == 0 || length > NAME_OPERATION_MAX)
        return false;
    if (strcmp(operation, "-") == 0)
        return true;
    for (size_t i = 0; i < length; i++)
        if (!is_letter_or_digit(operation[i]) && operation[i] != '-')
            return false;
    return operation[0] != '-' && operation[length - 1] != '-';
}

bool name_is_object(const char *object)
{
    size_t length = strlen(object);

    if (length == 0 || length > NAME_OBJECT_MAX)
        return false;
    return text_is_utf8(object, length) && !strpbrk(object, "\n/");
}

bool name_is_extra(const char *extra)
{
    size_t length = strlen(extra);

    return length > 0 && length <= NAME_EXTRA_MAX && text_is_utf8(extra, length);
}

static bool is_lower_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool name_is_uuid(const char *uuid)
{
    if (strlen(uuid) != NAME_UUID_LENGTH)
        return false;
    for (size_t i = 0; i < NAME_UUID_LENGTH; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

        if (hyphen ? uuid[i] != '-' : !is_lower_hex(uuid[i]))
            return false;
    }
    return true;
}

static bool is_word(const char *text, size_t most)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789._-");

    return length > 0 && length <= most && text[length] == '\0';
}

bool name_is_profile(const char *profile)
{
    return is_word(profile, NAME_PROFILE_MAX);
}

bool name_is_delivery(const char *delivery)
{
    return is_word(delivery, NAME_DELIVERY_MAX);
}

bool name_is_only(const char *only)
{
    size_t length = strlen(only);

    return only[0] == '/' && length <= NAME_ONLY_MAX && text_is_utf8(only, length);
}

bool name_is_uri(const char *uri)
{
    size_t length = strlen(uri);

    for (size_t i = 0; i < length; i++)
        if ((unsigned char)uri[i] <= ' ' || uri[i] == '\x7f')
            return false;
    return length > 0 && length <= NAME_URI_MAX && text_is_utf8(uri, length);
}

bool name_is_filter(const char *driver, const char *operation)
{
    if (strcmp(driver, "qemu") != 0 && strcmp(driver, "libxl") != 0)
        return false;
    return strcmp(operation, "migrate") == 0 || strcmp(operation, "restore") == 0;
}

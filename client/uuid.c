/*
 * The object's UUID, where the XML on stdin says it. Runs in the caller's process; the XML is
 * libvirt's, but a guest's owner has words in it, so only a text in the form of a UUID is taken,
 * and only for the log and the script's environment.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "uuid.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* A name of NAME_OBJECT_MAX bytes, each as an entity of six, and the tags around it. */
#define LOOKED_AT 8192

bool uuid_find(int memfd, char *ret_uuid)
{
    static const char before[] = "<uuid>", after[] = "</uuid>";
    char text[LOOKED_AT + 1], uuid[NAME_UUID_LENGTH + 1];
    ssize_t size = pread(memfd, text, LOOKED_AT, 0);
    const char *found;

    if (size <= 0)
        return false;
    text[size] = '\0';
    found = strstr(text, before);
    if (!found || strlen(found) < strlen(before) + NAME_UUID_LENGTH + strlen(after))
        return false;
    found += strlen(before);
    memcpy(uuid, found, NAME_UUID_LENGTH);
    uuid[NAME_UUID_LENGTH] = '\0';
    if (!name_is_uuid(uuid) || strncmp(found + NAME_UUID_LENGTH, after, strlen(after)) != 0)
        return false;
    memcpy(ret_uuid, uuid, sizeof(uuid));
    return true;
}

/*
 * A record in the journal's native form: fields, each a name, the length of its value in eight
 * bytes, and the value, whatever is in it. Helper. Nothing of a record can end its field.
 *
 * By hand, and not by sd_journal_sendv(3) of libsystemd: that one waits where journald does not
 * read (it sends on a socket that blocks), and a verdict would wait with it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "journal_copy.h"

#include "cleanup.h"
#include "datagram.h"
#include "fd.h"

#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* A larger one goes another way: the receiver's queue has room for many small ones. */
#define DATAGRAM_MAX (128 * 1024)

/* LOG_DAEMON's number without its bits for the priority. */
#define FACILITY "3"

static const struct {
    const char *name, *key;
} fields[] = {
    {"VIRTHOOK_TYPE", "type"},
    {"VIRTHOOK_CALL", "call"},
    {"VIRTHOOK_INSTANCE", "instance"},
    {"VIRTHOOK_CLASS", "class"},
    {"VIRTHOOK_DRIVER", "driver"},
    {"VIRTHOOK_OBJECT", "object"},
    {"VIRTHOOK_UUID", "uuid"},
    {"VIRTHOOK_OPERATION", "operation"},
    {"VIRTHOOK_SUB_OPERATION", "sub_operation"},
    {"VIRTHOOK_VERDICT", "verdict"},
    {"VIRTHOOK_REASON", "reason"},
    {"VIRTHOOK_DURATION_MS", "duration_ms"},
    {"VIRTHOOK_SCRIPT", "path"},
};

static void put_bytes(FILE *out, const char *name, const char *value, size_t size)
{
    uint64_t length = htole64(size);

    fprintf(out, "%s\n", name);
    fwrite(&length, sizeof(length), 1, out);
    fwrite(value, 1, size, out);
    fputc('\n', out);
}

static void put_text(FILE *out, const char *name, const char *value)
{
    put_bytes(out, name, value, strlen(value));
}

/* The journal takes several values of one field. */
static void put_scripts(FILE *out, const struct copy *copy)
{
    struct json_object *scripts = NULL, *path = NULL;

    json_object_object_get_ex(copy->record, "scripts", &scripts);
    if (!json_object_is_type(scripts, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(scripts); i++) {
        json_object_object_get_ex(json_object_array_get_idx(scripts, i), "path", &path);
        if (path)
            put_text(out, "VIRTHOOK_SCRIPT", json_object_get_string(path));
    }
}

static void put_fields(FILE *out, const struct copy *copy)
{
    const char priority[] = {(char)('0' + copy->priority), '\0'};

    put_text(out, "MESSAGE", copy->sentence);
    put_text(out, "PRIORITY", priority);
    put_text(out, "SYSLOG_FACILITY", FACILITY);
    put_text(out, "SYSLOG_IDENTIFIER", "virthook-helper");
    put_text(out, "VIRTHOOK_HEAD", copy->head);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const char *value = copy_value(copy, fields[i].key);

        if (value)
            put_text(out, fields[i].name, value);
    }
    put_scripts(out, copy);
    put_bytes(out, "VIRTHOOK_RECORD", copy->line, copy->size);
}

/* What is too large for a datagram is taken from a memfd that cannot change any more. */
static int send_memfd(int fd, const char *data, size_t size)
{
    auto_close int memfd = -EBADF;
    int r = fd_sealed_memfd("virthook-record", data, size, &memfd);

    return r < 0 ? r : datagram_send_fd(fd, JOURNAL_SOCKET, memfd);
}

int journal_copy_send(int fd, const struct copy *copy)
{
    auto_free char *data = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&data, &size);
    int r;

    if (!out)
        return -ENOMEM;
    put_fields(out, copy);
    if (fclose(out) != 0)
        return -ENOMEM;
    if (size > DATAGRAM_MAX)
        return send_memfd(fd, data, size);
    r = datagram_send(fd, JOURNAL_SOCKET, data, size);
    return r == -EMSGSIZE || r == -ENOBUFS ? send_memfd(fd, data, size) : r;
}

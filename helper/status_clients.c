/*
 * Whom this helper serves, for its status. Helper. The name is the client's own; that of its
 * program can be changed by it at any time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "status_clients.h"

#include "cleanup.h"
#include "clock.h"
#include "fd.h"
#include "peer.h"
#include "text.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the whole array. */
#define CLIENTS_SIZE_MAX 2048

/* Bytes of /proc/PID/comm with its newline: TASK_COMM_LEN. */
#define PROGRAM_MAX 16

/* The name of its program, made safe, for the caller to free. NULL where it cannot be told. */
static char *read_program(pid_t pid)
{
    char path[64], name[PROGRAM_MAX];
    auto_close int fd = -EBADF;
    size_t size;

    snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fd_read_all(fd, name, sizeof(name), &size) < 0 || size == 0)
        return NULL;
    return text_escape(name, name[size - 1] == '\n' ? size - 1 : size, false);
}

static struct json_object *make_client(const struct peer *peer)
{
    auto_free char *program = read_program(peer->pid);
    uint64_t connected_ms = clock_now_ms() - peer->connected_ms;
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "pid", json_object_new_int64(peer->pid));
    json_object_object_add(object, "program", program ? json_object_new_string(program) : NULL);
    json_object_object_add(object, "name", peer->name ? json_object_new_string(peer->name) : NULL);
    json_object_object_add(object, "connected_ms", json_object_new_uint64(connected_ms));
    json_object_object_add(object, "open", json_object_new_uint64(peer->call_count));
    return object;
}

struct json_object *status_clients(const struct helper *helper)
{
    struct json_object *array = json_object_new_array();
    size_t room = CLIENTS_SIZE_MAX;

    for (const struct peer *peer = helper->peers; peer; peer = peer->next) {
        struct json_object *client;
        size_t size;

        if (peer->kind == PEER_ADMIN)
            continue;
        client = make_client(peer);
        size = strlen(json_object_to_json_string_ext(client, JSON_C_TO_STRING_PLAIN)) + 1;
        if (size > room) {
            json_object_put(client);
            break;
        }
        room -= size;
        json_object_array_add(array, client);
    }
    return array;
}

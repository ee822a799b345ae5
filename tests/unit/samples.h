/*
 * One message of each kind, as structures: what the vectors of PROTOCOL.md say in bytes, under the
 * same names.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct sample {
    const char *name;
    enum message_side side;
    struct message message;
};

static struct message_script sample_scripts[] = {
    {
        .path = "/etc/virthook/hooks/qemu",
        .exit_status = 0,
        .profile = "isolated",
        .denied = "mount\nsocket(AF_NETLINK) \xc3\x97"
                  "3",
        .enforced = "user:65534 capabilities:none no-new-privs seccomp:notify landlock:7 mounts "
                    "network:none pid ipc uts",
        .duration_ms = 13,
        .stdout_bytes = 3,
        .stderr_bytes = 200000000,
        .stdout_tail = "ok\n",
        .stderr_tail = "\\x1b[31m",
    },
    {
        .path = "/etc/virthook/hooks/qemu.d/10-hang",
        .exit_status = -1,
        .signal = 9,
        .timed_out = true,
        .profile = "learning",
        .observed = "write /etc/motd\ncall mount",
        .enforced = "user:0 permissive pid",
        .duration_ms = 2000,
    },
    {
        .path = "/etc/virthook/hooks/qemu.d/20-open",
        .exit_status = -1,
        .problem = "group can write it: chmod g-w",
    },
};

static struct message_script sample_event_script = {
    .path = "/etc/virthook/events.d/domain/notify",
    .exit_status = 75,
    .retries = 5,
    .profile = "callback",
    .enforced = "user:0",
    .duration_ms = 11,
};

#define SAMPLE(sample_name, sample_side, sample_type, sample_id, ...)                 \
    {                                                                                 \
        .name = sample_name, .side = sample_side,                                     \
        .message = {.version = 1, .type = sample_type, .id = sample_id, __VA_ARGS__}, \
    }

static const struct sample
    samples[] =
        {
            SAMPLE("client-hello", SIDE_CLIENT, MESSAGE_HELLO, 0,
                   .hello = {.version_min = 1, .version_max = 1, .name = "shim"}),
            SAMPLE("helper-hello", SIDE_HELPER, MESSAGE_HELLO, 0,
                   .hello = {.version_min = 1,
                             .version_max = 1,
                             .name = "virthook-helper",
                             .deadline_ms = 120000,
                             .stdin_max = 16777216,
                             .calls_max = 256,
                             .has_policy = true,
                             .policy = {.count = 5,
                                        .rules =
                                            {
                                                {"daemon", "*", FAILURE_ALLOW, FAILURE_ALLOW},
                                                {"*", "stopped", FAILURE_ALLOW, FAILURE_ALLOW},
                                                {"*", "release", FAILURE_ALLOW, FAILURE_ALLOW},
                                                {"*", "port-deleted", FAILURE_ALLOW, FAILURE_ALLOW},
                                                {"*", "reconnect", FAILURE_DENY, FAILURE_ALLOW},
                                            }}}),
            SAMPLE("call", SIDE_CLIENT, MESSAGE_CALL, 7,
                   .call = {.class = CLASS_HOOK,
                            .driver = "qemu",
                            .object = "d1",
                            .operation = "start",
                            .sub_operation = "begin",
                            .extra = "-"}),
            SAMPLE("call-full", SIDE_CLIENT, MESSAGE_CALL, UINT64_MAX,
                   .call = {.class = CLASS_EVENT,
                            .driver = "network",
                            .object = "b\xc3\xbcro-1 \xf0\x9f\x96\xa5",
                            .uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f",
                            .operation = "port-created",
                            .sub_operation = "-",
                            .extra = "tcp://h:1/",
                            .profile = "network",
                            .timeout_ms = 2000,
                            .has_stdin = true}),
            SAMPLE("call-event", SIDE_CLIENT, MESSAGE_CALL, 8,
                   .call = {.class = CLASS_EVENT,
                            .driver = "domain",
                            .object = "d1",
                            .uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f",
                            .operation = "started",
                            .sub_operation = "booted",
                            .extra = "-",
                            .only = "/etc/virthook/events.d/domain/notify",
                            .delivery = "9f3c21d07be84a65-4711.2",
                            .uri = "qemu:///system"}),
            SAMPLE("accepted", SIDE_HELPER, MESSAGE_ACCEPTED, 7,
                   .accepted = {.deadline_ms = 120000}),
            SAMPLE("verdict", SIDE_HELPER, MESSAGE_VERDICT, 7,
                   .verdict = {.allow = true, .reason = "no-script", .message = ""}),
            SAMPLE("verdict-scripts", SIDE_HELPER, MESSAGE_VERDICT, 7,
                   .verdict = {.allow = false,
                               .reason = "timed-out",
                               .message = "/etc/virthook/hooks/qemu ran into the deadline of 2 s",
                               .duration_ms = 2013,
                               .has_output = true,
                               .script_count = 3,
                               .scripts = sample_scripts}),
            SAMPLE(
                "verdict-event", SIDE_HELPER, MESSAGE_VERDICT, 8,
                .verdict = {.allow = true,
                            .reason = "exit-status",
                            .message = "/etc/virthook/events.d/domain/notify exited with status 75",
                            .duration_ms = 12,
                            .script_count = 1,
                            .scripts = &sample_event_script}),
            SAMPLE("verdict-details", SIDE_HELPER, MESSAGE_VERDICT, 7,
                   .verdict = {.allow = true,
                               .reason = "ok",
                               .message = "all 400 scripts exited with status 0",
                               .duration_ms = 70000,
                               .has_output = true,
                               .has_details = true}),
            SAMPLE("cancel", SIDE_CLIENT, MESSAGE_CANCEL, 300, ),
            SAMPLE("client-ping", SIDE_CLIENT, MESSAGE_PING, 300, ),
            SAMPLE("client-status", SIDE_CLIENT, MESSAGE_STATUS, 300, ),
            SAMPLE("client-reload", SIDE_CLIENT, MESSAGE_RELOAD, 300, ),
            SAMPLE("helper-ping", SIDE_HELPER, MESSAGE_PING, 300, ),
            SAMPLE("helper-status", SIDE_HELPER, MESSAGE_STATUS, 300,
                   .status = {.json = "{\"version\":\"0.1.0\"}"}),
            SAMPLE("helper-reload", SIDE_HELPER, MESSAGE_RELOAD, 300, ),
            SAMPLE(
                "error", SIDE_HELPER, MESSAGE_ERROR, 7,
                .error = {.code = "bad-name",
                          .message = "object: a name has characters that such a name cannot have"}),
            SAMPLE("error-version", SIDE_HELPER, MESSAGE_ERROR, 0,
                   .error = {.code = "unsupported-version",
                             .message = "this version of the protocol is not spoken here",
                             .version_min = 1,
                             .version_max = 1}),
};

#define SAMPLE_COUNT (sizeof(samples) / sizeof(samples[0]))

static inline const struct sample *sample_named(const char *name)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        if (strcmp(samples[i].name, name) == 0)
            return &samples[i];
    fail_msg("there is no sample %s", name);
    return NULL;
}
